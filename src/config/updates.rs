//! `[updates]`: the update server, and when this machine may be updated. Read by `kiosk fleet` alone.

use std::path::{Path, PathBuf};

use super::reading::Section;

/// Whose token is shown to the update server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateToken {
    /// None: the certificate alone, or a server on this very machine.
    None,
    /// This machine's own (`Authorization: TargetToken …`), from a file.
    Target(PathBuf),
    /// One that may speak for any machine (`Authorization: GatewayToken …`), from a file. A stolen one speaks for all.
    Gateway(PathBuf),
}

/// Where the machine's own certificate is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateIdentity {
    /// PEM of the private key.
    pub key: PathBuf,
    /// PEM of the certificate and what leads to its authority.
    pub certificate: PathBuf,
}

/// What a machine may say of its place and make to the update server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateAttributes {
    /// Class of the site, such as `town` or `village`; up to 32 characters.
    pub tier: String,
    /// Name of the board, such as `raspberrypi4`.
    pub board: String,
    /// Revision of the hardware.
    pub hardware: String,
}

/// The fleet agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Updates {
    /// `https://host[:port][/path]` of the update server, without a slash at the end; `http://` only to this machine.
    pub url: String,
    /// Tenant at the server.
    pub tenant: String,
    /// This machine's id at the server; empty for `machine.id`.
    pub controller: String,
    /// Token, if any.
    pub token: UpdateToken,
    /// Authorities to trust, PEM.
    pub ca_file: Option<PathBuf>,
    /// Own certificate, for mutual TLS.
    pub identity: Option<UpdateIdentity>,
    /// Between two polls where the server does not say, 30–86400 s.
    pub poll_s: u32,
    /// Most of the line that a download takes, KiB/s; 0 for all of it.
    pub bandwidth_kib_s: u32,
    /// `HH:MM-HH:MM`, local time: when a machine may restart for an update that is not forced; empty for at any hour.
    pub quiet: String,
    /// Length of a wave, 0–604800 s.
    pub wave_s: u32,
    /// Whether an update that wants to be confirmed waits for a technician.
    pub ask_technician: bool,
    /// Let RAUC fetch the bundle itself and only what differs, instead of downloading it first.
    pub streaming: bool,
    /// How long a new version must run without a stop, 10–3600 s.
    pub steady_s: u32,
    /// How long it has to prove itself, 120–7200 s; more than `steady_s`.
    pub proof_s: u32,
    /// How long it must hold at a place without a line, 30–7200 s; less than `proof_s`.
    pub offline_grace_s: u32,
    /// This place has no line for long times.
    pub offline: bool,
    /// The agent's own folder, on the data partition.
    pub state_dir: PathBuf,
    /// What is told to the server.
    pub attributes: UpdateAttributes,
}

const URL: &str =
    "https://host[:port][/path], or http:// to this machine, without a slash at the end";

pub(super) fn updates(s: &mut Section<'_>) -> Updates {
    let word = |v: &str| {
        (1..=64).contains(&v.len())
            && v.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    let short = |v: &str| v.chars().count() <= 32 && !v.chars().any(char::is_control);
    let token = match (
        s.optional_path("target_token_file"),
        s.optional_path("gateway_token_file"),
    ) {
        (Some(_), Some(_)) => {
            s.fault(
                "gateway_token_file",
                "two tokens",
                "either target_token_file or gateway_token_file",
            );
            UpdateToken::None
        }
        (Some(path), None) => UpdateToken::Target(path),
        (None, Some(path)) => UpdateToken::Gateway(path),
        (None, None) => UpdateToken::None,
    };
    let identity = match (
        s.optional_path("key_file"),
        s.optional_path("certificate_file"),
    ) {
        (Some(key), Some(certificate)) => Some(UpdateIdentity { key, certificate }),
        (None, None) => None,
        (Some(_), None) => {
            s.missing("certificate_file", "the certificate of key_file");
            None
        }
        (None, Some(_)) => {
            s.missing("key_file", "the key of certificate_file");
            None
        }
    };
    let updates = Updates {
        url: s.checked("url", None, URL, is_url),
        tenant: s.checked(
            "tenant",
            Some("DEFAULT"),
            "1 to 64 letters, digits, -, _ or .",
            word,
        ),
        controller: s.checked(
            "controller",
            Some(""),
            "1 to 64 letters, digits, -, _ or .",
            |v| v.is_empty() || word(v),
        ),
        token,
        ca_file: s.optional_path("ca_file"),
        identity,
        poll_s: s.number("poll_s", 300, 30..=86_400),
        bandwidth_kib_s: s.number("bandwidth_kib_s", 0, 0..=1_048_576),
        quiet: s.checked("quiet", Some(""), "HH:MM-HH:MM, such as 22:00-06:00", |v| {
            v.is_empty() || is_hours(v)
        }),
        wave_s: s.number("wave_s", 3600, 0..=604_800),
        ask_technician: s.choice("confirm", false, &[("auto", false), ("technician", true)]),
        streaming: s.choice("fetch", false, &[("download", false), ("stream", true)]),
        steady_s: s.number("steady_s", 60, 10..=3600),
        proof_s: s.number("proof_s", 900, 120..=7200),
        offline_grace_s: s.number("offline_grace_s", 300, 30..=7200),
        offline: s.choice("line", false, &[("usual", false), ("rare", true)]),
        state_dir: s.path("state_dir", "/var/lib/kiosk-fleet"),
        attributes: UpdateAttributes {
            tier: s.checked("tier", Some(""), "at most 32 characters", short),
            board: s.checked("board", Some(""), "at most 32 characters", short),
            hardware: s.checked("hardware", Some(""), "at most 32 characters", short),
        },
    };
    for (key, seconds) in [
        ("steady_s", updates.steady_s),
        ("offline_grace_s", updates.offline_grace_s),
    ] {
        if seconds >= updates.proof_s && updates.proof_s > 0 {
            s.fault(
                key,
                &seconds.to_string(),
                &format!("less than proof_s, {}", updates.proof_s),
            );
        }
    }
    if updates.url.starts_with("https://") && updates.ca_file.is_none() {
        s.missing(
            "ca_file",
            "a PEM file of the authorities to trust, because url is https",
        );
    }
    updates
}

/// The machine's own addresses by the names a URL may have; a plain token must not leave it.
pub(super) fn is_url(v: &str) -> bool {
    if v.len() > 200
        || v.ends_with('/')
        || v.bytes()
            .any(|b| !b.is_ascii_graphic() || b"?#@\\".contains(&b))
    {
        return false;
    }
    if let Some(rest) = v.strip_prefix("https://") {
        return !rest.is_empty() && !rest.starts_with(['/', ':']);
    }
    let Some(rest) = v.strip_prefix("http://") else {
        return false;
    };
    let host = rest.split('/').next().unwrap_or("");
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    ["127.0.0.1", "localhost", "[::1]"].contains(&host)
}

/// Whether it is `HH:MM-HH:MM`; what it means is the policy's.
fn is_hours(v: &str) -> bool {
    let minute = |v: &str| {
        let digits = v.len() == 5
            && v.bytes().enumerate().all(|(i, b)| {
                if i == 2 {
                    b == b':'
                } else {
                    b.is_ascii_digit()
                }
            });
        digits && v.get(..2).is_some_and(|h| h < "24") && v.get(3..).is_some_and(|m| m < "60")
    };
    v.split_once('-')
        .is_some_and(|(from, to)| minute(from) && minute(to))
}

impl Updates {
    /// Makes relative paths relative to `dir`.
    pub(super) fn rebase(&mut self, dir: &Path) {
        let mut paths = vec![&mut self.state_dir];
        paths.extend(self.ca_file.as_mut());
        if let Some(identity) = &mut self.identity {
            paths.extend([&mut identity.key, &mut identity.certificate]);
        }
        if let UpdateToken::Target(path) | UpdateToken::Gateway(path) = &mut self.token {
            paths.push(path);
        }
        for path in paths {
            *path = dir.join(&*path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn read(updates: &str) -> Result<Config, Vec<String>> {
        let head = "[machine]\nid = \"W0012\"\ntown_code = \"440203001\"\nsite = \"测试\"\n[platform]\n\
            url = \"http://127.0.0.1:1\"\npaasid = \"x\"\ntoken = \"secret-of-sixteen\"\n";
        let config = Config::parse(&format!("{head}[updates]\n{updates}"));
        config.map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_least_that_a_machine_needs() {
        let config = read("url = \"http://127.0.0.1:8080\"").expect("good");
        let updates = config.updates.expect("updates");
        assert_eq!(
            (updates.tenant.as_str(), updates.poll_s, updates.wave_s),
            ("DEFAULT", 300, 3600)
        );
        assert_eq!(updates.state_dir, PathBuf::from("/var/lib/kiosk-fleet"));
        assert!(!updates.streaming && !updates.ask_technician && !updates.offline);
    }

    #[test]
    fn every_mistake_is_named() {
        for (text, named) in [
            ("", "updates.url: found nothing"),
            ("url = \"http://updates.example\"", "updates.url"),
            (
                "url = \"https://updates.example\"",
                "updates.ca_file: found nothing",
            ),
            (
                "url = \"http://127.0.0.1:1\"\nquiet = \"22-6\"",
                "updates.quiet",
            ),
            (
                "url = \"http://127.0.0.1:1\"\nquiet = \"24:00-06:00\"",
                "updates.quiet",
            ),
            (
                "url = \"http://127.0.0.1:1\"\nkey_file = \"k\"",
                "updates.certificate_file",
            ),
            (
                "url = \"http://127.0.0.1:1\"\ncertificate_file = \"k\"",
                "updates.key_file",
            ),
            (
                "url = \"http://127.0.0.1:1\"\ntarget_token_file = \"a\"\ngateway_token_file = \"b\"",
                "two tokens",
            ),
            (
                "url = \"http://127.0.0.1:1\"\nsteady_s = 900",
                "less than proof_s, 900",
            ),
            (
                "url = \"http://127.0.0.1:1\"\ntenant = \"a/b\"",
                "updates.tenant",
            ),
            (
                "url = \"http://127.0.0.1:1\"\nfetch = \"guess\"",
                "one of download, stream",
            ),
            ("url = \"http://127.0.0.1:1\"\nwaves = 1", "an unknown name"),
        ] {
            let faults = read(text).expect_err(text);
            assert!(
                faults.iter().any(|fault| fault.contains(named)),
                "{text}: {faults:?}"
            );
        }
    }
}
