//! From `kiosk.toml` to a client and a policy.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::config::{Config, UpdateIdentity, UpdateToken, Updates};
use crate::domain::update::{Hours, Settings};
use crate::shell::clock::Clock;
use crate::shell::fleet::ddi::{ConfigError, DdiConfig, Identity, Token};
use crate::shell::provisioning::Folder;

/// For one answer of the server.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Longest PEM or token file, bytes.
const FILE_MAX: u64 = 64 * 1024;

/// Why there is no agent.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The machine is not managed.
    #[error("kiosk.toml has no [updates]: this machine is not updated from afar")]
    NoFleet,
    /// The agent's folder.
    #[error("{}: {}", .0.display(), .1)]
    Folder(PathBuf, io::Error),
    /// Token, key, certificate or authorities cannot be read.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, io::Error),
    /// They cannot be used.
    #[error(transparent)]
    Client(#[from] ConfigError),
}

/// The policy's settings of a machine.
#[must_use]
pub fn settings(config: &Config, fleet: &Updates) -> Settings {
    Settings {
        machine: controller(config, fleet),
        wave_s: fleet.wave_s,
        quiet: Hours::parse(&fleet.quiet),
        confirm: !fleet.ask_technician,
        steady_s: fleet.steady_s,
        proof_s: fleet.proof_s,
        offline_grace_s: fleet.offline_grace_s,
        offline: fleet.offline,
        ..Settings::default()
    }
}

/// Where the server is and how this machine is known there. Reads token, key and certificates.
///
/// # Errors
/// See [`PlaceError`].
pub fn ddi_config(
    config: &Config,
    fleet: &Updates,
    clock: &Clock,
) -> Result<DdiConfig, PlaceError> {
    let identity = fleet.identity.as_ref().map(pair).transpose()?;
    let ca_pem = match &fleet.ca_file {
        Some(path) => Some(read(path)?.to_vec()),
        None => None,
    };
    let clock = clock.clone();
    Ok(DdiConfig {
        url: fleet.url.clone(),
        tenant: fleet.tenant.clone(),
        controller: controller(config, fleet),
        token: match &fleet.token {
            UpdateToken::None => Token::None,
            UpdateToken::Target(path) => Token::Target(text(path)?),
            UpdateToken::Gateway(path) => Token::Gateway(text(path)?),
        },
        ca_pem,
        identity,
        wall: Arc::new(move || clock.certificate_seconds()),
        timeout: TIMEOUT,
    })
}

/// Key and certificate; of one and the same pair where a renewal may change them at any moment.
fn pair(identity: &UpdateIdentity) -> Result<Identity, PlaceError> {
    if let Some(folder) = Folder::of_pair(&identity.key, &identity.certificate) {
        let pair = folder.identity().map_err(|failure| {
            PlaceError::File(folder.path().to_owned(), io::Error::other(failure))
        })?;
        return Ok(Identity {
            key: Zeroizing::new(pair.key_pem.as_bytes().to_vec()),
            certificate: pair.chain_pem.into_bytes(),
        });
    }
    Ok(Identity {
        key: read(&identity.key)?,
        certificate: read(&identity.certificate)?.to_vec(),
    })
}

fn controller(config: &Config, fleet: &Updates) -> String {
    let own = &fleet.controller;
    if own.is_empty() {
        config.machine.id.clone()
    } else {
        own.clone()
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, PlaceError> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = fs::File::open(path).and_then(|file| file.take(FILE_MAX).read_to_end(&mut bytes));
    read.map_err(|error| PlaceError::File(path.to_owned(), error))?;
    Ok(bytes)
}

fn text(path: &Path) -> Result<Zeroizing<String>, PlaceError> {
    let bytes = read(path)?;
    let text = std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.trim().to_owned()));
    text.map_err(|_| PlaceError::File(path.to_owned(), io::ErrorKind::InvalidData.into()))
}
