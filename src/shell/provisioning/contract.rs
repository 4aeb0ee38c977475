//! What a machine fetches from the district beside its certificate. This is the one module that an integrator changes.
//!
//! ```text
//! GET  /kiosk/v1/setup              { "machine", "files": [ { "name", "bytes", "sha256" } ] }        application/json
//! GET  /kiosk/v1/setup/{name}       the bytes of one of them                           application/octet-stream
//! PUT  /kiosk/v1/acceptance         what was found when the machine came into service       204
//! PUT  /kiosk/v1/decommissioned     proof that keys and data are destroyed                  204
//! ```
//! All with the machine's certificate, whose name is the machine's id. Names of files: `kiosk.toml` (must be there), and
//! `catalogue.json`, `content.json`, `platform-token`, `platform-ca.pem`, which may be.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::server::{Ask, Server};
use crate::case::hex::to_hex;
use crate::domain::provisioning::Failure;

/// Configuration of this machine.
pub const CONFIGURATION: &str = "kiosk.toml";
/// Items that it offers.
pub const CATALOGUE: &str = "catalogue.json";
/// Content packages that it shows.
pub const CONTENT: &str = "content.json";
/// Secret of the platform's gateway.
pub const TOKEN: &str = "platform-token";
/// Authorities of the platform.
pub const PLATFORM_CA: &str = "platform-ca.pem";
const NAMES: [&str; 5] = [CONFIGURATION, CATALOGUE, CONTENT, TOKEN, PLATFORM_CA];
/// Longest file, bytes.
const FILE_MAX: usize = 16 * 1024 * 1024;

#[derive(Deserialize)]
struct Setup {
    machine: String,
    files: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    bytes: usize,
    sha256: String,
}

/// A file that was fetched whole.
pub struct Fetched {
    /// One of the names above.
    pub name: &'static str,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// What is told about a machine that came into service or left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its id.
    pub machine: String,
    /// Its division, 12 digits.
    pub division: String,
    /// Its site.
    pub site: String,
    /// When, RFC 3339; none while nobody knows.
    pub time: Option<String>,
    /// Version of the firmware.
    pub version: String,
    /// SHA-256 of the key of its certificate, hexadecimal.
    pub key: String,
    /// Its public key for receipts, base64url; none where it has none.
    pub signer: Option<String>,
    /// Serial number of the hardware.
    pub serial: String,
    /// What was looked at: name, passed, found.
    pub checks: Vec<(String, Option<bool>, String)>,
}

impl Server {
    /// Everything that the district has for `machine`, each whole and with the hash that was announced.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Setup`] names the file.
    pub fn setup(&self, machine: &str) -> Result<Vec<Fetched>, Failure> {
        let list = self.get("/kiosk/v1/setup", "application/json", 64 * 1024)?;
        let setup: Setup = serde_json::from_slice(&list)
            .map_err(|fault| Failure::NotUnderstood(fault.to_string()))?;
        if setup.machine != machine {
            return Err(Failure::WrongName(setup.machine));
        }
        let mut fetched = Vec::new();
        for name in NAMES {
            let Some(listed) = setup.files.iter().find(|listed| listed.name == name) else {
                continue;
            };
            if listed.bytes > FILE_MAX {
                return Err(Failure::Setup(name.into()));
            }
            let bytes = self.get(
                &format!("/kiosk/v1/setup/{name}"),
                "application/octet-stream",
                FILE_MAX,
            )?;
            if bytes.len() != listed.bytes || to_hex(&Sha256::digest(&bytes)) != listed.sha256 {
                return Err(Failure::Setup(name.into()));
            }
            fetched.push(Fetched { name, bytes });
        }
        if fetched.iter().all(|file| file.name != CONFIGURATION) {
            return Err(Failure::Setup(CONFIGURATION.into()));
        }
        Ok(fetched)
    }

    /// Tells that the machine is in service.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn accepted(&self, told: &Told) -> Result<(), Failure> {
        self.put("/kiosk/v1/acceptance", told)
    }

    /// Tells that the machine is out of service for good.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn decommissioned(&self, told: &Told) -> Result<(), Failure> {
        self.put("/kiosk/v1/decommissioned", told)
    }

    /// Whether the server takes this machine's certificate: its first use.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn is_known(&self) -> Result<(), Failure> {
        self.get("/kiosk/v1/setup", "application/json", 64 * 1024)
            .map(drop)
    }

    fn get(&self, path: &str, expect: &str, limit: usize) -> Result<Vec<u8>, Failure> {
        self.exchange(Ask {
            method: Method::GET,
            path,
            basic: None,
            body: None,
            expect,
            limit,
        })
    }

    fn put(&self, path: &str, told: &Told) -> Result<(), Failure> {
        let body =
            serde_json::to_vec(told).map_err(|fault| Failure::NotUnderstood(fault.to_string()))?;
        let body = Some(("application/json", body));
        self.exchange(Ask {
            method: Method::PUT,
            path,
            basic: None,
            body,
            expect: "",
            limit: 1024,
        })
        .map(drop)
    }
}
