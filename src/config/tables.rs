//! The tables of `kiosk.toml` whose fields have rules: defaults, limits, and what contradicts what.

use std::path::PathBuf;

use super::ports::Ports;
use super::reading::Section;
use super::{
    ByHand, Cooling, Gpio, Machine, PRINTER_PROFILES, Platform, Printer, Radar, Reader, Token,
};
use crate::case::{PublicIdentity, SealKey};
use crate::pins::Input;

pub(super) fn machine(s: &mut Section<'_>) -> Machine {
    Machine {
        id: s.checked("id", None, "five characters A-Z, 0-9", |v| {
            v.len() == 5
                && v.bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        }),
        town_code: s.checked("town_code", None, "nine digits", |v| {
            v.len() == 9 && v.bytes().all(|b| b.is_ascii_digit())
        }),
        service: s.both("service", Some(("政务服务自助办理", "Public services"))),
        site: s.both("site", None),
        window: s.both(
            "window",
            Some((
                "请到本镇(街)便民服务中心窗口",
                "the service centre of this town",
            )),
        ),
        phone: s.checked(
            "phone",
            Some("12345"),
            "3 to 20 digits, blanks, - or +",
            |v| {
                (3..=20).contains(&v.len())
                    && v.bytes().all(|b| b.is_ascii_digit() || b" -+".contains(&b))
            },
        ),
    }
}

pub(super) fn radar(s: &mut Section<'_>, gpio: &Gpio, ports: &Ports) -> Radar {
    let port = ports.of(s, "radar");
    // Two that tell whether somebody is there would contradict each other all day.
    if port.is_some() && gpio.inputs.contains_key(&Input::Presence) {
        s.fault("port", "a radar", "none, because gpio.presence tells it");
    }
    Radar { port }
}

pub(super) fn cooling(s: &mut Section<'_>) -> Cooling {
    let cooling = Cooling {
        temperature: s.optional_path("temperature"),
        fan: s.optional_path("fan"),
        fan_on: s.number("fan_on", 255, 1..=255),
        on_c: s.number("on_c", 60, 30..=95),
        off_c: s.number("off_c", 50, 20..=90),
    };
    if cooling.off_c >= cooling.on_c && cooling.on_c > 0 {
        let found = cooling.off_c.to_string();
        s.fault(
            "off_c",
            &found,
            &format!("less than on_c, {}", cooling.on_c),
        );
    }
    cooling
}

pub(super) fn reader(s: &mut Section<'_>, ports: &Ports) -> Reader {
    Reader {
        port: ports.of(s, "reader"),
        baud: s.one_of("baud", 115_200, &[9600, 19_200, 38_400, 57_600, 115_200]),
        poll_ms: s.number("poll_ms", 400, 300..=2000),
        max_rf: u8::try_from(s.number("max_rf", 80, 24..=255)).unwrap_or(80),
        photo_decoder: s
            .parsed("photo_decoder", "an absolute path, or \"sim\"", |v| {
                (v == "sim" || v.starts_with('/')).then(|| v.into())
            })
            .flatten(),
    }
}

pub(super) fn printer(s: &mut Section<'_>, ports: &Ports) -> Printer {
    Printer {
        port: ports.of(s, "printer"),
        baud: s.one_of("baud", 115_200, &[9600, 19_200, 38_400, 57_600, 115_200]),
        profile: s.checked(
            "profile",
            Some("generic-gb18030-80"),
            &format!("one of {}", PRINTER_PROFILES.join(", ")),
            |v| PRINTER_PROFILES.contains(&v),
        ),
        custom: s.raw_table("custom"),
        near_end_mm: s.number("near_end_mm", 500, 0..=20_000),
        take_s: s.number("take_s", 30, 10..=300),
    }
}

pub(super) fn platform(s: &mut Section<'_>) -> Platform {
    let url = s.checked(
        "url",
        None,
        "https://… without a slash at the end (http:// only to 127.0.0.1)",
        |v| (v.starts_with("https://") && v.len() > 8 || on_this_machine(v)) && is_url(v),
    );
    let file = s.optional_path("token_file");
    let inline = s.secret("token", 8..=128);
    let token = match (file, inline) {
        (Some(file), None) => Token::File(file),
        (None, Some(secret)) if url.is_empty() || on_this_machine(&url) => Token::Inline(secret),
        (None, Some(_)) => {
            let expected = "token_file, because the platform is another machine";
            s.fault("token", "a secret", expected);
            Token::File(PathBuf::new())
        }
        (Some(_), Some(_)) => {
            s.fault("token", "token and token_file", "one of them");
            Token::File(PathBuf::new())
        }
        (None, None) => {
            s.missing("token_file", "a file that holds the gateway's token");
            Token::File(PathBuf::new())
        }
    };
    Platform {
        url,
        paasid: s.checked("paasid", None, "1 to 64 letters, digits, - or _", |v| {
            (1..=64).contains(&v.len())
                && v.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        }),
        token,
        ca_file: s.optional_path("ca_file"),
        connect_timeout_ms: s.number("connect_timeout_ms", 5000, 500..=60_000),
        answer_timeout_ms: s.number("answer_timeout_ms", 15_000, 1000..=120_000),
        return_spread_s: s.number("return_spread_s", 120, 0..=3600),
        by_hand: by_hand(s),
    }
}

/// Both keys or neither: what is taken away must be able to come back.
fn by_hand(s: &mut Section<'_>) -> Option<ByHand> {
    let seal_key = s.parsed(
        "seal_key",
        "an X25519 public key, 43 characters of base64url",
        |v| SealKey::parse(v).ok(),
    );
    let signer = s.parsed(
        "signer",
        "an Ed25519 public key, 43 characters of base64url",
        |v| PublicIdentity::parse(v).ok(),
    );
    match (seal_key, signer) {
        (Some(Some(seal_key)), Some(Some(signer))) => return Some(ByHand { seal_key, signer }),
        (Some(Some(_)), None) => s.missing("signer", "the key of import receipts, with seal_key"),
        (None, Some(Some(_))) => s.missing("seal_key", "the key to seal bundles to, with signer"),
        _ => {} // neither, or a mistake that is noted already
    }
    None
}

/// No blanks, no user, query or fragment, no slash at the end, at most 200 characters.
pub(super) fn is_url(v: &str) -> bool {
    v.len() <= 200
        && v.bytes()
            .all(|b| b.is_ascii_graphic() && !b"@?#\"<>\\".contains(&b))
        && !v.ends_with('/')
}

/// Whether the host of `url` is the loopback interface.
fn on_this_machine(url: &str) -> bool {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| {
        rest.and_then(|r| r.strip_prefix(host))
            .is_some_and(|after| after.is_empty() || after.starts_with([':', '/']))
    })
}
