//! What waits, sealed onto a stick, when the line does not come back.

mod gather;
mod stick;

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::case::bundle::{BUNDLE_VERSION, CarriedCase, Created, Manifest, Sealer};
use crate::case::{Digest, Epoch, FilingNumber, Machine, MachineIdentity, SealKey, Stamp};
use crate::shell::store::{Store, os_random};

use gather::{Gathered, Group, Packed, Part};
pub use stick::Stick;

/// A bundle that was written.
pub struct Bundle {
    /// Its file.
    pub file: PathBuf,
    /// SHA-256 of it.
    pub digest: Digest,
    /// The cases in it.
    pub cases: Vec<CarriedCase>,
}

/// What an export came to.
#[derive(Default)]
pub struct Exported {
    /// Bundles, in order of filing.
    pub bundles: Vec<Bundle>,
    /// Filing numbers of cases that cannot be read, and why.
    pub left_out: Vec<(String, String)>,
}

impl Exported {
    /// Cases in all bundles.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.bundles.iter().map(|bundle| bundle.cases.len()).sum()
    }
}

/// Puts every case that waits into bundles on the stick; their state in the store does not change.
///
/// # Errors
/// Of the store and of the stick; bundles that were written before stay.
pub fn export(
    store: &Store,
    identity: &MachineIdentity,
    seal_key: &SealKey,
    stick: &Stick<'_>,
    stamp: Stamp,
) -> anyhow::Result<Exported> {
    let Gathered { parts, left_out } = Gathered::of(store)?;
    let left_out = left_out
        .into_iter()
        .map(|(number, why)| (number, why.to_string()));
    let mut exported = Exported {
        bundles: Vec::new(),
        left_out: left_out.collect(),
    };
    let maker = Maker {
        store,
        identity,
        seal_key,
        stamp,
    };
    for (group, parts) in parts {
        for part in parts {
            let manifest = maker.manifest(&group, &part)?;
            let (file, digest) = maker.write(stick, manifest, &part)?;
            exported.bundles.push(Bundle {
                file,
                digest,
                cases: part.cases,
            });
        }
    }
    Ok(exported)
}

/// Whether something else than the machine's own disk lies at this folder: a stick is mounted there.
#[must_use]
pub fn is_mounted(folder: &Path) -> bool {
    let device = |path: &Path| path.metadata().map(|facts| facts.dev()).ok();
    let parent = folder.parent().and_then(device);
    device(folder).is_some_and(|here| parent.is_some_and(|above| above != here))
}

/// The number on the person's paper.
fn number(machine: &str, epoch: &str, seq: u64) -> anyhow::Result<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stick_is_another_disk_than_what_it_is_mounted_on() {
        assert!(is_mounted(Path::new("/proc")));
        let folder = tempfile::tempdir().expect("a folder");
        assert!(!is_mounted(folder.path()));
        assert!(!is_mounted(&folder.path().join("nothing")));
    }
}
