//! `kiosk sim hawkbit`.

use std::io::BufRead as _;

use anyhow::Context as _;
use clap::Args;
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
}

impl Hawkbit {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let mut server = Server::new();
        server.sleep_s = self.sleep;
        server.address = self.address;
        let running = Running::serve(server, &self.tenant, self.port)?;
        say(&running.url());
        for line in std::io::stdin().lock().lines() {
            let line = line?;
            match command(&running, &line) {
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
        ["feedback"] => {
            let server = running.server();
            let lines = server.actions.values().flat_map(|action| {
                let (id, phase) = (action.id, action.phase);
                action.feedback.iter().map(move |said| format!("{id} {phase:?} {} {} {}", said.execution, said.finished, said.detail))
            });
            lines.collect::<Vec<_>>().join("\n")
        }
        _ => "target ID [TOKEN] | assign ID VERSION FILE | cancel ACTION | fault PATHPART WORD… | feedback".into(),
    })
}
