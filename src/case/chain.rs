//! The chain over the cases a machine files: whoever holds its end can tell that nothing before it is missing, added
//! or changed.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::digest::Digest;
use super::hex::{self, from_hex, to_hex};
use super::mint::Key;

/// The chain's end after one case: SHA-256(link before ‖ seq ‖ key ‖ digest).
///
/// `seq` is 8 bytes, most significant first; `key` is its ASCII text; `digest` is the 32 bytes of the body's SHA-256.
/// Only the key has no fixed length, so no two cases hash the same bytes. At the wire and on paper: 64 lower-case hex
/// digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link(#[serde(with = "hex")] pub [u8; 32]);

impl Link {
    /// The end of a chain without cases: SHA-256(`kiosk chain 1 MACHINE EPOCH`). Each epoch has its own chain.
    #[must_use]
    pub fn first(machine: &str, epoch: &str) -> Self {
        Self(Sha256::digest(format!("kiosk chain 1 {machine} {epoch}")).into())
    }

    /// The end after the case `seq`, counted from 1.
    #[must_use]
    pub fn next(&self, seq: u64, key: &Key, digest: &Digest) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(seq.to_be_bytes());
        hash.update(key.0.as_bytes());
        hash.update(digest.0);
        Self(hash.finalize().into())
    }

    /// 64 lower-case hex digits.
    #[must_use]
    pub fn hex(&self) -> String {
        to_hex(&self.0)
    }

    /// Reads 64 lower-case hex digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        from_hex(text).map(Self)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> Key {
        Key(format!("00042-7K-00000{n}-0123456789ABCDEF"))
    }

    fn end(cases: &[(u64, u8, &[u8])]) -> Link {
        let first = Link::first("00042", "7K");
        cases.iter().fold(first, |link, (seq, n, body)| {
            link.next(*seq, &key(*n), &Digest::of(body))
        })
    }

    /// Computed once with Python's hashlib from the words of this file.
    #[test]
    fn links_are_those_of_the_vector() {
        assert_eq!(
            Link::first("00042", "7K").hex(),
            "628228e811d7e90f0693dad2afa895f30ee39e75fdb0d22fa65eb67c8577d3b9"
        );
        assert_eq!(
            end(&[(1, 1, b"a"), (2, 2, b"b")]).hex(),
            "669eadbf41ebde56872e9174d5df4fb15ec10e35405c95c154aa0fc9b8acab8d"
        );
    }

    #[test]
    fn a_change_anywhere_changes_the_end() {
        let whole = end(&[(1, 1, b"a"), (2, 2, b"b"), (3, 3, b"c")]);
        for other in [
            end(&[(1, 1, b"a"), (3, 3, b"c")]),
            end(&[(2, 2, b"b"), (1, 1, b"a"), (3, 3, b"c")]),
            end(&[(1, 1, b"a"), (2, 2, b"x"), (3, 3, b"c")]),
            end(&[(1, 1, b"a"), (2, 4, b"b"), (3, 3, b"c")]),
        ] {
            assert_ne!(whole, other);
        }
        assert_ne!(Link::first("00042", "7K"), Link::first("00042", "7M"));
    }

    #[test]
    fn hex_is_read_back_and_nothing_else() {
        let link = Link::first("00042", "7K");
        assert_eq!(Link::from_hex(&link.hex()), Some(link));
        for bad in ["", "00", &"g".repeat(64), &"A".repeat(64), &"é".repeat(32)] {
            assert_eq!(Link::from_hex(bad), None, "{bad}");
        }
    }
}
