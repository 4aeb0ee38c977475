//! `kiosk sim hawkbit`.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use kiosk::case::Digest;
use kiosk::shell::clock::Clock;
use kiosk::shell::provisioning::WallClock;
use kiosk::sim::est::Gate;
use kiosk::sim::hawkbit::{Artifact, Hawkbit as Running, Server, Trouble};

use super::super::{Outcome, say};

#[derive(Args)]
pub struct Hawkbit {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Tenant.
    #[arg(long, default_value = "DEFAULT")]
    tenant: String,
    /// What devices wait between two polls, seconds.
    #[arg(long, default_value_t = 300)]
    sleep: u64,
    /// `https://host[:port]` that links begin with, where something stands in front of the port.
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// Folder of `kiosk sim est --state`: TLS with a certificate of that district, and nobody is let in without one.
    #[arg(long, value_name = "DIR")]
    district: Option<PathBuf>,
}

impl Hawkbit {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let mut server = Server::new();
        server.sleep_s = self.sleep;
        server.address = self.address;
        let clock = Clock::system();
        let wall: WallClock = Arc::new(move || clock.certificate_seconds());
        let gate = match &self.district {
            Some(state) => Some(Arc::new(Gate::of(state, &wall)?)),
            None => None,
        };
        let running = match &gate {
            Some(gate) => Running::serve_behind(gate.clone(), server, &self.tenant, self.port)?,
            None => Running::serve(server, &self.tenant, self.port)?,
        };
        say(&running.url());
        for line in std::io::stdin().lock().lines() {
            let line = line?;
            let said = match &gate {
                Some(gate) => at_gate(gate, &line),
                None => None,
            };
            match said.unwrap_or_else(|| command(&running, &line)) {
                Ok(answer) => say(&answer),
                Err(error) => say(&format!("{error:#}")),
            }
        }
        // Without a hand at the keyboard it serves until it is stopped.
        loop {
            std::thread::park();
        }
    }
}

/// What is said to the door and not to the server behind it.
fn at_gate(gate: &Gate, line: &str) -> Option<anyhow::Result<String>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let done = match words.as_slice() {
        ["papers", word] => word.parse().map(|papers| gate.show(papers)),
        ["deny", key] => {
            let key = Digest::from_hex(key);
            key.map(|key| gate.deny(key.0))
                .ok_or_else(|| "64 hexadecimal digits".into())
        }
        ["shown"] => {
            let keys: Vec<String> = gate
                .shown()
                .into_iter()
                .map(|key| Digest(key).hex())
                .collect();
            return Some(Ok(keys.join("\n")));
        }
        _ => return None,
    };
    Some(done.map(|()| "ok".into()).map_err(anyhow::Error::msg))
}

fn command(running: &Running, line: &str) -> anyhow::Result<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    Ok(match words.as_slice() {
        ["target", id, token] => {
            running.server().target(id, Some(token));
            "ok".into()
        }
        ["target", id] => {
            running.server().target(id, None);
            "ok".into()
        }
        ["assign", id, version, file] => {
            let bytes = std::fs::read(file).with_context(|| (*file).to_owned())?;
            format!("action {}", running.server().assign(id, Artifact::os(version, &bytes)))
        }
        ["cancel", id] => {
            running.server().cancel(id.parse().context("number of an action")?);
            "ok".into()
        }
        ["fault", part, rest @ ..] => {
            running.trouble(part, Trouble::parse(&rest.join(" ")).context("a trouble")?);
            "ok".into()
        }
        ["sent"] => running.sent().to_string(),
        ["feedback"] => {
            let server = running.server();
            let lines = server.actions.values().flat_map(|action| {
                let (id, phase) = (action.id, action.phase);
                action.feedback.iter().map(move |said| format!("{id} {phase:?} {} {} {}", said.execution, said.finished, said.detail))
            });
            lines.collect::<Vec<_>>().join("\n")
        }
        _ => "target ID [TOKEN] | assign ID VERSION FILE | cancel ACTION | fault PATHPART WORD… | feedback | sent | behind --district: papers WORD | deny KEY | shown".into(),
    })
}
