//! A machine with slots that are only told about, a firmware that is only a file, and a server that is real.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use kiosk::config::Config;
use kiosk::domain::update::{Bundle, Ended, Running};
use kiosk::fleet::report::{Outbox, Report};
use kiosk::fleet::wish::Wish;
use kiosk::shell::clock::Clock;
use kiosk::shell::fleet::agent::{Agent, Tools, ddi_config};
use kiosk::shell::fleet::ddi::Ddi;
use kiosk::shell::fleet::handler::NoHandler;
use kiosk::shell::fleet::kept;
use kiosk::shell::fleet::rauc::{From, Mark, Slots};
use kiosk::shell::journal::Journal;
use kiosk::sim::hawkbit::{Hawkbit, Server};

/// Two slots in memory. What a bundle is stands in its bytes: `bundle 2.0.0 …`.
#[derive(Default)]
pub struct Fake {
    pub running: Running,
    pub primary: String,
    pub other: String,
    pub reboots: u32,
    pub marks: Vec<Mark>,
    pub fails: Option<String>,
}

#[derive(Clone, Default)]
pub struct FakeSlots(pub Rc<RefCell<Fake>>);

impl Slots for FakeSlots {
    async fn running(&self) -> Result<Running, String> {
        Ok(self.0.borrow().running.clone())
    }

    async fn inspect(&self, from: &From) -> Result<Bundle, String> {
        let From::File(path) = from else {
            return Err("no stream here".into());
        };
        let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
        let text = String::from_utf8_lossy(&bytes);
        let version = text
            .strip_prefix("bundle ")
            .and_then(|rest| rest.split_whitespace().next());
        let version = version.ok_or("signature: no valid CMS")?.to_owned();
        Ok(Bundle {
            version,
            ..Bundle::default()
        })
    }

    async fn install(&self, from: &From) -> Result<(), String> {
        let bundle = self.inspect(from).await?;
        let mut fake = self.0.borrow_mut();
        if let Some(why) = &fake.fails {
            return Err(why.clone());
        }
        fake.other = bundle.version;
        fake.primary = "B".into();
        Ok(())
    }

    async fn mark(&self, mark: Mark) -> Result<(), String> {
        let mut fake = self.0.borrow_mut();
        fake.marks.push(mark);
        if mark == Mark::Active {
            fake.primary = fake.running.slot.clone();
        }
        Ok(())
    }

    async fn reboot(&self) -> Result<(), String> {
        self.0.borrow_mut().reboots += 1;
        Ok(())
    }
}

pub struct Rig {
    pub dir: tempfile::TempDir,
    pub hawkbit: Hawkbit,
    pub slots: FakeSlots,
    pub clock: Clock,
    pub config: Config,
    pub journal: Journal,
    pub report: RefCell<Report>,
}

pub const TOKEN: &str = "token-of-a-made-up-machine";

impl Rig {
    pub fn new(more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut server = Server::new();
        server.target("W0012", Some(TOKEN));
        let hawkbit = Hawkbit::serve(server, "T-1", 0).unwrap();
        let here = dir.path().display();
        std::fs::write(dir.path().join("token"), format!("{TOKEN}\n")).unwrap();
        let text = format!(
            "[machine]\nid = \"W0012\"\ntown_code = \"440203001\"\nsite = \"测试\"\n[platform]\n\
            url = \"http://127.0.0.1:1\"\npaasid = \"x\"\ntoken = \"secret-of-sixteen\"\n[updates]\nurl = \"{}\"\ntenant = \"T-1\"\n\
            target_token_file = \"{here}/token\"\nstate_dir = \"{here}/state\"\nsteady_s = 30\ntier = \"village\"\nboard = \"qemu\"\n{more}\n[fleet]\nreport = \"{here}/report.json\"\nwish = \"{here}/wish.json\"\n",
            hawkbit.url()
        );
        let config = Config::parse(&text).unwrap();
        let clock = Clock::starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000));
        clock.advance(Duration::from_secs(100));
        let slots = FakeSlots::default();
        slots.0.borrow_mut().running = Running {
            slot: "A".into(),
            version: "1.0.0".into(),
        };
        let report = Report {
            page: "start".into(),
            service: "inService".into(),
            line: "up".into(),
            outbox: Some(Outbox::default()),
            ..Report::default()
        };
        let journal = Journal::memory(clock.clone());
        Self {
            dir,
            hawkbit,
            slots,
            clock,
            config,
            journal,
            report: RefCell::new(report),
        }
    }

    /// One life of the agent: everything it has begun ends with it.
    pub fn life<T>(&self, live: impl AsyncFnOnce(&mut Agent<FakeSlots>) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let local = tokio::task::LocalSet::new();
        self.firmware();
        let value = local.block_on(&runtime, async {
            let fleet = self.config.updates.as_ref().unwrap();
            let tools = Tools {
                config: self.config.clone(),
                ddi: Ddi::new(ddi_config(&self.config, fleet, &self.clock).unwrap()).unwrap(),
                slots: self.slots.clone(),
                content: Box::new(NoHandler),
                clock: self.clock.clone(),
                journal: self.journal.clone(),
                seed: 7,
            };
            let mut agent = Agent::start(tools).await.unwrap();
            live(&mut agent).await
        });
        drop(local);
        value
    }

    /// The firmware's side: it obeys the wish, and its loop turns.
    pub fn firmware(&self) {
        let (boot, boot_ms) = (self.clock.boot_id().to_owned(), self.clock.boot_ms());
        let wish: Option<Wish> = kept::read(&self.dir.path().join("wish.json")).unwrap();
        let mut report = self.report.borrow_mut();
        let stands_by =
            wish.is_some_and(|wish| wish.stands_by(&boot, boot_ms)) && report.busy.is_empty();
        report.closed = stands_by.then(|| "updating".into());
        (report.boot, report.boot_ms, report.turns) = (boot, boot_ms, report.turns + 5);
        kept::publish(&self.dir.path().join("report.json"), &*report).unwrap();
    }

    /// Ten seconds of the machine, and a poll.
    pub async fn step(&self, agent: &mut Agent<FakeSlots>) {
        self.clock.advance(Duration::from_secs(10));
        self.firmware();
        agent.poll_now();
        agent.turn().await;
        agent.rest(Duration::from_millis(30)).await;
    }

    /// Steps until `done`, and not for ever.
    pub async fn until(
        &self,
        agent: &mut Agent<FakeSlots>,
        done: impl Fn(&Agent<FakeSlots>) -> bool,
    ) {
        for _ in 0..300 {
            if done(agent) {
                return;
            }
            self.step(agent).await;
        }
        panic!("still {:?}", agent.state());
    }

    /// The machine restarts: what was written down belongs to an earlier boot from now on.
    pub fn restart(&self, slot: &str, version: &str) {
        let path = self.dir.path().join("state/update.json");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(self.clock.boot_id(), "the-boot-before")).unwrap();
        self.slots.0.borrow_mut().running = Running {
            slot: slot.into(),
            version: version.into(),
        };
        let _ = std::fs::remove_file(self.dir.path().join("wish.json"));
        self.report.borrow_mut().turns = 0;
    }

    pub fn last(&self) -> Option<Ended> {
        let path = self.dir.path().join("state/update.json");
        kept::read::<kiosk::domain::update::Kept>(&path)
            .unwrap()
            .and_then(|kept| kept.last)
    }
}

/// A bundle of `len` bytes.
pub fn bundle(version: &str, len: usize) -> Vec<u8> {
    let mut bytes = format!("bundle {version} ").into_bytes();
    bytes.extend((bytes.len()..len).map(|i| u8::try_from(i % 251).unwrap()));
    bytes
}
