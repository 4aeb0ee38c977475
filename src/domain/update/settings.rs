//! What a machine's configuration says of its updates.

/// A part of the day, local time, that may reach over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// First minute of the day, 0–1439.
    pub from: u16,
    /// First minute that is outside again, 0–1439; the same as `from` for the whole day.
    pub to: u16,
}

impl Hours {
    /// Reads `22:00-06:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        Some(Self {
            from: minute(from)?,
            to: minute(to)?,
        })
    }

    /// Whether `minute` of the day is within.
    #[must_use]
    pub fn contains(self, minute: u16) -> bool {
        match self.from.cmp(&self.to) {
            std::cmp::Ordering::Less => (self.from..self.to).contains(&minute),
            std::cmp::Ordering::Equal => true,
            std::cmp::Ordering::Greater => minute >= self.from || minute < self.to,
        }
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |t: &str| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// Limits of the update policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Id of this machine at the server: what its place in a wave is drawn from.
    pub machine: String,
    /// Length of a wave: each machine begins its download at its own place in it, seconds; 0 for none.
    pub wave_s: u32,
    /// When a machine may restart for an update that is not forced; none for at any hour.
    pub quiet: Option<Hours>,
    /// An update that the server wants confirmed is confirmed without asking a technician.
    pub confirm: bool,
    /// How long the new version must run without a stop before it is believed, seconds.
    pub steady_s: u32,
    /// How long it has to prove itself, seconds.
    pub proof_s: u32,
    /// At a place that was without a line before: how long the new version must hold without one, seconds.
    pub offline_grace_s: u32,
    /// This place is known to have no line for long times.
    pub offline: bool,
    /// How long the firmware must have said nothing until a restart disturbs nobody, seconds.
    pub dead_s: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            machine: String::new(),
            wave_s: 3600,
            quiet: None,
            confirm: true,
            steady_s: 60,
            proof_s: 900,
            offline_grace_s: 300,
            offline: false,
            dead_s: 600,
        }
    }
}

impl Settings {
    /// This machine's place in the wave of `action`, milliseconds. The same at every start, another for every action, and over
    /// many machines even: the high bits of FNV-1a (64 bits) over both names, stirred by the finisher of SplitMix64.
    #[must_use]
    pub fn place_ms(&self, action: &str) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in self.machine.bytes().chain([0]).chain(action.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        hash ^= hash >> 31;
        let wave_ms = u128::from(self.wave_s) * 1000;
        u64::try_from((u128::from(hash) * wave_ms) >> 64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_reach_over_midnight() {
        let night = Hours::parse("22:00-06:30").expect("hours");
        for (minute, within) in [
            (0, true),
            (389, true),
            (390, false),
            (1319, false),
            (1320, true),
            (1439, true),
        ] {
            assert_eq!(night.contains(minute), within, "{minute}");
        }
        let lunch = Hours::parse("12:00-14:00").expect("hours");
        assert!(lunch.contains(720) && !lunch.contains(840) && !lunch.contains(0));
        assert!(Hours::parse("00:00-00:00").expect("hours").contains(700));
        for wrong in [
            "",
            "22:00",
            "24:00-06:00",
            "1:00-02:00",
            "01:60-02:00",
            "01:00-02:00-03:00",
            "+1:00-02:00",
        ] {
            assert_eq!(Hours::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_wave_is_even_and_each_machine_keeps_its_place() {
        let place = |machine: usize, action: &str| {
            let settings = Settings {
                machine: format!("W{machine:04}"),
                wave_s: 3600,
                ..Settings::default()
            };
            settings.place_ms(action)
        };
        let mut tenths = [0_u32; 10];
        for machine in 0..1000 {
            let at = place(machine, "17");
            assert!(at < 3_600_000);
            assert_eq!(at, place(machine, "17"));
            tenths[usize::try_from(at / 360_000).expect("small")] += 1;
        }
        assert!(tenths.iter().all(|n| (60..=140).contains(n)), "{tenths:?}");
        let moved = (0..1000)
            .filter(|m| place(*m, "17").abs_diff(place(*m, "18")) > 60_000)
            .count();
        assert!(moved > 900, "{moved}");
        let none = Settings {
            wave_s: 0,
            ..Settings::default()
        };
        assert_eq!(none.place_ms("17"), 0);
    }
}
