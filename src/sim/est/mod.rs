//! The reference server of a district for provisioning: EST (RFC 7030) with real certificates, one-time passwords of work
//! orders, renewal for a year after expiry, and the files that make a machine one of its site
//! ([`crate::shell::provisioning::contract`]). It misbehaves on request.
//!
//! It runs on a thread of its own and ends when its handle is dropped.

mod authority;
mod book;
mod fault;
mod gate;
mod http;
pub(crate) mod net;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use anyhow::Context as _;
use tokio::sync::oneshot;

pub use authority::{CA_FILE, ca_key_hash};
pub use fault::{EstFault, WORDS as EST_FAULTS};
pub use gate::{Gate, Papers};

use crate::shell::platform::WallClock;
use crate::shell::provisioning::contract::Told;
use authority::Authority;
use book::Book;

/// How to run the server.
#[derive(Clone)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Folder of the authority and of what was used and issued; made if it is not there.
    pub state: PathBuf,
    /// The desk's book of orders, one JSON object a line, read at each enrolment.
    pub book: PathBuf,
    /// Files for every machine; those in a folder with a machine's name come before them. `{machine}`, `{town_code}` and
    /// `{site}` in `kiosk.toml` are filled in.
    pub files: PathBuf,
    /// Length of a certificate's life, seconds.
    pub life_s: u64,
    /// Clock, Unix seconds.
    pub wall: WallClock,
}

/// Two years.
pub const LIFE_S: u64 = 730 * 86_400;

struct Desk {
    options: Options,
    authority: Authority,
    book: Mutex<Book>,
    fault: Arc<Mutex<Option<EstFault>>>,
    told: Mutex<Vec<(&'static str, Told)>>,
    requests: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The running server.
pub struct EstSim {
    address: SocketAddr,
    desk: Arc<Desk>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl EstSim {
    /// Starts it.
    ///
    /// # Errors
    /// Port, folder or keys cannot be had.
    pub fn start(options: Options) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).context("port")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let authority = Authority::kept(&options.state)?;
        let book = Mutex::new(Book::open(&options.state)?);
        let fault = Arc::default();
        let desk = Arc::new(Desk {
            options,
            authority,
            book,
            fault,
            told: Mutex::default(),
            requests: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Arc::clone(&desk);
        let thread = std::thread::Builder::new()
            .name("est".into())
            .spawn(move || {
                runtime.block_on(async {
                    let Ok(port) = net::Port::of(listener, &served) else {
                        return;
                    };
                    let service =
                        http::router(served).into_make_service_with_connect_info::<net::Peer>();
                    tokio::select! {
                        _ = axum::serve(port, service).into_future() => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            desk,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// `https://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// SHA-256 of the authority's public key, for orders.
    #[must_use]
    pub fn ca(&self) -> [u8; 32] {
        self.desk.authority.key_hash()
    }

    /// What is wrong with it from now on; none ends it.
    pub fn set_fault(&self, fault: Option<EstFault>) {
        *lock(&self.desk.fault) = fault;
    }

    /// What machines told: `acceptance` or `decommissioned`, and what.
    #[must_use]
    pub fn told(&self) -> Vec<(&'static str, Told)> {
        lock(&self.desk.told).clone()
    }

    /// Requests so far, `GET /path`.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        lock(&self.desk.requests).clone()
    }

    /// Waits for its end, for a program that does nothing else.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // A server that died is told by its absence.
            let _ = thread.join();
        }
    }
}

impl Drop for EstSim {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
