//! From a module that does not answer back to one that does.

use super::*;
use crate::wire::sam::ReadFault;

const ONLINE: &str = "Status(Online)";
const OFFLINE: &str = "Status(Offline)";
const POWER_OFF: &str = "Status(PowerOff)";
const WANTED: &str = "PowerCycleWanted";

/// With this fault from a moment in which everything is well.
fn struck(fault: ReaderFault) -> Bench {
    let mut bench = Bench::polling();
    bench.device.set_fault(fault);
    bench
}

/// A card is laid, read and taken away.
fn works(bench: &mut Bench, what: &str) {
    bench.device.take();
    bench.run(3 * SECOND);
    bench.take_events();
    bench.device.lay(card("mother"));
    let story = bench.story(6 * SECOND);
    assert_eq!(story, lines(&card("mother"))[..2], "{what}");
}

#[test]
fn each_rung_heals_what_it_is_for() {
    let mut bench = struck(ReaderFault::HungUntilReset);
    assert_eq!(bench.story(6 * SECOND), [OFFLINE, ONLINE]);
    assert_eq!(bench.wishes, []);
    works(&mut bench, "reset");

    let mut bench = struck(ReaderFault::HungUntilReopen);
    assert_eq!(bench.story(8 * SECOND), [OFFLINE, ONLINE]);
    assert_eq!(bench.wishes, [PortWish::Reopen]);
    works(&mut bench, "open again");

    let mut bench = struck(ReaderFault::HungUntilPowerCycle);
    assert_eq!(bench.story(30 * SECOND), [OFFLINE, POWER_OFF, WANTED]);
    assert!(bench.wishes.iter().all(|wish| *wish == PortWish::Reopen));
    bench.device.power_cycle(bench.now);
    assert_eq!(bench.story(5 * SECOND), [ONLINE]);
    works(&mut bench, "power");
}

#[test]
fn a_cable_pulled_behind_its_adapter_is_seen_within_a_second() {
    for pulled_ms in (0..2000).step_by(37) {
        let mut bench = Bench::polling();
        bench.run(Duration::from_millis(pulled_ms));
        bench.device.unplugged();
        bench.device.set_fault(ReaderFault::Silent);
        let since = bench.now;
        bench.run_until(1);
        let took = bench.now - since;
        assert_eq!(bench.take_events(), [ReaderEvent::Status(Device::Offline)]);
        assert!(took < SECOND, "{pulled_ms} ms: {took:?}");
    }
    // Nobody wants a card.
    let mut bench = Bench::polling();
    bench
        .machine
        .command(ReaderCommand::SetPolling(false), bench.now);
    bench.run(5 * SECOND);
    bench.device.set_fault(ReaderFault::Silent);
    assert_eq!(bench.story(3 * SECOND), [OFFLINE]);
}

#[test]
fn a_module_that_grows_slow_is_waited_for_from_then_on() {
    let mut bench = struck(ReaderFault::Late(Duration::from_millis(700)));
    assert_eq!(bench.story(10 * SECOND), [OFFLINE, ONLINE]);
    assert_eq!(bench.story(300 * SECOND), [""; 0]);
    works(&mut bench, "slow");
    bench.device.set_fault(ReaderFault::None);
    bench.run(60 * SECOND);
    // Quick again: silence is seen quickly again.
    bench.device.set_fault(ReaderFault::Silent);
    assert_eq!(bench.story(SECOND), [OFFLINE]);
}

#[test]
fn the_power_is_asked_for_once_in_ten_minutes_and_the_module_every_three_seconds() {
    let mut bench = struck(ReaderFault::Silent);
    let story = bench.story(Duration::from_secs(3600));
    assert_eq!(story[..2], [OFFLINE, POWER_OFF]);
    assert!(story[2..].iter().all(|line| line == WANTED), "{story:?}");
    assert!((5..=6).contains(&story[2..].len()), "{}", story.len());
    // The port is opened again about once a minute, not more often.
    assert!(
        (50..80).contains(&bench.wishes.len()),
        "{}",
        bench.wishes.len()
    );
    bench.device.set_fault(ReaderFault::None);
    assert_eq!(bench.story(10 * SECOND), [ONLINE]);
    works(&mut bench, "an hour later");
}

#[test]
fn the_bit_rate_is_found_and_told() {
    for (device, configured) in [(9600, 115_200), (115_200, 9600), (38_400, 57_600)] {
        let mut bench = Bench::new();
        let config = SamConfig {
            rate: configured,
            ..SamConfig::default()
        };
        bench.machine = SamReader::new(config);
        bench.machine.port_opened(bench.now);
        bench.device.line_rate(configured);
        bench.device.set(ReaderSetting::Rate(device));
        bench
            .machine
            .command(ReaderCommand::SetPolling(true), bench.now);
        let story = bench.story(20 * SECOND);
        let found = format!("RateFound({device})");
        assert_eq!(story[..2], [OFFLINE, &found], "{device}");
        assert_eq!(story.last().map(String::as_str), Some(ONLINE), "{device}");
        assert_eq!(bench.wishes.last(), Some(&PortWish::Rate(device)));
        works(&mut bench, "another rate");
        // It was online here: when it falls silent, its rate is not doubted.
        bench.wishes.clear();
        bench.device.set_fault(ReaderFault::Silent);
        bench.run(60 * SECOND);
        assert!(!bench.wishes.is_empty());
        assert!(bench.wishes.iter().all(|wish| *wish == PortWish::Reopen));
    }
}

#[test]
fn no_rate_helps_a_module_that_is_off() {
    let mut bench = Bench::new();
    bench.device.set_fault(ReaderFault::Silent);
    assert_eq!(bench.story(30 * SECOND), [OFFLINE, POWER_OFF, WANTED]);
    let rates = [115_200, 57_600, 38_400, 19_200, 9600, 115_200].map(PortWish::Rate);
    assert_eq!(bench.wishes[0], PortWish::Reopen);
    assert_eq!(bench.wishes[1..7], rates, "and back");
    bench.device.set_fault(ReaderFault::None);
    let story = bench.story(10 * SECOND);
    assert_eq!(story.last().map(String::as_str), Some(ONLINE), "{story:?}");
}

#[test]
fn a_failed_self_test_is_a_fault_of_the_device() {
    let mut bench = struck(ReaderFault::SelfTest);
    assert_eq!(bench.story(60 * SECOND), ["Status(HardwareError)", WANTED]);
    bench.device.set_fault(ReaderFault::None);
    assert_eq!(bench.story(5 * SECOND), [ONLINE]);
    works(&mut bench, "self-test");
}

#[test]
fn a_module_just_switched_on_is_waited_for() {
    let mut bench = Bench::new();
    bench.device.set_fault(ReaderFault::DeafAfterPowerOn);
    bench.device.plugged(bench.now);
    bench
        .machine
        .command(ReaderCommand::SetPolling(true), bench.now);
    let story = bench.story(6 * SECOND);
    assert_eq!(story.first().map(String::as_str), Some(OFFLINE));
    assert_eq!(story.last().map(String::as_str), Some(ONLINE));
    assert_eq!(bench.wishes, [], "its port is left alone");
    works(&mut bench, "deaf");
    // The power fails for a moment, the port stays.
    bench.device.take();
    bench.run(3 * SECOND);
    bench.take_events();
    bench.device.power_cycle(bench.now);
    assert_eq!(bench.story(6 * SECOND), [OFFLINE, ONLINE]);
    works(&mut bench, "deaf again");
}

#[test]
fn a_wrong_first_identity_is_not_told() {
    let mut bench = Bench::new();
    bench.device.set_fault(ReaderFault::FirstSamIdWrong);
    bench
        .machine
        .command(ReaderCommand::SetPolling(true), bench.now);
    let id = "SamId(\"05.03-20240101-0000123456-4000000001\")";
    assert_eq!(bench.story(SECOND), [id, ONLINE]);
    works(&mut bench, "identity");
}

#[test]
fn a_reading_that_times_out_in_the_reader_is_unreadable() {
    let mut bench = struck(ReaderFault::VendorTimeout);
    bench.device.lay(card("farmer"));
    let story = bench.story(10 * SECOND);
    assert_eq!(story, ["inserted", "ReadFailed(Unreadable)"]);
    bench.device.set_fault(ReaderFault::None);
    works(&mut bench, "vendor timeout");
}

#[test]
fn every_part_of_the_newer_address_is_taken() {
    for parts in 1..=4 {
        let mut bench = Bench::polling();
        bench.device.set(ReaderSetting::AddressParts(parts));
        let mover = CardFile {
            latest_address: "某市新址路一号".into(),
            ..card("mother")
        };
        bench.device.lay(mover);
        bench.run(3 * SECOND);
        let Some(ReaderEvent::CardRead(document)) = bench.take_events().pop() else {
            panic!("{parts}: not read");
        };
        assert_eq!(document.latest_address, "某市新址路一号", "{parts}");
    }
}

#[test]
fn a_card_that_halts_is_read_each_time_it_is_laid() {
    let mut bench = Bench::polling();
    bench.device.set(ReaderSetting::HaltAfterRead(true));
    for _ in 0..3 {
        bench.device.lay(card("elder"));
        assert_eq!(bench.story(4 * SECOND), lines(&card("elder")));
    }
}

#[test]
fn a_poor_antenna_fails_readings_and_a_good_one_heals() {
    let mut bench = Bench::polling();
    bench.device.set(ReaderSetting::RfLimit(20));
    bench.device.lay(card("young"));
    let story = bench.story(3 * SECOND);
    assert_eq!(story, ["inserted", "ReadFailed(MovedAway)"]);
    bench.device.set(ReaderSetting::RfLimit(255));
    works(&mut bench, "antenna");
}

#[test]
fn a_worn_reader_reads_on() {
    let mut bench = Bench::polling();
    bench.device.set(ReaderSetting::MissPerMille(200));
    bench
        .device
        .set(ReaderSetting::ReadTimeGrowth(Duration::from_millis(25)));
    let mut read = 0;
    for _ in 0..60 {
        bench.device.lay(card("mother"));
        let story = bench.story(8 * SECOND);
        read += story
            .iter()
            .filter(|line| line.starts_with("read "))
            .count();
        assert!(
            !story.iter().any(|line| line.starts_with("Status")),
            "{story:?}"
        );
        bench.device.take();
        bench.run(4 * SECOND);
        bench.take_events();
    }
    assert!(read >= 60, "{read}");
    bench.device.set(ReaderSetting::MissPerMille(1000));
    bench.device.lay(card("mother"));
    assert_eq!(bench.story(20 * SECOND), [""; 0], "nothing is found");
    bench.device.set(ReaderSetting::MissPerMille(0));
    assert_eq!(bench.story(8 * SECOND), lines(&card("mother"))[..2]);
}

/// Three cards in a row that cannot be read, then it steps down; after many good ones it tries the longer way again.
#[test]
fn a_poor_antenna_is_met_by_shorter_exchanges() {
    let mut bench = Bench::polling();
    bench.device.set(ReaderSetting::RfLimit(0x20));
    let mut failed = 0;
    let next = |bench: &mut Bench| {
        bench.device.lay(card("young"));
        bench.run(3 * SECOND);
        let events = bench.take_events();
        bench.device.take();
        bench.run(3 * SECOND);
        bench.take_events();
        match events.last() {
            Some(ReaderEvent::CardRead(_)) => false,
            Some(ReaderEvent::ReadFailed(ReadFault::MovedAway, Some(0x41))) => true,
            other => panic!("{other:?}"),
        }
    };
    // 80, 48 and 24 bytes: three cards each until it works.
    while next(&mut bench) {
        failed += 1;
        assert!(failed <= 6, "never works");
    }
    assert_eq!(failed, 6);
    bench.device.set(ReaderSetting::RfLimit(u8::MAX));
    for _ in 0..39 {
        assert!(!next(&mut bench));
    }
    // Back at 80: the poor antenna shows again.
    bench.device.set(ReaderSetting::RfLimit(0x4F));
    assert!(next(&mut bench));
}
