//! Where in some bytes an answer may begin, and how far it goes.

use super::{HEADER, LONGEST, PREAMBLE, SHORTEST, TIMED_OUT};

/// What stands at the first preamble, whole or cut off at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// There is none.
    Nothing,
    /// At least so many bytes are missing.
    Partial { missing: usize },
    /// So many bytes, preamble and check byte included. The check byte was not looked at.
    Whole(usize),
    /// A length that no answer has.
    Impossible,
    /// [`super::Decoded::TimedOut`].
    TimedOut,
}

/// How many bytes stand before the first preamble, and what begins with it.
pub(super) fn look(bytes: &[u8]) -> (usize, Look) {
    let skipped = before_preamble(bytes);
    let rest = &bytes[skipped..];
    if rest.is_empty() {
        return (skipped, Look::Nothing);
    }
    let Some(length) = rest.get(PREAMBLE.len()..HEADER) else {
        let missing = HEADER - rest.len();
        return (skipped, Look::Partial { missing });
    };
    let length = usize::from(length[0]) << 8 | usize::from(length[1]);
    let of_maker = length == usize::from(TIMED_OUT[1]);
    let seen = match rest.get(PREAMBLE.len()..PREAMBLE.len() + TIMED_OUT.len()) {
        Some(bytes) if of_maker && bytes == TIMED_OUT => Look::TimedOut,
        _ if !(SHORTEST..=LONGEST).contains(&length) => Look::Impossible,
        _ if rest.len() >= HEADER + length => Look::Whole(HEADER + length),
        // The shortest that may stand there first.
        _ if of_maker && rest.len() < PREAMBLE.len() + TIMED_OUT.len() => Look::Partial {
            missing: PREAMBLE.len() + TIMED_OUT.len() - rest.len(),
        },
        _ => Look::Partial {
            missing: HEADER + length - rest.len(),
        },
    };
    (skipped, seen)
}

fn before_preamble(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == PREAMBLE[0]) {
        at += next;
        let rest = &bytes[at..];
        let begins = match rest.first_chunk() {
            Some(first) => *first == PREAMBLE,
            None => PREAMBLE.starts_with(rest),
        };
        if begins {
            return at;
        }
        at += 1;
    }
    bytes.len()
}
