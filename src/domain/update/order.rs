//! What is to be installed: words of the server's deployment, or of a stick.

use serde::{Deserialize, Serialize};

/// Where an order came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// The update server; every step is told to it under the action's id.
    Server,
    /// A stick in a technician's hand; the result is told to the server as what was installed offline.
    Stick,
}

/// What kind of thing it is: the type of the server's software module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A RAUC bundle: the whole system in the other slot, in force after a restart.
    Os,
    /// A content package, in force without one.
    Content,
}

impl Kind {
    /// Reads a module's type (`part` of a DDI chunk); none for one this firmware does not know.
    #[must_use]
    pub fn of_part(part: &str) -> Option<Self> {
        match part {
            "os" | "bOS" | "rauc" => Some(Self::Os),
            "content" => Some(Self::Content),
            _ => None,
        }
    }

    /// Its word in files and journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Os => "os",
            Self::Content => "content",
        }
    }
}

/// How a step is to be taken (`download` and `update` of a DDI deployment).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Handling {
    /// Not now.
    Skip,
    /// When it suits the machine: in its wave, in its quiet hours.
    #[default]
    Attempt,
    /// As soon as nobody is disturbed.
    Forced,
}

/// Where the bytes are and how they are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Address, or for a stick the path of the copy on this machine.
    pub href: String,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 in 64 small hexadecimal digits.
    pub sha256: String,
}

/// One thing to be installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The action's id at the server, kept until its result is told; of a stick a name of its own.
    pub action: String,
    /// Who ordered it.
    pub origin: Origin,
    /// What it is.
    pub kind: Kind,
    /// Name of the module.
    pub name: String,
    /// Version of the module.
    pub version: String,
    /// The bytes.
    pub source: Source,
    /// How to fetch it.
    pub download: Handling,
    /// How to put it in force.
    pub update: Handling,
    /// Whether the server's maintenance window is open; true where there is none.
    pub window: bool,
    /// Going back to an older version was ordered in so many words.
    pub allow_older: bool,
}

/// What the bundle says of itself, under its signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Its version; empty where it says none.
    pub version: String,
    /// SHA-256 of its manifest in hexadecimal digits, by which RAUC can be held to this very bundle; empty where it is not told.
    #[serde(default)]
    pub manifest: String,
    /// It allows itself to be put in the place of a newer one (`[meta.kiosk] allow-older=true` in a RAUC manifest).
    pub allow_older: bool,
}

/// What runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Name of the booted slot; empty when it is not known.
    pub slot: String,
    /// Version of the system in it; empty when it is not known.
    pub version: String,
}
