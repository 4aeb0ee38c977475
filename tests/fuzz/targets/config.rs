//! `kiosk.toml`: a configuration, or all its mistakes by line, and none of them tells a secret.

use std::path::Path;

use kiosk::config::{Config, PRINTER_PROFILES, Token};
use kiosk::wire::escpos::Profile;

/// Most mistakes that are named.
const MISTAKES: usize = 50;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Config::parse(text) {
        Ok(mut config) => {
            each_has_its_port(&config);
            config.rebase(Path::new("/etc/kiosk"));
            sound(&config);
        }
        Err(faults) => {
            assert!((1..=MISTAKES).contains(&faults.len()), "{}", faults.len());
            assert!(faults.is_sorted_by_key(|fault| fault.line));
            let lines = 1 + text.bytes().filter(|byte| *byte == b'\n').count();
            for fault in faults {
                assert!((1..=lines).contains(&fault.line), "{fault}");
                assert!(fault.found.chars().count() <= 500, "{fault}");
                assert!(fault.field.chars().count() <= 200, "{fault}");
            }
        }
    }
}

/// Two drivers on one port would take each other's bytes.
fn each_has_its_port(config: &Config) {
    let ports = [
        &config.reader.port,
        &config.printer.port,
        &config.scanner.port,
        &config.radar.port,
    ];
    let mut seen: Vec<_> = ports.into_iter().flatten().collect();
    let named = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), named, "{seen:?}");
}

/// What others rely on.
fn sound(config: &Config) {
    assert_eq!(config.machine.id.len(), 5);
    assert_eq!(config.machine.town_code.len(), 9);
    assert!((1..=60).contains(&config.machine.site.zh.chars().count()));
    assert!((24..=255).contains(&config.reader.max_rf));
    assert!(config.reader.poll_ms >= 300);
    assert!(PRINTER_PROFILES.contains(&config.printer.profile.as_str()));
    assert!(config.cooling.off_c < config.cooling.on_c);
    assert!(config.idle.warn_s > 0 && config.idle.countdown_s > 0);
    assert!(config.store.path.is_absolute() && config.catalogue.dir.is_absolute());
    if let Token::Inline(secret) = &config.platform.token {
        let host = config.platform.url.split("//").nth(1).unwrap_or_default();
        let own = ["127.0.0.1", "localhost", "[::1]"];
        assert!(own.iter().any(|own| host.starts_with(own)), "{host}");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
    if let Ok(profile) = Profile::configured(&config.printer) {
        assert!((240..=1200).contains(&profile.width_dots));
        assert!(profile.columns >= 20 && profile.buffer_bytes >= 256);
        assert!(profile.longest_command() < 1 << 16);
    }
}
