//! Columns of a case made anew from its body, which authenticates.

use rusqlite::types::Value;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use crate::case::{CaseState, ClockClass, Digest};

use super::super::bodies::query_code_bound;
use super::super::filing::person;
use super::super::machine_key::MachineKey;
use super::super::seal::{NONCE, seal, unseal};
use super::{COLUMNS, Found, Keys};

/// What of a body stands in the columns too.
#[derive(Deserialize)]
struct Body {
    task_name: String,
    applicant: Applicant,
    created_at: Option<String>,
    clock: Clock,
}

#[derive(Deserialize)]
struct Applicant {
    cert_type: String,
    cert_no: String,
}

impl Drop for Applicant {
    fn drop(&mut self) {
        self.cert_no.zeroize();
    }
}

#[derive(Deserialize)]
struct Clock {
    class: String,
    boot_id: String,
    monotonic_ms: i64,
}

impl Found {
    fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Some(at) = COLUMNS.iter().position(|column| *column == name) {
            self.columns[at] = value.into();
        }
    }

    /// Sets what the body says. Where the columns cannot be believed the case is to be sent once more: the platform
    /// repeats what it said to the same key.
    pub(super) fn mend(&mut self, body: &[u8], key: &MachineKey) {
        self.set("digest", Digest::of(body).0.to_vec());
        let Ok(body) = serde_json::from_slice::<Body>(body) else {
            return;
        };
        let token = person(
            &key.person,
            &body.applicant.cert_type,
            &body.applicant.cert_no,
        );
        self.set("person", token.0.to_vec());
        if self.sound {
            return;
        }
        let class = ClockClass::from_word(&body.clock.class).unwrap_or(ClockClass::Unknown);
        self.set("state", CaseState::Sending.word().to_owned());
        self.set("attempts", 0);
        self.set("task_name", body.task_name.clone());
        self.set("stored_wall", body.created_at.clone());
        self.set("stored_class", class.word().to_owned());
        self.set("stored_boot", body.clock.boot_id.clone());
        self.set("stored_ms", body.clock.monotonic_ms);
        for gone in [
            "sblsh",
            "sblsh_short",
            "query_code",
            "accepted_at",
            "promise_until",
            "rejected_code",
            "rejected_detail",
        ] {
            self.set(gone, Value::Null);
        }
    }

    /// With its query code sealed by the machine's key of today. One that no key opens stays as it is.
    pub(super) fn resealed(mut self, keys: &Keys<'_>) -> Self {
        let at = COLUMNS.iter().position(|column| *column == "query_code");
        let Some(Value::Blob(sealed)) = at.map(|at| &self.columns[at]) else {
            return self;
        };
        let bound = query_code_bound(&self.key);
        let code = keys
            .1
            .iter()
            .find_map(|key| unseal(&key.keep, &bound, sealed).ok());
        if let Some(code) = code {
            // The nonce is as good under another key: it was drawn for this text.
            let nonce: [u8; NONCE] = sealed[..NONCE].try_into().unwrap_or([0; NONCE]);
            let again = seal(&keys.0.keep, nonce, &bound, &Zeroizing::new(code.to_vec()));
            self.set("query_code", again);
        }
        self
    }
}
