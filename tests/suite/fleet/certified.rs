//! A machine that is known by its certificate alone, its district, and an update server that takes nobody without one.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, UNIX_EPOCH};

use kiosk::config::Config;
use kiosk::shell::clock::Clock;
use kiosk::shell::fleet::agent::{Agent, Tools, ddi_config};
use kiosk::shell::fleet::ddi::{Connector, Ddi};
use kiosk::shell::fleet::handler::NoHandler;
use kiosk::shell::fleet::renewal::Renewal;
use kiosk::shell::journal::Journal;
use kiosk::shell::provisioning::{Folder, Server as Est, WallClock, est};
use kiosk::sim::est::Gate;
use kiosk::sim::hawkbit::{Hawkbit, Server};
use serde_json::Value;

use super::rig::FakeSlots;
use crate::provision::world::{Blank, District};

pub const DAY: u64 = 86_400;
const HOUR: Duration = Duration::from_secs(3600);

/// A provisioned machine, its district, and an update server that takes nobody without a certificate.
pub struct Rig {
    pub district: District,
    pub gate: Arc<Gate>,
    pub hawkbit: Hawkbit,
    pub clock: Clock,
    pub wall: WallClock,
    pub journal: Journal,
    pub config: Config,
    pub folder: Folder,
    /// The agent learns the time from the server.
    pub hears: bool,
    connector: RefCell<Option<Connector>>,
}

impl Rig {
    pub fn new() -> Self {
        let district = District::new();
        let now_s = u64::try_from(district.time.load(Ordering::SeqCst)).unwrap();
        let mut machine = Blank::new(&district, "m", &[]);
        machine.follow(&district.issue(&district.order()));
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(now_s));
        let time = Arc::clone(&district.time);
        let wall: WallClock = Arc::new(move || time.load(Ordering::SeqCst));
        let gate = Arc::new(Gate::of(&district.folder.path().join("server"), &wall).unwrap());
        let mut server = Server::new();
        server.target("W0012", None);
        let hawkbit = Hawkbit::serve_behind(gate.clone(), server, "T-1", 0).unwrap();
        let rig = Self {
            folder: Folder::in_use(&district.folder.path().join("m/identity")).unwrap(),
            config: Self::config(&district, &hawkbit.url()),
            journal: Journal::memory(clock.clone()),
            district,
            gate,
            hawkbit,
            clock,
            wall,
            hears: false,
            connector: RefCell::default(),
        };
        rig.pass(0);
        rig
    }

    pub fn config(district: &District, url: &str) -> Config {
        let (here, id) = (district.folder.path().display(), "m/identity");
        let text = format!(
            "[machine]\nid = \"W0012\"\ntown_code = \"440203001\"\nsite = \"测试\"\n[platform]\n\
            url = \"http://127.0.0.1:1\"\npaasid = \"x\"\ntoken = \"secret-of-sixteen\"\n[updates]\nurl = \"{url}\"\ntenant = \"T-1\"\n\
            ca_file = \"{here}/{id}/ca.pem\"\nkey_file = \"{here}/{id}/device.key\"\n\
            certificate_file = \"{here}/{id}/device.crt\"\nstate_dir = \"{here}/state\"\n"
        );
        Config::parse(&text).unwrap()
    }

    /// Days go by for everybody.
    pub fn pass(&self, days: u64) {
        self.clock.advance(Duration::from_secs(days * DAY) + HOUR);
        let now_s = i64::try_from(self.clock.true_unix_seconds()).unwrap();
        self.district.time.store(now_s, Ordering::SeqCst);
    }

    /// One life of the agent.
    pub fn life<T>(&self, live: impl AsyncFnOnce(&mut Agent<FakeSlots>, &mut Renewal) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let fleet = self.config.updates.as_ref().unwrap();
            let mut ddi = Ddi::new(ddi_config(&self.config, fleet, &self.clock).unwrap()).unwrap();
            if self.hears {
                ddi.tell_time_to(self.clock.clone());
            }
            let (clock, journal) = (&self.clock, &self.journal);
            self.connector.replace(Some(ddi.connector()));
            let renewal = Renewal::of(&self.config, clock, journal, ddi.connector(), 7);
            let tools = Tools {
                config: self.config.clone(),
                ddi,
                slots: FakeSlots::default(),
                content: Box::new(NoHandler),
                clock: clock.clone(),
                journal: journal.clone(),
                seed: 7,
            };
            let mut agent = Agent::start(tools).await.unwrap();
            live(&mut agent, &mut renewal.unwrap()).await
        })
    }

    /// A poll: whether the server answered it, else the journal's word; with it the keys that were shown.
    pub async fn poll(&self, agent: &mut Agent<FakeSlots>) -> (String, Vec<[u8; 32]>) {
        let polls = || self.hawkbit.server().targets["W0012"].polls;
        let (before, failed) = (polls(), self.told("fleet.poll_failed").len());
        let _ = self.gate.shown();
        self.clock.advance(Duration::from_secs(10));
        agent.poll_now();
        agent.turn().await;
        let failed = self.told("fleet.poll_failed").split_off(failed);
        let word = match failed.last() {
            Some(line) => line["why"].as_str().unwrap().to_owned(),
            None => "answered".into(),
        };
        assert_eq!(polls() > before, word == "answered", "{word}");
        (word, self.gate.shown())
    }

    /// What else goes to the desk, figures for example: the keys that were shown with it.
    pub async fn push(&self) -> Vec<[u8; 32]> {
        let _ = self.gate.shown();
        let http = self.connector.borrow().as_ref().unwrap().http();
        let url = format!("{}/metrics/job/kiosk", self.hawkbit.url());
        let answer = http.put(url).body("figures").send().await.unwrap();
        // This server knows no figures; it has been reached.
        assert_eq!(answer.status().as_u16(), 404);
        self.gate.shown()
    }

    /// Fields of the journal's lines of one event.
    pub fn told(&self, id: &str) -> Vec<Value> {
        let written = self.journal.written();
        let lines = written
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let of = |mut line: Value| (line["id"] == id).then(|| line["fields"].take());
        lines.filter_map(of).collect()
    }

    pub fn words(&self, id: &str) -> Vec<String> {
        let word = |fields: &Value| fields["why"].as_str().unwrap_or_default().to_owned();
        self.told(id).iter().map(word).collect()
    }

    pub fn key(&self) -> [u8; 32] {
        self.folder.identity().unwrap().certificate.key
    }

    pub fn pairs(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut pairs: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir() && !path.is_symlink())
            .collect();
        pairs.sort();
        pairs
    }

    /// How often the district was asked for another certificate.
    pub fn orders(&self) -> usize {
        let requests = self.district.server.requests();
        let renewals = requests
            .iter()
            .filter(|line| line.ends_with("simplereenroll"));
        renewals.count()
    }

    pub fn until(&self) -> String {
        let server = self.hawkbit.server();
        let until = server.targets["W0012"].attributes.get("certificate_until");
        until.cloned().unwrap_or_default()
    }
}

/// Asks for the next certificate as a renewal does, up to where it has come and was not used.
pub fn come(rig: &Rig) -> [u8; 32] {
    let (current, ca) = (
        rig.folder.identity().unwrap(),
        rig.folder.authority().unwrap(),
    );
    let base = rig.folder.saved().unwrap().server.unwrap();
    let pending = rig.folder.pending().unwrap();
    let server = Est::new(&base, &ca, Some(&current), rig.wall.clone()).unwrap();
    let offered = server.renew(&pending.request("W0012").unwrap()).unwrap();
    let now_s = u64::try_from((rig.wall)()).ok();
    let chain = est::checked(offered, &pending.fingerprint(), "W0012", &ca, now_s).unwrap();
    rig.folder.keep_certificate(&pending, &chain).unwrap();
    pending.fingerprint()
}
