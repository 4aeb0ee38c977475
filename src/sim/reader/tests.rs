//! Firmware's machine and simulated reader over a pipe in memory, with a clock moved by hand.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::*;
use crate::{
    document::{IdentityDocument, Kind, NumberError, ValidUntil, Validity},
    sim::pty::Device as _,
    status::Device,
    wire::{
        Machine as _, PortWish,
        sam::{ReaderCommand, ReaderEvent, SamConfig, SamReader},
    },
};

mod faults;
mod ladder;

const SECOND: Duration = Duration::from_secs(1);

struct Bench {
    machine: SamReader,
    device: SimReader,
    now: Instant,
    events: Vec<ReaderEvent>,
    last_find: Option<Instant>,
    /// What the machine wished of its port.
    wishes: Vec<PortWish>,
}

/// "Find card" on the line, by the makers' table; not more often than every 300 ms, by their manuals.
const FIND: [u8; 10] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x01, 0x22];
const BETWEEN_FINDS: Duration = Duration::from_millis(300);

impl Bench {
    /// A machine at the device, nothing exchanged yet.
    fn new() -> Self {
        let now = Instant::now();
        let mut machine = SamReader::new(SamConfig::default());
        machine.port_opened(now);
        Self {
            machine,
            device: SimReader::default(),
            now,
            events: Vec::new(),
            last_find: None,
            wishes: Vec::new(),
        }
    }

    /// Said hello, looking for cards.
    fn polling() -> Self {
        let mut bench = Self::new();
        bench
            .machine
            .command(ReaderCommand::SetPolling(true), bench.now);
        bench.run(SECOND);
        let id = "05.03-20240101-0000123456-4000000001".to_owned();
        let online = ReaderEvent::Status(Device::Online);
        assert_eq!(bench.take_events(), [ReaderEvent::SamId(id), online]);
        bench
    }

    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            let mut moved = true;
            while moved {
                moved = false;
                while let Some(bytes) = self.machine.poll_transmit() {
                    assert_ne!(
                        bytes[7], 0x60,
                        "the module would keep another rate for ever"
                    );
                    if bytes == FIND {
                        let last = self.last_find.replace(self.now);
                        let since = last.map_or(BETWEEN_FINDS, |last| self.now - last);
                        assert!(since >= BETWEEN_FINDS, "two finds within {since:?}");
                    }
                    self.device.handle_input(&bytes, self.now);
                    moved = true;
                }
                while let Some(bytes) = self.device.poll_output(self.now) {
                    self.machine.handle_input(&bytes, self.now);
                    moved = true;
                }
                while let Some(event) = self.machine.poll_event() {
                    self.events.push(event);
                }
                while let Some(wish) = self.machine.poll_port() {
                    self.wishes.push(wish);
                    if let PortWish::Rate(rate) = wish {
                        self.device.line_rate(rate);
                    }
                    self.device.line_opened();
                    self.machine.port_opened(self.now);
                    moved = true;
                }
            }
            let times = [self.machine.poll_timeout(), self.device.poll_timeout()];
            let next = times.into_iter().flatten().min();
            self.now = match next {
                Some(next) if next <= end => next.max(self.now),
                _ => {
                    self.now = end;
                    return;
                }
            };
            self.machine.handle_timeout(self.now);
        }
    }

    /// Runs until so many events are there.
    fn run_until(&mut self, events: usize) {
        let limit = self.now + 10 * SECOND;
        while self.events.len() < events {
            assert!(self.now < limit, "the event does not come");
            self.run(Duration::from_millis(10));
        }
    }

    fn take_events(&mut self) -> Vec<ReaderEvent> {
        std::mem::take(&mut self.events)
    }

    /// Runs and returns the names of the events, documents by their number.
    fn story(&mut self, time: Duration) -> Vec<String> {
        self.run(time);
        let tell = |event| match event {
            ReaderEvent::CardRead(document) => format!("read {}", document.number),
            ReaderEvent::MediaInserted => "inserted".into(),
            ReaderEvent::ReadFailed(fault, _) => format!("ReadFailed({fault:?})"),
            ReaderEvent::MediaRemoved => "removed".into(),
            other => format!("{other:?}"),
        };
        self.take_events().into_iter().map(tell).collect()
    }
}

fn cards() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("board/laptop/cards")
}

fn card(name: &str) -> CardFile {
    CardFile::load(&cards().join(name).with_extension("toml")).expect("a card of the laptop board")
}

fn read(card: &CardFile) -> Box<IdentityDocument> {
    let mut bench = Bench::polling();
    bench.device.lay(card.clone());
    bench.run(3 * SECOND);
    let mut events = bench.take_events();
    let Some(ReaderEvent::CardRead(document)) = events.pop() else {
        panic!("{}: not read: {events:?}", card.number);
    };
    assert_eq!(events, [ReaderEvent::MediaInserted]);
    document
}

fn lines(card: &CardFile) -> [String; 3] {
    [
        "inserted".into(),
        format!("read {}", card.number),
        "removed".into(),
    ]
}

#[test]
fn every_card_arrives_as_its_file_says() {
    let mut seen = 0;
    for entry in std::fs::read_dir(cards()).unwrap() {
        let path = entry.unwrap().path();
        let card = CardFile::load(&path).unwrap();
        let document = read(&card);
        seen += 1;
        let kind = match card.kind {
            CardKind::Resident => Kind::Resident,
            CardKind::HkMacaoTaiwan => Kind::HkMacaoTaiwan,
            CardKind::Foreigner2017 => Kind::Foreigner2017,
            CardKind::Foreigner2023 => Kind::Foreigner2023,
        };
        assert_eq!(document.kind, kind);
        let until = match document.valid_until {
            ValidUntil::Date(date) => date.compact(),
            ValidUntil::LongTerm => "长期".into(),
        };
        let nation = document
            .nation
            .map_or(String::new(), |nation| format!("{:02}", nation.code()));
        for (arrived, written) in [
            (&document.name, &card.name),
            (&document.english_name, &card.english_name),
            (&nation, &card.nation),
            (&document.birth.compact(), &card.birth),
            (&document.address, &card.address),
            (&document.latest_address, &card.latest_address),
            (&document.number, &card.number),
            (&document.authority, &card.authority),
            (&document.valid_from.compact(), &card.valid_from),
            (&until, &card.valid_until),
            (&document.travel_permit, &card.travel_permit),
            (&document.issue_count, &card.issue_count),
            (&document.nationality, &card.nationality),
        ] {
            assert_eq!(arrived, written, "{}", path.display());
        }
        assert_eq!(
            document.sex.name(),
            if card.sex == "1" { "男" } else { "女" }
        );
        assert_eq!(document.photo, card.photo());
        let check = if path.ends_with("bad_number.toml") {
            Err(NumberError::CheckDigit)
        } else {
            Ok(())
        };
        assert_eq!(document.number_check(), check, "{}", path.display());
        assert!(
            ["999", "UTO"].contains(&&document.number[..3]),
            "nobody's number"
        );
        let today = crate::document::Date::new(2026, 11, 22).unwrap();
        let expired = document.validity_on(today) == Validity::Expired;
        assert_eq!(expired, path.ends_with("expired.toml"));
    }
    assert_eq!(seen, 13);
}

#[test]
fn a_card_is_read_once_and_its_leaving_is_told() {
    let elder = card("elder");
    for found_after_read in [true, false] {
        let mut bench = Bench::polling();
        bench
            .device
            .set(ReaderSetting::HaltAfterRead(!found_after_read));
        bench.device.lay(elder.clone());
        bench.run_until(2);
        if found_after_read {
            assert_eq!(bench.story(60 * SECOND)[2..], [""; 0], "lies there");
            bench.device.take();
        }
        // "No card" right after the reading is no proof: three of them, 300 ms apart, are.
        let since = bench.now;
        bench.take_events();
        bench.run_until(1);
        assert_eq!(bench.take_events(), [ReaderEvent::MediaRemoved]);
        let after = bench.now - since;
        let bounds = Duration::from_millis(600)..Duration::from_millis(1300);
        assert!(bounds.contains(&after), "{after:?}");
        bench.device.lay(elder.clone());
        assert_eq!(bench.story(SECOND), lines(&elder)[..2]);
    }
}

#[test]
fn a_short_gap_is_no_removal_but_another_card_is_never_taken_for_the_first() {
    let (elder, farmer) = (card("elder"), card("farmer"));
    let mut bench = Bench::polling();
    bench.device.lay(elder.clone());
    bench.story(2 * SECOND);
    bench.device.take();
    bench.run(Duration::from_millis(350));
    bench.device.lay(elder.clone());
    assert_eq!(bench.story(5 * SECOND), [""; 0], "the same card");
    bench.device.take();
    bench.run(Duration::from_millis(350));
    bench.device.lay(farmer.clone());
    let [inserted, read, removed] = lines(&farmer);
    assert_eq!(bench.story(5 * SECOND), [removed, inserted, read]);
}

#[test]
fn without_polling_cards_are_left_alone_and_forgotten() {
    let mut bench = Bench::polling();
    bench.device.lay(card("elder"));
    assert_eq!(bench.story(3 * SECOND).len(), 2);
    bench
        .machine
        .command(ReaderCommand::SetPolling(false), bench.now);
    bench.device.take();
    bench.device.lay(card("farmer"));
    assert_eq!(bench.story(300 * SECOND), [""; 0]);
    bench
        .machine
        .command(ReaderCommand::SetPolling(true), bench.now);
    assert_eq!(bench.story(3 * SECOND), lines(&card("farmer"))[..2]);
    // Stopped in mid-read: what arrives then is nobody's.
    bench.device.take();
    bench.run(3 * SECOND);
    bench.device.lay(card("elder"));
    bench.run(Duration::from_millis(500));
    bench.take_events();
    bench
        .machine
        .command(ReaderCommand::SetPolling(false), bench.now);
    assert_eq!(bench.story(30 * SECOND), [""; 0]);
}

#[test]
fn card_files_are_strict() {
    assert!(CardFile::parse("nmae = \"x\"").is_err());
    assert!(matches!(
        CardFile::parse("fingerprint = 3"),
        Err(CardError::Fingerprint(3))
    ));
    assert!(CardFile::load(Path::new("/nonexistent/card.toml")).is_err());
}
