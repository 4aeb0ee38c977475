//! `kiosk run`, with reader, printer and platform as processes beside it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use crate::others::starts;
use crate::process::{Running, anonymous_mb, load_percent, peak_rss_mb, pss_mb};
use crate::rows::{Beside, Times, folder, root, row, skipped};
use crate::x11::Server;

const KIOSK: &str = env!("CARGO_BIN_EXE_kiosk");
const STARTS: usize = 20;
const TOUCHES: usize = 60;
/// Of the simulated platform; not the demo's.
const PORT: u16 = 18_417;
const WATCH: Duration = Duration::from_secs(30);
/// Button of the other language on the start page; the middle of lists; the primary button, and what stands in its
/// place where the card goes: those without a card.
const LANGUAGE: (i16, i16) = (130, 1856);
const LISTS: [(i16, i16); 3] = [(540, 760), (300, 900), (540, 1050)];
const PRIMARY: (i16, i16) = (540, 1718);

pub fn measure(server: &Server) {
    let folder = folder("screen");
    let mut devices = Devices::start(&folder);
    let config = config(&folder);
    let start = || {
        let mut command = Command::new(KIOSK);
        command.arg("run").arg("--config").arg(&config);
        command
    };
    let (times, _, _) = starts(server, STARTS, start);
    row(
        "Firmware: start → first page, touchable, p50",
        times.ms(50),
        "ms",
        Beside::Below(120.0),
    );
    row(
        &format!("Firmware: start → first page, worst of {STARTS}"),
        times.worst_ms(),
        "ms",
        Beside::Below(120.0),
    );

    let nothing = server.heading();
    let child = start()
        .env("DISPLAY", server.display())
        .stderr(Stdio::null())
        .spawn();
    let firmware = Running(child.unwrap());
    server
        .wait_for_heading(&nothing, Duration::from_secs(10))
        .expect("a first page");
    std::thread::sleep(Duration::from_secs(3));
    let id = firmware.id();
    row(
        "Firmware: memory on the start page (PSS)",
        pss_mb(id),
        "MB",
        Beside::Below(45.0),
    );
    row(
        "… of it pages of no file: heap, stacks, pictures",
        anonymous_mb(id),
        "MB",
        Beside::Nothing,
    );
    row(
        "Firmware: load on the start page with its slides, 30 s",
        load_percent(id, WATCH),
        "%",
        Beside::Below(5.0),
    );
    languages(server);
    still(server, id);
    visit(server, id, &mut devices);
}

/// From the touch on the X server to other pixels on it, round the whole firmware: window, core, page, drawing.
fn languages(server: &Server) {
    let mut times = Times::default();
    for _ in 0..TOUCHES {
        let before = server.heading();
        let began = Instant::now();
        server.touch(LANGUAGE.0, LANGUAGE.1);
        if server
            .wait_for_heading(&before, Duration::from_secs(1))
            .is_none()
        {
            skipped(
                "Firmware: touch → other pixels on the X server",
                "the button is not where it was",
            );
            return;
        }
        times.push(began.elapsed());
        std::thread::sleep(Duration::from_millis(50));
    }
    row(
        "Firmware: touch → other pixels on the X server, p50",
        times.ms(50),
        "ms",
        Beside::Nothing,
    );
    row(
        "Firmware: touch → other pixels on the X server, p99",
        times.ms(99),
        "ms",
        Beside::Nothing,
    );
}

/// A page on which nothing moves: what can be done without a card.
fn still(server: &Server, id: u32) {
    let next = |server: &Server| {
        let before = server.heading();
        server.touch(PRIMARY.0, PRIMARY.1);
        server
            .wait_for_heading(&before, Duration::from_secs(2))
            .expect("another page");
        std::thread::sleep(Duration::from_secs(2));
    };
    next(server);
    row(
        "Firmware: load on the page that shows where the card goes, 5 s",
        load_percent(id, WATCH / 6),
        "%",
        Beside::Nothing,
    );
    next(server);
    row(
        "Firmware: load on a page that stands still, 30 s",
        load_percent(id, WATCH),
        "%",
        Beside::Below(0.05),
    );
}

/// A card, touches all over a visit, both languages; the most memory seen.
fn visit(server: &Server, id: u32, devices: &mut Devices) {
    devices.lay("elder");
    std::thread::sleep(Duration::from_secs(2));
    let mut most = pss_mb(id);
    for at in 0..40 {
        let (x, y) = if at % 3 == 2 {
            PRIMARY
        } else {
            LISTS[at % LISTS.len()]
        };
        server.touch(x, y);
        std::thread::sleep(Duration::from_millis(150));
        most = most.max(pss_mb(id));
    }
    row(
        "Firmware: most memory seen in a visit of 40 touches (PSS)",
        most,
        "MB",
        Beside::Below(45.0),
    );
    row(
        "Firmware: most memory ever, shared pages counted whole (RSS)",
        peak_rss_mb(id),
        "MB",
        Beside::Nothing,
    );
}

/// The devices, each a process.
struct Devices {
    reader: Option<ChildStdin>,
    _running: Vec<Running>,
}

impl Devices {
    fn start(folder: &Path) -> Self {
        let mut running = Vec::new();
        let mut sim = |arguments: &[&str]| {
            let mut command = Command::new(KIOSK);
            command
                .arg("sim")
                .args(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            let mut child = command.current_dir(root()).spawn().unwrap();
            let input = child.stdin.take();
            running.push(Running(child));
            input
        };
        let (reader, printer) = (folder.join("reader"), folder.join("printer"));
        let text = |path: &PathBuf| path.display().to_string();
        let input = sim(&["reader", "--link", &text(&reader)]);
        sim(&[
            "printer",
            "--link",
            &text(&printer),
            "--out",
            &text(&folder.join("paper")),
        ]);
        sim(&[
            "platform",
            "--port",
            &PORT.to_string(),
            "--catalogue",
            "board/catalogue",
        ]);
        let began = Instant::now();
        while !(reader.exists() && printer.exists() && answers()) {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "the simulators do not start"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Self {
            reader: input,
            _running: running,
        }
    }

    fn lay(&mut self, card: &str) {
        if let Some(reader) = &mut self.reader {
            writeln!(reader, "lay {card}").unwrap();
        }
    }
}

fn answers() -> bool {
    std::net::TcpStream::connect(("127.0.0.1", PORT)).is_ok()
}

/// The laptop's configuration, led to the simulators and to a folder of its own.
fn config(folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(root().join("board/laptop/kiosk.toml")).unwrap();
    let text = text
        .replace(
            "[reader]",
            &format!("[reader]\nport = \"{}/reader\"", folder.display()),
        )
        .replace(
            "[printer]",
            &format!("[printer]\nport = \"{}/printer\"", folder.display()),
        )
        .replace("127.0.0.1:8417", &format!("127.0.0.1:{PORT}"))
        .replace("\"../../target/demo/", &format!("\"{}/", folder.display()))
        .replace("\"../", &format!("\"{}/", root().join("board").display()));
    let path = folder.join("kiosk.toml");
    std::fs::write(&path, text).unwrap();
    path
}
