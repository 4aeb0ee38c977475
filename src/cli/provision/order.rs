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

use super::{advice, qr};
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
        let seed = seed(&self.key)?;
        let order = self.order()?;
        let has_one_before = self
            .book
            .as_ref()
            .is_some_and(|book| enrolled(book, &order));
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
        if order.task == Task::Enrol && (order.replaces.is_some() || has_one_before) {
            say(
                "注意：新机开通后旧机的证书即作废；旧机上未上传的办件不会到新机：旧机能上网会照常上传，否则在旧机上用 kiosk outbox export 导出，再注销旧机\n\
                 note: once it is followed the old machine's certificate ends; cases that wait on the old machine do not come along: with a line it still sends them, \
                 else take them off with `kiosk outbox export` there, and then decommission it",
            );
        }
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
                None => desk::authority(Path::new(&self.ca)).map_err(|fault| {
                    advice(
                        &fault.to_string(),
                        "读不到证书机构的证书；--ca 用 EST 服务器的 ca.pem，或其公钥的 SHA-256（64 位十六进制）",
                        "there is no authority's certificate here; `--ca` is the EST server's ca.pem, or the SHA-256 of its public key, 64 hexadecimal digits",
                    )
                })?,
            },
            password: desk::random()?,
            server: self.server.clone(),
            site: self.site.clone(),
        })
    }
}

/// The desk's secret.
fn seed(path: &Path) -> anyhow::Result<[u8; 32]> {
    let read = fs::read(path);
    let seed = read.map(|bytes| <[u8; 32]>::try_from(bytes).ok());
    match seed {
        Ok(Some(seed)) => Ok(seed),
        Ok(None) => Err(advice(
            &format!("{}: a key is 32 bytes", path.display()),
            "这不是签发私钥（--public 生成的是公钥）；用 kiosk provision order-key 的 --key 文件",
            "this is no ordering secret (`--public` makes the public half): give the file of `kiosk provision order-key --key`",
        )),
        Err(fault) => Err(advice(
            &format!("{}: {fault}", path.display()),
            "读不到签发私钥；没有就先运行 kiosk provision order-key --key 私钥 --public 公钥",
            "there is no ordering secret here; make one: `kiosk provision order-key --key SECRET --public PUBLIC`",
        )),
    }
}

/// Whether the book has an earlier order for the same machine.
fn enrolled(book: &Path, order: &Order) -> bool {
    let lines = fs::read_to_string(book).unwrap_or_default();
    let mut entries = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<desk::Entry>(line).ok());
    entries.any(|entry| entry.enrols && entry.machine == order.machine.as_str())
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
