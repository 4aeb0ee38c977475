//! Time-based one-time codes (RFC 6238): six digits of HMAC-SHA-1 over the number of the half minute, as authenticator
//! apps make them. SHA-1's collisions do not touch HMAC; several apps silently ignore any other choice.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use super::key::CodeKey;

/// Digits of a code.
pub const DIGITS: usize = 6;
/// Seconds of a step.
pub const STEP_S: u64 = 30;

/// Number of a half minute since 1970 (RFC 6238, `T`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step(pub u64);

impl Step {
    /// The step that this second since 1970 lies in.
    #[must_use]
    pub fn of(unix_s: u64) -> Self {
        Self(unix_s / STEP_S)
    }

    /// Its neighbours up to so many before and after, itself first, then the nearer ones.
    pub fn around(self, reach: u64) -> impl Iterator<Item = Self> {
        let near = (1..=reach).flat_map(move |by| [self.0.checked_sub(by), self.0.checked_add(by)]);
        std::iter::once(Some(self.0))
            .chain(near)
            .flatten()
            .map(Self)
    }
}

impl CodeKey {
    /// The code of a step, with leading zeros (RFC 4226, 5.3).
    #[must_use]
    pub fn code(&self, step: Step) -> String {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(self.bytes()) else {
            return String::new(); // HMAC takes keys of any length
        };
        mac.update(&step.0.to_be_bytes());
        let sum = mac.finalize().into_bytes();
        let from = usize::from(sum[sum.len() - 1] & 15);
        let four = sum.iter().skip(from).take(4);
        let number = four.fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// Whether `code` is that of `step`, in a time that tells nothing of where they differ.
    #[must_use]
    pub fn is_code(&self, code: &str, step: Step) -> bool {
        let right = self.code(step);
        let differs = right
            .bytes()
            .zip(code.bytes())
            .fold(0, |all, (a, b)| all | (a ^ b));
        code.len() == DIGITS && differs == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the SHA-1 rows; their last six digits.
    #[test]
    fn the_codes_of_the_standard_are_made() {
        let key = CodeKey::from_bytes(b"12345678901234567890").expect("a key");
        for (unix_s, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(key.code(Step::of(unix_s)), code, "{unix_s}");
            assert!(key.is_code(code, Step::of(unix_s)));
            assert!(!key.is_code(code, Step(Step::of(unix_s).0 + 1)));
        }
        assert!(!key.is_code("", Step(1)) && !key.is_code("2870820", Step::of(59)));
    }

    #[test]
    fn the_nearest_steps_come_first_and_none_is_before_the_first() {
        let steps: Vec<u64> = Step(100).around(2).map(|step| step.0).collect();
        assert_eq!(steps, [100, 99, 101, 98, 102]);
        assert_eq!(Step(0).around(1).count(), 2);
    }
}
