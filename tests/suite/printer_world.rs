//! A printer and the machine that drives it, in a time of their own.

use std::time::{Duration, Instant};

use kiosk::receipt::{Align, Block, Receipt, Size};
use kiosk::sim::printer::{Clearing, Mechanism, Paper, PrinterSimOptions};
use kiosk::status::Device;
use kiosk::wire::Machine;
use kiosk::wire::escpos::{Bitmap, Glyphs, Level, NoGlyphs, Profile};
use kiosk::wire::printer::{Command, Config, Event, Outcome, Printer};

/// A font in which every character is a black box with its number in it, so that two lines never look alike.
pub struct Blots;

impl Glyphs for Blots {
    fn glyph(&self, ch: char, width: usize, height: usize) -> Option<Bitmap> {
        let mut bitmap = Bitmap::new(width, height);
        for bit in 0..width * height {
            let x = bit % width;
            bitmap.set(x, bit / width, (u32::from(ch) >> (x % 21)) & 1 == 1);
        }
        Some(bitmap)
    }
}

/// A printer and its machine on a perfect cable, in a time of their own.
pub struct World {
    pub now: Instant,
    pub plugged: bool,
    pub machine: Printer,
    pub device: Mechanism,
    pub events: Vec<Event>,
}

impl World {
    pub fn new(profile: &str, clearing: Clearing) -> Self {
        Self::with(Profile::builtin(profile).unwrap(), clearing)
    }

    pub fn with(profile: Profile, clearing: Clearing) -> Self {
        let options = PrinterSimOptions {
            clearing,
            ..PrinterSimOptions::of(&profile)
        };
        // Where the printer has no Chinese font, every line of the test's receipts is drawn.
        let glyphs: Box<dyn Glyphs + Send> = match profile.level {
            Level::Ascii => Box::new(Blots),
            _ => Box::new(NoGlyphs),
        };
        let config = Config {
            profile,
            baud: 115_200,
            low_remainder_mm: 300,
            take_limit: Duration::from_secs(30),
        };
        let mut world = Self {
            now: Instant::now(),
            plugged: true,
            machine: Printer::new(config, glyphs),
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
    pub fn settle(&mut self) {
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
    pub fn tick(&mut self, end: Instant) {
        let next = [self.machine.poll_timeout(), self.device.poll_timeout()];
        let next = next.into_iter().flatten().min().unwrap_or(end);
        self.now = next.clamp(self.now + Duration::from_micros(50), end.max(self.now));
        self.machine.handle_timeout(self.now);
        self.settle();
    }

    pub fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now + Duration::from_micros(50) < end {
            self.tick(end);
        }
    }

    /// Until `done`, at most a minute.
    pub fn until(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> bool) {
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

    pub fn start(&mut self, job: u64) {
        self.command(Command::Print {
            job,
            receipt: receipt(job),
        });
    }

    pub fn command(&mut self, command: Command) {
        self.machine.command(command, self.now);
        self.settle();
    }

    pub fn outcomes(&self, job: u64) -> Vec<Outcome> {
        let of = |event: &Event| match event {
            Event::Finished {
                job: number,
                outcome,
            } if *number == job => Some(*outcome),
            _ => None,
        };
        self.events.iter().filter_map(of).collect()
    }

    pub fn end(&mut self, job: u64) -> Outcome {
        self.until("an end", |world| !world.outcomes(job).is_empty());
        self.outcomes(job)[0]
    }

    pub fn print(&mut self, job: u64) -> Outcome {
        self.start(job);
        self.end(job)
    }

    /// Runs until some of the job is on paper.
    pub fn reach_line(&mut self, lines: usize) {
        self.until("lines", |world| {
            world.device.under_head().lines().len() >= lines
        });
    }

    pub fn unplug(&mut self) {
        self.plugged = false;
        self.device.unplugged();
        self.machine.port_lost(self.now);
        self.settle();
    }

    pub fn replug(&mut self) {
        self.plugged = true;
        self.machine.port_opened(self.now);
        self.settle();
    }

    /// The next receipt comes out whole, alone on its paper, and every job so far ended exactly once.
    pub fn next_is_alone(&mut self, job: u64) {
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

pub fn whole(job: u64) -> Vec<String> {
    (0..60)
        .map(|line| format!("第{job}号回执第{line}行"))
        .collect()
}

pub fn receipt(job: u64) -> Receipt {
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

pub const WITH_PROOF: [&str; 2] = ["epson-tm-t88", "generic-gb18030-80"];
pub const CLEARINGS: [Clearing; 3] = [Clearing::ErrorsOnly, Clearing::Always, Clearing::Never];

pub fn everywhere(mut test: impl FnMut(World)) {
    for profile in WITH_PROOF {
        for clearing in CLEARINGS {
            println!("{profile}, {clearing:?}");
            test(World::new(profile, clearing));
        }
    }
}
