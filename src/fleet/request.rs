//! What a technician at the machine's own page asks of the fleet agent: one small file, written whole by the firmware. The agent
//! cannot remove it, for it lies in the firmware's folder; it says in its own ([`super::standing`]) which one it has taken up.
//! It judges what it is asked for as if it had come over the line.

use serde::{Deserialize, Serialize};

/// Longest name of a file on a stick, bytes.
pub const NAME_MOST: usize = 200;

/// A request. Boot and time together are its name: another time is another request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Boot in which it was written; of another one it says nothing.
    pub boot: String,
    /// When it was written, in milliseconds of that boot.
    pub boot_ms: u64,
    /// What is asked for.
    pub want: Want,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Want {
    /// Install the file of this name that lies on the stick, as `kiosk fleet install FILE` does.
    Install(String),
    /// Answer the question that waits for a technician.
    Answer {
        /// The action that was shown: an answer is to no other.
        action: String,
        /// Yes or no.
        yes: bool,
    },
}

/// Whether `name` can be that of a bundle or of a content package at the top of a stick. What other systems leave beside a
/// file begins with a dot.
#[must_use]
pub fn is_bundle(name: &str) -> bool {
    let ends = |end: &str| name.to_ascii_lowercase().ends_with(end);
    (1..=NAME_MOST).contains(&name.len())
        && !name.starts_with('.')
        && !name.chars().any(|c| c == '/' || c.is_control())
        && (ends(".raucb") || is_content(name))
}

/// Whether it is that of a content package.
#[must_use]
pub fn is_content(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".kcp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_but_to_a_file_on_the_stick() {
        for good in ["kiosk-1.4.0.raucb", "KIOSK.RAUCB", "目录 3.kcp", "a..raucb"] {
            assert!(is_bundle(good), "{good}");
        }
        let long = format!("{}.raucb", "a".repeat(NAME_MOST));
        for bad in [
            "",
            "a.txt",
            "._a.raucb",
            "../a.raucb",
            "/a.raucb",
            "a/b.kcp",
            "a\n.kcp",
            &long,
        ] {
            assert!(!is_bundle(bad), "{bad}");
        }
        assert!(is_content("A.KCP") && !is_content("a.raucb"));
    }
}
