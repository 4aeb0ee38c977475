//! `kiosk technician`: what opens the technician's page. `new-key` runs on the machine, the others at the desk.

use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Subcommand;
use kiosk::audit::{Act, Name, Note, Who};
use kiosk::case::MachineIdentity;
use kiosk::shell::audit::AuditLog;
use kiosk::shell::clock::Clock;
use kiosk::shell::store::os_random;
use kiosk::shell::technician::read_key;
use kiosk::shell::{durable, settings};
use kiosk::technician::{CodeKey, Step, sign_badge};
use zeroize::Zeroizing;

use super::{Outcome, board, say};

#[derive(Subcommand)]
pub enum Technician {
    /// Make the secret of this machine's one-time codes anew and show it once, for the desk's authenticator app.
    NewKey {
        /// Configuration of the machine.
        #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
        config: PathBuf,
    },
    /// The code of this moment, of a secret in a file.
    Code {
        /// File with the secret, base32.
        #[arg(value_name = "KEY")]
        key: PathBuf,
    },
    /// Sign a technician's badge with the desk's secret key; its text goes into a QR code. A key file that is not there
    /// is made, and its public half, for `badge_keys`, is told.
    Badge {
        /// File with the desk's secret, 32 bytes as base64url.
        #[arg(value_name = "DESK")]
        desk: PathBuf,
        /// Name on the badge, e.g. T0007.
        #[arg(long)]
        name: String,
        /// Last day on which it opens, YYYYMMDD.
        #[arg(long, value_name = "YYYYMMDD", value_parser = clap::value_parser!(u32).range(20260101..=20991231))]
        until: u32,
    },
}

impl Technician {
    pub fn run(self) -> anyhow::Result<Outcome> {
        match self {
            Self::NewKey { config } => new_key(&config)?,
            Self::Code { key } => {
                let key = read_key(&key).with_context(|| key.display().to_string())?;
                let now = Clock::system()
                    .unix_seconds()
                    .context("the time is not known")?;
                say(&key.code(Step::of(now)));
            }
            Self::Badge { desk, name, until } => {
                let name =
                    Name::new(&name).context("name: 1 to 40 characters 0-9 A-Z a-z . : _ -")?;
                let identity = desk_key(&desk)?;
                say(&sign_badge(&identity, &name, until));
            }
        }
        Ok(Outcome::Well)
    }
}

fn new_key(config: &Path) -> anyhow::Result<()> {
    let config = settings::load(config)?;
    let path = config.technician.key_path(&config.store.path);
    let mut bytes = Zeroizing::new([0; 20]);
    os_random()(bytes.as_mut_slice()).context("the kernel's randomness")?;
    let key = CodeKey::from_bytes(bytes.as_slice())?;
    let note = Note::done(Who::Shell, Act::KeyMade);
    AuditLog::of(&config)
        .append(note, &Clock::system())
        .context("the audit log")?;
    let text = Zeroizing::new(format!("{}\n", key.base32()));
    durable::put(&path, text.as_bytes()).with_context(|| path.display().to_string())?;
    say(&key.uri(&config.machine.id));
    Ok(())
}

fn desk_key(path: &Path) -> anyhow::Result<MachineIdentity> {
    let mut seed = Zeroizing::new([0_u8; 32]);
    if path.try_exists()? {
        let mut text = Zeroizing::new(String::new());
        std::fs::File::open(path)?
            .take(128)
            .read_to_string(&mut text)?;
        let bytes = Zeroizing::new(
            URL_SAFE_NO_PAD
                .decode(text.trim())
                .context("not base64url")?,
        );
        anyhow::ensure!(bytes.len() == seed.len(), "32 bytes are a secret");
        seed.copy_from_slice(&bytes);
        return Ok(MachineIdentity::from_seed(&seed));
    }
    os_random()(seed.as_mut_slice()).context("the kernel's randomness")?;
    let text = Zeroizing::new(format!("{}\n", URL_SAFE_NO_PAD.encode(seed.as_slice())));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    let identity = MachineIdentity::from_seed(&seed);
    say(&format!("badge_keys = \"{}\"", identity.public().text()));
    Ok(identity)
}
