//! What the fleet agent knows: slot, versions, certificate, updates. Also all that is told of a machine whose firmware is dead.

use super::Machine;
use crate::fleet::openmetrics::{Exposition, Kind, joined};

/// Its figures. What is not known is not told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentFigures {
    /// Version of the agent.
    pub version: String,
    /// Name of the slot that runs, `A` or `B`.
    pub slot: Option<String>,
    /// Version of the system in it.
    pub system: Option<String>,
    /// Whether the firmware's report is fresh.
    pub firmware_up: bool,
    /// When the machine's certificate expires, seconds since 1970.
    pub certificate_not_after: Option<i64>,
    /// How often an update was rolled back on this machine, ever.
    pub rollbacks: u64,
    /// Where the update stands, a word of the agent's own, and since when in seconds since 1970.
    pub update: Option<(String, i64)>,
    /// When the update server answered last, seconds since 1970.
    pub server_answered: Option<i64>,
    /// What the content that is in use expires at, seconds since 1970.
    pub content_not_after: Option<i64>,
}

/// The whole text of a machine: the firmware's own families where it wrote them lately, and the agent's. Without the firmware's
/// the agent says which machine it is, so that its alerts still name the place.
#[must_use]
pub fn whole(firmware: Option<&str>, machine: &Machine, agent: &AgentFigures) -> String {
    let mut own = Exposition::default();
    if firmware.is_none() {
        machine.tell(&mut own);
    }
    let own = own.families() + &agent.text();
    joined(firmware.unwrap_or(""), &own)
}

impl AgentFigures {
    /// Its families, without an end: for [`crate::fleet::openmetrics::joined`].
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = Exposition::default();
        let seconds = |at: Option<i64>| at.map(|at| at as f64);
        out.family("kiosk_agent", Kind::Info, "", "Version of the fleet agent.");
        out.sample(&[("version", &self.version)], 1.0);
        let up = f64::from(u8::from(self.firmware_up));
        out.gauge(
            "kiosk_firmware_up",
            "",
            "Whether the firmware's loop turns.",
            Some(up),
        );
        if let Some(slot) = &self.slot {
            out.family(
                "kiosk_slot",
                Kind::Info,
                "",
                "Slot that runs, and the version of the system in it.",
            );
            let version = self.system.as_deref().unwrap_or("");
            out.sample(&[("slot", slot), ("version", version)], 1.0);
        }
        out.gauge(
            "kiosk_certificate_expiry_timestamp_seconds",
            "seconds",
            "When the machine's certificate expires.",
            seconds(self.certificate_not_after),
        );
        out.family(
            "kiosk_rollbacks",
            Kind::Counter,
            "",
            "Updates that were rolled back.",
        );
        out.sample(&[], self.rollbacks as f64);
        if let Some((state, since)) = &self.update {
            out.family(
                "kiosk_update_state_timestamp_seconds",
                Kind::Gauge,
                "seconds",
                "Where the update stands, and since when.",
            );
            out.sample(&[("state", state)], *since as f64);
        }
        out.gauge(
            "kiosk_update_server_answer_timestamp_seconds",
            "seconds",
            "When the update server answered last.",
            seconds(self.server_answered),
        );
        out.gauge(
            "kiosk_content_expiry_timestamp_seconds",
            "seconds",
            "When the content package in use expires.",
            seconds(self.content_not_after),
        );
        out.families()
    }
}
