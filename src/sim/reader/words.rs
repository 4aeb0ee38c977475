//! What can be done to the reader, in words: one table for visit scripts, `kiosk sim reader` and the dock.

use super::{ReaderFault, ReaderSetting};
use crate::sim::script::{duration, number};
use crate::sim::words::{hex, within, words, yes_or_no};

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

words! {
    ReaderAct, "reader";
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::words::assert_table;

    #[test]
    fn every_word_means_itself_and_stands_in_the_readme() {
        assert_table(
            "reader",
            ReaderAct::EXAMPLES,
            ReaderAct::parse,
            ReaderAct::word,
        );
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
