use std::time::{Duration, Instant};

use super::*;
use crate::wire::Machine as _;
use proptest::prelude::*;

const NEWLAND_ACK: &[u8] = b"\x02\x01\x30\x30\x30\x30#SCNTRG1\x06\x3B\x03";
const GROW_ACK: &[u8] = &[0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31];
const ALL: [Dialect; 4] = [
    Dialect::Newland,
    Dialect::Honeywell,
    Dialect::Ssi,
    Dialect::Grow,
];

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn told(scanner: &mut Scanner) -> Vec<Event> {
    std::iter::from_fn(|| scanner.poll_event()).collect()
}

/// Codes and refusals since the last look.
fn codes(scanner: &mut Scanner) -> Vec<Result<String, Refusal>> {
    let told = told(scanner).into_iter();
    let codes = told.filter_map(|event| match event {
        Event::Status(_) => None,
        Event::Code(text) => Some(Ok(text.reveal().to_owned())),
        Event::Refused(refusal) => Some(Err(refusal)),
    });
    codes.collect()
}

fn sent(scanner: &mut Scanner) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| scanner.poll_transmit()).collect()
}

fn reading(dialect: Dialect, framing: Framing, now: Instant) -> Scanner {
    let mut scanner = Scanner::new(dialect, framing);
    scanner.port_opened(now);
    scanner.command(Command::SetReading(true), now);
    sent(&mut scanner);
    scanner
}

#[test]
fn a_late_packet_of_a_port_that_is_gone_is_not_acknowledged() {
    let now = Instant::now();
    let mut scanner = reading(Dialect::Ssi, Framing::Suffix, now);
    scanner.port_lost(now);
    told(&mut scanner);
    // DECODE_DATA with the code "A".
    let packet = [0x06, 0xF3, 0x00, 0x00, 0x01, 0x41, 0xFE, 0xC5];
    scanner.handle_input(&packet, now);
    assert_eq!((sent(&mut scanner), told(&mut scanner)), (vec![], vec![]));
    scanner.port_opened(now);
    scanner.handle_input(&packet, now);
    assert_eq!(codes(&mut scanner), [Ok("A".to_owned())]);
}

#[test]
fn each_family_is_spoken_to_in_its_own_bytes() {
    // From the published tables, as numbers.
    let newland = |trigger| {
        let mut bytes = vec![0x7E, 0x01, 0x30, 0x30, 0x30, 0x30, 0x23];
        bytes.extend([0x53, 0x43, 0x4E, 0x54, 0x52, 0x47, trigger, 0x3B, 0x03]);
        bytes
    };
    let table = [
        (Dialect::Newland, newland(0x31), newland(0x30)),
        (
            Dialect::Honeywell,
            vec![0x16, 0x54, 0x0D],
            vec![0x16, 0x55, 0x0D],
        ),
        (
            Dialect::Ssi,
            vec![0x00, 0x04, 0xE4, 0x04, 0x00, 0xFF, 0x14],
            vec![0x00, 0x04, 0xE5, 0x04, 0x00, 0xFF, 0x13],
        ),
        (
            Dialect::Grow,
            vec![0x7E, 0x00, 0x08, 0x01, 0x00, 0x02, 0x01, 0xAB, 0xCD],
            vec![0x7E, 0x00, 0x08, 0x01, 0x00, 0x02, 0x00, 0xAB, 0xCD],
        ),
    ];
    for (dialect, start, stop) in table {
        let now = Instant::now();
        let mut scanner = Scanner::new(dialect, Framing::Suffix);
        scanner.command(Command::SetReading(false), now);
        assert!(sent(&mut scanner).is_empty(), "nothing without a port");
        scanner.port_opened(now);
        assert_eq!(
            sent(&mut scanner),
            std::slice::from_ref(&stop),
            "{dialect:?}"
        );
        scanner.command(Command::SetReading(true), now);
        assert_eq!(sent(&mut scanner), [start]);
        scanner.command(Command::SetReading(true), now);
        assert!(sent(&mut scanner).is_empty());
        scanner.command(Command::SetReading(false), now);
        assert_eq!(sent(&mut scanner), [stop]);
    }
}

#[test]
fn a_code_with_a_suffix_is_told_once_and_answers_are_no_codes() {
    for (dialect, ack) in [
        (Dialect::Newland, NEWLAND_ACK),
        (Dialect::Grow, GROW_ACK),
        (Dialect::Ssi, &dialect::SSI_ACK),
        (Dialect::Honeywell, &[]),
    ] {
        for portion in [1, 3, 100] {
            let now = Instant::now();
            let mut scanner = reading(dialect, Framing::Suffix, now);
            let line = [ack, b"KIOSK2/abc\r\n", ack, b"second\r", b"\n", ack].concat();
            for bytes in line.chunks(portion) {
                scanner.handle_input(bytes, now);
            }
            let expected = [Ok("KIOSK2/abc".into()), Ok("second".into())];
            assert_eq!(codes(&mut scanner), expected, "{dialect:?} {portion}");
        }
    }
}

#[test]
fn a_code_without_a_suffix_ends_with_silence() {
    let now = Instant::now();
    let mut scanner = reading(Dialect::Newland, Framing::Silence, now);
    scanner.handle_input(NEWLAND_ACK, now);
    scanner.handle_input(b"two\nlines", now + ms(10));
    scanner.handle_input(b" and more", now + ms(80));
    scanner.handle_input(NEWLAND_ACK, now + ms(90));
    scanner.handle_timeout(now + ms(169));
    assert!(codes(&mut scanner).is_empty());
    scanner.handle_timeout(now + ms(170));
    assert_eq!(codes(&mut scanner), [Ok("two\nlines and more".into())]);
}

#[test]
fn a_code_whose_suffix_never_comes_is_refused_and_the_next_one_is_whole() {
    let now = Instant::now();
    let mut scanner = reading(Dialect::Grow, Framing::Suffix, now);
    scanner.handle_input(b"half", now);
    scanner.handle_timeout(now + ms(1000));
    scanner.handle_input(b"whole\r", now + ms(1100));
    let expected = [Err(Refusal::Cut), Ok("whole".into())];
    assert_eq!(codes(&mut scanner), expected);
}

#[test]
fn a_code_that_is_too_long_is_refused_and_takes_no_memory() {
    let now = Instant::now();
    let mut scanner = reading(Dialect::Honeywell, Framing::Suffix, now);
    for _ in 0..100 {
        scanner.handle_input(&[b'x'; 1000], now);
    }
    scanner.handle_input(b"\rgood\r", now);
    let longest = vec![b'y'; CODE_LIMIT];
    scanner.handle_input(&longest, now);
    scanner.handle_input(b"\r", now);
    let codes = codes(&mut scanner);
    assert_eq!(codes[..2], [Err(Refusal::TooLong), Ok("good".into())]);
    assert_eq!(codes[2].as_ref().map(String::len), Ok(CODE_LIMIT));
    let mut scanner = reading(Dialect::Honeywell, Framing::Silence, now);
    scanner.handle_input(&[b'x'; 5000], now);
    scanner.handle_timeout(now + ms(80));
    assert_eq!(codes_of(&mut scanner), [Err(Refusal::TooLong)]);
}

fn codes_of(scanner: &mut Scanner) -> Vec<Result<String, Refusal>> {
    codes(scanner)
}

#[test]
fn both_encodings_of_chinese_are_read_and_rubbish_is_refused() {
    let now = Instant::now();
    let mut scanner = reading(Dialect::Newland, Framing::Suffix, now);
    scanner.handle_input("政务服务\r".as_bytes(), now);
    scanner.handle_input(&[0xD5, 0xFE, 0xCE, 0xF1, 0xB7, 0xFE, b'\r'], now);
    scanner.handle_input(&[0x81, 0x39, 0xEF, 0x31, b'\r'], now);
    scanner.handle_input(&[0xFF, 0xFF, 0xFE, b'\r'], now);
    let expected = [
        Ok("政务服务".into()),
        Ok("政务服".into()),
        Ok("㐂".into()),
        Err(Refusal::NotText),
    ];
    assert_eq!(codes(&mut scanner), expected);
}

#[test]
fn a_code_that_is_held_there_is_told_once_and_nothing_while_nobody_reads() {
    let now = Instant::now();
    let mut scanner = reading(Dialect::Newland, Framing::Suffix, now);
    for at in [0, 500, 1900, 3300] {
        scanner.handle_input(b"A\r", now + ms(at));
    }
    scanner.handle_input(b"B\r", now + ms(3400));
    scanner.handle_input(b"B\r", now + ms(4900));
    let expected = ["A", "B", "B"].map(|code| Ok(code.to_owned()));
    assert_eq!(codes(&mut scanner), expected);
    scanner.command(Command::SetReading(false), now + ms(5000));
    scanner.handle_input(b"C\r", now + ms(5001));
    assert!(codes(&mut scanner).is_empty());
    // The next person may show what the last one showed.
    scanner.command(Command::SetReading(true), now + ms(5002));
    scanner.handle_input(b"B\r", now + ms(5003));
    assert_eq!(codes(&mut scanner), [Ok("B".into())]);
}

#[test]
fn packets_with_a_checksum_are_acknowledged_and_damaged_ones_are_no_codes() {
    let now = Instant::now();
    // DECODE_DATA, source 00, status 00, type 01, "AB"; the sum is 017F.
    let packet = [0x07, 0xF3, 0x00, 0x00, 0x01, b'A', b'B', 0xFE, 0x82];
    let mut scanner = reading(Dialect::Ssi, Framing::Suffix, now);
    scanner.handle_input(&packet[..4], now);
    scanner.handle_input(&packet[4..], now);
    assert_eq!(codes(&mut scanner), [Ok("AB".into())]);
    assert_eq!(sent(&mut scanner), [dialect::SSI_ACK.to_vec()]);
    let mut damaged = packet;
    damaged[5] = b'C';
    scanner.handle_input(&damaged, now);
    scanner.handle_timeout(now + ms(1000));
    assert_eq!(codes(&mut scanner), [Err(Refusal::Cut)]);
    let acks = sent(&mut scanner);
    assert!(!acks.contains(&dialect::SSI_ACK.to_vec()));
}

#[test]
fn an_engine_that_answers_nothing_has_no_power_and_one_that_cannot_answer_is_believed() {
    let begin = Instant::now();
    let mut scanner = Scanner::new(Dialect::Newland, Framing::Suffix);
    scanner.port_opened(begin);
    scanner.handle_timeout(begin + ms(2000));
    assert!(told(&mut scanner).is_empty(), "asked once more");
    assert_eq!(sent(&mut scanner).len(), 2);
    scanner.handle_timeout(begin + ms(4000));
    assert_eq!(told(&mut scanner), [Event::Status(Device::PowerOff)]);
    scanner.handle_input(NEWLAND_ACK, begin + ms(4100));
    assert_eq!(told(&mut scanner), [Event::Status(Device::Online)]);
    scanner.port_lost(begin + ms(4200));
    assert_eq!(told(&mut scanner), [Event::Status(Device::NoDevice)]);
    assert_eq!(scanner.poll_timeout(), None);
    assert!(sent(&mut scanner).is_empty());

    let mut scanner = Scanner::new(Dialect::Honeywell, Framing::Suffix);
    scanner.port_opened(begin);
    assert_eq!(told(&mut scanner), [Event::Status(Device::Online)]);
    assert_eq!(scanner.poll_timeout(), Some(begin + ms(30_000)));
}

#[test]
fn an_engine_that_gave_up_is_started_again() {
    let begin = Instant::now();
    let mut scanner = reading(Dialect::Honeywell, Framing::Suffix, begin);
    assert_eq!(scanner.poll_timeout(), Some(begin + ms(3000)));
    scanner.handle_timeout(begin + ms(3000));
    assert_eq!(sent(&mut scanner), [vec![0x16, 0x54, 0x0D]]);
}

#[test]
fn nothing_shows_a_code() {
    let event = Event::Code(Private::from("W0012-A7-000001-C"));
    assert!(!format!("{event:?}").contains("W0012"));
}

proptest! {
    #[test]
    fn any_bytes_are_an_event_or_nothing_and_the_next_code_is_read(
        noise in prop::collection::vec(any::<u8>(), 0..3000),
        portion in 1usize..700,
        dialect in prop::sample::select(ALL.to_vec()),
        silence in any::<bool>(),
    ) {
        let now = Instant::now();
        let framing = if silence { Framing::Silence } else { Framing::Suffix };
        let mut scanner = reading(dialect, framing, now);
        for bytes in noise.chunks(portion) {
            scanner.handle_input(bytes, now);
        }
        scanner.handle_timeout(now + ms(1000));
        scanner.handle_input(b"whole\r", now + ms(1100));
        scanner.handle_timeout(now + ms(1180));
        prop_assert_eq!(codes(&mut scanner).pop(), Some(Ok("whole".into())));
    }
}
