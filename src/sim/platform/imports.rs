//! Bundles that come by hand: the same cases under the same keys, whichever way they arrive first.

use std::fs::{File, OpenOptions};
use std::future::poll_fn;
use std::io::{self, BufReader, Seek as _, Write as _};
use std::pin::Pin;

use anyhow::Context as _;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::Server;
use super::gate::problem;
use super::http::{Answered, Shared, broken, text};
use super::rules;
use super::store::{Begun, Incoming, Put};
use crate::case::bundle::{
    BUNDLE, BundleError, IMPORT_RECEIPT, ImportOutcome, ImportReceipt, Imported, Item, Opener,
};
use crate::case::signed::{self, NotSigned, SIGNED};
use crate::case::{Digest, PublicIdentity};
use crate::shell::platform::words::problem as kinds;
use crate::shell::platform::{date, tif};

/// Longest bundle, bytes.
pub(super) const BUNDLE_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// `POST`: a sealed bundle; the answer is the import receipt.
pub(super) async fn import(State(server): Shared, request: Request) -> Answered {
    let media = text(request.headers(), "content-type").unwrap_or_default();
    if media.split(';').next().unwrap_or_default().trim() != BUNDLE {
        return Err(problem(415, kinds::INVALID, "another media type"));
    }
    let (mut file, digest) = spooled(request.into_body()).await?;
    match server.import(&mut file, digest) {
        Ok(receipt) => Ok(([(header::CONTENT_TYPE, SIGNED)], receipt).into_response()),
        Err(error) => match error.downcast_ref::<BundleError>() {
            None | Some(BundleError::Io(_)) => Err(broken(error)),
            Some(why) => Err(refused(why)),
        },
    }
}

fn refused(why: &BundleError) -> Response {
    let stranger = matches!(
        why,
        BundleError::UnknownMachine(_)
            | BundleError::Manifest(NotSigned::OtherKey | NotSigned::Signature)
    );
    let (status, kind) = if stranger {
        (StatusCode::FORBIDDEN, kinds::FORBIDDEN)
    } else {
        (StatusCode::BAD_REQUEST, kinds::BUNDLE)
    };
    problem(status.as_u16(), kind, &why.to_string())
}

/// The body as a file without a name, and its digest: it is read twice and may be larger than the memory.
async fn spooled(mut body: Body) -> Answered<(File, Digest)> {
    let mut file = nameless_file().map_err(broken)?;
    let (mut hash, mut length) = (Sha256::new(), 0);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_| problem(400, kinds::INVALID, "cut off"))?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        length += bytes.len() as u64;
        if length > BUNDLE_MAX {
            return Err(problem(413, kinds::INVALID, "the bundle is too long"));
        }
        hash.update(&bytes);
        file.write_all(&bytes).map_err(broken)?;
    }
    Ok((file, Digest(hash.finalize().into())))
}

fn nameless_file() -> io::Result<File> {
    let name = format!("kiosk-import-{:016x}", fastrand::u64(..));
    let path = std::env::temp_dir().join(name);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

impl Server {
    /// Imports a bundle whose bytes have this digest. It is read whole before anything of it is taken.
    pub(super) fn import(&self, file: &mut File, digest: Digest) -> anyhow::Result<String> {
        file.rewind()?;
        let mut opener = self.opened(file)?;
        while opener.next(&mut |_| Ok(()))?.is_some() {}
        drop(opener);
        file.rewind()?;
        let mut opener = self.opened(file)?;
        let (machine, epoch) = (
            opener.manifest().machine.clone(),
            opener.manifest().epoch.clone(),
        );
        for attachment in opener.manifest().attachments.clone() {
            self.take_attachment(&machine, &mut opener, &attachment.digest, attachment.length)
                .with_context(|| format!("attachment {}", attachment.digest.hex()))?;
        }
        let mut cases = Vec::new();
        loop {
            let mut body = Vec::new();
            let mut sink = |piece: &[u8]| {
                body.extend_from_slice(piece);
                Ok(())
            };
            match opener.next(&mut sink)? {
                Some(Item::Case(case)) => cases.push(Imported {
                    outcome: self.take_case(&machine, &case.key.0, &body)?,
                    key: case.key,
                    digest: case.body.digest,
                }),
                Some(Item::Attachment(_)) => anyhow::bail!("an attachment after the last one"),
                None => break,
            }
        }
        let receipt = ImportReceipt {
            version: 1,
            machine,
            epoch,
            bundle: digest,
            imported_at: date::rfc3339(self.now(None)),
            cases,
        };
        Ok(signed::sign(&self.signer, IMPORT_RECEIPT, &receipt))
    }

    fn opened<'f>(&self, file: &'f mut File) -> anyhow::Result<Opener<BufReader<&'f mut File>>> {
        let mut trouble = None;
        let known = |machine: &str, shown: PublicIdentity| {
            let known = self.store().key_of(machine, shown);
            known.map_err(|error| trouble = Some(error)).ok()
        };
        let opened = Opener::begin(BufReader::new(file), &self.seal, known);
        match trouble {
            Some(error) => Err(error),
            None => Ok(opened?),
        }
    }

    fn take_attachment(
        &self,
        machine: &str,
        opener: &mut Opener<BufReader<&mut File>>,
        digest: &Digest,
        length: u64,
    ) -> anyhow::Result<()> {
        let now = self.now(None);
        self.store().take_back(machine, digest, 0)?;
        let begun = self.store().begin_piece(machine, digest, length, 0, now)?;
        let mut at = 0;
        let mut sink = |piece: &[u8]| {
            if begun == Begun::Here {
                let written = self.store().append(machine, digest, at, piece, now);
                written.map_err(io::Error::other)?;
                at += piece.len() as u64;
            }
            Ok(())
        };
        opener.next(&mut sink)?;
        if begun == Begun::Here {
            self.store().complete(machine, digest)?;
        }
        Ok(())
    }

    fn take_case(&self, machine: &str, key: &str, bytes: &[u8]) -> anyhow::Result<ImportOutcome> {
        let body = match rules::Body::parse(bytes) {
            Ok(body) => body,
            Err(detail) => return Ok(ImportOutcome::NotTaken { detail }),
        };
        let now = self.now(None);
        let incoming = Incoming {
            device: machine,
            key,
            digest: &tif::content_digest(bytes),
            bytes,
            body: &body,
        };
        let judge = |open| self.rules.judge(&body, &date::iso_day(now), open);
        Ok(match self.store().put(&incoming, judge, now)? {
            Put::New(Ok(acceptance)) | Put::Repeat(Ok(acceptance)) => {
                ImportOutcome::Accepted { acceptance }
            }
            Put::New(Err(rejection)) | Put::Repeat(Err(rejection)) => {
                ImportOutcome::Rejected { rejection }
            }
            Put::OtherBody => ImportOutcome::KeyReused,
            Put::Lacks(missing) => ImportOutcome::NotTaken {
                detail: format!("{} attachments are missing", missing.len()),
            },
            Put::Full => ImportOutcome::NotTaken {
                detail: "no numbers left today".into(),
            },
        })
    }
}
