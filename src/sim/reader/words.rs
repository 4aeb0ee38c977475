//! What can be done to the reader, in words: one table for visit scripts, `kiosk sim reader` and the dock.

use super::{ReaderFault, ReaderSetting};
use crate::sim::script::{duration, number};

/// What can happen to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReaderAct {
    /// The plug is pulled.
    Unplug,
    /// It is plugged in again.
    Replug,
    /// Its power is cut and comes back; the port stays.
    PowerCycle,
    /// From now on this is wrong.
    Fault(ReaderFault),
    /// From now on it is like this.
    Set(ReaderSetting),
}

use ReaderAct::{Fault, PowerCycle, Replug, Set, Unplug};

/// One word and its arguments, as an example, such as `late 700ms`.
pub type Example = &'static str;

macro_rules! words {
    ($($word:literal $arguments:literal $pattern:pat => $make:expr;)*) => {
        impl ReaderAct {
            /// Every word with an example of its arguments.
            pub const EXAMPLES: &[Example] = &[$(concat!($word, $arguments),)*];

            /// The word for this. There is one for each: the compiler sees to it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $($pattern => $word,)* }
            }

            /// Reads a word and its arguments.
            ///
            /// # Errors
            /// What is wrong, and the words there are.
            pub fn parse(words: &[&str]) -> Result<Self, String> {
                let Some((word, given)) = words.split_first() else {
                    return Err(unknown(""));
                };
                match *word {
                    $($word => {
                        let wanted = $arguments.split_whitespace().count();
                        if given.len() != wanted {
                            return Err(format!("`{word}` is written like `{}{}`", $word, $arguments));
                        }
                        let make: fn(&[&str]) -> Result<Self, String> = $make;
                        make(given)
                    })*
                    other => Err(unknown(other)),
                }
            }
        }
    };
}

words! {
    "unplug" "" Unplug => |_| Ok(Unplug);
    "replug" "" Replug => |_| Ok(Replug);
    "power-cycle" "" PowerCycle => |_| Ok(PowerCycle);
    "well" "" Fault(ReaderFault::None) => |_| Ok(Fault(ReaderFault::None));
    "noise" "" Fault(ReaderFault::NoiseBefore) => |_| Ok(Fault(ReaderFault::NoiseBefore));
    "noise-within" "" Fault(ReaderFault::NoiseWithin) => |_| Ok(Fault(ReaderFault::NoiseWithin));
    "garbled" "" Fault(ReaderFault::GarbledChecksum) => |_| Ok(Fault(ReaderFault::GarbledChecksum));
    "slow" "" Fault(ReaderFault::Slow) => |_| Ok(Fault(ReaderFault::Slow));
    "late" " 700ms" Fault(ReaderFault::Late(_)) => |of| Ok(Fault(ReaderFault::Late(duration(of[0])?)));
    "silent" "" Fault(ReaderFault::Silent) => |_| Ok(Fault(ReaderFault::Silent));
    "absurd-length" "" Fault(ReaderFault::AbsurdLength) => |_| Ok(Fault(ReaderFault::AbsurdLength));
    "pull" "" Fault(ReaderFault::MovedAway) => |_| Ok(Fault(ReaderFault::MovedAway));
    "not-a-card" "" Fault(ReaderFault::NotAnIdCard) => |_| Ok(Fault(ReaderFault::NotAnIdCard));
    "unreadable" "" Fault(ReaderFault::AuthenticationFailed) => |_| Ok(Fault(ReaderFault::AuthenticationFailed));
    "unauthorised" "" Fault(ReaderFault::Unauthorised) => |_| Ok(Fault(ReaderFault::Unauthorised));
    "self-test" "" Fault(ReaderFault::SelfTest) => |_| Ok(Fault(ReaderFault::SelfTest));
    "fingerprint" "" Fault(ReaderFault::FingerprintFailed) => |_| Ok(Fault(ReaderFault::FingerprintFailed));
    "answers" " 61 66" Fault(ReaderFault::Answers { .. }) => |of| {
        Ok(Fault(ReaderFault::Answers { cmd: hex(of[0])?, sw3: hex(of[1])? }))
    };
    "mute" " 20" Fault(ReaderFault::Mute(_)) => |of| Ok(Fault(ReaderFault::Mute(hex(of[0])?)));
    "hung-until-reset" "" Fault(ReaderFault::HungUntilReset) => |_| Ok(Fault(ReaderFault::HungUntilReset));
    "hung-until-reopen" "" Fault(ReaderFault::HungUntilReopen) => |_| Ok(Fault(ReaderFault::HungUntilReopen));
    "hung-until-power-cycle" "" Fault(ReaderFault::HungUntilPowerCycle) => |_| {
        Ok(Fault(ReaderFault::HungUntilPowerCycle))
    };
    "first-id-wrong" "" Fault(ReaderFault::FirstSamIdWrong) => |_| Ok(Fault(ReaderFault::FirstSamIdWrong));
    "deaf-after-power-on" "" Fault(ReaderFault::DeafAfterPowerOn) => |_| Ok(Fault(ReaderFault::DeafAfterPowerOn));
    "vendor-timeout" "" Fault(ReaderFault::VendorTimeout) => |_| Ok(Fault(ReaderFault::VendorTimeout));
    "read-time" " 2s" Set(ReaderSetting::ReadTime(_)) => |of| Ok(Set(ReaderSetting::ReadTime(duration(of[0])?)));
    "halt-after-read" " yes" Set(ReaderSetting::HaltAfterRead(_)) => |of| {
        Ok(Set(ReaderSetting::HaltAfterRead(yes_or_no(of[0])?)))
    };
    "address-parts" " 4" Set(ReaderSetting::AddressParts(_)) => |of| {
        Ok(Set(ReaderSetting::AddressParts(within(of[0], 1, 4)?)))
    };
    "rf-limit" " 48" Set(ReaderSetting::RfLimit(_)) => |of| Ok(Set(ReaderSetting::RfLimit(number(of[0])?)));
    "rate" " 9600" Set(ReaderSetting::Rate(_)) => |of| Ok(Set(ReaderSetting::Rate(number(of[0])?)));
    "miss-per-mille" " 200" Set(ReaderSetting::MissPerMille(_)) => |of| {
        Ok(Set(ReaderSetting::MissPerMille(within(of[0], 0, 1000)?)))
    };
    "read-time-growth" " 20ms" Set(ReaderSetting::ReadTimeGrowth(_)) => |of| {
        Ok(Set(ReaderSetting::ReadTimeGrowth(duration(of[0])?)))
    };
}

fn unknown(word: &str) -> String {
    let known = ReaderAct::EXAMPLES.join("`, `");
    format!("`{word}` is nothing that happens to a reader; there are `{known}`")
}

fn hex(word: &str) -> Result<u8, String> {
    u8::from_str_radix(word, 16).map_err(|_| format!("`{word}` is not a byte such as 61"))
}

fn within<T: std::str::FromStr + PartialOrd + std::fmt::Display>(
    word: &str,
    least: T,
    most: T,
) -> Result<T, String> {
    let value: T = number(word)?;
    if value >= least && value <= most {
        Ok(value)
    } else {
        Err(format!("`{word}` is not within {least} to {most}"))
    }
}

fn yes_or_no(word: &str) -> Result<bool, String> {
    match word {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("`{word}` is neither yes nor no")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_means_itself_and_stands_in_the_readme() {
        let readme = include_str!("../../../README.md");
        for example in ReaderAct::EXAMPLES {
            let words: Vec<&str> = example.split(' ').collect();
            let act = ReaderAct::parse(&words).expect(example);
            assert_eq!(act.word(), words[0]);
            let told = ["`", "`reader "].map(|before| format!("{before}{}`", words[0]));
            assert!(told.iter().any(|told| readme.contains(told)), "{example}");
            let fault = ReaderAct::parse(&[&words[..], &["more"]].concat());
            assert!(fault.is_err_and(|fault| fault.contains(&format!("`{example}`"))));
        }
        for wrong in [
            "",
            "nois",
            "late",
            "late 3",
            "answers 61 6G",
            "mute 100",
            "rf-limit 256",
            "address-parts 5",
            "miss-per-mille 1001",
            "halt-after-read maybe",
        ] {
            let words: Vec<&str> = wrong.split_whitespace().collect();
            assert!(ReaderAct::parse(&words).is_err(), "{wrong}");
        }
    }
}
