//! The drivers of reader and printer on pseudo terminals: how soon they see that a plug was pulled, and what they cost
//! while nothing happens.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use kiosk::config::Config;
use kiosk::shell::ports;
use kiosk::shell::serial::SerialDriver;
use kiosk::sim::printer::{PrinterSim, PrinterSimOptions};
use kiosk::sim::reader::ReaderSim;
use kiosk::status::Device;
use kiosk::wire::gauge::Gauge;
use kiosk::wire::printer;
use kiosk::wire::sam::{ReaderCommand, ReaderEvent};

use crate::rows::{Beside, Times, folder, root, row};

const PULLS: usize = 20;
/// How long the idle drivers are watched.
const IDLE: Duration = Duration::from_secs(20);
/// Longest wait for a status.
const PATIENCE: Duration = Duration::from_secs(10);

/// Both drivers and what they tell of their devices.
struct Ports {
    _reader: SerialDriver<ReaderCommand>,
    _printer: SerialDriver<printer::Command>,
    reader: Receiver<Device>,
    printer: Receiver<Device>,
}

pub fn measure() {
    let folder = folder("ports");
    let [reader, printer] = ["reader", "printer"].map(|name| folder.join(name));
    let reader_sim = ReaderSim::start(&reader).unwrap();
    let printer_sim = PrinterSim::start(&printer, PrinterSimOptions::default()).unwrap();
    let ports = Ports::open(&reader, &printer);
    wait_for(&ports.reader, Device::Online);
    wait_for(&ports.printer, Device::Online);

    // Looking for cards all the while, and asking for its status now and then.
    let before = spent();
    sleep(IDLE);
    let load = (spent() - before) / IDLE.as_secs_f64() * 100.0;
    row(
        "Threads of reader and printer while nothing happens",
        load,
        "% of a core",
        Beside::Below(0.2),
    );

    let pull = |unplug: &dyn Fn(), replug: &dyn Fn(), told: &Receiver<Device>| {
        let mut times = Times::default();
        for _ in 0..PULLS {
            let began = Instant::now();
            unplug();
            wait_for(told, Device::NoDevice);
            times.push(began.elapsed());
            replug();
            wait_for(told, Device::Online);
        }
        times.ms(99)
    };
    let seen = pull(
        &|| reader_sim.unplug().unwrap(),
        &|| reader_sim.replug().unwrap(),
        &ports.reader,
    );
    row(
        "Reader unplugged while it looks for cards → seen, worst of 20",
        seen,
        "ms",
        Beside::Below(1000.0),
    );
    let seen = pull(
        &|| printer_sim.unplug().unwrap(),
        &|| printer_sim.replug().unwrap(),
        &ports.printer,
    );
    row(
        "Printer unplugged at rest → seen, worst of 20",
        seen,
        "ms",
        Beside::Below(3000.0),
    );
}

impl Ports {
    fn open(reader: &Path, printer: &Path) -> Self {
        let text = fs::read_to_string(root().join("board/laptop/kiosk.toml")).unwrap();
        let mut config = Config::parse(&text).unwrap();
        config.reader.port = Some(reader.to_owned());
        config.printer.port = Some(printer.to_owned());
        let (tell, reader) = channel();
        let driver = ports::reader(&config, Gauge::default(), move |event| {
            if let ReaderEvent::Status(device) = event {
                let _ = tell.send(device);
            }
        });
        let reader_driver = driver.unwrap();
        reader_driver.send(ReaderCommand::SetPolling(true)).unwrap();
        let (tell, printer) = channel();
        let driver = ports::printer(&config, Gauge::default(), move |event| {
            if let printer::Event::Status(status) = event {
                let _ = tell.send(status.device);
            }
        });
        Self {
            _reader: reader_driver,
            _printer: driver.unwrap(),
            reader,
            printer,
        }
    }
}

fn wait_for(told: &Receiver<Device>, wanted: Device) {
    while told.recv_timeout(PATIENCE).unwrap() != wanted {}
}

/// Seconds of processor time that the drivers' threads have taken so far.
fn spent() -> f64 {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    let of_thread = |thread: fs::DirEntry| {
        let name = fs::read_to_string(thread.path().join("comm")).ok()?;
        // Nanoseconds on a processor come first (Documentation/scheduler/sched-stats.rst of the kernel).
        let stat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        let spent: f64 = stat.split_whitespace().next()?.parse().ok()?;
        name.starts_with("serial-").then_some(spent / 1e9)
    };
    threads.filter_map(|thread| of_thread(thread.ok()?)).sum()
}
