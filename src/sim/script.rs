//! The language of visit scripts: one action a line.
//!
//! Words are divided by spaces; a text with spaces stands in double quotes (`\"` and `\\` inside). `#` begins a
//! comment. The README lists the actions.

mod order;
mod repeat;
mod wires;

use std::time::Duration;

use repeat::Block;

pub use order::{EstAct, OrderAct, OrderKind};

pub use super::printer::PrinterAct;
pub use super::reader::ReaderAct;
use crate::pins::{Input, Output};
use crate::status::FlashRate;

/// One line of a script that does something.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Line number, from 1.
    pub line: usize,
    /// What to do.
    pub action: Action,
}

/// What a line does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// `machine blank`, before anything else: it is not in service yet, and has a desk and a district's server.
    MachineBlank,
    /// `order …`
    Order(OrderAct),
    /// `est …`
    Est(EstAct),
    /// `card lay NAME|FILE`
    CardLay(String),
    /// `card take`
    CardTake,
    /// `touch "text"`: a button, tile, key or line with this text.
    Touch(String),
    /// `type "text"`: key by key where the page has such keys, at once otherwise.
    Type(String),
    /// `sign`: draws a signature on the canvas.
    Sign,
    /// `draw x,y x,y …`: one stroke on the canvas, coordinates 0 to 1.
    Draw(Vec<(f32, f32)>),
    /// `expect page NAME`
    ExpectPage(String),
    /// `expect text "…"`
    ExpectText(String),
    /// `expect no text "…"`
    ExpectNoText(String),
    /// `expect receipts N`: pieces of paper that came out.
    ExpectReceipts(usize),
    /// `expect receipt "…"`: the last piece of paper holds the text.
    ExpectReceipt(String),
    /// `expect cases N`: cases at the platform.
    ExpectCases(usize),
    /// `expect waiting N`: cases that wait in the outbox.
    ExpectWaiting(usize),
    /// `expect light reader|slot|scanner off|slow|medium|quick|continuous`
    ExpectLight(Output, FlashRate),
    /// `expect journal ID`: an event with this id was logged.
    ExpectJournal(String),
    /// `printer …`
    Printer(PrinterAct),
    /// `reader …`
    Reader(ReaderAct),
    /// `network down|up`
    Network(bool),
    /// `platform …`
    Platform(PlatformAct),
    /// `presence on|off`, `door open|closed`, `tamper on|off`, `mains on|off`
    Input(Input, bool),
    /// `scan "TEXT"`: a code is held before the scanner; an empty text takes it away.
    Scan(String),
    /// `wait 30s`: moves the clock, does not sleep.
    Wait(Duration),
    /// `technician code`: the digits of this moment's one-time code.
    TechnicianCode,
    /// `power cut`: the firmware stops at once and starts anew on the same store.
    PowerCut,
    /// `clock YEARS`: the wall clock jumps.
    ClockYears(i64),
    /// `disk full|free`: something else fills the disk that the store is on, or goes away again.
    Disk(bool),
    /// `screenshot NAME`
    Screenshot(String),
    /// `screen portrait|landscape`
    Screen(bool),
}

/// What can happen to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlatformAct {
    /// `slow 5s`
    Slow(Duration),
    /// `status 503`
    Status(u16),
    /// `lost-answer`: takes the next case, then drops the line.
    LostAnswer,
    /// `rubbish`
    Rubbish,
    /// `portal`: a captive portal answers 200 with a page.
    Portal,
    /// `reject`: refuses the next case for good.
    Reject,
    /// `clock-skew`: its clock is far from ours.
    ClockSkew,
    /// `well`
    Well,
}

/// A line that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ScriptFault {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong and what was expected.
    pub what: String,
}

/// Reads a whole script. All faults are told, not only the first. What stands between `repeat N` and `end` comes N times.
///
/// # Errors
/// One fault for each line that is not an action.
pub fn parse(text: &str) -> Result<Vec<Step>, Vec<ScriptFault>> {
    let (mut steps, mut faults) = (Vec::new(), Vec::new());
    let mut block = Block::default();
    for (at, source) in text.lines().enumerate() {
        let line = at + 1;
        match words(source) {
            Ok(words) if words.is_empty() => {}
            Ok(words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let read = match block.takes(&words, line, &mut steps) {
                    Some(result) => result,
                    None => action(&words)
                        .and_then(|action| at_its_place(action, &steps))
                        .map(|action| steps.push(Step { line, action })),
                };
                faults.extend(read.err().map(|what| ScriptFault { line, what }));
            }
            Err(what) => faults.push(ScriptFault { line, what }),
        }
    }
    faults.extend(block.unended());
    if faults.is_empty() {
        Ok(steps)
    } else {
        Err(faults)
    }
}

/// What a machine was comes before what happens to it, and only a blank one has an order.
fn at_its_place(action: Action, before: &[Step]) -> Result<Action, String> {
    let first = before.first().map(|step| &step.action);
    match action {
        Action::MachineBlank if first.is_some() => Err("`machine blank` stands before all".into()),
        Action::Order(_) | Action::Est(_) if first != Some(&Action::MachineBlank) => {
            Err("only for a script that begins with `machine blank`".into())
        }
        action => Ok(action),
    }
}

fn words(source: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut chars = source.chars().peekable();
    while let Some(&c) = chars.peek() {
        match c {
            '#' => break,
            c if c.is_whitespace() => {
                chars.next();
            }
            '"' => {
                chars.next();
                let mut word = String::new();
                loop {
                    match chars.next() {
                        None => return Err("a text in double quotes does not end".into()),
                        Some('"') => break,
                        Some('\\') => word.extend(chars.next()),
                        Some(c) => word.push(c),
                    }
                }
                words.push(word);
            }
            _ => {
                let mut word = String::new();
                while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                    word.push(c);
                }
                words.push(word);
            }
        }
    }
    Ok(words)
}

fn action(words: &[&str]) -> Result<Action, String> {
    Ok(match words {
        ["machine", "blank"] => Action::MachineBlank,
        ["order", rest @ ..] => order::order(rest)?,
        ["est", word] => order::est(word)?,
        ["card", "lay", card] => Action::CardLay((*card).into()),
        ["card", "take"] => Action::CardTake,
        ["touch", text] => Action::Touch((*text).into()),
        ["type", text] => Action::Type((*text).into()),
        ["sign"] => Action::Sign,
        ["draw", points @ ..] if !points.is_empty() => {
            Action::Draw(points.iter().map(|p| point(p)).collect::<Result<_, _>>()?)
        }
        ["expect", "page", name] => Action::ExpectPage((*name).into()),
        ["expect", "text", text] => Action::ExpectText((*text).into()),
        ["expect", "no", "text", text] => Action::ExpectNoText((*text).into()),
        ["expect", "receipts", n] => Action::ExpectReceipts(number(n)?),
        ["expect", "receipt", text] => Action::ExpectReceipt((*text).into()),
        ["expect", "cases", n] => Action::ExpectCases(number(n)?),
        ["expect", "waiting", n] => Action::ExpectWaiting(number(n)?),
        ["expect", "light", light, rate] => wires::light(light, rate)?,
        ["expect", "journal", id] => Action::ExpectJournal((*id).into()),
        ["printer", rest @ ..] => Action::Printer(PrinterAct::parse(rest)?),
        ["reader", rest @ ..] => Action::Reader(ReaderAct::parse(rest)?),
        ["network", "down"] => Action::Network(false),
        ["network", "up"] => Action::Network(true),
        ["platform", rest @ ..] => Action::Platform(platform(rest)?),
        ["presence" | "door" | "tamper" | "mains", _] => wires::input(words)?,
        ["scan", text] => Action::Scan((*text).into()),
        ["wait", time] => Action::Wait(duration(time)?),
        ["technician", "code"] => Action::TechnicianCode,
        ["power", "cut"] => Action::PowerCut,
        ["disk", "full"] => Action::Disk(true),
        ["disk", "free"] => Action::Disk(false),
        ["clock", years] => Action::ClockYears(number(years)?),
        ["screenshot", name] => Action::Screenshot(file_name(name)?),
        ["screen", "portrait"] => Action::Screen(true),
        ["screen", "landscape"] => Action::Screen(false),
        _ => {
            return Err(format!(
                "unknown action `{}`; the README lists all",
                words.join(" ")
            ));
        }
    })
}

fn platform(words: &[&str]) -> Result<PlatformAct, String> {
    Ok(match words {
        ["slow", time] => PlatformAct::Slow(duration(time)?),
        ["status", code] => PlatformAct::Status(number(code)?),
        ["lost-answer"] => PlatformAct::LostAnswer,
        ["rubbish"] => PlatformAct::Rubbish,
        ["portal"] => PlatformAct::Portal,
        ["reject"] => PlatformAct::Reject,
        ["clock-skew"] => PlatformAct::ClockSkew,
        ["well"] => PlatformAct::Well,
        _ => return Err(format!("`platform {}` is not known", words.join(" "))),
    })
}

pub(super) fn number<T: std::str::FromStr>(word: &str) -> Result<T, String> {
    word.parse()
        .map_err(|_| format!("`{word}` is not a number that fits here"))
}

/// `250ms`, `30s`, `5min`, `2h`; at most 40 days.
pub(super) fn duration(word: &str) -> Result<Duration, String> {
    let digits = word
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(word.len());
    let amount: u64 = number(&word[..digits])?;
    let ms = match &word[digits..] {
        "ms" => amount,
        "s" => amount.saturating_mul(1000),
        "min" => amount.saturating_mul(60_000),
        "h" => amount.saturating_mul(3_600_000),
        _ => {
            return Err(format!(
                "`{word}` is not a time such as 250ms, 30s, 5min or 2h"
            ));
        }
    };
    if ms > 40 * 24 * 3_600_000 {
        return Err(format!("`{word}` is longer than 40 days"));
    }
    Ok(Duration::from_millis(ms))
}

fn point(word: &str) -> Result<(f32, f32), String> {
    let fault = || format!("`{word}` is not a point such as 0.2,0.5");
    let (x, y) = word.split_once(',').ok_or_else(fault)?;
    let (x, y): (f32, f32) = (
        x.parse().map_err(|_| fault())?,
        y.parse().map_err(|_| fault())?,
    );
    if (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y) {
        Ok((x, y))
    } else {
        Err(fault())
    }
}

/// A screenshot's name becomes a file name: letters, digits, `-` and `_` only.
fn file_name(word: &str) -> Result<String, String> {
    let plain = word
        .chars()
        .all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    if plain && !word.is_empty() && word.len() <= 80 {
        Ok(word.into())
    } else {
        Err(format!(
            "`{word}` is not a name of letters, digits, - and _"
        ))
    }
}

#[cfg(test)]
mod tests;
