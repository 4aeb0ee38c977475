//! Everything that can happen to the reader, with a card on it and after it.

use kiosk::sim::reader::{CardFile, ReaderAct, ReaderFault, ReaderSetting, SimReader};
use kiosk::wire::sam::{ReaderCommand, SamConfig, SamReader};

use super::bench::Bench;

pub fn card(name: &str) -> CardFile {
    let path = format!(
        "{}/board/laptop/cards/{name}.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    CardFile::load(path.as_ref()).unwrap()
}

pub fn bench() -> Bench<SamReader, SimReader> {
    let setup = SamConfig::default();
    let machine = SamReader::new(setup.clone());
    Bench::new(&setup, machine, SimReader::default())
}

fn act(bench: &mut Bench<SamReader, SimReader>, act: ReaderAct) {
    match act {
        ReaderAct::Unplug => bench.unplug(),
        ReaderAct::Replug => {
            bench.unplug();
            bench.pass(400);
            bench.replug();
        }
        ReaderAct::PowerCycle => bench.device.power_cycle(bench.now),
        ReaderAct::Fault(fault) => bench.device.set_fault(fault),
        ReaderAct::Set(setting) => bench.device.set(setting),
    }
}

/// What has to be so before the port is opened to be seen at all.
fn is_from_the_start(act: ReaderAct) -> bool {
    matches!(
        act,
        ReaderAct::Fault(ReaderFault::FirstSamIdWrong | ReaderFault::DeafAfterPowerOn)
            | ReaderAct::Set(ReaderSetting::Rate(_))
    )
}

/// How long it takes until everything was done about it, in milliseconds.
fn lasts_ms(act: ReaderAct) -> u64 {
    match act {
        ReaderAct::Fault(ReaderFault::HungUntilPowerCycle | ReaderFault::Silent) => 12_000,
        ReaderAct::Fault(ReaderFault::HungUntilReopen) => 6_000,
        ReaderAct::Set(ReaderSetting::Rate(_)) => 15_000,
        _ => 1_000,
    }
}

/// A word of the simulated reader's, and the recording of it.
pub fn all() -> Vec<(String, String)> {
    let record = |example: &&str| {
        let words: Vec<&str> = example.split(' ').collect();
        (words[0].to_owned(), of(ReaderAct::parse(&words).unwrap()))
    };
    ReaderAct::EXAMPLES.iter().map(record).collect()
}

fn of(trouble: ReaderAct) -> String {
    let mut bench = bench();
    if is_from_the_start(trouble) {
        act(&mut bench, trouble);
    }
    bench.command(ReaderCommand::SetPolling(true));
    bench.open();
    bench.pass(900);
    if !is_from_the_start(trouble) {
        act(&mut bench, trouble);
    }
    bench.pass(lasts_ms(trouble));
    bench.device.lay(card("mother"));
    bench.pass(2_500);
    if trouble == ReaderAct::Unplug {
        bench.replug();
    }
    bench.device.power_cycle(bench.now);
    bench.device.set_fault(ReaderFault::None);
    bench.pass(2_000);
    bench.device.take();
    bench.pass(1_000);
    bench.device.lay(card("farmer"));
    bench.pass(1_500);
    bench.end()
}
