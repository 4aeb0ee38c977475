//! `kiosk outbox export`: what waits, sealed onto a stick, when the line does not come back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use kiosk::case::bundle::{
    BUNDLE_VERSION, CASES_MAX, Carried, CarriedCase, Created, Manifest, Sealer,
};
use kiosk::case::{Digest, Epoch, FilingNumber, Key, Machine, MachineIdentity, SealKey, Stamp};
use kiosk::shell::clock::Clock;
use kiosk::shell::identity;
use kiosk::shell::store::{Store, StoreFault, os_random};
use serde_json::json;

use super::Which;
use super::hold::hold;
use super::stick::Stick;
use crate::cli::{Outcome, say, say_error};

/// Cases asked for at once.
const PAGE: u32 = 1_000;

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

/// Cases by machine and epoch of their keys: a bundle holds those of one.
type Groups = BTreeMap<(String, String), Vec<CarriedCase>>;

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
        let (groups, left_out) = gathered(&store)?;
        for (number, why) in &left_out {
            say_error(&format!(
                "{number}: 无法读取，未导出 cannot be read, left out: {why}"
            ));
        }
        anyhow::ensure!(
            !groups.is_empty() || !left_out.is_empty(),
            "没有待上传的办件，未写入任何文件 no case waits, nothing was written"
        );
        let maker = Maker {
            store: &store,
            identity: &identity,
            seal_key: &by_hand.seal_key,
            stamp: Clock::system().stamp(),
        };
        for ((machine, epoch), cases) in &groups {
            for cases in cases.chunks(CASES_MAX) {
                let manifest = maker.manifest(machine, epoch, cases)?;
                let (file, digest) = maker.write(&stick, manifest)?;
                self.tell(&file, &digest, cases);
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

/// Every case that waits, with digest and length of its body, and the filing numbers of those that cannot be read.
fn gathered(store: &Store) -> anyhow::Result<(Groups, Vec<(String, StoreFault)>)> {
    let (mut groups, mut left_out) = (Groups::new(), Vec::new());
    let mut after = 0;
    loop {
        let page = store.waiting(after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok((groups, left_out));
        };
        after = last.seq;
        for waiting in page {
            let Some((machine, epoch, seq)) = waiting.key.parts() else {
                anyhow::bail!("{}: a key of no case", waiting.key.0);
            };
            let body = match store.body(&waiting.key) {
                Ok(body) => body,
                // One row that cannot be opened must not keep the others here.
                Err(fault @ StoreFault::Unreadable { .. }) => {
                    left_out.push((number(machine, epoch, seq)?, fault));
                    continue;
                }
                Err(fault) => return Err(fault).context(waiting.key.0),
            };
            let case = CarriedCase {
                seq,
                key: waiting.key.clone(),
                body: Carried {
                    digest: Digest::of(&body),
                    length: body.len() as u64,
                },
            };
            let group = (machine.to_owned(), epoch.to_owned());
            groups.entry(group).or_default().push(case);
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
    fn manifest(
        &self,
        machine: &str,
        epoch: &str,
        cases: &[CarriedCase],
    ) -> anyhow::Result<Manifest> {
        let (up_to_seq, head) = self
            .store
            .chain_end(&Machine::parse(machine)?, &Epoch::parse(epoch)?)?;
        Ok(Manifest {
            version: BUNDLE_VERSION,
            machine: machine.into(),
            epoch: epoch.into(),
            platform: self.seal_key.fingerprint(),
            created: Created::from(&self.stamp),
            up_to_seq,
            head,
            count: cases.len(),
            cases: cases.to_vec(),
            attachments: Vec::new(),
        })
    }

    fn write(&self, stick: &Stick, manifest: Manifest) -> anyhow::Result<(PathBuf, Digest)> {
        let mut entropy = [0; 32];
        os_random()(&mut entropy).context("/dev/urandom")?;
        let keys: Vec<Key> = manifest.cases.iter().map(|case| case.key.clone()).collect();
        stick.put(self.stamp.wall_rfc3339.as_deref(), |out| {
            let mut sealer = Sealer::begin(out, manifest, self.identity, self.seal_key, entropy)?;
            for key in &keys {
                let body = self.store.body(key).with_context(|| key.0.clone())?;
                sealer.item(&mut body.as_slice())?;
            }
            sealer.finish()?;
            Ok(())
        })
    }
}
