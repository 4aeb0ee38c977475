//! What a machine holds beyond the reach of the firmware's own user: secrets that only root may read, the agent's folder, tokens on
//! the data partition. A unit of root's destroys it when it is asked by a file, and answers by another:
//!
//! ```text
//! /run/kiosk/leave          firmware → root   { "order": the desk's signed order, "nonce": … }
//! /run/kiosk-leave/answer   root → firmware   { "nonce": …, "gone": [ { "what", "left" } ] }
//! ```
//! Root believes the order and nobody's word for it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::whole::overwrite;
use crate::case::PublicIdentity;
use crate::domain::provisioning::leaving::{is_ordered, outcome};
use crate::domain::provisioning::{Check, Failure, Saved, Stays};
use crate::order::Order;
use crate::text::Text;

/// Where the firmware asks.
pub const ASK: &str = "/run/kiosk/leave";
/// Where root answers.
pub const ANSWER: &str = "/run/kiosk-leave/answer";
/// What root's unit starts; a system without it has no such unit.
const TOOL: &str = "/usr/lib/kiosk/leave";
/// The agent has to stop first, which a download may hold up.
const PATIENCE: Duration = Duration::from_secs(120);
/// Longest file of either side, bytes.
const FILE_MAX: u64 = 64 * 1024;

/// How root is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// File of the question.
    pub ask: PathBuf,
    /// File of the answer.
    pub answer: PathBuf,
    /// Longest wait for it.
    pub patience: Duration,
}

impl Root {
    /// Of this system; none where there is no such unit.
    #[must_use]
    pub fn of_system() -> Option<Self> {
        Path::new(TOOL).exists().then(|| Self {
            ask: ASK.into(),
            answer: ANSWER.into(),
            patience: PATIENCE,
        })
    }

    /// Has it done and waits. Whatever keeps root from an answer is told of everything that was asked for.
    #[must_use]
    pub(super) fn destroy(&self, order: &str) -> Vec<Check> {
        let nonce = format!("{:016x}", fastrand::u64(..));
        let asked = Asked {
            order: order.into(),
            nonce: nonce.clone(),
        };
        let left = match self.put(&asked) {
            Err(error) => format!("{}: {error}", self.ask.display()),
            Ok(()) => match self.wait(&nonce) {
                Some(gone) => return gone.iter().map(Gone::check).collect(),
                None => "kiosk-leave.service does not answer".into(),
            },
        };
        let all = What::ALL.iter();
        all.map(|what| outcome(what.name(), Some(left.clone())))
            .collect()
    }

    fn put(&self, asked: &Asked) -> io::Result<()> {
        if let Some(folder) = self.ask.parent() {
            // A stopped firmware has no folder there.
            fs::create_dir_all(folder)?;
        }
        super::whole::write_whole(&self.ask, &serde_json::to_vec(asked)?, 0o600)
    }

    fn wait(&self, nonce: &str) -> Option<Vec<Gone>> {
        let until = Instant::now() + self.patience;
        while Instant::now() < until {
            let answer = read::<Answer>(&self.answer);
            if let Ok(answer) = answer
                && answer.nonce == nonce
            {
                return Some(answer.gone);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        None
    }
}

#[derive(Serialize, Deserialize)]
struct Asked {
    order: String,
    nonce: String,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    nonce: String,
    gone: Vec<Gone>,
}

/// What root destroys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum What {
    /// Keys of signing and of the store.
    Credentials,
    /// Downloads, content packages and states of the agent.
    Agent,
    /// Tokens of platform and update server.
    Tokens,
}

impl What {
    const ALL: [Self; 3] = [Self::Credentials, Self::Agent, Self::Tokens];

    fn name(self) -> Text {
        match self {
            Self::Credentials => {
                Text::new("签名密钥和存储密钥", "keys of signing and of the store")
            }
            Self::Agent => Text::new(
                "升级程序的数据和内容包",
                "the agent's data and content packages",
            ),
            Self::Tokens => Text::new("平台和升级凭证", "tokens of platform and updates"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Gone {
    what: What,
    /// Why something of it is still there.
    left: Option<String>,
}

impl Gone {
    fn check(&self) -> Check {
        outcome(self.what.name(), self.left.clone())
    }
}

/// Root's side: takes the question away, verifies its order for the machine whose `saved` state this is, destroys what lies in `data` and
/// answers.
///
/// # Errors
/// [`Stays::NotOrdered`]: no signed order says so, and nothing was destroyed; or of the files of question and answer.
pub fn serve(
    root: &Root,
    data: &Path,
    trusted: &PublicIdentity,
    saved: &Saved,
) -> Result<(), Failure> {
    let disk = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| Failure::Disk(format!("{path}: {error}"))
    };
    let asked = read::<Asked>(&root.ask);
    // Away first, so that it is asked once.
    super::whole::remove(&root.ask).map_err(disk(&root.ask))?;
    let asked = asked.map_err(disk(&root.ask))?;
    let order = Order::read(&asked.order, trusted)?;
    if !is_ordered(Some(&order), saved, [0; 8]) {
        return Err(Stays::NotOrdered.into());
    }
    let tokens = |path: &Path| {
        let end = path.extension().and_then(|end| end.to_str());
        matches!(end, Some("token" | "key"))
    };
    let all_of = |folders: [&str; 2]| {
        folders.iter().fold(None, |left: Option<String>, folder| {
            let more = empty(&data.join(folder), &|_| true);
            left.or(more)
        })
    };
    let left = [
        (
            What::Credentials,
            all_of(["credentials/sealed", "credentials/plain"]),
        ),
        // Content packages lie with the agent's data or, where the firmware reads them, beside it.
        (What::Agent, all_of(["kiosk-fleet", "content"])),
        (What::Tokens, empty(data, &tokens)),
    ];
    let gone = left.map(|(what, left)| Gone { what, left }).into();
    let answer = Answer {
        nonce: asked.nonce,
        gone,
    };
    let text = serde_json::to_vec(&answer).map_err(|fault| Failure::Disk(fault.to_string()))?;
    super::whole::write_whole(&root.answer, &text, 0o644).map_err(disk(&root.answer))
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> io::Result<T> {
    let facts = fs::symlink_metadata(path)?;
    if !facts.is_file() || facts.len() > FILE_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// Destroys what is `wanted` in a folder and goes on past what it cannot: why something is still there, or none.
pub(super) fn empty(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Option<String> {
    let told = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => return Some(told(folder, &error)),
    };
    let mut left = None;
    for entry in entries {
        let fault = match entry {
            Ok(entry) if wanted(&entry.path()) => {
                let path = entry.path();
                gone(&path).err().map(|error| told(&path, &error))
            }
            Ok(_) => None,
            Err(error) => Some(told(folder, &error)),
        };
        left = left.or(fault);
    }
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    left.or(synced.err().map(|error| told(folder, &error)))
}

/// Overwrites and removes a file, or a folder with everything in it. What is not there is gone; no link is followed.
pub(super) fn gone(path: &Path) -> io::Result<()> {
    let facts = match fs::symlink_metadata(path) {
        Ok(facts) => facts,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !facts.is_dir() {
        return overwrite(path);
    }
    for entry in fs::read_dir(path)? {
        gone(&entry?.path())?;
    }
    fs::remove_dir(path)
}
