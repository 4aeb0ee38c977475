//! A machine that is not in service yet: the same loop as in `kiosk run`, on the simulated ports, until the slip is printed.

use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use kiosk::shell::clock::Clock;
use kiosk::shell::journal::Journal;
use kiosk::shell::provisioning::mode::{Inbox, Mode};
use kiosk::sim::district::District;
use kiosk::sim::rig::Rig;
use kiosk::sim::script::OrderAct;

use crate::cli::pages::Pages;
use crate::cli::provision::{Places, works};

/// Telephone of the desk, as an image would have it.
const PHONE: &str = "0751-000 0000";

/// The machine on its way, and the district that it belongs to.
pub struct Blank {
    district: District,
    inbox: Inbox,
    turning: JoinHandle<bool>,
    config: PathBuf,
}

impl Blank {
    /// Starts it in a folder of the rig, with nothing on its disk.
    ///
    /// # Errors
    /// There can be no district, or no key on the disk.
    pub fn start(
        settings: &std::path::Path,
        rig: &Rig,
        clock: &Clock,
        journal: Journal,
        pages: Pages,
    ) -> anyhow::Result<Self> {
        let at = |name: &str| rig.folder().join(name);
        let district = District::start(&at("district"), settings, rig, clock.clone())?;
        std::fs::create_dir_all(at("machine"))?;
        let simulated = rig.config();
        let places = Places {
            identity: at("machine/identity"),
            order_key: PathBuf::new(),
            config: at("machine/kiosk.toml"),
            port: [
                &simulated.reader.port,
                &simulated.printer.port,
                &simulated.scanner.port,
            ]
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        };
        let works = works(&places, clock.clone(), journal)?;
        let mode = Mode::new(works, district.order_key(), district.stick(), PHONE)?;
        let inbox = mode.inbox();
        let turning = thread::Builder::new()
            .name("provisioning".into())
            .spawn(move || mode.run(move |page| pages.put(page)))?;
        Ok(Self {
            district,
            inbox,
            turning,
            config: places.config,
        })
    }

    /// Where touches go.
    pub fn inbox(&self) -> Inbox {
        self.inbox.clone()
    }

    /// Its desk and its server.
    pub fn district(&self) -> &District {
        &self.district
    }

    /// Whether its loop has ended.
    pub fn is_over(&self) -> bool {
        self.turning.is_finished()
    }

    /// Ends it: the settings of a machine that is in service now, none of one that was stopped before; and the district,
    /// which outlives it.
    pub fn end(self) -> (Option<PathBuf>, District) {
        self.inbox.stop();
        let in_service = self.turning.join().unwrap_or(false);
        (in_service.then_some(self.config), self.district)
    }
}

/// What happens to an order.
///
/// # Errors
/// There is none, or it cannot be made.
pub fn order(district: &District, rig: &Rig, act: OrderAct) -> anyhow::Result<()> {
    match act {
        OrderAct::Make(kind) => district.make(kind),
        OrderAct::Stick => district.plug_stick(),
        OrderAct::Show => {
            rig.scanner().hold(district.order()?.as_bytes());
            Ok(())
        }
    }
}
