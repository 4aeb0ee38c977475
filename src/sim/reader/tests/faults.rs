//! What goes wrong with cards, lines and readers, and what is told about it.

use super::*;
use crate::wire::sam::ReadFault;

#[test]
fn faults_of_a_card_are_told_and_need_it_laid_anew() {
    for (fault, told) in [
        (ReaderFault::NotAnIdCard, ReadFault::NotAnIdCard),
        (
            ReaderFault::AuthenticationFailed,
            ReadFault::AuthenticationFailed,
        ),
        (ReaderFault::MovedAway, ReadFault::MovedAway),
    ] {
        let mut bench = Bench::polling();
        bench.device.set_fault(fault);
        bench.device.lay(card("mother"));
        let story = bench.story(4 * SECOND);
        let failed = format!("ReadFailed({told:?})");
        assert_eq!(story[..2], ["inserted".to_owned(), failed]);
        bench.device.set_fault(ReaderFault::None);
        if fault == ReaderFault::MovedAway {
            assert_eq!(story[2..], ["removed"]);
        } else {
            assert_eq!(story.len(), 2);
            assert_eq!(
                bench.story(4 * SECOND),
                [""; 0],
                "{fault:?}: not read where it lies"
            );
            bench.device.take();
            bench.device.lay(card("mother"));
            assert_eq!(bench.story(SECOND), [""; 0], "{fault:?}: not seen to leave");
            bench.device.take();
            assert_eq!(bench.story(2 * SECOND), ["removed"]);
        }
        bench.device.lay(card("mother"));
        assert_eq!(bench.story(3 * SECOND), lines(&card("mother"))[..2]);
    }
}

#[test]
fn a_card_relaid_quickly_after_a_failure_is_read() {
    let mut bench = Bench::polling();
    bench.device.set_fault(ReaderFault::AuthenticationFailed);
    bench.device.lay(card("young"));
    assert_eq!(bench.story(2 * SECOND).len(), 2);
    bench.device.set_fault(ReaderFault::None);
    bench.device.take();
    bench.run(Duration::from_millis(350));
    bench.device.lay(card("young"));
    let [inserted, read, removed] = lines(&card("young"));
    assert_eq!(bench.story(2 * SECOND), [removed, inserted, read]);
}

#[test]
fn noise_and_slowness_cost_no_reading() {
    for fault in [
        ReaderFault::NoiseBefore,
        ReaderFault::Slow,
        ReaderFault::FingerprintFailed,
        ReaderFault::Late(Duration::from_millis(500)),
    ] {
        let mut bench = Bench::polling();
        bench.device.set_fault(fault);
        bench.device.lay(card("longterm"));
        let story = bench.story(15 * SECOND);
        assert_eq!(story, lines(&card("longterm"))[..2], "{fault:?}");
    }
}

#[test]
fn a_reader_without_usable_answers_is_off_and_comes_back() {
    for fault in [
        ReaderFault::Silent,
        ReaderFault::NoiseWithin,
        ReaderFault::GarbledChecksum,
        ReaderFault::AbsurdLength,
    ] {
        let mut bench = Bench::polling();
        bench.device.set_fault(fault);
        bench.device.lay(card("farmer"));
        let off = ["Status(Offline)", "Status(PowerOff)", "PowerCycleWanted"];
        assert_eq!(bench.story(60 * SECOND), off, "{fault:?}");
        bench.device.set_fault(ReaderFault::None);
        let online = format!("{:?}", ReaderEvent::Status(Device::Online));
        // Laid while nobody looked: nobody can tell whether its owner is still there.
        let there = format!("{:?}", ReaderEvent::MediaThere);
        assert_eq!(bench.story(20 * SECOND), [online, there], "{fault:?}");
        bench.device.take();
        let [inserted, read, removed] = lines(&card("farmer"));
        assert_eq!(bench.story(5 * SECOND), [removed], "{fault:?}");
        bench.device.lay(card("farmer"));
        assert_eq!(bench.story(5 * SECOND), [inserted, read], "{fault:?}");
    }
}

#[test]
fn a_reader_that_falls_silent_in_mid_read_says_so() {
    let mut bench = Bench::polling();
    bench.device.set(ReaderSetting::ReadTime(2 * SECOND));
    bench.device.lay(card("farmer"));
    assert_eq!(bench.story(SECOND), ["inserted"]);
    bench.device.unplugged();
    bench.device.set_fault(ReaderFault::Silent);
    let story = bench.story(60 * SECOND);
    let off = ["Status(Offline)", "Status(PowerOff)", "PowerCycleWanted"];
    assert_eq!(story[0], "ReadFailed(ReaderFault)");
    assert_eq!(story[1..], off);
}

#[test]
fn an_unauthorised_module_is_a_fault_of_the_device() {
    let mut bench = Bench::new();
    bench.device.set_fault(ReaderFault::Unauthorised);
    assert_eq!(bench.story(30 * SECOND), ["Status(HardwareError)"]);
    bench.device.set_fault(ReaderFault::None);
    assert!(bench.story(10 * SECOND).contains(&"Status(Online)".into()));
}

#[test]
fn a_late_answer_is_never_another_persons_card() {
    let (elder, farmer) = (card("elder"), card("farmer"));
    for late_ms in (0..12_000).step_by(250) {
        let mut bench = Bench::polling();
        // Lay and start reading well, then the answer with the content is late.
        bench
            .device
            .set(ReaderSetting::ReadTime(Duration::from_millis(late_ms)));
        bench.device.lay(elder.clone());
        bench.run(6 * SECOND);
        bench.device.set(ReaderSetting::ReadTime(Duration::ZERO));
        bench.take_events();
        bench.device.lay(farmer.clone());
        let story = bench.story(20 * SECOND);
        let read = |card: &CardFile| format!("read {}", card.number);
        assert!(!story.contains(&read(&elder)), "{late_ms} ms: {story:?}");
        if late_ms > 5000 {
            assert_eq!(story.last(), Some(&read(&farmer)), "{late_ms} ms");
        }
    }
}

#[test]
fn a_silent_module_is_noticed_without_polling() {
    let mut bench = Bench::polling();
    bench
        .machine
        .command(ReaderCommand::SetPolling(false), bench.now);
    bench.device.set_fault(ReaderFault::Silent);
    let off = ["Status(Offline)", "Status(PowerOff)", "PowerCycleWanted"];
    assert_eq!(bench.story(60 * SECOND), off);
}

/// Says well when asked for its health, and yet cannot be used: told once, not over and over.
#[test]
fn a_module_that_is_well_by_its_own_word_only_does_not_swing() {
    let not_usable = [
        (
            ReaderFault::Answers {
                cmd: 0x12,
                sw3: 0x60,
            },
            "HardwareError",
        ),
        (
            ReaderFault::Answers {
                cmd: 0x12,
                sw3: 0x66,
            },
            "HardwareError",
        ),
        (
            ReaderFault::Answers {
                cmd: 0x61,
                sw3: 0x60,
            },
            "HardwareError",
        ),
        (
            ReaderFault::Answers {
                cmd: 0x61,
                sw3: 0x66,
            },
            "HardwareError",
        ),
        (
            ReaderFault::Answers {
                cmd: 0x20,
                sw3: 0x24,
            },
            "HardwareError",
        ),
        (
            ReaderFault::Answers {
                cmd: 0x20,
                sw3: 0x47,
            },
            "HardwareError",
        ),
        (
            ReaderFault::Answers {
                cmd: 0x20,
                sw3: 0x66,
            },
            "HardwareError",
        ),
        (ReaderFault::Mute(0x20), "HardwareError"),
        (ReaderFault::Mute(0x12), "PowerOff"),
        (ReaderFault::Mute(0x61), "PowerOff"),
    ];
    for (fault, status) in not_usable {
        let mut bench = Bench::polling();
        bench.device.set_fault(fault);
        bench.machine.command(ReaderCommand::Reset, bench.now);
        let story = bench.story(120 * SECOND);
        let expected = match status {
            "PowerOff" => &["Status(Offline)", "Status(PowerOff)", "PowerCycleWanted"][..],
            _ => &["Status(HardwareError)", "PowerCycleWanted"],
        };
        assert_eq!(story, expected, "{fault:?}");
        // Nobody wants a card: it says so no more often.
        bench
            .machine
            .command(ReaderCommand::SetPolling(false), bench.now);
        assert_eq!(bench.story(120 * SECOND), [""; 0], "{fault:?}");
        bench.device.set_fault(ReaderFault::None);
        let story = bench.story(70 * SECOND);
        assert_eq!(story, ["Status(Online)"], "{fault:?}");
    }
}

#[test]
fn a_module_without_a_limit_of_exchanges_is_used_all_the_same() {
    for sw3 in [0x21, 0x23] {
        let mut bench = Bench::new();
        bench
            .device
            .set_fault(ReaderFault::Answers { cmd: 0x61, sw3 });
        let story = bench.story(10 * SECOND);
        assert_eq!(story.last().map(String::as_str), Some("Status(Online)"));
    }
}

/// [`Bench::run`] looks at the time between two finds.
#[test]
fn finds_keep_their_distance_whatever_is_wrong() {
    let ms = Duration::from_millis;
    let mut faults = vec![
        ReaderFault::None,
        ReaderFault::NoiseBefore,
        ReaderFault::NoiseWithin,
        ReaderFault::GarbledChecksum,
        ReaderFault::Slow,
        ReaderFault::Late(ms(120)),
        ReaderFault::Late(ms(950)),
        ReaderFault::Late(ms(5100)),
        ReaderFault::Silent,
        ReaderFault::AbsurdLength,
        ReaderFault::MovedAway,
        ReaderFault::NotAnIdCard,
        ReaderFault::AuthenticationFailed,
        ReaderFault::Unauthorised,
        ReaderFault::FingerprintFailed,
        ReaderFault::SelfTest,
        ReaderFault::HungUntilReset,
        ReaderFault::HungUntilReopen,
        ReaderFault::HungUntilPowerCycle,
        ReaderFault::FirstSamIdWrong,
        ReaderFault::DeafAfterPowerOn,
        ReaderFault::VendorTimeout,
    ];
    for cmd in [0x10, 0x11, 0x12, 0x20, 0x30, 0x61] {
        faults.push(ReaderFault::Mute(cmd));
        let codes =
            (0..=u8::MAX).filter(|code| code % 16 < 2 || [0x24, 0x3F, 0x47, 0x9F].contains(code));
        faults.extend(codes.map(|sw3| ReaderFault::Answers { cmd, sw3 }));
    }
    for fault in faults {
        let mut bench = Bench::polling();
        bench.device.set(ReaderSetting::ReadTime(ms(5)));
        bench.device.lay(card("young"));
        bench.run(ms(700));
        bench.device.set_fault(fault);
        bench.run(ms(2400));
        for polling in [false, true, false, true] {
            bench
                .machine
                .command(ReaderCommand::SetPolling(polling), bench.now);
            bench.run(ms(70));
        }
        bench.device.take();
        bench.run(ms(1100));
        bench.device.lay(card("elder"));
        bench.run(10 * SECOND);
        bench.machine.port_lost(bench.now);
        bench.machine.port_opened(bench.now);
        bench.device.set_fault(ReaderFault::None);
        bench.run(2 * SECOND);
        assert!(bench.last_find.is_some(), "{fault:?}");
    }
}

/// A weak field: now it finds nothing once, now it finds something and cannot make it out. Nobody has laid that card anew.
#[test]
fn a_card_that_was_read_is_not_laid_again_because_it_is_hard_to_read() {
    let mut bench = Bench::polling();
    bench.device.lay(card("farmer"));
    assert_eq!(bench.story(10 * SECOND), lines(&card("farmer"))[..2]);
    for at in 0..20 {
        for (fault, per_mille, ms) in [
            (ReaderFault::None, 1000, 300),
            (ReaderFault::AuthenticationFailed, 0, 2_000),
            (ReaderFault::None, 0, 3_000),
        ] {
            bench.device.set_fault(fault);
            bench.device.set(ReaderSetting::MissPerMille(per_mille));
            let told = bench.story(Duration::from_millis(ms));
            assert_eq!(told, [""; 0], "{fault:?}, {at}");
        }
    }
}
