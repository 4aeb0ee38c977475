//! The reference server of the platform's contract (`board/platform/openapi.json`): real HTTP or HTTPS on the
//! loopback address, its own SQLite file, business rules, faults on request.
//!
//! It runs on a thread of its own and ends when its handle is dropped.

mod attachments;
mod fault;
mod gate;
mod http;
mod imports;
pub(crate) mod net;
mod reconciliations;
mod rules;
mod store;
#[cfg(test)]
mod tests;
mod tls;

use std::fs::File;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};

pub use self::fault::Fault;
pub(crate) use self::gate::FAULT_HEADER;
pub use self::http::BASE;
pub use self::rules::Rules;
pub use self::store::StoredCase;
pub use self::tls::CA_FILE;

use self::fault::Faults;
use self::net::{Door, Line};
use self::store::Store;
use crate::case::{Digest, MachineIdentity, PublicIdentity, SealKey, SealSecret};
use crate::shell::platform::{CaseState, Token, WallClock};

/// Application id that [`Options::default`] knows. Made up.
pub const DEMO_PAASID: &str = "kiosk_demo";
/// Secret that [`Options::default`] knows. Made up.
pub const DEMO_TOKEN: &str = "demo-token-not-real";

/// What the keys of [`Options::default`] are made of. Made up, and known to everybody.
pub const DEMO_SEED: [u8; 32] = *b"kiosk demo platform, not secret!";

/// How to run the server.
#[derive(Clone)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// SQLite file, made if missing; in memory without.
    pub db: Option<PathBuf>,
    /// JSON file to serve as the catalogue, read at each request.
    pub catalogue: Option<PathBuf>,
    /// HTTPS with an authority of its own; its certificate is [`CA_FILE`] in this folder.
    pub tls: Option<PathBuf>,
    /// Application id at the gateway.
    pub paasid: String,
    /// Secret at the gateway.
    pub token: Token,
    /// What the keys for opening bundles and signing import receipts are made of.
    pub seed: [u8; 32],
    /// Business rules.
    pub rules: Rules,
    /// Seconds from one state of a case to the next; without, a case stays where it is put.
    pub pace_s: Option<u32>,
    /// Days from acceptance to the promised end, if promised.
    pub promise_days: Option<u16>,
    /// Fault at the start.
    pub fault: Option<Fault>,
    /// Clock, Unix seconds.
    pub wall: WallClock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            db: None,
            catalogue: None,
            tls: None,
            paasid: DEMO_PAASID.into(),
            token: Token::new(DEMO_TOKEN.into()),
            seed: DEMO_SEED,
            rules: Rules::default(),
            pace_s: None,
            promise_days: None,
            fault: None,
            wall: Arc::new(system_time),
        }
    }
}

/// One of the secrets that follow from a seed.
fn derived(seed: &[u8; 32], what: &str) -> [u8; 32] {
    let parts = [seed.as_slice(), what.as_bytes()];
    Digest::of(&parts.concat()).0
}

fn system_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// What the routes share.
struct Server {
    faults: Arc<Faults>,
    store: Mutex<Store>,
    rules: Rules,
    catalogue: Option<PathBuf>,
    paasid: String,
    token: Token,
    seal: SealSecret,
    signer: MachineIdentity,
    wall: WallClock,
}

impl Server {
    fn store(&self) -> MutexGuard<'_, Store> {
        // A panic while it was held rolled its transaction back.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Unix seconds by this server's clock, which `fault` may have put wrong.
    fn now(&self, fault: Option<&Fault>) -> i64 {
        let off = match fault {
            Some(Fault::ClockOff { seconds }) => *seconds,
            _ => 0,
        };
        (self.wall)().saturating_add(off)
    }
}

/// A running server.
pub struct PlatformSim {
    address: SocketAddr,
    secure: bool,
    server: Arc<Server>,
    door: mpsc::UnboundedSender<Door>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl PlatformSim {
    /// Starts the server; it answers when this returns.
    ///
    /// # Errors
    /// The port is taken, or a file cannot be opened or made.
    pub fn start(options: Options) -> anyhow::Result<Self> {
        let store = Store::open(options.db.as_deref(), options.pace_s, options.promise_days)
            .context("the platform's database")?;
        let certificates = options.tls.as_deref().map(tls::Certificates::new);
        let certificates = certificates.transpose().context("certificates")?;
        let secure = certificates.is_some();
        let server = Arc::new(Server {
            faults: Arc::default(),
            store: Mutex::new(store),
            rules: options.rules,
            catalogue: options.catalogue,
            paasid: options.paasid,
            token: options.token,
            seal: SealSecret::from_seed(&derived(&options.seed, "seal")),
            signer: MachineIdentity::from_seed(&derived(&options.seed, "sign")),
            wall: options.wall,
        });
        let (bound, address) =
            net::bind(options.port).with_context(|| format!("port {}", options.port))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (door, orders) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let (shared, faults) = (server.clone(), server.faults.clone());
        let thread = std::thread::Builder::new()
            .name("platform-sim".into())
            .spawn(move || {
                runtime.block_on(async move {
                    let port = net::serve(bound, certificates, faults, orders);
                    let gate = axum::middleware::from_fn_with_state(shared.clone(), gate::gate);
                    let app = http::routes()
                        .fallback(gate::nowhere)
                        .method_not_allowed_fallback(gate::no_method)
                        .layer(gate)
                        .with_state(shared)
                        .into_make_service_with_connect_info::<Line>();
                    tokio::select! {
                        _ = axum::serve(port, app) => {}
                        _ = stopped => {}
                    }
                });
            })?;
        let sim = Self {
            address,
            secure,
            server,
            door,
            stop: Some(stop),
            thread: Some(thread),
        };
        sim.put(options.fault, None);
        Ok(sim)
    }

    /// What a client's `base_url` is, e.g. `http://127.0.0.1:40123/ebus/zzsb/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}{BASE}", self.address)
    }

    /// Sets a fault until it is cleared or replaced. In force when this returns.
    pub fn set_fault(&self, fault: Fault) {
        self.put(Some(fault), None);
    }

    /// Sets a fault for the next `times` requests (handshakes, for the faults of certificates).
    pub fn set_fault_for(&self, fault: Fault, times: u32) {
        self.put(Some(fault), Some(times));
    }

    /// Sets a fault that the next case to be filed meets, and nothing else.
    pub fn set_fault_for_next_case(&self, fault: Fault) {
        self.put(None, None);
        self.server.faults.set_for_next_case(fault);
    }

    /// Clears the fault. Requests that are in one already stay in it.
    pub fn clear_fault(&self) {
        self.put(None, None);
    }

    fn put(&self, fault: Option<Fault>, times: Option<u32>) {
        let open = fault != Some(Fault::Down);
        self.server.faults.set(fault, times);
        let (done, wait) = sync_channel(1);
        if self.door.send(Door { open, done }).is_ok() {
            // The server's thread answers at once, or has ended.
            let _ = wait.recv_timeout(Duration::from_secs(5));
        }
    }

    /// Every case that was taken, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn cases(&self) -> anyhow::Result<Vec<StoredCase>> {
        self.server.store().all(self.server.now(None))
    }

    /// How many cases were taken.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn taken(&self) -> anyhow::Result<u64> {
        Ok(self.server.store().count()?)
    }

    /// Bodies of all ratings, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn ratings(&self) -> anyhow::Result<Vec<Vec<u8>>> {
        Ok(self.server.store().ratings()?)
    }

    /// What bundles for this platform are sealed to.
    #[must_use]
    pub fn seal_key(&self) -> SealKey {
        self.server.seal.public()
    }

    /// What this platform signs import receipts with.
    #[must_use]
    pub fn signer(&self) -> PublicIdentity {
        self.server.signer.public()
    }

    /// Imports a sealed bundle; the import receipt, as the endpoint gives it.
    ///
    /// # Errors
    /// The bundle cannot be read or is refused; the database cannot be written.
    pub fn import(&self, bundle: &Path) -> anyhow::Result<String> {
        let mut file = File::open(bundle)?;
        let mut hash = Sha256::new();
        let mut piece = vec![0; 64 * 1024];
        loop {
            match file.read(&mut piece)? {
                0 => break,
                read => hash.update(&piece[..read]),
            }
        }
        self.server
            .import(&mut file, Digest(hash.finalize().into()))
    }

    /// Content of an attachment that a machine uploaded, as far as it is here.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn attachment(&self, device: &str, digest: &Digest) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut sink = |part: &[u8]| bytes.extend_from_slice(part);
        self.server
            .store()
            .read_attachment(device, digest, &mut sink)?;
        Ok(bytes)
    }

    /// Puts a case into a state, as an officer does; false if there is no such case.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_state(&self, sblsh: &str, state: CaseState) -> anyhow::Result<bool> {
        let now = self.server.now(None);
        self.server.store().set_state(sblsh, state, now)
    }

    /// Ends the server; connections are dropped, the book is closed.
    pub fn stop(self) {
        drop(self);
    }

    /// Waits until the server ends, which by itself it does not.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for PlatformSim {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// `kiosk sim platform`: starts, tells `started`, serves until the process ends.
///
/// # Errors
/// As [`PlatformSim::start`].
pub fn run(options: Options, started: impl FnOnce(&PlatformSim)) -> anyhow::Result<()> {
    let sim = PlatformSim::start(options)?;
    started(&sim);
    sim.wait();
    Ok(())
}
