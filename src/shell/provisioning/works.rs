//! Does one step. A step that was done before, wholly or in part, finds its work and goes on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::beyond::Root;
use super::contract::{CATALOGUE, CONFIGURATION, CONTENT, PLATFORM_CA, TOKEN, Told};
use super::folder::Folder;
use super::whole::write_whole;
use super::{Server, WallClock, destroy, est, slip};
use crate::case::hex::to_hex;
use crate::config::{Config, Token};
use crate::domain::provisioning::{Check, Failure, Outcome, Saved, Step, Wall};
use crate::events::{EventId, FieldValue};
use crate::order::{MachineId, Order};
use crate::shell::clock::Clock;
use crate::shell::journal::Journal;
use crate::shell::runtime::CACHED_CATALOGUE;
use crate::shell::{board_file, finding, identity, settings};

/// What the doctor says of the machine that this configuration describes.
pub type Examine = Box<dyn Fn(&Path) -> Vec<Check> + Send + Sync>;

/// The hands of a machine that is being brought into service.
pub struct Works {
    /// Its identity.
    pub folder: Folder,
    /// Where its configuration goes.
    pub config: PathBuf,
    /// Serial ports to look at; all of this computer without.
    pub ports: Option<Vec<PathBuf>>,
    /// Its clock.
    pub clock: Clock,
    /// The doctor.
    pub examine: Examine,
    /// Where it says what was done; never a password, a site's name or a reason in words.
    pub journal: Journal,
    /// Who destroys what only root can; nobody on a system without such a unit.
    pub root: Option<Root>,
}

impl Works {
    /// What the wall clock says, for the judgement of orders.
    #[must_use]
    pub fn wall(&self) -> Wall {
        Wall {
            unix_s: self.clock.unix_seconds(),
            trusted: self.clock.class().is_checked(),
        }
    }

    /// The clock to judge certificates by. Nobody stands behind the clock of a machine without a network; then the order
    /// is right that was issued a moment ago, and not a battery that ran empty.
    #[must_use]
    pub fn certificate_clock(&self, order: Option<&Order>) -> WallClock {
        let clock = self.clock.clone();
        let bounds = order.map(|order| (i64::from(order.issued_s), i64::from(order.expires_s())));
        let began_ms = clock.boot_ms();
        Arc::new(move || {
            let now = clock.certificate_seconds();
            match bounds {
                Some((issued, expires))
                    if !clock.class().is_checked() && !(issued..=expires).contains(&now) =>
                {
                    let since = clock.boot_ms().saturating_sub(began_ms) / 1000;
                    issued.saturating_add_unsigned(since)
                }
                _ => now,
            }
        })
    }

    /// Does `step`. Blocks for up to some minutes.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn carry_out(
        &self,
        step: Step,
        saved: &Saved,
        order: Option<&Order>,
    ) -> Result<Outcome, Failure> {
        let floor_s = order
            .map_or(0, |order| order.issued_s)
            .max(saved.last_issued_s);
        self.clock.raise_floor(i64::from(floor_s) * 1000);
        let done = self.do_step(step, saved, order);
        match &done {
            Err(failure) => self.journal.event(
                EventId::ProvisioningStepFailed,
                &[
                    ("step", FieldValue::Word(step.word())),
                    ("why", FieldValue::Word(failure.word())),
                ],
            ),
            Ok(Outcome::Done) if step == Step::Slip => self.journal.event(
                EventId::ProvisioningInService,
                &[
                    ("machine", machine(saved.machine.as_deref())),
                    ("faults", FieldValue::count(saved.faults())),
                ],
            ),
            Ok(_) => {}
        }
        done
    }

    fn do_step(
        &self,
        step: Step,
        saved: &Saved,
        order: Option<&Order>,
    ) -> Result<Outcome, Failure> {
        match step {
            Step::Order | Step::Clock | Step::InService | Step::Destroyed => {}
            Step::Key => self.key(order)?,
            Step::Enrol => self.enrol(order.ok_or(Failure::NoIdentity)?)?,
            Step::Fetch => self.fetch(saved, order)?,
            Step::Devices => self.devices()?,
            Step::Doctor => return Ok(Outcome::Checked((self.examine)(&self.config))),
            Step::Slip => self.accept(saved, order)?,
            Step::Destroy => {
                return destroy::destroy(self, saved, order).map(Outcome::Checked);
            }
        }
        Ok(Outcome::Done)
    }

    /// A new key; that in use, where the order is for the machine that has it.
    fn key(&self, order: Option<&Order>) -> Result<(), Failure> {
        let bound = order.and_then(|order| order.bound_to);
        let key = match (bound, self.folder.identity()) {
            (Some(bound), Ok(identity)) if identity.certificate.key.starts_with(&bound) => {
                self.folder.keep_key_for_next(&identity)?;
                identity.certificate.key
            }
            _ => self.folder.pending()?.fingerprint(),
        };
        self.journal
            .event(EventId::ProvisioningKeyMade, &[("key", short(&key))]);
        Ok(())
    }

    fn enrol(&self, order: &Order) -> Result<(), Failure> {
        let pending = self.folder.pending()?;
        let machine = order.machine.as_str();
        let came = self.folder.next_identity().is_ok_and(|next| {
            next.certificate.key == pending.fingerprint() && next.certificate.name == machine
        });
        if came && self.folder.authority().is_ok() {
            return Ok(());
        }
        let wall = self.certificate_clock(Some(order));
        let authority = Server::authority(&order.server, &order.ca)?.pem();
        let server = Server::new(&order.server, &authority, None, wall.clone())?;
        let offered = server.enrol(machine, &order.password_text(), &pending.request(machine)?)?;
        let now_s = u64::try_from(wall()).unwrap_or(0);
        let chain = est::checked(
            offered,
            &pending.fingerprint(),
            machine,
            &authority,
            Some(now_s),
        )?;
        self.folder.keep_authority(&authority)?;
        self.folder.keep_certificate(&pending, &chain)?;
        let days = chain.first().map_or(0, |own| {
            own.not_after_s.saturating_sub(own.not_before_s) / 86_400
        });
        self.journal.event(
            EventId::ProvisioningCertified,
            &[
                ("machine", FieldValue::id(machine)),
                ("days", FieldValue::count(days)),
            ],
        );
        Ok(())
    }

    /// The server as this machine, with the newest certificate it has.
    pub(super) fn server(&self, saved: &Saved, order: Option<&Order>) -> Result<Server, Failure> {
        let identity = self
            .folder
            .next_identity()
            .or_else(|_| self.folder.identity())?;
        let base = saved.server.as_ref().ok_or(Failure::NoIdentity)?;
        Server::new(
            base,
            &self.folder.authority()?,
            Some(&identity),
            self.certificate_clock(order),
        )
    }

    fn fetch(&self, saved: &Saved, order: Option<&Order>) -> Result<(), Failure> {
        let machine = saved.machine.as_deref().ok_or(Failure::NoIdentity)?;
        let fetched = self.server(saved, order)?.setup(machine)?;
        // The certificate was used: from here on it is the one in use.
        self.folder.promote()?;
        let of = |name| {
            fetched
                .iter()
                .find(|file| file.name == name)
                .map(|file| file.bytes.as_slice())
        };
        let text = of(CONFIGURATION).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| Failure::Setup(CONFIGURATION.into()))?;
        let mut config = Config::parse(text).map_err(|faults| {
            let first = faults.first().map(ToString::to_string).unwrap_or_default();
            Failure::Configuration(first)
        })?;
        if config.machine.id != machine {
            return Err(Failure::Configuration(format!(
                "machine.id is {}, not {machine}",
                config.machine.id
            )));
        }
        let place = self.config.parent().unwrap_or(Path::new("/"));
        config
            .rebase(&std::path::absolute(place).map_err(|fault| Failure::Disk(fault.to_string()))?);
        let token = match &config.platform.token {
            Token::File(path) => Some(path.clone()),
            Token::Inline(_) => None,
        };
        // The configuration comes last: a machine that has it has everything that it names.
        for (name, path, mode) in [
            (TOKEN, token, 0o640),
            (PLATFORM_CA, config.platform.ca_file.clone(), 0o644),
            (
                CATALOGUE,
                Some(config.catalogue.cache_dir.join(CACHED_CATALOGUE)),
                0o644,
            ),
            (
                CONTENT,
                Some(config.catalogue.cache_dir.join(CONTENT)),
                0o644,
            ),
            // It may hold a token; the agent reads it by the group of its folder.
            (CONFIGURATION, Some(self.config.clone()), 0o640),
        ] {
            if let (Some(bytes), Some(path)) = (of(name), path) {
                let failed =
                    |fault: std::io::Error| Failure::Disk(format!("{}: {fault}", path.display()));
                path.parent()
                    .map_or(Ok(()), std::fs::create_dir_all)
                    .map_err(failed)?;
                write_whole(&path, bytes, mode).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn devices(&self) -> Result<(), Failure> {
        let ports = self.ports.clone().unwrap_or_else(finding::ports);
        let found = finding::find(&ports);
        if found.iter().all(|finding| finding.answer.is_err()) {
            return Err(Failure::NoDevice);
        }
        let path = std::fs::canonicalize(&self.config)
            .map_err(|fault| Failure::Disk(fault.to_string()))?;
        let entered =
            board_file::enter(&path, &found).map_err(|fault| Failure::Disk(fault.to_string()))?;
        if entered.undecided.is_empty() {
            return Ok(());
        }
        let kinds: Vec<&str> = entered
            .undecided
            .iter()
            .map(|(section, _)| *section)
            .collect();
        Err(Failure::Undecided(kinds.join(", ")))
    }

    fn accept(&self, saved: &Saved, order: Option<&Order>) -> Result<(), Failure> {
        let config = settings::load(&self.config)
            .map_err(|fault| Failure::Configuration(fault.to_string()))?;
        let identity = self.folder.identity()?;
        let told = self.told(saved, &to_hex(&identity.certificate.key), Some(&config));
        // First, so that a slip that says so is true.
        self.server(saved, order)?.accepted(&told)?;
        if saved.accepted_unwell && config.printer.port.is_none() {
            return Ok(());
        }
        let replaced = order.and_then(|order| order.replaces.as_ref());
        let replaced = replaced.map(MachineId::as_str);
        let slip = slip::acceptance(&told, saved, identity.term(), replaced);
        slip::print(&config, slip)
    }

    /// What is told of this machine.
    pub(super) fn told(&self, saved: &Saved, key: &str, config: Option<&Config>) -> Told {
        let signer = config.and_then(|config| {
            let place = identity::Place::of(&config.store.path);
            std::fs::create_dir_all(config.store.path.parent()?).ok()?;
            Some(identity::load_or_make(&place).ok()?.public().text())
        });
        Told {
            machine: saved.machine.clone().unwrap_or_default(),
            division: saved.division.clone().unwrap_or_default(),
            site: saved.site.clone().unwrap_or_default(),
            time: self.clock.rfc3339(),
            version: env!("CARGO_PKG_VERSION").into(),
            key: key.into(),
            signer,
            serial: serial(),
            checks: saved
                .checks
                .iter()
                .map(|check| (check.name.zh.clone(), check.passed, check.found.zh.clone()))
                .collect(),
        }
    }
}

/// Beginning of a key's fingerprint, as it stands on the page: 16 hexadecimal digits.
pub(super) fn short(key: &[u8; 32]) -> FieldValue {
    FieldValue::id(&to_hex(&key[..8]))
}

fn machine(id: Option<&str>) -> FieldValue {
    id.map_or(FieldValue::Word("none"), FieldValue::id)
}

/// Longest wait for a stick or a scanner to be looked at again.
pub const LOOK: Duration = Duration::from_millis(500);

/// Serial number of this computer as its maker gave it; `-` where it has none. A PC's is root's to read, unless
/// `systemd/tmpfiles.d` has let the firmware.
#[must_use]
pub fn serial() -> String {
    let files = [
        "/sys/firmware/devicetree/base/serial-number",
        "/sys/class/dmi/id/product_serial",
        "/sys/class/dmi/id/board_serial",
    ];
    let texts = files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok());
    texts
        .filter_map(|text| serial_in(&text))
        .next()
        .unwrap_or_else(|| "-".into())
}

/// The serial number in the words of firmware; none in what makers of boards leave there instead.
fn serial_in(text: &str) -> Option<String> {
    let serial: String = text
        .chars()
        .filter(char::is_ascii_graphic)
        .take(32)
        .collect();
    let word = serial.to_ascii_lowercase();
    let filler = [
        "defaultstring",
        "systemserialnumber",
        "none",
        "n/a",
        "notspecified",
        "notapplicable",
        "invalid",
    ];
    let empty = word.chars().all(|c| "0-.x*".contains(c));
    (!empty && !word.starts_with("tobefilledby") && !filler.contains(&word.as_str()))
        .then_some(serial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_nobody_has_given_is_none() {
        for none in [
            "",
            "\n",
            "To be filled by O.E.M.\n",
            "Default string",
            "0000000",
            "None",
            "System Serial Number",
        ] {
            assert_eq!(serial_in(none), None, "{none}");
        }
        assert_eq!(
            serial_in("10000000a1b2c3d4\0").as_deref(),
            Some("10000000a1b2c3d4")
        );
        assert_eq!(serial_in(" PF-0X7 \n").as_deref(), Some("PF-0X7"));
    }
}
