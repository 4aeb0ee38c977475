use std::collections::VecDeque;
use std::io::Write as _;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use super::*;
use crate::audit::{Act, Name, Note, Who};
use crate::shell::audit::{AuditLog, Hand};

/// What the desk does with one request.
#[derive(Clone, Copy)]
enum Mood {
    Keeps,
    /// Keeps all but the last line.
    KeepsLess,
    Status(u16),
    /// Keeps it and says nothing.
    Silent,
    /// Acknowledges what was never sent.
    Lies,
    Rubbish,
}

/// A desk: keeps lines once, by their hash, in the moods that it is given.
struct Desk {
    url: String,
    kept: Arc<Mutex<Vec<String>>>,
    moods: Arc<Mutex<VecDeque<Mood>>>,
}

impl Desk {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/audit", listener.local_addr().expect("bound"));
        let (kept, moods) = (
            Arc::new(Mutex::new(Vec::new())),
            Arc::new(Mutex::new(VecDeque::new())),
        );
        let desk = Self {
            url,
            kept: Arc::clone(&kept),
            moods: Arc::clone(&moods),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a machine");
                let body = request(&mut stream);
                let mood = moods.lock().expect("moods").pop_front();
                let answer = answer(mood.unwrap_or(Mood::Keeps), &body, &kept);
                if let Some((status, text)) = answer {
                    let length = text.len();
                    let head = format!(
                        "HTTP/1.1 {status} -\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                    );
                    stream
                        .write_all((head + &text).as_bytes())
                        .expect("answered");
                }
            }
        });
        desk
    }
}

fn request(stream: &mut impl std::io::Read) -> String {
    let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut piece).expect("bytes");
        assert!(n > 0, "cut off");
        heard.extend_from_slice(&piece[..n]);
        let text = String::from_utf8_lossy(&heard).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_lowercase();
        assert!(head.starts_with("post /audit") && head.contains("x-kiosk-machine: w0012"));
        let length = head.lines().find_map(|line| {
            let value = line.strip_prefix("content-length: ")?;
            value.parse::<usize>().ok()
        });
        if body.len() >= length.expect("a length") {
            return body.to_owned();
        }
    }
}

fn answer(mood: Mood, body: &str, kept: &Mutex<Vec<String>>) -> Option<(u16, String)> {
    let mut lines: Vec<&str> = body.lines().collect();
    match mood {
        Mood::Status(status) => return Some((status, String::new())),
        Mood::Rubbish => return Some((200, "<html>".into())),
        Mood::KeepsLess => drop(lines.pop()),
        Mood::Keeps | Mood::Silent | Mood::Lies => {}
    }
    let mut kept = kept.lock().expect("kept");
    for line in &lines {
        if !kept.iter().any(|have| have == line) {
            kept.push((*line).to_owned());
        }
    }
    let last = lines.last().expect("a line");
    let seq = Entry::parse(last.as_bytes()).expect("an entry").seq;
    let text = if matches!(mood, Mood::Lies) {
        "another"
    } else {
        last
    };
    let sha256 = Digest::of(text.as_bytes()).hex();
    let silent = matches!(mood, Mood::Silent);
    (!silent).then(|| (200, format!("{{\"seq\":{seq},\"sha256\":\"{sha256}\"}}")))
}

fn client() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls);
    builder.no_proxy().build().expect("a client")
}

/// A machine with a log, whose firmware and agent share a folder.
struct Machine {
    folder: tempfile::TempDir,
    config: Config,
    log: AuditLog,
    desk: Desk,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let desk = Desk::open();
        let board = concat!(env!("CARGO_MANIFEST_DIR"), "/board/laptop/kiosk.toml");
        let mut config = crate::shell::settings::load(Path::new(board)).expect("a board");
        let text = format!(
            "{}\n[fleet]\nreport = \"report.json\"\nwish = \"wish.json\"\naudit = \"{}\"\n[updates]\nurl = \"http://127.0.0.1:1\"\nstate_dir = \"agent\"\n",
            without_fleet(&fs::read_to_string(board).expect("a board")),
            desk.url,
        );
        let mut own = Config::parse(&text).expect("a configuration");
        own.rebase(folder.path());
        config.fleet = own.fleet;
        config.updates = own.updates;
        fs::create_dir(at("agent")).expect("a folder");
        let log = AuditLog::at(at("audit"));
        Self {
            folder,
            config,
            log,
            desk,
        }
    }

    fn note(&self) {
        let who = Who::Badge(Name::new("T0007").expect("a name"));
        let note = Note::done(who, Act::TestPrint);
        self.log.append(note, &Clock::system()).expect("written");
    }

    /// The firmware's turn: hands over what the desk does not have by the agent's word.
    fn hand(&self) {
        let (entries, told) = (
            self.config.fleet.entries(),
            self.config.fleet.acknowledged(),
        );
        drop(Hand::start(
            self.log.clone(),
            entries.expect("a file"),
            told,
        ));
    }

    fn ship(&self) -> Result<Option<Anchor>, ShipFault> {
        let now = Instant::now();
        let mut shipper = Shipper::of(&self.config, 7, now).expect("a desk");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(shipper.ship(&client(), now))
    }

    fn unshipped(&self) -> u64 {
        let told = self.config.fleet.acknowledged();
        self.log.unshipped(told.as_deref()).expect("read")
    }
}

fn without_fleet(text: &str) -> String {
    let mut skip = false;
    let lines = text.lines().filter(|line| {
        if line.starts_with('[') {
            skip = matches!(*line, "[fleet]" | "[updates]");
        }
        !skip
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn entries_reach_the_desk_once_and_the_firmware_knows() {
    let machine = Machine::new();
    machine.note();
    machine.note();
    machine.hand();
    assert_eq!(machine.unshipped(), 3);
    let end = machine.ship().expect("taken");
    assert_eq!(end, machine.log.end());
    assert_eq!(machine.unshipped(), 0);
    // Handed over before the firmware heard: not sent again.
    assert_eq!(machine.ship().expect("nothing"), None);
    machine.note();
    machine.hand();
    let handed = fs::read_to_string(machine.folder.path().join("audit.jsonl")).expect("a file");
    assert_eq!(handed.lines().count(), 1, "{handed}");
    assert_eq!(machine.ship().expect("taken"), machine.log.end());
    let kept = machine.desk.kept.lock().expect("kept").clone();
    assert_eq!(kept.len(), 4);
    // What the desk has is the log, and judges the machine's own.
    let page = crate::audit::Page::parse((kept.join("\n") + "\n").as_bytes()).expect("a page");
    let end = machine.log.end().expect("an end");
    assert!(crate::audit::verify(&[page], &[end]).found.is_empty());
}

#[test]
fn a_desk_that_refuses_lies_or_falls_silent_has_nothing_by_our_books() {
    let machine = Machine::new();
    machine.note();
    machine.hand();
    for mood in [
        Mood::Status(503),
        Mood::Silent,
        Mood::Lies,
        Mood::Rubbish,
        Mood::Status(301),
    ] {
        machine.desk.moods.lock().expect("moods").push_back(mood);
        assert!(machine.ship().is_err());
        assert_eq!(machine.unshipped(), 2);
    }
    // It has them all by now, and once each; part of them is a part.
    machine
        .desk
        .moods
        .lock()
        .expect("moods")
        .push_back(Mood::KeepsLess);
    machine.ship().expect("a part");
    assert_eq!(machine.unshipped(), 1);
    machine.hand();
    machine.ship().expect("the rest");
    assert_eq!(machine.unshipped(), 0);
    assert_eq!(machine.desk.kept.lock().expect("kept").len(), 2);
}

#[test]
fn after_a_start_of_the_machine_the_firmware_is_told_again_and_only_entries_go_out() {
    let machine = Machine::new();
    machine.note();
    machine.hand();
    machine.ship().expect("taken");
    let told = machine.config.fleet.acknowledged().expect("a file");
    fs::remove_file(&told).expect("forgotten with the memory");
    assert_eq!(machine.unshipped(), 2);
    let entries = machine.config.fleet.entries().expect("a file");
    fs::write(&entries, "44020319900101123X 张三\n{\"seq\":1}\n").expect("spoiled");
    assert_eq!(machine.ship().expect("nothing to send"), None);
    assert_eq!(machine.unshipped(), 0);
    assert_eq!(machine.desk.kept.lock().expect("kept").len(), 2);
}
