//! Takes a machine out of service for good. Keys first: what they sealed is nothing without them. What is cut off is done
//! again; the identity goes last but one, so that the district can be told, and the configuration last, so that the proof
//! can be printed.

use std::fs;
use std::path::Path;

use super::slip;
use super::whole::overwrite;
use super::works::Works;
use crate::case::hex::to_hex;
use crate::config::{Config, Token};
use crate::domain::provisioning::{Failure, Saved};
use crate::shell::settings;
use crate::shell::store::report::{FileFacts, Report, ReportFault};

/// States of cases that the platform has not settled.
const SETTLED: [&str; 2] = ["accepted", "rejected"];

pub(super) fn destroy(works: &Works, saved: &Saved, forced: bool) -> Result<(), Failure> {
    // One that cannot be read names a store that nobody would find: then nothing is destroyed, and nobody told that it was.
    let config = match works.config.try_exists() {
        Ok(false) => None,
        _ => Some(
            settings::load(&works.config)
                .map_err(|fault| Failure::Configuration(fault.to_string()))?,
        ),
    };
    let key = works
        .folder
        .identity()
        .map(|identity| to_hex(&identity.certificate.key))
        .unwrap_or_default();
    let waiting = config
        .as_ref()
        .map_or(Ok(0), |config| waiting(&config.store.path))?;
    if waiting > 0 && !forced {
        return Err(Failure::CasesWait(waiting));
    }
    // Before its signing key is gone: what it signed can still be verified.
    let told = works.told(saved, &key, None);
    if let Some(config) = &config {
        data(config)?;
    }
    // A machine whose line is dead is taken out of service too; its slip says that nobody was told.
    let heard = works
        .server(saved, None)
        .is_ok_and(|server| server.decommissioned(&told).is_ok());
    works.folder.destroy()?;
    if let Some(config) = &config {
        // Without a printer the page says it.
        let _ = slip::print(config, slip::destruction(&told, waiting, heard));
    }
    let path = fs::canonicalize(&works.config).unwrap_or_else(|_| works.config.clone());
    // What `kiosk find` has kept of it.
    remove(&path.with_added_extension("before"))?;
    remove(&path)
}

/// How many cases the platform does not have. A store that cannot be read holds what nobody knows: at least one.
fn waiting(store: &Path) -> Result<u64, Failure> {
    match FileFacts::of(store) {
        Err(ReportFault::Missing(_)) => return Ok(0),
        Ok(files) if files.held => return Err(Failure::FirmwareRuns),
        _ => {}
    }
    let counts = Report::open(store).and_then(|report| report.counts());
    Ok(counts.map_or(1, |counts| {
        let open = counts
            .iter()
            .filter(|(state, _)| !SETTLED.contains(&state.as_str()));
        open.map(|(_, count)| count).sum()
    }))
}

/// Everything beside the store: its keys, then itself, attachments, what was set aside, token, technicians' secret, journal and
/// catalogue.
fn data(config: &Config) -> Result<(), Failure> {
    let store = &config.store.path;
    if let Some(folder) = store.parent().filter(|folder| folder.is_dir()) {
        let stem = store
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut paths: Vec<_> = fs::read_dir(folder)
            .map_err(|fault| Failure::Disk(format!("{}: {fault}", folder.display())))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                let name = path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                name.starts_with(&stem) || name.starts_with("machine-key")
            })
            .collect();
        let is_key = |path: &Path| path.to_string_lossy().contains("key");
        paths.sort_by_key(|path| !is_key(path));
        paths.iter().try_for_each(|path| remove(path))?;
    }
    if let Token::File(path) = &config.platform.token {
        remove(path)?;
    }
    remove(&config.technician.key_path(store))?;
    if let Some(journal) = &config.journal.path {
        remove(journal)?;
    }
    remove(&config.catalogue.cache_dir)
}

fn remove(path: &Path) -> Result<(), Failure> {
    let failed = |fault: std::io::Error| Failure::Disk(format!("{}: {fault}", path.display()));
    let Ok(facts) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !facts.is_dir() {
        return overwrite(path).map_err(failed);
    }
    for entry in fs::read_dir(path).map_err(failed)? {
        remove(&entry.map_err(failed)?.path())?;
    }
    fs::remove_dir(path).map_err(failed)
}
