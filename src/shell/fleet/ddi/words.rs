//! JSON of hawkBit's Direct Device Integration API (v1), as far as this firmware uses it. Unknown fields are passed over, as
//! the server's documentation asks; every list and text has a limit.

use serde::{Deserialize, Serialize};

use crate::domain::update::{Handling, Kind, Order, Origin, Source};

/// Largest file that is taken, bytes.
pub const ARTIFACT_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// Why a deployment cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeploymentFault {
    /// Not the JSON of a deployment.
    #[error("not a deployment")]
    Malformed,
    /// Nothing in it is of a type that this machine installs.
    #[error("no module of type os or content")]
    NothingKnown,
    /// More than one file for one order; which one is meant is not for the machine to guess.
    #[error("more than one file to install")]
    Ambiguous,
    /// A file without SHA-256, without an address, or of an impossible length.
    #[error("the file has no sha256, no address or no possible length")]
    Unusable,
}

/// Answer of the root resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Poll {
    /// What the server wants to be left alone for, seconds.
    pub sleep_s: Option<u64>,
    /// The open deployment.
    pub deployment: Option<Link>,
    /// The open cancellation.
    pub cancel: Option<Link>,
    /// The question whether the machine agrees.
    pub confirmation: Option<Link>,
    /// The server wants the attributes.
    pub wants_attributes: bool,
}

/// A link by what it means here: only the action and the server's change mark are taken from it, never an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Id of the action.
    pub action: String,
    /// The mark `c`, which the server changes with the content.
    pub mark: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RootWire {
    config: ConfigWire,
    #[serde(rename = "_links")]
    links: LinksWire,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ConfigWire {
    polling: PollingWire,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PollingWire {
    sleep: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct LinksWire {
    deployment_base: Option<HrefWire>,
    cancel_action: Option<HrefWire>,
    confirmation_base: Option<HrefWire>,
    config_data: Option<HrefWire>,
}

#[derive(Deserialize)]
struct HrefWire {
    href: String,
}

impl Poll {
    /// Reads the answer; none for anything that is not one.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let root: RootWire = serde_json::from_slice(body).ok()?;
        let link =
            |wire: Option<HrefWire>, name| wire.and_then(|wire| Link::parse(&wire.href, name));
        Some(Self {
            sleep_s: sleep(&root.config.polling.sleep),
            deployment: link(root.links.deployment_base, "deploymentBase"),
            cancel: link(root.links.cancel_action, "cancelAction"),
            confirmation: link(root.links.confirmation_base, "confirmationBase"),
            wants_attributes: root.links.config_data.is_some(),
        })
    }
}

/// `HH:MM:SS` in seconds.
fn sleep(text: &str) -> Option<u64> {
    let mut parts = text
        .splitn(3, ':')
        .map(|part| part.parse::<u8>().ok().map(u64::from));
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    (h < 24 && m < 60 && s < 60).then_some(h * 3600 + m * 60 + s)
}

impl Link {
    fn parse(href: &str, name: &str) -> Option<Self> {
        let (path, query) = href.split_once('?').unwrap_or((href, ""));
        let (_, action) = path.rsplit_once(&format!("/{name}/"))?;
        let mark = query.split('&').find_map(|pair| pair.strip_prefix("c="));
        Some(Self {
            action: is_id(action).then(|| action.to_owned())?,
            mark: mark.filter(|mark| is_id(mark)).map(str::to_owned),
        })
    }
}

/// Ids go into addresses and files.
fn is_id(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[derive(Deserialize)]
struct DeploymentWire {
    id: String,
    #[serde(alias = "confirmation")]
    deployment: InnerWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InnerWire {
    #[serde(default)]
    download: Handling,
    #[serde(default)]
    update: Handling,
    maintenance_window: Option<String>,
    #[serde(default)]
    chunks: Vec<ChunkWire>,
}

#[derive(Deserialize)]
struct ChunkWire {
    part: String,
    name: String,
    version: String,
    #[serde(default)]
    artifacts: Vec<ArtifactWire>,
    #[serde(default)]
    metadata: Vec<MetaWire>,
}

#[derive(Deserialize)]
struct MetaWire {
    key: String,
    value: String,
}

#[derive(Deserialize)]
struct ArtifactWire {
    size: u64,
    #[serde(default)]
    hashes: HashesWire,
    #[serde(rename = "_links", default)]
    links: std::collections::BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct HashesWire {
    sha256: String,
}

/// Reads the answer of `deploymentBase/{action}`: one file of one known type.
///
/// # Errors
/// See [`DeploymentFault`].
pub fn deployment(body: &[u8], action: &str) -> Result<Order, DeploymentFault> {
    let wire: DeploymentWire =
        serde_json::from_slice(body).map_err(|_| DeploymentFault::Malformed)?;
    if wire.id != action {
        return Err(DeploymentFault::Malformed);
    }
    let inner = wire.deployment;
    let mut known = inner
        .chunks
        .iter()
        .filter_map(|chunk| Some((Kind::of_part(&chunk.part)?, chunk)));
    let (kind, chunk) = known.next().ok_or(DeploymentFault::NothingKnown)?;
    if known.next().is_some() || chunk.artifacts.len() > 1 {
        return Err(DeploymentFault::Ambiguous);
    }
    let artifact = chunk.artifacts.first().ok_or(DeploymentFault::Unusable)?;
    let allow_older = chunk
        .metadata
        .iter()
        .any(|m| m.key == "allow-older" && m.value == "true");
    Ok(Order {
        action: action.to_owned(),
        origin: Origin::Server,
        kind,
        name: short(&chunk.name),
        version: short(&chunk.version),
        source: source(artifact).ok_or(DeploymentFault::Unusable)?,
        download: inner.download,
        update: inner.update,
        window: inner.maintenance_window.as_deref() != Some("unavailable"),
        allow_older,
    })
}

fn source(artifact: &ArtifactWire) -> Option<Source> {
    let sha256 = artifact.hashes.sha256.to_ascii_lowercase();
    let hash = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
    let link = |name: &str| artifact.links.get(name)?.get("href")?.as_str();
    let href = link("download").or_else(|| link("download-http"))?;
    let fits = (1..=1024).contains(&href.len()) && !href.chars().any(char::is_control);
    (hash && fits && (1..=ARTIFACT_MAX).contains(&artifact.size)).then(|| Source {
        href: href.to_owned(),
        size: artifact.size,
        sha256,
    })
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Execution {
    /// The end.
    Closed,
    /// Under way.
    Proceeding,
    /// Cannot be cancelled.
    Rejected,
    /// Waits for its hour.
    Scheduled,
    /// Being fetched.
    Download,
    /// Fetched.
    Downloaded,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Finished {
    /// It worked.
    Success,
    /// It did not.
    Failure,
    /// Not finished.
    None,
}

/// Body of a feedback.
#[must_use]
pub fn feedback(execution: Execution, finished: Finished, line: &str) -> serde_json::Value {
    serde_json::json!({
        "status": {
            "execution": execution,
            "result": { "finished": finished },
            "details": [line.chars().take(512).collect::<String>()],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_the_root_is_taken_by_its_meaning() {
        let body = br#"{"config":{"polling":{"sleep":"00:05:30"}},"_links":{
            "deploymentBase":{"href":"https://internal.example:8080/T/controller/v1/W0012/deploymentBase/17?c=-2127183556"},
            "cancelAction":{"href":"https://x.example/T/controller/v1/W0012/cancelAction/../18"},
            "configData":{"href":"https://x.example/"}},"more":1}"#;
        let poll = Poll::parse(body).expect("an answer");
        assert_eq!(poll.sleep_s, Some(330));
        let link = poll.deployment.expect("a deployment");
        assert_eq!(
            (link.action.as_str(), link.mark.as_deref()),
            ("17", Some("-2127183556"))
        );
        assert_eq!(poll.cancel, None, "no id leads out of its folder");
        assert!(poll.wants_attributes);
        assert_eq!(Poll::parse(b"{}"), Some(Poll::default()));
        assert_eq!(Poll::parse(b"<html>"), None);
        for wrong in ["", "5", "24:00:00", "00:60:00", "1:2", "-1:00:00"] {
            assert_eq!(sleep(wrong), None, "{wrong}");
        }
    }

    fn body(chunks: &str) -> Vec<u8> {
        format!(r#"{{"id":"17","deployment":{{"download":"forced","update":"skip","maintenanceWindow":"unavailable","chunks":[{chunks}]}}}}"#)
            .into_bytes()
    }

    #[test]
    fn a_deployment_is_one_file_of_one_known_type() {
        let hash = "aB".repeat(32);
        let file = format!(
            r#"{{"filename":"../../etc/passwd","size":10,"hashes":{{"sha256":"{hash}"}},"_links":{{"download":{{"href":"https://c.example/f"}}}}}}"#
        );
        let chunk = |part: &str, files: &str| {
            format!(
                r#"{{"part":"{part}","name":"n","version":"2.0.0","artifacts":[{files}],"metadata":[{{"key":"allow-older","value":"true"}}]}}"#
            )
        };
        let order = deployment(
            &body(&[chunk("os", &file), chunk("bApp", "")].join(",")),
            "17",
        )
        .expect("an order");
        assert_eq!(
            (order.kind, order.download, order.update, order.window),
            (Kind::Os, Handling::Forced, Handling::Skip, false)
        );
        assert_eq!(order.source.sha256, hash.to_lowercase());
        assert!(order.allow_older);
        for (chunks, fault) in [
            (chunk("bApp", &file), DeploymentFault::NothingKnown),
            (
                [chunk("os", &file), chunk("content", &file)].join(","),
                DeploymentFault::Ambiguous,
            ),
            (
                chunk("os", &format!("{file},{file}")),
                DeploymentFault::Ambiguous,
            ),
            (chunk("os", ""), DeploymentFault::Unusable),
            (
                chunk("os", &file.replace(&hash, "00")),
                DeploymentFault::Unusable,
            ),
            (
                chunk("os", &file.replace(":10", ":0")),
                DeploymentFault::Unusable,
            ),
        ] {
            assert_eq!(deployment(&body(&chunks), "17"), Err(fault), "{chunks}");
        }
        assert_eq!(
            deployment(&body(&chunk("os", &file)), "18"),
            Err(DeploymentFault::Malformed)
        );
    }
}
