//! `[gpio]`: which wire hangs on which pin.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::reading::Section;
use crate::pins::{Input, Output};

/// Who drives the pins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum GpioBackend {
    /// No pins.
    #[default]
    None,
    /// A Raspberry Pi's header, by its registers. Retired upstream; knows Pis up to the 5.
    Rppal,
    /// Any board with the kernel's GPIO character device.
    Gpiocdev,
    /// The simulators.
    Sim,
}

/// Level at which a signal counts as on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Active {
    /// 3.3 V.
    #[default]
    High,
    /// 0 V.
    Low,
}

/// Where a wire ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// `pin`: BCM number, 2–27 (0 and 1 belong to the HAT EEPROM). `offset`: number of the line on its chip.
    Number(u32),
    /// `line`: the name that the kernel gives it, such as `GPIO17`.
    Name(String),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "pin {number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// One pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Where.
    pub line: Line,
    /// When it counts as on.
    pub active: Active,
    /// Inputs: how long a level must stand, 0–1000 ms.
    pub debounce_ms: u32,
}

/// The wires that are fitted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gpio {
    /// Who drives them.
    pub backend: GpioBackend,
    /// `gpiocdev`: device file of the chip, such as `/dev/gpiochip0`; without, a name is looked for on all chips.
    pub chip: Option<PathBuf>,
    /// What tells something.
    pub inputs: BTreeMap<Input, Pin>,
    /// What is driven.
    pub outputs: BTreeMap<Output, Pin>,
}

pub(super) fn gpio(s: &mut Section<'_>) -> Gpio {
    let backend = s.choice(
        "backend",
        GpioBackend::None,
        &[
            ("none", GpioBackend::None),
            ("rppal", GpioBackend::Rppal),
            ("gpiocdev", GpioBackend::Gpiocdev),
            ("sim", GpioBackend::Sim),
        ],
    );
    let chip = s.optional_path("chip");
    let mut used: BTreeMap<Line, &str> = BTreeMap::new();
    let mut wire = |s: &mut Section<'_>, key: &'static str, is_alarm: bool| {
        let pin = s
            .optional_table(key, |s| pin(s, backend, is_alarm))
            .flatten()?;
        if let Some(first) = used.insert(pin.line.clone(), key) {
            let expected = format!("a pin of its own ({first} has this one)");
            s.fault(key, &pin.line.to_string(), &expected);
        }
        let alone = backend == GpioBackend::Gpiocdev && chip.is_none();
        if alone && matches!(pin.line, Line::Number(_)) {
            let expected = "chip, the device file that the offset is counted on";
            s.fault(key, "an offset without a chip", expected);
        }
        Some(pin)
    };
    let mut inputs = BTreeMap::new();
    for input in Input::ALL {
        if let Some(pin) = wire(s, input.word(), input.is_alarm()) {
            inputs.insert(input, pin);
        }
    }
    let mut outputs = BTreeMap::new();
    for output in Output::ALL {
        if let Some(pin) = wire(s, output.word(), false) {
            outputs.insert(output, pin);
        }
    }
    Gpio {
        backend,
        chip,
        inputs,
        outputs,
    }
}

/// One wire; `None` when it is nowhere, which was noted as a mistake.
fn pin(s: &mut Section<'_>, backend: GpioBackend, is_alarm: bool) -> Option<Pin> {
    let line = if backend == GpioBackend::Gpiocdev {
        cdev_line(s)
    } else {
        match s.required_number("pin", 2..=27) {
            0 => None,
            pin => Some(Line::Number(pin)),
        }
    };
    let active = s.choice(
        "active",
        Active::High,
        &[("high", Active::High), ("low", Active::Low)],
    );
    if is_alarm && active == Active::Low {
        // The pin is pulled up: a cut wire would read as a closed door for ever.
        let expected = "high: a normally closed contact to ground, so that a cut wire is an alarm";
        s.fault("active", "\"low\"", expected);
    }
    Some(Pin {
        debounce_ms: s.number("debounce_ms", 50, 0..=1000),
        active,
        line: line?,
    })
}

fn cdev_line(s: &mut Section<'_>) -> Option<Line> {
    let expected = "a name of the kernel's, 1 to 31 printable characters, e.g. GPIO17";
    let name = s.parsed("line", expected, |v| {
        let good = (1..=31).contains(&v.len()) && v.bytes().all(|b| b.is_ascii_graphic());
        good.then(|| Line::Name(v.into()))
    });
    match (name, s.has("offset")) {
        (None, true) => Some(Line::Number(s.number("offset", 0, 0..=1023))),
        (None, false) => {
            s.missing("line", "line, the name of one, or offset, its number");
            None
        }
        (Some(name), false) => name,
        (Some(_), true) => {
            s.fault("offset", "line and offset", "one of them");
            None
        }
    }
}
