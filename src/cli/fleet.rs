//! `kiosk fleet`: the agent, and what a technician may ask of it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand, ValueEnum};
use kiosk::config::Updates as Settings;
use kiosk::domain::update::{Kept, Kind};
use kiosk::shell::clock::Clock;
use kiosk::shell::content::ContentHandler;
use kiosk::shell::fleet::agent::{Agent, Tools, copies, ddi_config};
use kiosk::shell::fleet::ddi::Ddi;
use kiosk::shell::fleet::fetch::Place;
use kiosk::shell::fleet::figures::keep_pushing;
use kiosk::shell::fleet::kept;
use kiosk::shell::fleet::rauc::{Bus, Rauc, Slots as _};
use kiosk::shell::fleet::renewal::{Renewal, keep_renewing};
use kiosk::shell::fleet::request::{self, Request};
use kiosk::shell::fleet::ship::keep_shipping;
use kiosk::shell::fleet::stick;
use kiosk::shell::journal::Journal;
use kiosk::shell::settings;

use super::{Outcome, board, say};

/// Keep this machine up to date: the agent that polls the update server, or one of the commands below.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Fleet {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
    /// One turn and one poll, then the end; what is under way goes on at the next start.
    #[arg(long)]
    once: bool,
    /// Address of the bus that RAUC is on, instead of the system's.
    #[arg(long, value_name = "ADDRESS")]
    bus: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Say where the update of this machine stands.
    Status {
        /// Configuration of the machine.
        #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
        config: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Install a signed bundle from a stick: the same checks and proofs as from the server, and the result is told to the
    /// server when the line is back. The running agent does it; this command copies the file and leaves word.
    Install {
        /// The bundle.
        file: PathBuf,
        /// Configuration of the machine.
        #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
        config: PathBuf,
        /// What it is.
        #[arg(long, value_enum, default_value = "os")]
        kind: What,
        /// An older version than the one that runs is meant.
        #[arg(long)]
        allow_older: bool,
    },
    /// Agree to the update that waits for a technician.
    Confirm {
        /// Configuration of the machine.
        #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
        config: PathBuf,
        /// Do not agree.
        #[arg(long)]
        deny: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// A RAUC bundle.
    Os,
    /// A content package.
    Content,
}

impl Fleet {
    pub fn run(self) -> anyhow::Result<Outcome> {
        match self.command {
            None => agent(&self.config, self.once, self.bus),
            Some(Command::Status { config, json }) => status(&fleet(&config)?, json),
            Some(Command::Install {
                file,
                config,
                kind,
                allow_older,
            }) => install(&fleet(&config)?, &file, kind, allow_older),
            Some(Command::Confirm { config, deny }) => {
                let fleet = fleet(&config)?;
                request::leave(&fleet.state_dir, &Request::Answer { yes: !deny })
                    .context("the agent's folder")?;
                say("已记下。 Noted.");
                Ok(Outcome::Well)
            }
        }
    }
}

fn fleet(config: &Path) -> anyhow::Result<Settings> {
    let config = settings::load(config)?;
    config
        .updates
        .context("kiosk.toml has no [updates]: this machine is not updated from afar")
}

fn agent(config: &Path, once: bool, bus: Option<String>) -> anyhow::Result<Outcome> {
    let config = settings::load(config)?;
    // Not a failure: a supervisor that started it anew for ever would mend nothing.
    let Some(fleet) = config.updates.clone() else {
        say(
            "本机没有远程更新。 kiosk.toml has no [updates]: this machine is not updated from afar.",
        );
        return Ok(Outcome::Well);
    };
    let clock = Clock::system();
    let journal = Journal::stderr(clock.clone());
    let mut ddi = Ddi::new(ddi_config(&config, &fleet, &clock)?)?;
    ddi.tell_time_to(clock.clone());
    let slots = Rauc::new(bus.map_or(Bus::System, Bus::At));
    let seed = fastrand::u64(..);
    let content = ContentHandler::of(&config, clock.clone());
    let connector = ddi.connector();
    let renewal = Renewal::of(&config, &clock, &journal, connector.clone(), seed);
    let figures = (config.clone(), clock.clone(), connector);
    let tools = Tools {
        config,
        ddi,
        slots,
        content: Box::new(content),
        clock,
        journal,
        seed,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let running = tools.slots.running().await.ok();
        let mut agent = Agent::start(tools).await?;
        if once {
            agent.poll_now();
            agent.turn().await;
            if let Some(mut renewal) = renewal {
                renewal.to_its_end().await;
            }
            return Ok(Outcome::Well);
        }
        let (config, clock, connector) = figures;
        tokio::task::spawn_local(keep_shipping(
            config.clone(),
            clock.clone(),
            connector.clone(),
            seed,
        ));
        tokio::task::spawn_local(keep_pushing(config, running, clock, connector, seed));
        tokio::task::spawn_local(keep_renewing(renewal));
        loop {
            let wait = agent.turn().await;
            agent.rest(wait).await;
        }
    })
}

fn status(fleet: &Settings, json: bool) -> anyhow::Result<Outcome> {
    let path = fleet.state_dir.join("update.json");
    let kept: Kept = kept::read(&path)
        .with_context(|| path.display().to_string())?
        .unwrap_or_default();
    if json {
        say(&serde_json::to_string(&kept)?);
        return Ok(Outcome::Well);
    }
    let version = kept.now.order().map_or("", |order| order.version.as_str());
    let action = kept.now.action().unwrap_or("-");
    say(&format!(
        "更新状态 state: {} (action {action} {version})",
        kept.now.word()
    ));
    match &kept.last {
        Some(last) => {
            let (outcome, why) = (last.outcome.word(), &last.why);
            say(&format!(
                "上次更新 last: {outcome} {} {}: {why}",
                last.name, last.version
            ));
        }
        None => say("上次更新 last: -"),
    }
    Ok(Outcome::Well)
}

fn install(
    fleet: &Settings,
    file: &Path,
    kind: What,
    allow_older: bool,
) -> anyhow::Result<Outcome> {
    let place = Place::of(&fleet.state_dir, 0);
    let from = file
        .canonicalize()
        .with_context(|| file.display().to_string())?;
    let kept: Option<Kept> = kept::read(&fleet.state_dir.join("update.json"))
        .ok()
        .flatten();
    let order = kept.as_ref().and_then(|kept| kept.now.order());
    let in_use = order.map(|order| Path::new(&order.source.href));
    let copied = stick::copy(
        &from,
        &copies(&fleet.state_dir),
        in_use,
        place.reserve,
        |_, _| (),
    );
    let copied = copied.map_err(|refusal| {
        let text = refusal.text();
        anyhow!("{}：{} {} ({refusal})", file.display(), text.zh, text.en)
    })?;
    let kind = match kind {
        What::Os => Kind::Os,
        What::Content => Kind::Content,
    };
    let request = Request::of(&copied, kind, allow_older);
    request::leave(&fleet.state_dir, &request).context("the agent's folder")?;
    say(
        "已复制，代理将在三十秒内开始；现在可以拔出U盘。 Copied; the agent begins within thirty seconds. The stick may be taken now.",
    );
    Ok(Outcome::Well)
}
