//! Downloads that survive cuts: resumed where they ended, never trusted before their hash is right, never faster than allowed.
//!
//! The file is called by its hash, so that no name of the server's reaches the disk, and what is half here is known by it.

mod resume;

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, ETAG, IF_RANGE, RANGE};
use sha2::{Digest as _, Sha256};

use super::ddi::{Ddi, DdiFault};
use super::kept::sync_folder;
use crate::domain::update::{FetchFault, Source};
pub use resume::{ContentRange, Next, next};

/// What is left free on the data partition, bytes.
const RESERVE: u64 = 64 * 1024 * 1024;
/// Synced at least this often, bytes: a power cut costs no more.
const SYNC_EVERY: u64 = 4 * 1024 * 1024;
/// Hashed and copied at once, bytes.
const PIECE: usize = 64 * 1024;

/// Where downloads lie and how fast they may be.
#[derive(Clone, Debug)]
pub struct Place {
    /// Folder of the agent.
    pub folder: PathBuf,
    /// Most bytes a second; none for all of the line.
    pub rate: Option<u64>,
    /// Left free on the disk, bytes.
    pub reserve: u64,
}

impl Place {
    /// In `state_dir/download`.
    #[must_use]
    pub fn of(state_dir: &Path, kib_s: u32) -> Self {
        let rate = (kib_s > 0).then(|| u64::from(kib_s) * 1024);
        Self {
            folder: state_dir.join("download"),
            rate,
            reserve: RESERVE,
        }
    }

    /// The file that is whole and right.
    #[must_use]
    pub fn whole(&self, sha256: &str) -> PathBuf {
        self.folder.join(format!("{sha256}.bundle"))
    }

    fn part(&self, sha256: &str) -> PathBuf {
        self.folder.join(format!("{sha256}.part"))
    }

    /// Throws everything away.
    ///
    /// # Errors
    /// Of the disk.
    pub fn clear(&self) -> std::io::Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Bytes that are missing for `size` with what is here already.
    fn missing_room(&self, size: u64, have: u64) -> std::io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.folder)?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let needed = size.saturating_sub(have).saturating_add(self.reserve);
        Ok(needed.saturating_sub(free))
    }
}

/// Fetches `source` to [`Place::whole`], going on with what is here.
///
/// # Errors
/// See [`FetchFault`]; all but `Spoilt` leave what came for the next time.
pub async fn fetch(ddi: &Ddi, place: &Place, source: &Source) -> Result<PathBuf, FetchFault> {
    let whole = place.whole(&source.sha256);
    let part = place.part(&source.sha256);
    let mark = part.with_extension("etag");
    let io = |error: std::io::Error| FetchFault::Again(format!("disk: {error}"));
    fs::create_dir_all(&place.folder).map_err(io)?;
    if whole.exists() {
        // Looked at again at every start: a disk forgets bits as well.
        return verify(&whole, source).await.map(|()| whole);
    }
    let mut have = fs::metadata(&part).map_or(0, |meta| meta.len());
    if have > source.size {
        fs::remove_file(&part).map_err(io)?;
        have = 0;
    }
    let missing = place.missing_room(source.size, have).map_err(io)?;
    if missing > 0 {
        return Err(FetchFault::NoRoom(missing));
    }
    if have < source.size {
        receive(ddi, place, source, &part, &mark, have).await?;
    }
    verify(&part, source).await?;
    fs::rename(&part, &whole)
        .and_then(|()| sync_folder(&whole))
        .map_err(io)?;
    let _ = fs::remove_file(&mark);
    Ok(whole)
}

async fn receive(
    ddi: &Ddi,
    place: &Place,
    source: &Source,
    part: &Path,
    mark: &Path,
    have: u64,
) -> Result<(), FetchFault> {
    let io = |error: std::io::Error| FetchFault::Again(format!("disk: {error}"));
    let mut request = ddi.file(&source.href).ok_or(FetchFault::Gone)?;
    // Without the server's mark for these bytes nobody can tell whether the rest belongs to them; the hash would find out,
    // after all of it has come.
    let etag = fs::read_to_string(mark)
        .ok()
        .filter(|etag| have > 0 && is_strong(etag));
    if let Some(etag) = &etag {
        request = request
            .header(RANGE, format!("bytes={have}-"))
            .header(IF_RANGE, etag);
    }
    let resumed = etag.is_some();
    let mut response = request
        .send()
        .await
        .map_err(|e| FetchFault::Again(e.without_url().to_string()))?;
    let text = |name| {
        response
            .headers()
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned)
    };
    let range = text(CONTENT_RANGE.as_str())
        .as_deref()
        .and_then(ContentRange::parse);
    let new_mark = text(ETAG.as_str());
    let from = match next(
        response.status().as_u16(),
        resumed,
        have,
        source.size,
        range,
        response.content_length(),
    ) {
        Next::From(from) => from,
        Next::Complete => return Ok(()),
        Next::Restart => {
            fs::remove_file(part).map_err(io)?;
            return Err(FetchFault::Again(
                "the server has other bytes now; from the beginning".into(),
            ));
        }
        Next::Refused => return Err(refused(&response)),
    };
    if from == 0 {
        match new_mark.filter(|etag| is_strong(etag)) {
            Some(etag) => fs::write(mark, etag).map_err(io)?,
            None => drop(fs::remove_file(mark)),
        }
    }
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(part)
        .map_err(io)?;
    file.set_len(from).map_err(io)?;
    let (began, mut got, mut unsynced) = (Instant::now(), 0_u64, 0_u64);
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(error) => {
                file.sync_data().map_err(io)?;
                return Err(FetchFault::Again(error.without_url().to_string()));
            }
        };
        let len = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        got = got.saturating_add(len);
        if from.saturating_add(got) > source.size {
            drop(file);
            fs::remove_file(part).map_err(io)?;
            return Err(FetchFault::Spoilt);
        }
        file.write_all(&chunk).map_err(io)?;
        unsynced += len;
        if unsynced >= SYNC_EVERY {
            file.sync_data().map_err(io)?;
            unsynced = 0;
        }
        tokio::time::sleep(pause(place.rate, got, began.elapsed())).await;
    }
    file.sync_all().map_err(io)?;
    if from.saturating_add(got) < source.size {
        return Err(FetchFault::Again(format!("cut off after {got} bytes")));
    }
    Ok(())
}

fn refused(response: &reqwest::Response) -> FetchFault {
    match response.status() {
        StatusCode::NOT_FOUND | StatusCode::GONE => FetchFault::Gone,
        _ => match Ddi::fault(response) {
            DdiFault::Strange(status) => FetchFault::Again(format!("the file: status {status}")),
            other => FetchFault::Again(other.to_string()),
        },
    }
}

/// How long to wait after `got` bytes in `took`, so that `rate` is kept on the whole.
fn pause(rate: Option<u64>, got: u64, took: Duration) -> Duration {
    let Some(rate) = rate.filter(|rate| *rate > 0) else {
        return Duration::ZERO;
    };
    let due = Duration::from_millis(got.saturating_mul(1000) / rate);
    due.saturating_sub(took)
}

/// Only a strong mark (RFC 9110, 8.8.3) says that bytes are the same; and it must go back into a header.
fn is_strong(etag: &str) -> bool {
    (3..=200).contains(&etag.len())
        && etag.starts_with('"')
        && etag.ends_with('"')
        && etag.bytes().all(|b| b.is_ascii_graphic())
}

/// Reads the file back from the disk and compares its hash; one that is wrong is thrown away.
pub(super) async fn verify(path: &Path, source: &Source) -> Result<(), FetchFault> {
    let io = |error: std::io::Error| FetchFault::Again(format!("disk: {error}"));
    let mut file = File::open(path).map_err(io)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        let n = file.read(&mut piece).map_err(io)?;
        if n == 0 {
            break;
        }
        hash.update(piece.get(..n).unwrap_or_default());
        // One thread for everything: the wish of a machine that stands by must be renewed meanwhile.
        tokio::task::yield_now().await;
    }
    if crate::case::Digest(hash.finalize().into()).hex() == source.sha256 {
        return Ok(());
    }
    drop(file);
    fs::remove_file(path).map_err(io)?;
    Err(FetchFault::Spoilt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_kept_on_the_whole() {
        let s = Duration::from_secs;
        assert_eq!(pause(None, u64::MAX, s(0)), s(0));
        assert_eq!(pause(Some(1000), 5000, s(2)), s(3));
        assert_eq!(pause(Some(1000), 5000, s(9)), s(0));
        assert!(
            is_strong("\"abc\"")
                && !is_strong("W/\"abc\"")
                && !is_strong("\"a b\"")
                && !is_strong("\"\n\"")
        );
    }
}
