//! The port: TLS with the right or a wrong certificate, and who shook hands.

use std::io;
use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use super::{Desk, EstFault, lock};
use crate::certificate::Certificate;
use crate::sim::platform::net::{Io, Line};

const HANDSHAKE: Duration = Duration::from_secs(10);

/// Who is at the other end.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// Certificate of the machine, if it showed one.
    pub(crate) certificate: Option<Certificate>,
    /// Cuts the connection.
    pub(crate) line: Line,
}

impl Connected<IncomingStream<'_, Port>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Connections that have shaken hands.
pub(crate) struct Port {
    ready: mpsc::Receiver<(Io, Peer)>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Drop for Port {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Port {
    /// The port of the district's server.
    pub(super) fn of(listener: StdListener, desk: &Arc<Desk>) -> anyhow::Result<Self> {
        let server = |is_foreign| desk.authority.server(is_foreign, desk.options.wall.clone());
        let (good, foreign) = (server(false)?, server(true)?);
        let fault = Arc::clone(&desk.fault);
        Self::new(listener, move || match *lock(&fault) {
            Some(EstFault::WrongServer) => foreign.clone(),
            _ => good.clone(),
        })
    }

    /// A port that shakes hands with what `shown` gives for each connection.
    pub(crate) fn new(
        listener: StdListener,
        shown: impl Fn() -> Arc<ServerConfig> + Send + 'static,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::from_std(listener)?;
        let (send, ready) = mpsc::channel(16);
        let accepting = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    continue;
                };
                let config = shown();
                let send = send.clone();
                tokio::spawn(async move {
                    if let Some(connection) = greeted(stream, config).await {
                        let _ = send.send(connection).await;
                    }
                });
            }
        });
        Ok(Self { ready, accepting })
    }
}

async fn greeted(stream: TcpStream, config: Arc<ServerConfig>) -> Option<(Io, Peer)> {
    let shaking = TlsAcceptor::from(config).accept(stream);
    let stream = tokio::time::timeout(HANDSHAKE, shaking).await.ok()?.ok()?;
    let certificates = stream.get_ref().1.peer_certificates();
    let own = certificates.and_then(|chain| Certificate::read(chain.first()?).ok());
    let (io, line) = Io::new(Box::new(stream));
    Some((
        io,
        Peer {
            certificate: own,
            line,
        },
    ))
}

impl Listener for Port {
    type Io = Io;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Peer) {
        match self.ready.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
