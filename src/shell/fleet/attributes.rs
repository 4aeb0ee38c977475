//! What the update server is told of a machine, so that rollouts follow the administrative tree. Nothing of a person.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::domain::update::{Kept, Running};
use crate::fleet::report::Report;

/// Longest value that hawkBit takes, characters.
const VALUE_MAX: usize = 128;

/// The attributes. The codes follow GB/T 2260 and GB/T 10114: two digits of the province, four of the city, six of the county,
/// nine of the town.
#[must_use]
pub fn attributes(
    config: &Config,
    running: &Running,
    report: Option<&Report>,
    kept: &Kept,
    content: &str,
) -> BTreeMap<String, String> {
    let town = &config.machine.town_code;
    let mut all = BTreeMap::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            all.insert(name.to_owned(), value.chars().take(VALUE_MAX).collect());
        }
    };
    put("machine", &config.machine.id);
    put("province", town.get(..2).unwrap_or(""));
    put("city", town.get(..4).unwrap_or(""));
    put("county", town.get(..6).unwrap_or(""));
    put("town", town);
    if let Some(fleet) = &config.updates {
        put("tier", &fleet.attributes.tier);
        put("board", &fleet.attributes.board);
        put("hardware", &fleet.attributes.hardware);
    }
    put("slot", &running.slot);
    put("os_version", &running.version);
    put("content_version", content);
    put("agent_version", env!("CARGO_PKG_VERSION"));
    if let Some(report) = report {
        put("firmware_version", &report.version);
        put("catalogue", &report.catalogue);
        put("service", &report.service);
        put("clock", &report.clock);
        put("audit_head", &report.audit);
    }
    if let Some(last) = &kept.last {
        put(
            "last_update",
            &format!("{} {} {}", last.outcome.word(), last.version, last.action),
        );
    }
    all
}
