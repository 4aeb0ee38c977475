//! The port: refuses on request, shakes hands with the right or a wrong certificate, cuts answers.

use std::io;
use std::net::{
    Ipv4Addr, Shutdown, SocketAddr, TcpListener as StdListener, TcpStream as StdStream,
};
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use super::fault::{Faults, Meeting};
use super::tls::Certificates;

/// Longest handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Connections that wait to be served.
const BACKLOG: u32 = 64;

/// How many more bytes may leave on a connection.
#[derive(Clone, Debug)]
pub(crate) struct Line(Arc<AtomicUsize>);

impl Line {
    /// Cuts the connection after `bytes` more.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.0.store(bytes, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, Port>> for Line {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        stream.remote_addr().clone()
    }
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A connection that can be cut while an answer is on its way.
pub(crate) struct Io {
    inner: Box<dyn Stream>,
    left: Arc<AtomicUsize>,
}

impl Io {
    /// A connection, and what cuts it.
    pub(crate) fn new(inner: Box<dyn Stream>) -> (Self, Line) {
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let line = Line(left.clone());
        (Self { inner, left }, line)
    }
}

impl AsyncRead for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Io {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let left = self.left.load(Ordering::SeqCst);
        if left == 0 {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let part = &buf[..buf.len().min(left)];
        let poll = Pin::new(&mut self.inner).poll_write(cx, part);
        if let (Poll::Ready(Ok(written)), true) = (&poll, left != usize::MAX) {
            self.left.store(left - written, Ordering::SeqCst);
        }
        poll
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// Opens or closes the port; answered when done.
pub(super) struct Door {
    pub(super) open: bool,
    pub(super) done: std::sync::mpsc::SyncSender<()>,
}

/// Ready connections, for `axum::serve`.
pub(super) struct Port {
    ready: mpsc::Receiver<(Io, Line)>,
    _accepting: Accepting,
}

/// The accepting task, ended with its port.
struct Accepting(tokio::task::JoinHandle<()>);

impl Drop for Accepting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listener for Port {
    type Io = Io;
    type Addr = Line;

    async fn accept(&mut self) -> (Io, Line) {
        match self.ready.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Line> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Binds `port` on the loopback address; 0 takes a free one. The port is bound by its number either way, because
/// Linux gives a number of its own choice back when the socket stops listening ([`Fault::Down`](super::Fault::Down)).
pub(super) fn bind(port: u16) -> io::Result<(StdListener, SocketAddr)> {
    let at = |port| StdListener::bind((Ipv4Addr::LOCALHOST, port));
    let mut tries = if port == 0 { 16 } else { 1 };
    loop {
        let number = match port {
            0 => at(0)?.local_addr()?.port(),
            port => port,
        };
        tries -= 1;
        match at(number) {
            Err(_) if tries > 0 => {}
            Err(error) => return Err(error),
            Ok(listener) => {
                listener.set_nonblocking(true)?;
                let address = listener.local_addr()?;
                return Ok((listener, address));
            }
        }
    }
}

/// Serves connections of `bound` until dropped.
pub(super) fn serve(
    bound: StdListener,
    certificates: Option<Certificates>,
    faults: Arc<Faults>,
    door: mpsc::UnboundedReceiver<Door>,
) -> Port {
    let (send, ready) = mpsc::channel(16);
    let task = accept(bound, certificates.map(Arc::new), faults, door, send);
    Port {
        ready,
        _accepting: Accepting(tokio::spawn(task)),
    }
}

async fn accept(
    bound: StdListener,
    certificates: Option<Arc<Certificates>>,
    faults: Arc<Faults>,
    mut door: mpsc::UnboundedReceiver<Door>,
    send: mpsc::Sender<(Io, Line)>,
) {
    let mut listener = relisten(&bound).ok();
    loop {
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            order = door.recv() => {
                let Some(order) = order else { return };
                if order.open != listener.is_some() {
                    listener = if order.open { relisten(&bound).ok() } else { None };
                    if !order.open {
                        let _ = same(&bound).and_then(|socket| socket.shutdown(Shutdown::Both));
                    }
                }
                let _ = order.done.send(());
            }
            accepted = accepted => if let Ok((stream, _)) = accepted {
                let (certificates, faults, send) = (certificates.clone(), faults.clone(), send.clone());
                tokio::spawn(async move {
                    if let Some(connection) = greet(stream, certificates, &faults).await {
                        let _ = send.send(connection).await;
                    }
                });
            }
        }
    }
}

/// The bound socket once more, as the type that has `shutdown`.
fn same(bound: &StdListener) -> io::Result<StdStream> {
    Ok(StdStream::from(OwnedFd::from(bound.try_clone()?)))
}

fn relisten(bound: &StdListener) -> io::Result<TcpListener> {
    TcpSocket::from_std_stream(same(bound)?).listen(BACKLOG)
}

async fn greet(
    stream: TcpStream,
    certificates: Option<Arc<Certificates>>,
    faults: &Faults,
) -> Option<(Io, Line)> {
    let inner: Box<dyn Stream> = match certificates {
        None => Box::new(stream),
        Some(certificates) => {
            let config = certificates.shown(faults.take(Meeting::Handshake).as_ref());
            let shaking = TlsAcceptor::from(config).accept(stream);
            let shaken = tokio::time::timeout(HANDSHAKE, shaking).await;
            Box::new(shaken.ok()?.ok()?)
        }
    };
    Some(Io::new(inner))
}
