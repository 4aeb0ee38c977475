//! Takes a machine out of service for good. Keys first: what they sealed is nothing without them. What is cut off is done
//! again; the identity goes last but one, so that the district can be told, and the configuration last, so that the proof
//! can be printed. What the firmware's own user cannot destroy is asked of root ([`super::beyond`]); what nobody could is told as it is.

use std::fs;
use std::path::Path;

use super::beyond::{empty, gone};
use super::slip::{self, Lost};
use super::works::Works;
use crate::audit::{Act, Name, Note, Who};
use crate::case::hex::to_hex;
use crate::config::{Config, Token, UpdateToken};
use crate::domain::provisioning::leaving::{is_forced, is_ordered, outcome};
use crate::domain::provisioning::{Check, Failure, Saved, Stays};
use crate::order::Order;
use crate::shell::audit::AuditLog;
use crate::shell::clock::Clock;
use crate::shell::store::report::{FileFacts, Report, ReportFault};
use crate::shell::{carry, settings};
use crate::text::Text;

/// States of cases that the platform has not settled.
const SETTLED: [&str; 2] = ["accepted", "rejected"];

/// What became of each thing.
pub(super) fn destroy(
    works: &Works,
    saved: &Saved,
    order: Option<&Order>,
) -> Result<Vec<Check>, Failure> {
    if !is_ordered(order, saved, [0; 8]) {
        return Err(Stays::NotOrdered.into());
    }
    let forced = is_forced(order);
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
    let mut lost = Lost::default();
    if let Some(config) = &config {
        lost.cases = waiting(&config.store.path)?;
        if lost.cases > 0 && !forced {
            return Err(Failure::CasesWait(lost.cases));
        }
        lost.entries = only_here(config, &works.clock)?;
        if lost.entries > 0 && !forced {
            return Err(Stays::Audit(lost.entries).into());
        }
    }
    // Before its signing key is gone: what it signed can still be verified.
    let mut told = works.told(saved, &key, None);
    let mut all = Vec::new();
    if let Some(config) = &config {
        data(config)?;
        all.push(outcome(
            Text::new("办件数据及其密钥", "cases and their keys"),
            None,
        ));
        all.push(outcome(Text::new("审计日志", "audit log"), None));
    }
    if let Some(root) = &works.root {
        all.extend(root.destroy(saved.order.as_deref().unwrap_or_default()));
    }
    if let Some(config) = &config {
        all.extend(others(config, works.root.is_some()));
    }
    told.checks = all
        .iter()
        .map(|check| (check.name.zh.clone(), check.passed, check.found.zh.clone()))
        .collect();
    // A machine whose line is dead is taken out of service too; its slip says that nobody was told.
    let heard = works
        .server(saved, None)
        .is_ok_and(|server| server.decommissioned(&told).is_ok());
    works.folder.destroy()?;
    all.push(outcome(
        Text::new("本机证书和密钥", "certificate and its key"),
        None,
    ));
    if let Some(config) = &config {
        // Without a printer the page says it.
        let _ = slip::print(config, slip::destruction(&told, &all, lost, heard));
    }
    let path = fs::canonicalize(&works.config).unwrap_or_else(|_| works.config.clone());
    // What `kiosk find` has kept of it.
    remove(&path.with_added_extension("before"))?;
    remove(&path)?;
    Ok(all)
}

/// How many entries of the audit log nobody else has. With a stick in the machine they are copied there first.
fn only_here(config: &Config, clock: &Clock) -> Result<u64, Failure> {
    let log = AuditLog::of(config);
    let failed =
        |fault: std::io::Error| Failure::Disk(format!("{}: {fault}", log.folder().display()));
    let count = || log.unshipped(config.fleet.acknowledged().as_deref());
    let entries = count().map_err(failed)?;
    let stick = &config.technician.stick_dir;
    if entries == 0 || !carry::is_mounted(stick) {
        return Ok(entries);
    }
    let folder = stick.join(format!("kiosk-audit-{}", config.machine.id));
    let end = log.copy_to(&folder).map_err(failed)?;
    let note = Note::done(Who::Nobody, Act::LogExported).of(Name::count(end));
    log.append(note, clock).map_err(failed)?;
    count().map_err(failed)
}

/// What may lie where the firmware's own user cannot destroy it: without a root to ask it is tried here, and told as it comes.
fn others(config: &Config, root_did: bool) -> Vec<Check> {
    let mut tokens = Vec::new();
    if let Token::File(path) = &config.platform.token {
        tokens.push(path);
    }
    let mut all = Vec::new();
    if let Some(updates) = &config.updates {
        if let UpdateToken::Target(path) | UpdateToken::Gateway(path) = &updates.token {
            tokens.push(path);
        }
        if !root_did {
            let left = empty(&updates.state_dir, &|_| true);
            all.push(outcome(
                Text::new("升级程序的数据", "the agent's data"),
                left,
            ));
        }
    }
    if !root_did {
        let left = empty(&config.content.dir, &|_| true);
        all.push(outcome(Text::new("内容包", "content packages"), left));
    }
    let left = tokens.iter().fold(None, |left: Option<String>, path| {
        let fault = gone(path).err();
        left.or(fault.map(|fault| format!("{}: {fault}", path.display())))
    });
    all.push(outcome(
        Text::new("平台和升级凭证文件", "files of tokens"),
        left,
    ));
    all
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

/// Everything beside the store: its keys, then itself, attachments, what was set aside, technicians' secret, journal, audit log and
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
                // The log has an order of its own.
                let is_log = *path == config.technician.audit_folder(store);
                (name.starts_with(&stem) && !is_log) || name.starts_with("machine-key")
            })
            .collect();
        let is_key = |path: &Path| path.to_string_lossy().contains("key");
        paths.sort_by_key(|path| !is_key(path));
        paths.iter().try_for_each(|path| remove(path))?;
    }
    let log = AuditLog::of(config);
    // The oldest first: if it is cut off, what is left still says that it was exported.
    for path in log.files() {
        remove(&path)?;
    }
    remove(log.folder())?;
    remove(&config.technician.key_path(store))?;
    if let Some(journal) = &config.journal.path {
        remove(journal)?;
    }
    remove(&config.catalogue.cache_dir)
}

fn remove(path: &Path) -> Result<(), Failure> {
    gone(path).map_err(|fault| Failure::Disk(format!("{}: {fault}", path.display())))
}
