//! What a visit stands in: the machine, its items, its devices, the line, the time.

use std::time::{Duration, Instant};

use crate::audit::Who;
use crate::domain::admission::{self, Admission, Room};
use crate::domain::guard::Guard;
use crate::domain::health::Lack;
use crate::domain::input::Engines;
use crate::domain::search::SearchIndex;
use crate::item::{Catalogue, Day, Item, Kind, Offline};
use crate::status::{Device, Known, Media, Paper, Slot};
use crate::text::Text;

use super::visit::idle::IdleRules;

/// Who and where this machine is. From its configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineWords {
    /// Number of the machine, `W0012`.
    pub id: String,
    /// 9-digit code of its town or street.
    pub town_code: String,
    /// Name of the service.
    pub service: Text,
    /// Town and site.
    pub place: Text,
    /// Telephone of the people who help.
    pub phone: String,
    /// The wall address of the nearest window with people, for what cannot be done here.
    pub window: Text,
    /// What hand-off tokens of other services begin with.
    pub handoff: Vec<String>,
    /// There is a decoder for the photos of cards.
    pub draws_photos: bool,
    /// There is no switch at the door, and a technician's badge counts where a visit would begin.
    pub badge_at_start: bool,
    /// How long training may last.
    pub training: Duration,
}

/// Training that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Training {
    /// It ends by itself then, or with the visit that goes on.
    pub until: Instant,
    /// When somebody last did something in it.
    pub touched: Instant,
    /// The door was shut: whoever teaches has gone.
    pub shut: bool,
    /// Who began it.
    pub who: Who,
    /// Cases that were filed in it.
    pub filed: u32,
}

/// Wall clock, already in the machine's time zone; absent when it cannot be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wall {
    /// Day.
    pub day: Day,
    /// `14:05`.
    pub time: String,
    /// A time source stands behind it. If not, it is shown with a warning and decides nothing.
    pub checked: bool,
}

/// An instant with what the wall clock says.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Monotonic; everything is scheduled by it.
    pub now: Instant,
    /// Wall clock, for paper and for ages only.
    pub wall: Option<Wall>,
}

/// The line to the platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// Nothing was sent yet.
    #[default]
    Unknown,
    /// The last exchange worked.
    Up,
    /// The last exchanges did not.
    Down,
}

/// All of it.
pub struct World {
    /// This machine.
    pub machine: MachineWords,
    /// Items.
    pub catalogue: Catalogue,
    /// Index over them.
    pub search: SearchIndex,
    /// Input methods.
    pub engines: Engines,
    /// Times of a visit.
    pub idle: IdleRules,
    /// The card reader.
    pub reader: Known<Device>,
    /// Whether a card lies on it.
    pub card: Known<Media>,
    /// The card that lies there is of a visit that is over.
    pub card_left: bool,
    /// The printer.
    pub printer: Known<Device>,
    /// The scanner.
    pub scanner: Known<Device>,
    /// The presence radar.
    pub radar: Known<Device>,
    /// Where the pins are.
    pub pins: Known<Device>,
    /// The printer's paper.
    pub paper: Known<Paper>,
    /// Its exit.
    pub slot: Known<Slot>,
    /// What is lacking, worst first.
    pub lacks: Vec<Lack>,
    /// The line.
    pub line: Line,
    /// Wall clock.
    pub wall: Option<Wall>,
    /// A person stands before the machine, as far as a sensor tells.
    pub presence: bool,
    /// Door, tamper contact and mains.
    pub guard: Guard,
    /// Room for more filings, once it was measured.
    pub room: Option<Room>,
    /// A damaged store lies beside the one in use, and nobody has looked at it yet.
    pub store_set_aside: bool,
    /// Nothing that is done now counts.
    pub training: Option<Training>,
}

impl World {
    /// Today, when the clock is to be trusted.
    #[must_use]
    pub fn today(&self) -> Option<Day> {
        let checked = self.wall.as_ref().filter(|wall| wall.checked);
        checked.map(|wall| wall.day)
    }

    /// What there is room for, once it was measured.
    #[must_use]
    pub fn admission(&self) -> Option<Admission> {
        self.room.map(|room| room.colour())
    }

    /// Items offered here and now, most asked for first. Without a trusted clock no item is held back for its dates.
    #[must_use]
    pub fn offered(&self) -> Vec<&Item> {
        let in_time = |item: &&Item| self.today().is_none_or(|today| item.offered_on(today));
        let here = self
            .catalogue
            .items()
            .iter()
            .filter(|item| item.accepted_in(&self.machine.town_code));
        here.filter(in_time).collect()
    }

    /// Why an item cannot be begun now, whoever asks, and what to do instead.
    #[must_use]
    pub fn refuses(&self, item: &Item) -> Option<(Text, Text)> {
        if item.offline == Offline::OnlineOnly && self.line == Line::Down {
            return Some((
                Text::new(
                    "线路中断，这个事项现在不能办理。",
                    "The line is down; this item needs it.",
                ),
                Text::new(
                    "请稍后再来，或到窗口办理。",
                    "Please come back later or go to the window.",
                ),
            ));
        }
        let needed = admission::worst_case(item, admission::carried(item));
        let admission = self.room.map(|room| room.admits(needed));
        if admission == Some(Admission::Red) && item.kind != Kind::Guide {
            return Some(admission::refusal());
        }
        if let (Some(window), Some(today)) = (&item.window, self.today())
            && !window.is_open(today)
        {
            return Some((
                Text {
                    zh: format!("这个事项每年 {} 至 {} 办理。", window.from, window.to),
                    en: format!(
                        "This item is open from {} to {} each year.",
                        window.from, window.to
                    ),
                },
                Text::new("请在办理时间内再来。", "Please come back in that time."),
            ));
        }
        None
    }

    /// Whether a receipt can be begun now.
    #[must_use]
    pub fn can_print(&self) -> bool {
        matches!(self.printer.get(), Device::Online | Device::DeviceBusy)
            && !matches!(self.paper.get(), Paper::Out | Paper::Jammed)
            && !self.slot.get().stops_printing()
    }

    /// Whether it is known that no receipt can be begun now. A printer that has not spoken yet is not called broken.
    #[must_use]
    pub fn cannot_print(&self) -> bool {
        self.printer != Device::Unknown && !self.can_print()
    }

    /// Whether cards can be read.
    #[must_use]
    pub fn can_read_cards(&self) -> bool {
        matches!(
            self.reader.get(),
            Device::Online | Device::DeviceBusy | Device::Unknown
        )
    }
}
