//! One attempt to send a case: its attachments, then the case itself, which is the commit point.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::case::{Answer, Attachment, Key, ParkCause, RetryCause, attachments_of};
use crate::shell::platform::{AttachmentFailure, Client, Failure, Heard};
use crate::shell::store::{Store, StoreFault};

/// Most cases that are with the platform at once. Those that are read before or written down after it do not count: the
/// platform need not wait for this machine's disk.
pub const AT_ONCE: usize = 4;

/// Turns at the platform.
pub struct Turns {
    free: Semaphore,
    /// Attempts that told something of the line as a whole.
    misses: AtomicU64,
}

impl Turns {
    /// So many at once.
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        Self {
            free: Semaphore::new(at_once),
            misses: AtomicU64::new(0),
        }
    }

    fn misses(&self) -> u64 {
        self.misses.load(Ordering::SeqCst)
    }

    /// A turn, unless an attempt has missed the platform since there were so many `misses`: what waits behind it is not
    /// sent into a dead line, nor to a platform that asked not to be troubled.
    async fn take(&self, misses: u64) -> Option<SemaphorePermit<'_>> {
        let turn = self.free.acquire().await.ok()?;
        (self.misses() == misses).then_some(turn)
    }

    fn learn(&self, answer: &Answer) {
        use RetryCause::{NotThePlatform, Portal, ServerBusy, TimedOut, Unreachable};
        if let Answer::LaneStopped(_)
        | Answer::Retry {
            why: Unreachable | TimedOut | ServerBusy | NotThePlatform | Portal,
            ..
        } = answer
        {
            self.misses.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Sends a case once, in its turn, and says what came of it and what the answer said of itself; nothing is written down yet
/// but that it leaves.
///
/// Attachments that the platform has already cost one question each; of one that is there in part only the rest is sent.
/// At most one chunk and one piece of an attachment are in memory.
pub async fn attempt(client: &Client, store: &Store, turns: &Turns, key: &Key) -> (Answer, Heard) {
    let (wanted, misses) = (key.clone(), turns.misses());
    let body = match with(store, move |store| body(store, &wanted)).await {
        Ok(body) => body,
        Err(answer) => return (answer, Heard::default()),
    };
    // Bodies of this machine's own are JSON; one that is not must be seen to by somebody.
    let Some(attachments) = attachments_of(&body) else {
        return (Answer::Parked(ParkCause::Unreadable), Heard::default());
    };
    let Some(_turn) = turns.take(misses).await else {
        return (local_fault(), Heard::default());
    };
    let (answer, heard) = send(client, store, key, &body, &attachments).await;
    turns.learn(&answer);
    (answer, heard)
}

async fn send(
    client: &Client,
    store: &Store,
    key: &Key,
    body: &[u8],
    attachments: &[Attachment],
) -> (Answer, Heard) {
    for (n, attachment) in attachments.iter().enumerate() {
        if let Err(answer) = upload(client, store, key, n, attachment).await {
            return (answer, Heard::default());
        }
    }
    client.put_case_heard(key, body).await
}

/// The disk for now, or a damaged file, from which the next start saves what it can.
pub(super) fn local_fault() -> Answer {
    Answer::Retry {
        why: RetryCause::LocalFault,
        retry_after_s: None,
    }
}

/// Work that waits for the store's disk.
async fn with<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&Store) -> Result<T, Answer> + Send + 'static,
) -> Result<T, Answer> {
    let store = store.clone();
    let done = tokio::task::spawn_blocking(move || work(&store)).await;
    done.unwrap_or_else(|_| Err(local_fault()))
}

/// What is to be sent, or what becomes of the case without being sent.
fn body(store: &Store, key: &Key) -> Result<zeroize::Zeroizing<Vec<u8>>, Answer> {
    store.body_to_send(key).map_err(|fault| match fault {
        StoreFault::NotFound => settled(store, key),
        other => of_store(&other),
    })
}

/// The store has no body for it: an answer was kept after all, when the disk said that it was not.
fn settled(store: &Store, key: &Key) -> Answer {
    let Ok(case) = store.case(key) else {
        return local_fault();
    };
    match (case.acceptance, case.rejection) {
        (Some(acceptance), _) => Answer::Accepted(acceptance),
        (_, Some(rejection)) => Answer::Rejected(rejection),
        _ => Answer::Parked(ParkCause::Unreadable),
    }
}

/// Brings the `n`th attachment of a case to the platform.
async fn upload(
    client: &Client,
    store: &Store,
    key: &Key,
    n: usize,
    attachment: &Attachment,
) -> Result<(), Answer> {
    let wanted = key.clone();
    let mut object = with(store, move |store| Ok(store.attachment(&wanted, n))).await?;
    // What cannot be opened here matters only if the platform does not have it yet.
    let mut source = |offset: u64, into: &mut [u8]| match &mut object {
        Ok(object) => object.read_at(offset, into).map_err(io::Error::other),
        Err(fault) => Err(io::Error::other(fault.clone())),
    };
    let sent = client
        .put_attachment(&attachment.digest, attachment.length, &mut source)
        .await;
    sent.map_err(of_attachment)
}

/// What a failed upload means for its case. Whatever is said of an attachment, it is no refusal of the case.
fn of_attachment(failure: AttachmentFailure) -> Answer {
    match failure {
        AttachmentFailure::Later(Failure::Retry { why, retry_after_s }) => {
            Answer::Retry { why, retry_after_s }
        }
        AttachmentFailure::Later(Failure::LaneStopped(fault)) => Answer::LaneStopped(fault),
        // The wire, the platform, or bytes that are not those of the body: the outbox parks the case when that stays so
        // while others get through.
        AttachmentFailure::Later(Failure::Problem { retry_after_s, .. }) => Answer::Retry {
            why: RetryCause::Malformed,
            retry_after_s,
        },
        AttachmentFailure::Content | AttachmentFailure::Length => Answer::Retry {
            why: RetryCause::Malformed,
            retry_after_s: None,
        },
        AttachmentFailure::Source(error) => {
            let fault = error.get_ref().and_then(|e| e.downcast_ref::<StoreFault>());
            match fault {
                // Damage in one file; opening it had found nothing.
                Some(StoreFault::Corrupt(_)) => Answer::Parked(ParkCause::Unreadable),
                Some(fault) => of_store(fault),
                None => local_fault(),
            }
        }
    }
}

/// What a fault of reading one case means for it.
fn of_store(fault: &StoreFault) -> Answer {
    match fault {
        // Its bytes are gone for good, and only its own: the line goes on without it.
        StoreFault::Unreadable { .. } => Answer::Parked(ParkCause::Unreadable),
        _ => local_fault(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::LaneFault;
    use crate::shell::platform::words::{PROBLEM_PREFIX, Problem, problem};

    fn retry(why: RetryCause) -> Answer {
        Answer::Retry {
            why,
            retry_after_s: None,
        }
    }

    #[tokio::test]
    async fn what_waits_behind_a_miss_is_not_sent() {
        let turns = Turns::new(1);
        let first = turns.take(turns.misses()).await.expect("free");
        let mut second = std::pin::pin!(turns.take(turns.misses()));
        let waits = tokio::time::timeout(std::time::Duration::ZERO, &mut second).await;
        assert!(waits.is_err(), "one at once");
        turns.learn(&retry(RetryCause::Malformed));
        drop(first);
        let second = second.await.expect("that was the case's own");
        let third = turns.take(turns.misses());
        turns.learn(&retry(RetryCause::ServerBusy));
        drop(second);
        assert!(third.await.is_none(), "the platform is busy");
        assert!(
            turns.take(turns.misses()).await.is_some(),
            "a later probe goes"
        );
    }

    fn said(name: &str) -> AttachmentFailure {
        AttachmentFailure::Later(Failure::Problem {
            problem: Problem {
                kind: format!("{PROBLEM_PREFIX}{name}"),
                title: String::new(),
                status: 400,
                code: Some("NOT_ELIGIBLE".into()),
                detail: String::new(),
            },
            retry_after_s: None,
        })
    }

    #[test]
    fn the_line_and_this_machines_standing_are_said_as_for_a_case() {
        for why in RetryCause::ALL {
            let failure = AttachmentFailure::Later(Failure::retry(why));
            assert_eq!(of_attachment(failure), retry(why));
        }
        let stopped = AttachmentFailure::Later(Failure::LaneStopped(LaneFault::Clock));
        assert_eq!(
            of_attachment(stopped),
            Answer::LaneStopped(LaneFault::Clock)
        );
    }

    #[test]
    fn nothing_said_of_an_attachment_refuses_or_ends_its_case() {
        for name in [
            problem::REJECTED,
            problem::KEY_REUSED,
            problem::UPLOAD_LENGTH,
            problem::INVALID,
        ] {
            assert_eq!(of_attachment(said(name)), retry(RetryCause::Malformed));
        }
        for failure in [AttachmentFailure::Content, AttachmentFailure::Length] {
            assert_eq!(of_attachment(failure), retry(RetryCause::Malformed));
        }
    }

    #[test]
    fn a_damaged_file_parks_its_case_and_a_failing_disk_does_not() {
        let source = |error| of_attachment(AttachmentFailure::Source(error));
        let store = |fault: StoreFault| source(io::Error::other(fault));
        let parked = Answer::Parked(ParkCause::Unreadable);
        assert_eq!(store(StoreFault::Corrupt("object".into())), parked);
        let gone = StoreFault::Unreadable {
            key: String::new(),
            why: crate::shell::store::SealFault::NoFile,
        };
        assert_eq!(store(gone), parked);
        for fault in [
            StoreFault::Io("bad sector".into()),
            StoreFault::NotFound,
            StoreFault::Gone,
        ] {
            assert_eq!(store(fault), retry(RetryCause::LocalFault));
        }
        let bare = source(io::ErrorKind::Interrupted.into());
        assert_eq!(bare, retry(RetryCause::LocalFault));
    }
}
