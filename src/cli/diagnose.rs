//! `kiosk diagnose`: what an engineer asks for first, sealed to the desk; and `kiosk diagnose open` at the desk.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use kiosk::case::SealSecret;
use kiosk::shell::clock::Clock;
use kiosk::shell::diagnosis::Diagnosis;
use kiosk::shell::{fresh_file, settings};
use zeroize::Zeroizing;

use super::doctor::Doctor;
use super::{Outcome, board, say};

/// Gather a diagnosis for the desk: journal, devices, doctor, configuration without secrets, figures, audit log. It holds nothing of a
/// person, is sealed to the desk's key (`fleet.desk_key`) and at most 4 MiB long. Works while the firmware runs.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Diagnose {
    #[command(subcommand)]
    open: Option<Command>,
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
    /// The sealed diagnosis.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Take this file along, without numbers that could be somebody's and without Chinese; up to eight times.
    #[arg(long = "with", value_name = "FILE")]
    more: Vec<PathBuf>,
    /// Do not ask the platform.
    #[arg(long)]
    offline: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Open a diagnosis at the desk.
    Open(Open),
}

#[derive(Args)]
struct Open {
    /// The sealed diagnosis.
    file: PathBuf,
    /// The desk's secret: 32 random bytes.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Write its parts into this folder instead of showing them.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

impl Diagnose {
    pub fn run(self) -> anyhow::Result<Outcome> {
        if let Some(Command::Open(open)) = self.open {
            return open.run();
        }
        let Some(out) = self.out else {
            bail!("--out FILE：写到哪里 says where the diagnosis goes");
        };
        let config = settings::load(&self.config)?;
        let Some(desk) = &config.fleet.desk_key else {
            bail!(
                "kiosk.toml 没有 fleet.desk_key（诊断中心的公钥） has no fleet.desk_key, the public key of the desk"
            );
        };
        let doctor = Doctor::of(self.config.clone(), self.offline).as_json();
        let all = Diagnosis::gather(&config, &self.config, &Clock::system(), &doctor, &self.more);
        let sealed = all.seal(desk)?;
        fresh_file::write(&out, &sealed, 0o600).with_context(|| out.display().to_string())?;
        say(&format!("{}：{} 字节 bytes", out.display(), sealed.len()));
        if !all.missing.is_empty() {
            say(&format!(
                "读不到 could not be read: {}",
                all.missing.join(", ")
            ));
        }
        Ok(Outcome::Well)
    }
}

impl Open {
    fn run(self) -> anyhow::Result<Outcome> {
        let secret =
            Zeroizing::new(fs::read(&self.key).with_context(|| self.key.display().to_string())?);
        let seed: &[u8; 32] = secret
            .as_slice()
            .try_into()
            .context("the desk's secret is 32 bytes")?;
        let bytes = fs::read(&self.file).with_context(|| self.file.display().to_string())?;
        let all = Diagnosis::open(&bytes, &SealSecret::from_seed(seed))?;
        if let Some(folder) = &self.into {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        say(&format!(
            "机器 machine {}；读不到 could not be read: {}",
            all.machine,
            all.missing.join(", ")
        ));
        for (name, text) in &all.parts {
            match &self.into {
                // The name comes from whoever sealed it.
                Some(folder) if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
                    fs::write(folder.join(format!("{name}.txt")), text)?;
                }
                Some(_) => bail!("a part of the name {name:?}"),
                None => say(&format!("== {name}\n{text}")),
            }
        }
        Ok(Outcome::Well)
    }
}
