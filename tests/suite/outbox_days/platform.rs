//! The platform: takes each key once, refuses some, calls some malformed until it is mended.

use std::collections::BTreeMap;

use kiosk::case::{Digest, Key};
use kiosk::shell::platform::answer::Reply;
use serde_json::Value;

use super::books::{Books, Violation};
use super::sabotage::Sabotage;

const ANSWER: &str = kiosk::shell::platform::words::ANSWER;
const PROBLEM: &str = kiosk::shell::platform::words::PROBLEM;

pub struct Platform {
    sabotage: Sabotage,
    held: BTreeMap<String, (Digest, Option<u64>)>,
    taken: u64,
    /// It calls some cases malformed, whatever they are.
    pub unsound: bool,
}

/// An answer of the platform or of somebody on the way to it.
pub fn reply(status: u16, media: &str, body: impl Into<Vec<u8>>) -> Reply {
    Reply {
        status,
        media: media.into(),
        body: body.into(),
        ..Reply::default()
    }
}

fn problem(status: u16, name: &str, code: &str) -> Reply {
    let body = format!(r#"{{"type":"urn:kiosk:problem:{name}","code":"{code}","detail":"演示"}}"#);
    reply(status, PROBLEM, body)
}

impl Platform {
    pub fn new(sabotage: Sabotage) -> Self {
        Self {
            sabotage,
            held: BTreeMap::new(),
            taken: 0,
            unsound: true,
        }
    }

    /// `PUT …/cases/{key}`.
    pub fn put(&mut self, key: &Key, body: &[u8], books: &mut Books) -> Result<Reply, Violation> {
        let digest = Digest::of(body);
        if let Some((held, outcome)) = self.held.get(&key.0)
            && self.sabotage != Sabotage::PlatformWithoutKeys
        {
            return Ok(match outcome {
                _ if *held != digest => problem(422, "key-reused", ""),
                Some(number) => taken(*number),
                None => problem(400, "rejected", "NOT_ELIGIBLE"),
            });
        }
        let Ok(case) = serde_json::from_slice::<Value>(body) else {
            return Err(Violation::new("bytes changed", "no JSON"));
        };
        let number = |name: &str| case["form"][name].as_u64().unwrap_or_default();
        let (content, person) = (number("content"), number("person"));
        // Of a hundred contents some are refused, some not understood, some take a while.
        match content % 100 {
            0 if self.unsound => return Ok(problem(400, "digest-mismatch", "")),
            1..=3 => {
                self.held.insert(key.0.clone(), (digest, None));
                return Ok(problem(400, "rejected", "NOT_ELIGIBLE"));
            }
            _ => {}
        }
        self.taken += 1;
        self.held.insert(key.0.clone(), (digest, Some(self.taken)));
        books.took_effect(content, person)?;
        Ok(match content % 100 {
            // Told when it is asked the next time.
            4 => problem(409, "in-progress", ""),
            // Taken, and then the server fell over its answer.
            5 => reply(500, "text/plain", ""),
            _ => taken(self.taken),
        })
    }
}

fn taken(number: u64) -> Reply {
    let body = format!(
        r#"{{"sblsh":"S{number}","sblsh_short":"{number}","query_code":"ABCD2345","accepted_at":"2026-11-22T09:00:00+08:00"}}"#
    );
    reply(201, ANSWER, body)
}
