//! The agent's figures, and the pushing of the machine's while the agent runs.

use std::path::Path;
use std::time::Duration;

use crate::certificate::Certificate;
use crate::config::Config;
use crate::content::Kind;
use crate::domain::clock::Local;
use crate::domain::update::{Kept, Outcome, Running};
use crate::shell::clock::Clock;
use crate::shell::content::Place;
use crate::shell::metrics::{AgentFigures, Machine, read_fresh, whole};

use super::ddi::Connector;
use super::kept;
use super::push::Pusher;
use super::renewal::certificate_file;

/// The firmware's file counts as fresh for so long: it writes one every half minute.
const FRESH: Duration = Duration::from_secs(90);

/// What the agent knows now; `running` is what RAUC said at its start.
#[must_use]
pub fn agent_figures(
    config: &Config,
    running: Option<&Running>,
    firmware_up: bool,
) -> AgentFigures {
    let updates = config.updates.as_ref();
    let state = updates.map(|updates| updates.state_dir.join("update.json"));
    let kept: Option<Kept> = state.and_then(|path| kept::read(&path).ok().flatten());
    let last = kept.and_then(|kept| kept.last);
    let rolled_back = last.is_some_and(|last| last.outcome == Outcome::RolledBack);
    let content = Place::of(config).choose(Kind::Catalogue, None).0;
    AgentFigures {
        version: env!("CARGO_PKG_VERSION").into(),
        slot: running.map(|running| running.slot.clone()),
        system: running.map(|running| running.version.clone()),
        firmware_up,
        certificate_not_after: updates.and_then(|updates| not_after(&certificate_file(updates))),
        // Only the last action is kept: a second rollback after the first looks like the same one.
        rollbacks: u64::from(rolled_back),
        content_not_after: content.map(|content| Local::end_of(content.until)),
        ..AgentFigures::default()
    }
}

/// End of the first certificate in a PEM file, seconds since 1970.
pub(super) fn not_after(path: &Path) -> Option<i64> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    let first = CertificateDer::pem_file_iter(path).ok()?.next()?.ok()?;
    let read = Certificate::read(&first).ok()?;
    i64::try_from(read.not_after_s).ok()
}

/// Pushes again and again, for as long as it is polled; ends at once where no gateway is configured. A push that fails costs
/// nothing but its figures.
pub async fn keep_pushing(
    config: Config,
    running: Option<Running>,
    clock: Clock,
    connector: Connector,
    seed: u64,
) {
    let Some(base) = &config.fleet.push else {
        return;
    };
    let mut pusher = Pusher::new(base, &config.machine.id, seed, clock.now());
    let machine = Machine::of(&config);
    loop {
        tokio::time::sleep(pusher.poll_timeout().saturating_duration_since(clock.now())).await;
        let firmware = config
            .fleet
            .metrics
            .as_ref()
            .and_then(|path| read_fresh(path, FRESH));
        // Without a fresh report the file tells of the machine and nothing of the service.
        let up = firmware
            .as_ref()
            .is_some_and(|text| text.contains("\nkiosk_loop_turns_total "));
        let text = whole(
            firmware.as_deref(),
            &machine,
            &agent_figures(&config, running.as_ref(), up),
        );
        let _ = pusher.push(&connector.http(), &text, clock.now()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::openmetrics::END;

    #[test]
    fn what_the_agent_does_not_know_it_does_not_tell() {
        let board = concat!(env!("CARGO_MANIFEST_DIR"), "/board/laptop/kiosk.toml");
        let config = crate::shell::settings::load(Path::new(board)).expect("a configuration");
        let running = Running {
            slot: "A".into(),
            version: "1.2.0".into(),
        };
        let text = whole(
            None,
            &Machine::of(&config),
            &agent_figures(&config, Some(&running), false),
        );
        assert!(
            text.contains("kiosk_slot_info{slot=\"A\",version=\"1.2.0\"} 1\n"),
            "{text}"
        );
        assert!(text.contains("kiosk_firmware_up 0\n") && text.contains("kiosk_machine_info"));
        assert!(
            !text.contains("kiosk_certificate") && !text.contains("kiosk_content"),
            "{text}"
        );
        assert!(text.ends_with(END));
    }

    #[test]
    fn the_end_of_a_certificate_is_read_from_its_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("certificate.pem");
        assert_eq!(not_after(&path), None);
        std::fs::write(
            &path,
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        )
        .expect("a disk");
        assert_eq!(not_after(&path), None, "no certificate");
    }
}
