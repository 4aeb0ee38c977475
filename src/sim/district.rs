//! What stands around a machine that is not in service yet: a desk that makes orders, the district's server, a stick.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use toml_edit::{DocumentMut, value};

use super::est::{EstSim, LIFE_S, Options};
use super::rig::Rig;
use super::script::{EstAct, OrderKind};
use crate::case::{MachineIdentity, PublicIdentity};
use crate::order::{MachineId, Order, Task, Tier};
use crate::shell::clock::Clock;
use crate::shell::durable;
use crate::shell::platform::WallClock;
use crate::shell::provisioning::desk::{Entry, random};
use crate::shell::provisioning::{Folder, STICK_ORDER, Server};

/// Which machine its orders make, and where.
const MACHINE: &str = "W0012";
const DIVISION: u64 = 440_203_103_201;
const SITE: &str = "西联村便民点";
/// Days that an order which is over is old.
const OLD_S: u32 = 2 * 86_400;

/// The district. Its server ends on drop.
pub struct District {
    folder: PathBuf,
    key: MachineIdentity,
    clock: Clock,
    authority: [u8; 32],
    server: Mutex<Running>,
    order: Mutex<Option<String>>,
}

struct Running {
    sim: Option<EstSim>,
    /// With the port that it was given at its first start.
    options: Options,
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl District {
    /// A district in `folder` whose server gives the settings at `settings`, with the platform of `rig` in them.
    ///
    /// # Errors
    /// The settings cannot be read, or there can be no server.
    pub fn start(folder: &Path, settings: &Path, rig: &Rig, clock: Clock) -> anyhow::Result<Self> {
        let at = |name: &str| folder.join(name);
        std::fs::create_dir_all(at("files"))?;
        std::fs::create_dir_all(at("stick"))?;
        let text = given(settings, rig).with_context(|| settings.display().to_string())?;
        std::fs::write(at("files/kiosk.toml"), text)?;
        let of_server = clock.clone();
        let wall: WallClock =
            Arc::new(move || i64::try_from(of_server.true_unix_seconds()).unwrap_or(i64::MAX));
        let mut options = Options {
            port: 0,
            state: at("server"),
            book: at("book"),
            files: at("files"),
            life_s: LIFE_S,
            wall,
        };
        let sim = EstSim::start(options.clone())?;
        options.port = sim.port();
        let authority = sim.ca();
        let sim = Some(sim);
        Ok(Self {
            folder: folder.to_owned(),
            key: MachineIdentity::from_seed(&random()?),
            clock,
            authority,
            server: Mutex::new(Running { sim, options }),
            order: Mutex::default(),
        })
    }

    /// The public half of the desk's key, which an image would hold.
    #[must_use]
    pub fn order_key(&self) -> PublicIdentity {
        self.key.public()
    }

    /// Where a stick would be mounted.
    #[must_use]
    pub fn stick(&self) -> PathBuf {
        self.folder.join("stick")
    }

    /// Text of the order that was made last.
    ///
    /// # Errors
    /// There is none.
    pub fn order(&self) -> anyhow::Result<String> {
        let order = lock(&self.order).clone();
        order.context("no order was made: `order make`")
    }

    /// The desk makes an order, enters it in its book and hands it out.
    ///
    /// # Errors
    /// The book cannot be written; no machine could use it up.
    pub fn make(&self, kind: OrderKind) -> anyhow::Result<()> {
        let now = u32::try_from(self.clock.true_unix_seconds())?;
        let order = Order {
            task: Task::Enrol,
            issued_s: match kind {
                OrderKind::Expired => now.saturating_sub(OLD_S),
                _ => now,
            },
            term_min: 24 * 60,
            division: DIVISION,
            tier: Tier::Village,
            machine: MachineId::parse(MACHINE).context("machine")?,
            replaces: None,
            bound_to: (kind == OrderKind::OtherMachine).then(random).transpose()?,
            ca: self.authority,
            password: random()?,
            server: format!("https://127.0.0.1:{}", lock(&self.server).options.port),
            site: SITE.into(),
        };
        let book = self.folder.join("book");
        let mut lines = std::fs::read_to_string(&book).unwrap_or_default();
        lines += &(serde_json::to_string(&Entry::of(&order))? + "\n");
        std::fs::write(&book, lines)?;
        let text = match kind {
            OrderKind::OtherDesk => order.sign(&MachineIdentity::from_seed(&random()?))?,
            _ => order.sign(&self.key)?,
        };
        if kind == OrderKind::UsedElsewhere {
            self.use_up(&order)?;
        }
        *lock(&self.order) = Some(text);
        Ok(())
    }

    /// Another machine enrols with it.
    fn use_up(&self, order: &Order) -> anyhow::Result<()> {
        let folder = Folder::open(&self.folder.join("elsewhere"))?;
        let authority = Server::authority(&order.server, &order.ca)?.pem();
        let wall = lock(&self.server).options.wall.clone();
        let machine = order.machine.as_str();
        let request = folder.pending()?.request(machine)?;
        let server = Server::new(&order.server, &authority, None, wall)?;
        server.enrol(machine, &order.password_text(), &request)?;
        Ok(())
    }

    /// A stick with the order is plugged in.
    ///
    /// # Errors
    /// There is no order, or no stick.
    pub fn plug_stick(&self) -> anyhow::Result<()> {
        let file = self.stick().join(STICK_ORDER);
        Ok(durable::put(&file, self.order()?.as_bytes())?)
    }

    /// Something happens to its server.
    ///
    /// # Errors
    /// Its port was taken while it was gone; a fault for one that is gone.
    pub fn est(&self, act: EstAct) -> anyhow::Result<()> {
        let mut running = lock(&self.server);
        match act {
            EstAct::Gone => drop(running.sim.take()),
            EstAct::Back if running.sim.is_none() => {
                running.sim = Some(EstSim::start(running.options.clone())?);
            }
            EstAct::Back => {}
            EstAct::Fault(fault) => {
                let sim = running.sim.as_ref();
                sim.context("the server is gone: `est back` first")?
                    .set_fault(fault);
            }
        }
        Ok(())
    }
}

/// The settings that a machine of this district is given: those of the file, with places for what is its own, without ports.
fn given(settings: &Path, rig: &Rig) -> anyhow::Result<String> {
    let mut doc: DocumentMut = std::fs::read_to_string(settings)?.parse()?;
    let config = rig.config();
    let path = |path: &Path| value(path.display().to_string());
    doc["machine"]["id"] = value("{machine}");
    doc["machine"]["town_code"] = value("{town_code}");
    doc["machine"]["site"]["zh"] = value("{site}");
    doc["platform"]["url"] = value(config.platform.url.as_str());
    doc["store"]["path"] = value("store.db");
    doc["catalogue"]["dir"] = path(&config.catalogue.dir);
    doc["catalogue"]["cache_dir"] = value("catalogue");
    doc["input"]["dir"] = path(&config.input.dir);
    for device in ["reader", "printer", "scanner"] {
        if let Some(table) = doc
            .get_mut(device)
            .and_then(|device| device.as_table_like_mut())
        {
            table.remove("port");
        }
    }
    Ok(doc.to_string())
}
