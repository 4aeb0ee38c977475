//! The resources of the API: a request's meaning in, status and JSON out.

use serde_json::{Value, json};

use super::server::{Action, Artifact, Feedback, Phase, Server};

/// Status and body.
pub(super) type Answer = (u16, Value);

fn none(status: u16) -> Answer {
    (
        status,
        json!({ "errorCode": format!("hawkbit.server.error.{status}"), "message": "" }),
    )
}

impl Server {
    /// Whether `authorization` lets in as `target`.
    pub(super) fn lets_in(&self, target: &str, authorization: Option<&str>) -> bool {
        let Some(known) = self.targets.get(target) else {
            return false;
        };
        let gateway = self
            .gateway
            .as_ref()
            .map(|token| format!("GatewayToken {token}"));
        match &known.token {
            None => true,
            Some(token) => {
                authorization == Some(format!("TargetToken {token}").as_str())
                    || (gateway.is_some() && authorization == gateway.as_deref())
            }
        }
    }

    /// `GET …/{target}`. `base` is what links begin with.
    pub fn root(&mut self, target: &str, base: &str) -> (u16, Value) {
        let sleep = format!(
            "{:02}:{:02}:{:02}",
            self.sleep_s / 3600,
            self.sleep_s / 60 % 60,
            self.sleep_s % 60
        );
        let Some(known) = self.targets.get_mut(target) else {
            return none(404);
        };
        known.polls += 1;
        let mut links = serde_json::Map::new();
        if known.attributes.is_empty() {
            links.insert(
                "configData".into(),
                json!({ "href": format!("{base}/configData") }),
            );
        }
        if let Some(action) = self.open(target) {
            let (name, query) = match action.phase {
                Phase::WaitsForConfirmation => ("confirmationBase", "?c=1"),
                Phase::Canceling => ("cancelAction", ""),
                _ => ("deploymentBase", "?c=-2122565939"),
            };
            links.insert(
                name.into(),
                json!({ "href": format!("{base}/{name}/{}{query}", action.id) }),
            );
        }
        (
            200,
            json!({ "config": { "polling": { "sleep": sleep } }, "_links": links }),
        )
    }

    /// `GET …/{target}/{resource}/{id}`.
    pub fn resource(&self, target: &str, resource: &str, id: u64, base: &str) -> (u16, Value) {
        let Some(action) = self
            .actions
            .get(&id)
            .filter(|action| action.target == target)
        else {
            return none(404);
        };
        let shown = |name: &str| json!({ "id": id.to_string(), name: deployment(&action.artifact, id, base) });
        match (resource, action.phase) {
            ("deploymentBase", Phase::Running) => (200, shown("deployment")),
            ("confirmationBase", Phase::WaitsForConfirmation) => (200, shown("confirmation")),
            ("cancelAction", Phase::Canceling) => (
                200,
                json!({ "id": id.to_string(), "cancelAction": { "stopId": id.to_string() } }),
            ),
            ("installedBase", Phase::Finished) => (200, shown("deployment")),
            ("deploymentBase", Phase::Canceled | Phase::Finished | Phase::Error) => none(410),
            _ => none(404),
        }
    }

    /// `POST …/{target}/{resource}/{id}/feedback`.
    pub fn feedback(
        &mut self,
        target: &str,
        resource: &str,
        id: u64,
        body: &Value,
    ) -> (u16, Value) {
        let Some(action) = self
            .actions
            .get_mut(&id)
            .filter(|action| action.target == target)
        else {
            return none(404);
        };
        if resource == "confirmationBase" {
            return confirm(action, body);
        }
        let word = |path: &str| {
            body.pointer(path)
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_owned()
        };
        let said = Feedback {
            resource: resource.into(),
            execution: word("/status/execution"),
            finished: word("/status/result/finished"),
            detail: word("/status/details/0"),
        };
        let known = [
            "canceled",
            "closed",
            "download",
            "downloaded",
            "proceeding",
            "rejected",
            "resumed",
            "scheduled",
        ];
        if !known.contains(&said.execution.as_str())
            || !["success", "failure", "none"].contains(&said.finished.as_str())
        {
            return none(400);
        }
        if !action.phase.is_active() {
            return none(410);
        }
        action.phase = match (resource, said.execution.as_str(), said.finished.as_str()) {
            ("cancelAction", "closed" | "canceled", _) if action.phase == Phase::Canceling => {
                Phase::Canceled
            }
            ("cancelAction", "rejected", _) if action.phase == Phase::Canceling => Phase::Running,
            ("cancelAction", _, _) => return none(409),
            (_, "closed", "success") => Phase::Finished,
            (_, "closed", "failure") => Phase::Error,
            _ => action.phase,
        };
        if action.phase == Phase::Finished {
            let installed = (
                action.artifact.name.clone(),
                action.artifact.version.clone(),
            );
            action.feedback.push(said);
            if let Some(known) = self.targets.get_mut(target) {
                known.installed = Some(installed);
            }
        } else {
            action.feedback.push(said);
        }
        (200, Value::Null)
    }

    /// `PUT …/{target}/configData`.
    pub fn config_data(&mut self, target: &str, body: &Value) -> (u16, Value) {
        let Some(known) = self.targets.get_mut(target) else {
            return none(404);
        };
        let Some(data) = body.get("data").and_then(Value::as_object) else {
            return none(400);
        };
        // Keys of at most 128 characters, values of at most 128, all texts: hawkBit refuses others.
        let fits = |(key, value): (&String, &Value)| {
            key.len() <= 128 && value.as_str().is_some_and(|v| v.chars().count() <= 128)
        };
        if !data.iter().all(fits) {
            return none(400);
        }
        let data = data
            .iter()
            .map(|(k, v)| (k.clone(), v.as_str().unwrap_or("").to_owned()));
        match body.get("mode").and_then(Value::as_str) {
            Some("remove") => data.for_each(|(key, _)| drop(known.attributes.remove(&key))),
            Some("replace") => known.attributes = data.collect(),
            Some("merge") | None => known.attributes.extend(data),
            Some(_) => return none(400),
        }
        (200, Value::Null)
    }

    /// `PUT …/{target}/installedBase`: what was installed without the server.
    pub fn installed(&mut self, target: &str, body: &Value) -> (u16, Value) {
        let Some(known) = self.targets.get_mut(target) else {
            return none(404);
        };
        let word = |key: &str| {
            body.get(key)
                .and_then(Value::as_str)
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
        };
        let (Some(name), Some(version)) = (word("name"), word("version")) else {
            return none(400);
        };
        known.installed = Some((name, version));
        (201, Value::Null)
    }
}

fn confirm(action: &mut Action, body: &Value) -> Answer {
    if action.phase != Phase::WaitsForConfirmation {
        return none(410);
    }
    match body.get("confirmation").and_then(Value::as_str) {
        Some("confirmed") => action.phase = Phase::Running,
        Some("denied") => {}
        _ => return none(400),
    }
    (200, Value::Null)
}

fn deployment(artifact: &Artifact, id: u64, base: &str) -> Value {
    let href = format!("{base}/softwaremodules/{id}/artifacts/file");
    let metadata: Vec<Value> = artifact
        .metadata
        .iter()
        .map(|(k, v)| json!({ "key": k, "value": v }))
        .collect();
    let mut deployment = json!({
        "download": artifact.handling.0,
        "update": artifact.handling.1,
        "chunks": [{
            "part": artifact.part,
            "name": artifact.name,
            "version": artifact.version,
            "metadata": metadata,
            "artifacts": [{
                "filename": artifact.filename,
                "size": artifact.bytes.len(),
                "hashes": { "sha256": artifact.sha256 },
                "_links": { "download": { "href": href }, "md5sum": { "href": format!("{href}.MD5SUM") } },
            }],
        }],
    });
    if let (Some(window), Some(fields)) = (&artifact.window, deployment.as_object_mut()) {
        fields.insert("maintenanceWindow".into(), json!(window));
    }
    deployment
}
