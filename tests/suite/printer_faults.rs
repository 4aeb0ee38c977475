//! Everything that can go wrong with a printer, in memory and with a clock moved by hand.

use std::time::{Duration, Instant};

use kiosk::receipt::{Align, Block, Receipt, Size};
use kiosk::sim::printer::{Clearing, Mechanism, Paper, PrinterSimOptions};
use kiosk::status::{Device, Paper as Supply};
use kiosk::wire::Machine;
use kiosk::wire::escpos::{NoGlyphs, Profile};
use kiosk::wire::printer::{Command, Config, Event, Outcome, Printer, Reason, Status};

/// A printer and its machine on a perfect cable, in a time of their own.
struct World {
    now: Instant,
    plugged: bool,
    machine: Printer,
    device: Mechanism,
    events: Vec<Event>,
}

impl World {
    fn new(profile: &str, clearing: Clearing) -> Self {
        let profile = Profile::builtin(profile).unwrap();
        let options = PrinterSimOptions {
            width_dots: profile.width_dots.into(),
            clearing,
            ..PrinterSimOptions::default()
        };
        let config = Config {
            profile,
            baud: 115_200,
            low_remainder_mm: 300,
        };
        let mut world = Self {
            now: Instant::now(),
            plugged: true,
            machine: Printer::new(config, Box::new(NoGlyphs)),
            device: Mechanism::new(options),
            events: Vec::new(),
        };
        world.machine.port_opened(world.now);
        world.settle();
        world.pass(Duration::from_secs(5));
        assert_eq!(world.machine.status().device, Device::Online);
        world
    }

    /// Exchanges what is due now.
    fn settle(&mut self) {
        for round in 0.. {
            assert!(round < 10_000, "the two never come to rest");
            let mut quiet = true;
            while let Some(bytes) = self.machine.poll_transmit() {
                assert!(bytes.len() <= 256);
                quiet = false;
                if self.plugged {
                    self.device.receive(&bytes, self.now);
                }
            }
            while let Some(event) = self.machine.poll_event() {
                self.events.push(event);
            }
            while let Some(bytes) = self.device.poll_output(self.now) {
                quiet = false;
                if self.plugged {
                    self.machine.handle_input(&bytes, self.now);
                }
            }
            if quiet {
                return;
            }
        }
    }

    /// Moves to the next moment at which anything happens, at most to `end`.
    fn tick(&mut self, end: Instant) {
        let next = [self.machine.poll_timeout(), self.device.poll_timeout()];
        let next = next.into_iter().flatten().min().unwrap_or(end);
        self.now = next.clamp(self.now + Duration::from_micros(50), end.max(self.now));
        self.machine.handle_timeout(self.now);
        self.settle();
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now + Duration::from_micros(50) < end {
            self.tick(end);
        }
    }

    /// Until `done`, at most a minute.
    fn until(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> bool) {
        let end = self.now + Duration::from_secs(60);
        while !done(self) {
            assert!(
                self.now + Duration::from_micros(50) < end,
                "{what}: {:?}",
                self.machine
            );
            self.tick(end);
        }
    }

    fn start(&mut self, job: u64) {
        self.command(Command::Print {
            job,
            receipt: receipt(job),
        });
    }

    fn command(&mut self, command: Command) {
        self.machine.command(command, self.now);
        self.settle();
    }

    fn outcomes(&self, job: u64) -> Vec<Outcome> {
        let of = |event: &Event| match event {
            Event::Finished {
                job: number,
                outcome,
            } if *number == job => Some(*outcome),
            _ => None,
        };
        self.events.iter().filter_map(of).collect()
    }

    fn end(&mut self, job: u64) -> Outcome {
        self.until("an end", |world| !world.outcomes(job).is_empty());
        self.outcomes(job)[0]
    }

    fn print(&mut self, job: u64) -> Outcome {
        self.start(job);
        self.end(job)
    }

    /// Runs until some of the job is on paper.
    fn reach_line(&mut self, lines: usize) {
        self.until("lines", |world| {
            world.device.under_head().lines().len() >= lines
        });
    }

    fn unplug(&mut self) {
        self.plugged = false;
        self.device.unplugged();
        self.machine.port_lost(self.now);
        self.settle();
    }

    fn replug(&mut self) {
        self.plugged = true;
        self.machine.port_opened(self.now);
        self.settle();
    }

    /// The next receipt comes out whole, alone on its paper, and every job so far ended exactly once.
    fn next_is_alone(&mut self, job: u64) {
        let before = self.device.papers().len();
        assert_eq!(self.print(job), Outcome::Printed);
        self.pass(Duration::from_secs(20));
        let papers = self.device.papers();
        let last: &Paper = papers.last().unwrap();
        assert!(papers.len() > before && !last.torn);
        assert_eq!(last.lines(), whole(job), "alone on its paper");
        assert!(self.device.under_head().is_blank());
        assert_eq!(self.device.lost_bytes(), 0, "the buffer never overflowed");
        for number in 1..=job {
            assert!(self.outcomes(number).len() <= 1, "job {number}");
        }
    }
}

fn whole(job: u64) -> Vec<String> {
    (0..60)
        .map(|line| format!("第{job}号回执第{line}行"))
        .collect()
}

fn receipt(job: u64) -> Receipt {
    let line = |text| Block::Line {
        text,
        size: Size::Normal,
        bold: false,
        align: Align::Left,
    };
    Receipt {
        blocks: whole(job).into_iter().map(line).collect(),
    }
}

const WITH_PROOF: [&str; 2] = ["epson-tm-t88", "generic-gb18030-80"];
const CLEARINGS: [Clearing; 3] = [Clearing::ErrorsOnly, Clearing::Always, Clearing::Never];

fn everywhere(mut test: impl FnMut(World)) {
    for profile in WITH_PROOF {
        for clearing in CLEARINGS {
            println!("{profile}, {clearing:?}");
            test(World::new(profile, clearing));
        }
    }
}

#[test]
fn receipts_are_printed_and_proven() {
    everywhere(|mut world| {
        world.next_is_alone(1);
        world.next_is_alone(2);
        assert_eq!(world.device.papers().len(), 2, "nothing else came out");
    });
    let mut world = World::new("generic-gbk-58", Clearing::Never);
    assert_eq!(world.print(1), Outcome::Printed);
}

#[test]
fn nothing_starts_on_a_printer_that_cannot() {
    type Break = fn(&mut Mechanism);
    let cases: [(Break, Reason); 5] = [
        (Mechanism::paper_out, Reason::PaperOut),
        (|device| device.set_cover_open(true), Reason::CoverOpen),
        (Mechanism::jam, Reason::Jam),
        (|device| device.set_offline(true), Reason::Offline),
        (|device| device.set_silent(true), Reason::NoAnswer),
    ];
    for (fault, reason) in cases {
        everywhere(|mut world| {
            fault(&mut world.device);
            assert_eq!(world.print(1), Outcome::NotStarted(reason));
            assert!(world.device.papers().is_empty() && world.device.under_head().is_blank());
        });
    }
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    world.unplug();
    assert_eq!(world.print(1), Outcome::NotStarted(Reason::NoPrinter));
    assert_eq!(world.machine.status().device, Device::NoDevice);
    world.replug();
    world.pass(Duration::from_secs(3));
    world.next_is_alone(2);
}

#[test]
fn paper_that_ends_within_a_receipt_interrupts_it_and_the_rest_never_meets_the_next() {
    for lines in [1, 5, 30, 59] {
        everywhere(|mut world| {
            world.device.paper_out_after_lines(lines);
            assert_eq!(
                world.print(1),
                Outcome::Interrupted(Reason::PaperOut),
                "after {lines}"
            );
            assert_eq!(world.machine.status().paper, Supply::Out);
            assert_eq!(world.print(2), Outcome::NotStarted(Reason::PaperOut));
            world.pass(Duration::from_secs(30));
            world.device.refill();
            world.next_is_alone(3);
        });
    }
}

#[test]
fn a_printer_that_clears_on_request_prints_no_leftovers_at_all() {
    for profile in WITH_PROOF {
        let mut world = World::new(profile, Clearing::Always);
        world.device.paper_out_after_lines(10);
        assert_eq!(world.print(1), Outcome::Interrupted(Reason::PaperOut));
        world.device.refill();
        world.next_is_alone(2);
        let papers = world.device.papers();
        assert_eq!(papers.len(), 2);
        assert!(papers[0].torn && papers[0].lines().len() == 10);
    }
}

#[test]
fn paper_that_ends_after_the_proof_does_not_unprint() {
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    assert_eq!(world.print(1), Outcome::Printed);
    world.device.paper_out();
    world.pass(Duration::from_secs(10));
    assert_eq!(world.outcomes(1), [Outcome::Printed]);
    world.device.refill();
    world.next_is_alone(2);
}

#[test]
fn little_paper_is_enough_for_a_short_receipt_only() {
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    world.device.paper_low();
    assert_eq!(
        world.print(1),
        Outcome::Printed,
        "60 lines are 254 mm of 300"
    );
    let mut long = receipt(2);
    long.blocks.push(Block::Feed { lines: 20 });
    world.command(Command::Print {
        job: 2,
        receipt: long,
    });
    assert_eq!(world.end(2), Outcome::NotStarted(Reason::PaperLow));
    assert_eq!(world.machine.status().paper, Supply::Low);
}

#[test]
fn a_jam_and_a_cover_interrupt_and_are_recovered_from() {
    everywhere(|mut world| {
        world.start(1);
        world.reach_line(8);
        world.device.jam();
        assert_eq!(world.end(1), Outcome::Interrupted(Reason::Jam));
        world.pass(Duration::from_secs(20));
        world.device.clear_jam();
        world.until("recovery", |world| {
            world.machine.status().device == Device::Online
        });
        world.next_is_alone(2);

        world.start(3);
        world.reach_line(8);
        world.device.set_cover_open(true);
        assert_eq!(world.end(3), Outcome::Interrupted(Reason::CoverOpen));
        assert!(world.machine.status().cover_open);
        world.device.set_cover_open(false);
        world.until("recovery", |world| {
            world.machine.status().device == Device::Online
        });
        world.next_is_alone(4);
    });
}

#[test]
fn a_cutter_that_fails_after_the_proof_leaves_the_receipt_printed() {
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    world.device.break_cutter();
    assert_eq!(world.print(1), Outcome::Printed);
    world.until("report", |world| world.machine.status().cutter_fault);
    assert_eq!(world.machine.status().device, Device::HardwareError);
    assert_eq!(world.print(2), Outcome::NotStarted(Reason::Cutter));
    world.device.mend_cutter();
    world.until("recovery", |world| {
        world.machine.status().device == Device::Online
    });
    world.next_is_alone(3);
}

#[test]
fn a_printer_that_falls_silent() {
    everywhere(|mut world| {
        world.start(1);
        world.reach_line(5);
        world.device.set_silent(true);
        let end = world.end(1);
        let expected = [Outcome::Interrupted(Reason::NoAnswer), Outcome::Unknown];
        assert!(expected.contains(&end), "{end:?}");
        world.until("report", |world| {
            world.machine.status().device == Device::PowerOff
        });
        world.device.set_silent(false);
        world.until("back", |world| {
            world.machine.status().device == Device::Online
        });
        world.next_is_alone(2);
    });
}

#[test]
fn a_plug_pulled_anywhere() {
    for lines in [0, 1, 20, 45, 60] {
        everywhere(|mut world| {
            world.start(1);
            world.reach_line(lines);
            world.unplug();
            let end = world.end(1);
            let proven = world.device.under_head().lines().len() == 60;
            match end {
                Outcome::Printed => assert!(proven),
                Outcome::NotStarted(reason) => assert_eq!((lines, reason), (0, Reason::NoPrinter)),
                Outcome::Interrupted(reason) => assert_eq!(reason, Reason::Lost),
                Outcome::Unknown => assert!(lines >= 1),
            }
            world.pass(Duration::from_secs(10));
            world.replug();
            world.next_is_alone(2);
        });
    }
}

#[test]
fn without_proof_the_end_is_unknown() {
    everywhere(|mut world| {
        world.start(1);
        world.reach_line(1);
        world.device.set_no_proof(true);
        let end = world.end(1);
        assert!(
            [Outcome::Unknown, Outcome::Interrupted(Reason::Stalled)].contains(&end),
            "{end:?}"
        );
        world.device.set_no_proof(false);
        world.next_is_alone(2);
    });
}

#[test]
fn late_answers_do_no_harm() {
    everywhere(|mut world| {
        world.device.set_answer_delay(Duration::from_millis(200));
        world.next_is_alone(1);
        world.device.set_answer_delay(Duration::from_millis(900));
        let end = world.print(2);
        assert_ne!(
            end,
            Outcome::Printed,
            "status answers come too late to be told apart"
        );
        world.device.set_answer_delay(Duration::from_millis(2));
        world.until("back", |world| {
            world.machine.status().device == Device::Online
        });
        world.pass(Duration::from_secs(30));
        world.next_is_alone(3);
    });
}

#[test]
fn cancelled_and_busy_jobs_end_once() {
    everywhere(|mut world| {
        world.start(1);
        world.start(2);
        assert_eq!(world.outcomes(2), [Outcome::NotStarted(Reason::Busy)]);
        world.command(Command::Cancel);
        assert_eq!(world.outcomes(1), [Outcome::NotStarted(Reason::Cancelled)]);
        world.start(3);
        world.reach_line(2);
        world.command(Command::Cancel);
        let end = world.end(3);
        assert!([Outcome::Interrupted(Reason::Cancelled), Outcome::Printed].contains(&end));
        world.next_is_alone(4);
    });
}

#[test]
fn a_restart_cuts_off_what_an_earlier_life_left() {
    let mut world = World::new("epson-tm-t88", Clearing::Never);
    world.start(1);
    world.reach_line(10);
    let profile = Profile::builtin("epson-tm-t88").unwrap();
    let config = Config {
        profile,
        baud: 115_200,
        low_remainder_mm: 300,
    };
    world.machine = Printer::new(config, Box::new(NoGlyphs));
    world.events.clear();
    world.machine.port_opened(world.now);
    world.settle();
    world.next_is_alone(2);
}

#[test]
fn changes_are_told_once() {
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    world.events.clear();
    world.device.paper_low();
    world.pass(Duration::from_secs(20));
    world.device.refill();
    world.pass(Duration::from_secs(20));
    let online = |paper| {
        Event::Status(Status {
            device: Device::Online,
            paper,
            cover_open: false,
            cutter_fault: false,
        })
    };
    assert_eq!(world.events, [online(Supply::Low), online(Supply::Full)]);
}
