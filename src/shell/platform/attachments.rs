//! Sends attachments: piece by piece, from where the platform's part ends, in constant memory.

use std::io;

use reqwest::Method;

use super::transport::{ANSWER_MAX, Ask};
use super::words::{ANSWER, PIECE, UploadState, problem};
use super::{Client, Failure, found, parse};
use crate::case::{ATTACHMENT_MAX, Digest, RetryCause};

/// Bytes of one piece: half a minute on a line of 64 kbit/s, so that each fits into the time for an answer and into
/// the gateway's window for its signature.
pub const PIECE_BYTES: usize = 128 * 1024;

/// Where an attachment's bytes come from. Read again from any place, because a line may break at any place.
pub trait Source {
    /// Fills all of `into` with the bytes from `offset` on.
    ///
    /// # Errors
    /// Of the disk, or because the stored file is damaged.
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

impl<F: FnMut(u64, &mut [u8]) -> io::Result<()>> Source for F {
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self(offset, into)
    }
}

/// Why an attachment is not at the platform.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentFailure {
    /// Not yet: what is there stays there, a later call goes on from it.
    #[error("not sent whole yet: {0:?}")]
    Later(Failure),
    /// The platform got all bytes and they are not those of the digest. It threw them away; the next call begins anew.
    #[error("what was sent is not what the digest names")]
    Content,
    /// Empty or too long for the contract.
    #[error("an attachment has 1 to {ATTACHMENT_MAX} bytes")]
    Length,
    /// The stored bytes cannot be read.
    #[error("the stored attachment: {0}")]
    Source(#[from] io::Error),
}

impl From<Failure> for AttachmentFailure {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Problem { problem, .. } if problem.is(problem::ATTACHMENT_DIGEST) => {
                Self::Content
            }
            other => Self::Later(other),
        }
    }
}

impl Client {
    /// Brings an attachment to the platform and returns when it is there whole. Repeats cost one question.
    ///
    /// After each doubt (no answer, another offset) it asks how much is there and goes on from that. It gives up when
    /// a doubt brought nothing further: how often to try again is the caller's affair.
    ///
    /// # Errors
    /// [`AttachmentFailure`].
    pub async fn put_attachment(
        &self,
        digest: &Digest,
        length: u64,
        source: &mut (impl Source + ?Sized),
    ) -> Result<(), AttachmentFailure> {
        if !(1..=ATTACHMENT_MAX).contains(&length) {
            return Err(AttachmentFailure::Length);
        }
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        let mut at = self.asked(digest, length).await?;
        while let Some(offset) = at {
            let size = usize::try_from(length - offset).unwrap_or(PIECE_BYTES);
            piece.resize(size.min(PIECE_BYTES), 0);
            source.read_at(offset, &mut piece)?;
            at = match self.patch(digest, length, offset, &piece).await {
                Ok(state) => next(&state, length)?,
                Err(failure) if is_doubt(&failure) => {
                    let now = self.asked(digest, length).await?;
                    if now.is_some_and(|now| now <= offset) {
                        return Err(failure.into());
                    }
                    now
                }
                Err(failure) => return Err(failure.into()),
            };
            if at.is_some_and(|at| at <= offset) {
                return Err(Failure::retry(RetryCause::Malformed).into());
            }
        }
        Ok(())
    }

    /// How much of an attachment the platform has; `None` if nothing.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn upload_state(&self, digest: &Digest) -> Result<Option<UploadState>, Failure> {
        found(self.get(&["attachments", &digest.hex()], &[]).await)
    }

    /// Where to go on; `None` if it is whole.
    async fn asked(&self, digest: &Digest, length: u64) -> Result<Option<u64>, Failure> {
        match self.upload_state(digest).await? {
            Some(state) => next(&state, length),
            None => Ok(Some(0)),
        }
    }

    async fn patch(
        &self,
        digest: &Digest,
        length: u64,
        offset: u64,
        piece: &[u8],
    ) -> Result<UploadState, Failure> {
        let (hex, offset, whole) = (digest.hex(), offset.to_string(), length.to_string());
        let ask = Ask {
            method: Method::PATCH,
            path: &["attachments", &hex],
            query: &[],
            headers: &[("upload-offset", &offset), ("upload-length", &whole)],
            body: Some((PIECE, piece.to_vec())),
            expect: ANSWER,
            limit: ANSWER_MAX,
        };
        let reply = self.transport.exchange(ask).await?;
        parse(reply.settle(ANSWER)?)
    }
}

/// Where the platform's part ends; `None` if it is whole.
fn next(state: &UploadState, length: u64) -> Result<Option<u64>, Failure> {
    if state.complete {
        return Ok(None);
    }
    // A part as long as the whole and not complete is no state of the contract.
    if state.length != length || state.offset >= length {
        return Err(Failure::retry(RetryCause::Malformed));
    }
    Ok(Some(state.offset))
}

/// Whether a part of the piece may have arrived all the same, or the platform counts from elsewhere.
fn is_doubt(failure: &Failure) -> bool {
    match failure {
        Failure::Retry { .. } => true,
        Failure::Problem { problem, .. } => problem.is(problem::UPLOAD_OFFSET),
        Failure::LaneStopped(_) => false,
    }
}
