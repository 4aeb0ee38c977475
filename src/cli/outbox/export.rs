//! `kiosk outbox export`: what waits, sealed onto a stick, when the line does not come back.

mod gather;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use kiosk::case::bundle::{BUNDLE_VERSION, CarriedCase, Created, Manifest, Sealer};
use kiosk::case::{Digest, Epoch, FilingNumber, Machine, MachineIdentity, SealKey, Stamp};
use kiosk::shell::clock::Clock;
use kiosk::shell::identity;
use kiosk::shell::store::{Store, os_random};
use serde_json::json;

use self::gather::{Gathered, Group, Packed, Part};
use super::Which;
use super::hold::hold;
use super::stick::Stick;
use crate::cli::{Outcome, say, say_error};

#[derive(Args)]
pub struct Export {
    /// Folder to put the bundle into, e.g. of a mounted stick.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    which: Which,
    /// One JSON object a bundle instead of sentences.
    #[arg(long)]
    json: bool,
}

impl Export {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let config = self.which.load()?;
        let by_hand = config.platform.by_hand.as_ref().context(
            "没有配置平台的封装公钥：请在 kiosk.toml 的 [platform] 中填写 seal_key 和 signer\n\
             no key to seal to: set seal_key and signer in [platform] of kiosk.toml; the platform's operator has them",
        )?;
        let stick = Stick::at(&self.folder, &config.machine.id)?;
        let store = hold(&config)?;
        let identity = identity::load(&identity::Place::of(&config.store.path))?;
        let Gathered { parts, left_out } = Gathered::of(&store)?;
        for (number, why) in &left_out {
            say_error(&format!(
                "{number}: 无法读取，未导出 cannot be read, left out: {why}"
            ));
        }
        anyhow::ensure!(
            !parts.is_empty() || !left_out.is_empty(),
            "没有待上传的办件，未写入任何文件 no case waits, nothing was written"
        );
        let maker = Maker {
            store: &store,
            identity: &identity,
            seal_key: &by_hand.seal_key,
            stamp: Clock::system().stamp(),
        };
        for (group, parts) in &parts {
            for part in parts {
                let manifest = maker.manifest(group, part)?;
                let (file, digest) = maker.write(&stick, manifest, part)?;
                self.tell(&file, &digest, &part.cases);
            }
        }
        Ok(if left_out.is_empty() {
            Outcome::Well
        } else {
            Outcome::Faulty
        })
    }

    fn tell(&self, file: &std::path::Path, digest: &Digest, cases: &[CarriedCase]) {
        if self.json {
            let keys: Vec<&str> = cases.iter().map(|case| case.key.0.as_str()).collect();
            let bundle = json!({
                "file": file, "digest": digest.hex(), "count": cases.len(), "keys": keys,
            });
            say(&bundle.to_string());
        } else {
            say(&format!(
                "{}: 已导出 {count} 件（状态不变） {count} cases exported, still waiting here\nSHA-256 {}",
                file.display(),
                digest.hex(),
                count = cases.len(),
            ));
        }
    }
}

/// The number on the person's paper.
pub fn number(machine: &str, epoch: &str, seq: u64) -> anyhow::Result<String> {
    let (machine, epoch) = (Machine::parse(machine)?, Epoch::parse(epoch)?);
    Ok(FilingNumber::mint(&machine, &epoch, u32::try_from(seq)?).0)
}

/// What every bundle of one export is made with.
struct Maker<'a> {
    store: &'a Store,
    identity: &'a MachineIdentity,
    seal_key: &'a SealKey,
    stamp: Stamp,
}

impl Maker<'_> {
    fn manifest(&self, (machine, epoch): &Group, part: &Part) -> anyhow::Result<Manifest> {
        let (up_to_seq, head) = self
            .store
            .chain_end(&Machine::parse(machine)?, &Epoch::parse(epoch)?)?;
        Ok(Manifest {
            version: BUNDLE_VERSION,
            machine: machine.clone(),
            epoch: epoch.clone(),
            platform: self.seal_key.fingerprint(),
            created: Created::from(&self.stamp),
            up_to_seq,
            head,
            count: part.cases.len(),
            cases: part.cases.clone(),
            attachments: part.attachments.iter().map(|p| p.carried.clone()).collect(),
        })
    }

    fn write(
        &self,
        stick: &Stick,
        manifest: Manifest,
        part: &Part,
    ) -> anyhow::Result<(PathBuf, Digest)> {
        let mut entropy = [0; 32];
        os_random()(&mut entropy).context("/dev/urandom")?;
        stick.put(self.stamp.wall_rfc3339.as_deref(), |out| {
            let mut sealer = Sealer::begin(out, manifest, self.identity, self.seal_key, entropy)?;
            for Packed { key, n, .. } in &part.attachments {
                let object = self.store.attachment(key, *n);
                sealer.item(&mut object.with_context(|| key.0.clone())?.reader())?;
            }
            for CarriedCase { key, .. } in &part.cases {
                let body = self.store.body(key).with_context(|| key.0.clone())?;
                sealer.item(&mut body.as_slice())?;
            }
            sealer.finish()?;
            Ok(())
        })
    }
}
