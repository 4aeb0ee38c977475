//! What can be done to the printer, in words: one table for visit scripts, `kiosk sim printer` and the dock.

use std::time::Duration;

use super::Clearing;
use super::mechanism::Mechanism;
use crate::sim::script::{duration, number};
use crate::sim::words::{within, words, yes_or_no};

/// What can happen to the printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterAct {
    /// The plug is pulled.
    Unplug,
    /// It is plugged in again.
    Replug,
    /// Its power is cut, or comes back; the port stays.
    Power(bool),
    /// Its power fails for an instant.
    PowerDip,
    /// Off-line by its own switch, or not.
    Offline(bool),
    /// The near-end sensor speaks.
    PaperLow,
    /// No paper from now on.
    PaperOut,
    /// The paper ends after so many more lines or images.
    PaperOutAfter(u32),
    /// So many millimetres are left on the roll.
    Roll(u32),
    /// A new roll.
    Refill,
    /// The paper jams.
    Jam,
    /// The jammed paper is pulled out.
    ClearJam,
    /// The cover.
    Cover(bool),
    /// The next cut fails.
    CutterStuck,
    /// The cutter moves again.
    CutterFree,
    /// The head is too hot to print, or has cooled down.
    HeadHot(bool),
    /// A person takes the receipt at the exit.
    TakeReceipt,
    /// The receipt in the exit gets stuck, or the next one that comes there.
    JamExit,
    /// A retract is enabled in its own settings, or is not.
    Retracts(bool),
    /// The retract bin is emptied.
    EmptyBin,
    /// The next bytes from the line are lost.
    DropBytes(usize),
    /// A byte came while the buffer was full.
    Overrun,
    /// Says XOFF when its buffer fills.
    FlowControl(bool),
    /// Every answer takes so long.
    AnswerDelay(Duration),
    /// Prints, but never answers what proves it.
    NoProof(bool),
    /// Which requests to empty its buffer it obeys.
    Clears(Clearing),
}

use PrinterAct::{
    AnswerDelay, ClearJam, Clears, Cover, CutterFree, CutterStuck, DropBytes, EmptyBin,
    FlowControl, HeadHot, Jam, JamExit, NoProof, Offline, Overrun, PaperLow, PaperOut,
    PaperOutAfter, Power, PowerDip, Refill, Replug, Retracts, Roll, TakeReceipt, Unplug,
};

words! {
    PrinterAct, "printer";
    "unplug" "" Unplug => |_| Ok(Unplug);
    "replug" "" Replug => |_| Ok(Replug);
    "power-off" "" Power(false) => |_| Ok(Power(false));
    "power-on" "" Power(true) => |_| Ok(Power(true));
    "power-dip" "" PowerDip => |_| Ok(PowerDip);
    "offline" " yes" Offline(_) => |of| Ok(Offline(yes_or_no(of[0])?));
    "paper-low" "" PaperLow => |_| Ok(PaperLow);
    "paper-out" "" PaperOut => |_| Ok(PaperOut);
    "paper-out-after" " 12" PaperOutAfter(_) => |of| Ok(PaperOutAfter(number(of[0])?));
    "roll-mm" " 700" Roll(_) => |of| Ok(Roll(within(of[0], 1, 100_000)?));
    "refill" "" Refill => |_| Ok(Refill);
    "jam" "" Jam => |_| Ok(Jam);
    "clear-jam" "" ClearJam => |_| Ok(ClearJam);
    "cover-open" "" Cover(true) => |_| Ok(Cover(true));
    "cover-close" "" Cover(false) => |_| Ok(Cover(false));
    "cutter-stuck" "" CutterStuck => |_| Ok(CutterStuck);
    "cutter-free" "" CutterFree => |_| Ok(CutterFree);
    "head-hot" " yes" HeadHot(_) => |of| Ok(HeadHot(yes_or_no(of[0])?));
    "take-receipt" "" TakeReceipt => |_| Ok(TakeReceipt);
    "jam-exit" "" JamExit => |_| Ok(JamExit);
    "retracts" " no" Retracts(_) => |of| Ok(Retracts(yes_or_no(of[0])?));
    "empty-bin" "" EmptyBin => |_| Ok(EmptyBin);
    "drop-bytes" " 20" DropBytes(_) => |of| Ok(DropBytes(within(of[0], 0, 1 << 20)?));
    "overrun" "" Overrun => |_| Ok(Overrun);
    "flow-control" " yes" FlowControl(_) => |of| Ok(FlowControl(yes_or_no(of[0])?));
    "answer-delay" " 300ms" AnswerDelay(_) => |of| Ok(AnswerDelay(duration(of[0])?));
    "no-proof" " yes" NoProof(_) => |of| Ok(NoProof(yes_or_no(of[0])?));
    "clears" " never" Clears(_) => |of| Ok(Clears(clearing(of[0])?));
}

fn clearing(word: &str) -> Result<Clearing, String> {
    match word {
        "errors" => Ok(Clearing::ErrorsOnly),
        "always" => Ok(Clearing::Always),
        "never" => Ok(Clearing::Never),
        _ => Err(format!("`{word}` is none of errors, always and never")),
    }
}

impl Mechanism {
    /// Does it to the printer without its cable, so that the plug is left out.
    pub fn act(&mut self, act: PrinterAct) {
        match act {
            Unplug | Replug => {}
            Power(on) => self.set_silent(!on),
            PowerDip => self.power_dip(),
            Offline(offline) => self.set_offline(offline),
            PaperLow => self.paper_low(),
            PaperOut => self.paper_out(),
            PaperOutAfter(lines) => self.paper_out_after_lines(lines),
            Roll(mm) => self.set_roll_mm(mm),
            Refill => self.refill(),
            Jam => self.jam(),
            ClearJam => self.clear_jam(),
            Cover(open) => self.set_cover_open(open),
            CutterStuck => self.break_cutter(),
            CutterFree => self.mend_cutter(),
            HeadHot(hot) => self.set_head_hot(hot),
            TakeReceipt => drop(self.take_receipt()),
            JamExit => self.jam_exit(),
            Retracts(retracts) => self.set_retracts(retracts),
            EmptyBin => drop(self.empty_bin()),
            DropBytes(bytes) => self.drop_bytes(bytes),
            Overrun => self.overrun(),
            FlowControl(on) => self.set_flow_control(on),
            AnswerDelay(delay) => self.set_answer_delay(delay),
            NoProof(no_proof) => self.set_no_proof(no_proof),
            Clears(clearing) => self.options.clearing = clearing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::words::assert_table;

    #[test]
    fn every_word_means_itself_and_stands_in_the_readme() {
        assert_table(
            "printer",
            PrinterAct::EXAMPLES,
            PrinterAct::parse,
            PrinterAct::word,
        );
        for wrong in [
            "",
            "paper",
            "paper-out-after",
            "paper-out-after many",
            "roll-mm 0",
            "offline maybe",
            "clears sometimes",
            "answer-delay 3",
        ] {
            let words: Vec<&str> = wrong.split_whitespace().collect();
            assert!(PrinterAct::parse(&words).is_err(), "{wrong}");
        }
    }
}
