//! The desk's side: orders are made and signed.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use kiosk::case::MachineIdentity;
use kiosk::order::{MachineId, Order, Task, Tier};
use kiosk::shell::clock::Clock;
use kiosk::shell::provisioning::desk;

use super::qr;
use crate::cli::{Outcome, say};

#[derive(Args)]
pub struct Keys {
    /// The secret half, 32 bytes, for the desk alone.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The public half, for the image (`/usr/share/kiosk/order-key`).
    #[arg(long, value_name = "FILE")]
    public: PathBuf,
}

impl Keys {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let seed: [u8; 32] = desk::random()?;
        let identity = MachineIdentity::from_seed(&seed);
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.key)
            .with_context(|| self.key.display().to_string())?;
        file.write_all(&seed)?;
        fs::write(&self.public, identity.public().text() + "\n")
            .with_context(|| self.public.display().to_string())?;
        say(&format!(
            "签发公钥 ordering key: {}",
            identity.public().text()
        ));
        Ok(Outcome::Well)
    }
}

#[derive(Args)]
pub struct Make {
    /// The desk's secret key, see `kiosk provision order-key`.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// `https://host[:port]` of enrolment and fleet.
    #[arg(long, value_name = "URL")]
    server: String,
    /// The authority's certificate, PEM, or the SHA-256 of its public key, 64 hexadecimal digits.
    #[arg(long, value_name = "FILE|HASH")]
    ca: String,
    /// Which machine it becomes, five characters.
    #[arg(long, value_name = "ID", value_parser = machine_id)]
    machine: MachineId,
    /// Code of the village, town or district, 6, 9 or 12 digits.
    #[arg(long, value_name = "CODE")]
    division: String,
    /// Name of the site, at most twenty Chinese characters.
    #[arg(long)]
    site: String,
    /// village, town or district.
    #[arg(long, default_value = "village", value_parser = tier)]
    tier: Tier,
    /// Machine that it replaces; its certificates end with this order.
    #[arg(long, value_name = "ID", value_parser = machine_id)]
    replaces: Option<MachineId>,
    /// For this machine alone: the code on its page, sixteen hexadecimal digits.
    #[arg(long, value_name = "CODE")]
    bound_to: Option<String>,
    /// Hours that it is good, at most 24.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=24))]
    hours: u16,
    /// The machine is to be taken out of service for good.
    #[arg(long)]
    decommission: bool,
    /// Even while cases wait on it: they are lost.
    #[arg(long, requires = "decommission")]
    lose_waiting_cases: bool,
    /// The book that the server reads; the order is entered there.
    #[arg(long, value_name = "FILE")]
    book: Option<PathBuf>,
    /// The order's text, for a stick: name it kiosk-order.txt.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Its QR code as a picture.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Do not draw the QR code on the terminal.
    #[arg(long)]
    no_qr: bool,
}

fn machine_id(text: &str) -> Result<MachineId, String> {
    MachineId::parse(text).ok_or_else(|| "five characters A-Z, 0-9".into())
}

fn tier(text: &str) -> Result<Tier, String> {
    Tier::parse(text).ok_or_else(|| "village, town or district".into())
}

impl Make {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let seed = fs::read(&self.key).with_context(|| self.key.display().to_string())?;
        let seed: [u8; 32] = seed
            .try_into()
            .map_err(|_| anyhow::anyhow!("{}: a key is 32 bytes", self.key.display()))?;
        let order = self.order()?;
        let text = order.sign(&MachineIdentity::from_seed(&seed))?;
        // The server must know it before anybody can come with it.
        if let Some(book) = &self.book {
            enter(book, &desk::Entry::of(&order))?;
        }
        if let Some(out) = &self.out {
            fs::write(out, format!("{text}\n")).with_context(|| out.display().to_string())?;
        }
        if let Some(png) = &self.png {
            qr::png(&text, png)?;
        }
        if !self.no_qr {
            say(&qr::terminal(&text)?);
        }
        say(&text);
        Ok(Outcome::Well)
    }

    fn order(&self) -> anyhow::Result<Order> {
        let code = format!("{:0<12}", self.division);
        anyhow::ensure!(
            code.len() == 12 && code.bytes().all(|b| b.is_ascii_digit()),
            "{}: 6, 9 or 12 digits",
            self.division
        );
        let now = Clock::system()
            .unix_seconds()
            .context("this computer's clock was never set")?;
        let bound_to = self.bound_to.as_ref().map(|text| {
            let digits: String = text
                .chars()
                .filter(|c| !c.is_whitespace() && *c != '-')
                .collect();
            desk::bytes(&digits).context("--bound-to: sixteen hexadecimal digits")
        });
        Ok(Order {
            task: match self.decommission {
                true => Task::Decommission {
                    with_waiting_cases: self.lose_waiting_cases,
                },
                false => Task::Enrol,
            },
            issued_s: u32::try_from(now)?,
            term_min: self.hours * 60,
            division: code.parse()?,
            tier: self.tier,
            machine: self.machine,
            replaces: self.replaces,
            bound_to: bound_to.transpose()?,
            ca: match desk::bytes(&self.ca) {
                Some(hash) => hash,
                None => desk::authority(Path::new(&self.ca))?,
            },
            password: desk::random()?,
            server: self.server.clone(),
            site: self.site.clone(),
        })
    }
}

fn enter(book: &Path, entry: &desk::Entry) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .create(true)
        .append(true)
        .mode(0o600)
        .open(book)
        .with_context(|| book.display().to_string())?;
    file.write_all(format!("{}\n", serde_json::to_string(entry)?).as_bytes())?;
    Ok(file.sync_all()?)
}
