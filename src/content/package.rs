//! Reading, making and approving packages.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::manifest::MANIFEST_MAX;
use super::{Manifest, NotContent, PACKAGE_MAX, Unsound};
use crate::case::{Digest, MachineIdentity, PublicIdentity};

/// Approvals that a package needs.
pub const APPROVALS: usize = 2;
/// Most approvals in one package.
const APPROVALS_MAX: usize = 8;
const MAGIC: &[u8; 8] = b"KIOSKCNT";
const VERSION: u8 = 1;
/// Key and signature.
const APPROVAL: usize = 32 + 64;

/// A package whose shape, manifest and files are sound. Who approved it is asked of [`Package::approved_by`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package<'a> {
    /// What it says of itself.
    pub manifest: Manifest,
    /// What was signed.
    signed: &'a [u8],
    approvals: Vec<(PublicIdentity, &'a [u8])>,
    files: BTreeMap<String, &'a [u8]>,
}

/// The parts of a package, unjudged.
struct Parts<'a> {
    signed: &'a [u8],
    manifest: &'a [u8],
    approvals: Vec<&'a [u8]>,
    files: &'a [u8],
}

fn parts(bytes: &[u8]) -> Result<Parts<'_>, NotContent> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(NotContent::Foreign)?;
    let (version, rest) = rest.split_first().ok_or(NotContent::Length)?;
    if *version != VERSION {
        return Err(NotContent::Version(*version));
    }
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(NotContent::Length)?;
    let length = u32::from_be_bytes(*length) as usize;
    if bytes.len() > PACKAGE_MAX + MANIFEST_MAX || length > MANIFEST_MAX {
        return Err(NotContent::Length);
    }
    let (manifest, rest) = rest.split_at_checked(length).ok_or(NotContent::Length)?;
    let (count, rest) = rest.split_first().ok_or(NotContent::Length)?;
    let count = usize::from(*count);
    if count > APPROVALS_MAX {
        return Err(NotContent::Length);
    }
    let (approvals, files) = rest
        .split_at_checked(count * APPROVAL)
        .ok_or(NotContent::Length)?;
    Ok(Parts {
        signed: &bytes[..MAGIC.len() + 1 + 4 + length],
        manifest,
        approvals: approvals.chunks_exact(APPROVAL).collect(),
        files,
    })
}

impl<'a> Package<'a> {
    /// Reads a package and compares every file with the manifest.
    ///
    /// # Errors
    /// [`NotContent`]; no byte of the input makes this panic.
    pub fn open(bytes: &'a [u8]) -> Result<Self, NotContent> {
        let parts = parts(bytes)?;
        let manifest = Manifest::from_json(parts.manifest)?;
        let mut approvals = Vec::new();
        for approval in parts.approvals {
            let (key, signature) = approval.split_at(32);
            // Bytes that are no key approve nothing.
            if let Ok(key) = PublicIdentity::parse(&URL_SAFE_NO_PAD.encode(key)) {
                approvals.push((key, signature));
            }
        }
        let (mut rest, mut files) = (parts.files, BTreeMap::new());
        for file in &manifest.files {
            let length = usize::try_from(file.length).map_err(|_| NotContent::Length)?;
            let (content, after) = rest.split_at_checked(length).ok_or(NotContent::Length)?;
            if Digest::of(content) != file.digest {
                return Err(NotContent::OtherContent(file.name.clone()));
            }
            files.insert(file.name.clone(), content);
            rest = after;
        }
        if !rest.is_empty() {
            return Err(NotContent::Length);
        }
        Ok(Self {
            manifest,
            signed: parts.signed,
            approvals,
            files,
        })
    }

    /// Which of these keys have approved it, each once.
    #[must_use]
    pub fn approved_by(&self, approvers: &[PublicIdentity]) -> Vec<PublicIdentity> {
        let mut all: Vec<PublicIdentity> = Vec::new();
        for (key, signature) in &self.approvals {
            let known = approvers.contains(key) && !all.contains(key);
            if known && key.verifies(self.signed, signature) {
                all.push(*key);
            }
        }
        all
    }

    /// That two of these keys have approved it.
    ///
    /// # Errors
    /// [`NotContent::Approvals`].
    pub fn need_approvals(&self, approvers: &[PublicIdentity]) -> Result<(), NotContent> {
        let had = self.approved_by(approvers).len();
        (had >= APPROVALS)
            .then_some(())
            .ok_or(NotContent::Approvals(had))
    }

    /// The content of a file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&'a [u8]> {
        self.files.get(name).copied()
    }
}

/// A package of these files that nobody has approved yet; names, digests and lengths of the manifest are made here.
///
/// # Errors
/// A manifest or an amount of files that no machine would take.
pub fn pack(
    mut manifest: Manifest,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, NotContent> {
    let named = files.iter().map(|(name, content)| super::File {
        name: name.clone(),
        digest: Digest::of(content),
        length: content.len() as u64,
    });
    manifest.files = named.collect();
    manifest.check()?;
    let json = serde_json::to_vec(&manifest).map_err(|error| Unsound::Shape(error.to_string()))?;
    if json.len() > MANIFEST_MAX {
        return Err(NotContent::Length);
    }
    let length = u32::try_from(json.len()).map_err(|_| NotContent::Length)?;
    let mut bytes = [&MAGIC[..], &[VERSION], &length.to_be_bytes(), &json, &[0]].concat();
    files
        .values()
        .for_each(|content| bytes.extend_from_slice(content));
    Ok(bytes)
}

/// The package `bytes` with the approval of `approver` added; one that has approved already approves no second time.
///
/// # Errors
/// It is no sound package, or has eight approvals.
pub fn approve(bytes: &[u8], approver: &MachineIdentity) -> Result<Vec<u8>, NotContent> {
    let package = Package::open(bytes)?;
    if !package.approved_by(&[approver.public()]).is_empty() {
        return Ok(bytes.to_vec());
    }
    let parts = parts(bytes)?;
    let count = parts.approvals.len() + 1;
    if count > APPROVALS_MAX {
        return Err(NotContent::Length);
    }
    let key = URL_SAFE_NO_PAD
        .decode(approver.public().text())
        .map_err(|_| NotContent::Length)?;
    let count = [u8::try_from(count).map_err(|_| NotContent::Length)?];
    let signature = approver.sign(parts.signed);
    let before = parts.approvals.concat();
    Ok([
        parts.signed,
        &count[..],
        &before,
        &key,
        &signature[..],
        parts.files,
    ]
    .concat())
}
