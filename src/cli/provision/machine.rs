//! The machine's side on the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use kiosk::certificate::pem;
use kiosk::domain::provisioning::renewal::{Due, Term};
use kiosk::domain::provisioning::{Effect, Event, Failure, Journey, Step, grouped};
use kiosk::shell::clock::Clock;
use kiosk::shell::journal::Journal;
use kiosk::shell::provisioning::beyond::Root;
use kiosk::shell::provisioning::works::{Works, serial};
use kiosk::shell::provisioning::{Folder, WallClock, order_key, renew as renewal, stick};
use serde_json::json;

use super::{Places, advice, examine, tell};
use crate::cli::{Outcome, say};

/// Longest time that a step is tried again by itself.
const PATIENCE: Duration = Duration::from_secs(600);

/// A machine on its way, and its hands.
pub struct Machine {
    journey: Journey,
    works: Works,
}

impl Machine {
    /// The machine of these places.
    pub fn open(places: &Places) -> anyhow::Result<Self> {
        let clock = Clock::system();
        // A command tells whoever typed it.
        let works = works(places, clock.clone(), Journal::memory(clock))?;
        let key = works.folder.pending_or_current()?;
        let mut bound = [0; 8];
        bound.copy_from_slice(&key[..8]);
        let trusted = order_key(&places.order_key).map_err(|fault| {
            advice(
                &fault.to_string(),
                "没有后台的签发公钥，认不出工单；用 --order-key 指明（kiosk provision order-key 生成，board/image/build --desk 放入镜像）",
                "without the desk's public key no order can be judged; name it with `--order-key` (`kiosk provision order-key` makes it, `board/image/build --desk` puts it into an image)",
            )
        })?;
        let journey = Journey::new(works.folder.saved()?, trusted, bound);
        Ok(Self { journey, works })
    }

    /// Takes the order and goes on until `end` comes next.
    pub fn follow(&mut self, text: &str, end: Step, accept: bool) -> anyhow::Result<Outcome> {
        let effects = self.journey.handle(
            Event::Text(text.to_owned()),
            Instant::now(),
            self.works.wall(),
        );
        if let Some(halt) = self.journey.halt() {
            tell(halt.step, &halt.failure);
            return Ok(Outcome::Faulty);
        }
        self.walk(effects, end, accept)
    }

    /// Goes on from where it stopped until `end` comes next.
    pub fn go_on(&mut self, end: Step, accept: bool) -> anyhow::Result<Outcome> {
        match self.journey.saved().step {
            Step::Order => anyhow::bail!(
                "还没有工单\n    处理：kiosk provision enrol 工单\n    there is no order yet\n    do: `kiosk provision enrol ORDER`"
            ),
            step if step.is_end() => {
                say(&format!("{} {}", step.name().zh, step.name().en));
                return Ok(Outcome::Well);
            }
            _ => {}
        }
        let effects = self.journey.begin();
        self.walk(effects, end, accept)
    }

    /// One step again, whatever comes next.
    pub fn alone(&mut self, step: Step) -> anyhow::Result<Outcome> {
        let saved = self.journey.saved().clone();
        if saved.step == step {
            return self.go_on(
                if step == Step::Fetch {
                    Step::Devices
                } else {
                    Step::Doctor
                },
                false,
            );
        }
        match self.works.carry_out(step, &saved, self.journey.order()) {
            Ok(_) => {
                done(step);
                Ok(Outcome::Well)
            }
            Err(failure) => {
                tell(step, &failure);
                Ok(Outcome::Faulty)
            }
        }
    }

    fn walk(
        &mut self,
        mut effects: Vec<Effect>,
        end: Step,
        accept: bool,
    ) -> anyhow::Result<Outcome> {
        let began = Instant::now();
        loop {
            let mut step = None;
            for effect in effects.drain(..) {
                match effect {
                    Effect::Save(saved) => self.works.folder.save(&saved)?,
                    Effect::Do(next) => step = Some(next),
                    Effect::Show => {}
                }
            }
            if self.journey.saved().step == Step::Destroyed {
                for check in &self.journey.saved().checks {
                    let found = &check.found;
                    say(&format!(
                        "    {} {}: {}\n        {}",
                        check.name.zh, check.name.en, found.zh, found.en
                    ));
                }
            }
            // What comes behind the end waits for another command.
            if self.journey.saved().step == end {
                return Ok(Outcome::Well);
            }
            if let Some(step) = step {
                let event =
                    match self
                        .works
                        .carry_out(step, self.journey.saved(), self.journey.order())
                    {
                        Ok(outcome) => {
                            done(step);
                            Event::Done(step, outcome)
                        }
                        Err(failure) => Event::Failed(step, failure),
                    };
                effects = self
                    .journey
                    .handle(event, Instant::now(), self.works.wall());
                continue;
            }
            let Some(halt) = self.journey.halt().cloned() else {
                return Ok(Outcome::Well);
            };
            tell(halt.step, &halt.failure);
            for check in self
                .journey
                .saved()
                .checks
                .iter()
                .filter(|check| check.passed == Some(false))
            {
                say(&format!(
                    "    {} {}: {}",
                    check.name.zh, check.name.en, check.found.zh
                ));
            }
            effects = match halt.again_at {
                _ if accept && self.journey.may_accept() => {
                    self.journey
                        .handle(Event::Accept, Instant::now(), self.works.wall())
                }
                Some(at) if began.elapsed() < PATIENCE => {
                    std::thread::sleep(at.saturating_duration_since(Instant::now()));
                    self.journey
                        .handle(Event::Tick, Instant::now(), self.works.wall())
                }
                _ => return Ok(Outcome::Faulty),
            };
        }
    }

    /// A request for a certificate on a stick.
    pub fn request(&mut self, text: &str, out: &Path) -> anyhow::Result<Outcome> {
        let effects = self.journey.handle(
            Event::Text(text.to_owned()),
            Instant::now(),
            self.works.wall(),
        );
        if let Some(halt) = self.journey.halt() {
            tell(halt.step, &halt.failure);
            return Ok(Outcome::Faulty);
        }
        self.walk(effects, Step::Enrol, false)?;
        let order = self.journey.order().context("no order")?;
        let request = self
            .works
            .folder
            .pending()?
            .request(order.machine.as_str())?;
        std::fs::write(out, pem("CERTIFICATE REQUEST", &request))
            .with_context(|| out.display().to_string())?;
        say(&format!("证书请求 request: {}", out.display()));
        Ok(Outcome::Well)
    }

    /// The certificate that came back on a stick.
    pub fn certificate(&mut self, file: &Path) -> anyhow::Result<Outcome> {
        let order = self.journey.order().cloned();
        let taken = match &order {
            Some(order) => stick::take(&self.works, order, file),
            None => Err(Failure::NoIdentity),
        };
        if let Err(failure) = taken {
            tell(Step::Enrol, &failure);
            return Ok(Outcome::Faulty);
        }
        self.go_on(Step::Fetch, false)
    }
}

pub fn works(places: &Places, clock: Clock, journal: Journal) -> Result<Works, Failure> {
    let of_doctor = clock.clone();
    // They are entered in settings that lie elsewhere.
    let whole = |port: &PathBuf| std::path::absolute(port).unwrap_or_else(|_| port.clone());
    Ok(Works {
        folder: Folder::open(&places.identity)?,
        config: places.config.clone(),
        ports: (!places.port.is_empty()).then(|| places.port.iter().map(whole).collect()),
        clock,
        examine: Box::new(move |config| examine(config, &of_doctor)),
        journal,
        root: Root::of_system(),
    })
}

fn done(step: Step) {
    let name = step.name();
    say(&format!("[完成 done] {} {}", name.zh, name.en));
}

pub fn status(places: &Places, json: bool) -> anyhow::Result<Outcome> {
    let folder = Folder::open(&places.identity)?;
    let (saved, identity) = (folder.saved()?, folder.identity().ok());
    let term = identity
        .as_ref()
        .map(kiosk::shell::provisioning::Identity::term);
    let key = hex(&folder.pending_or_current()?);
    let due = term.and_then(|term| Clock::system().unix_seconds().map(|now| term.due(now)));
    if json {
        say(&json!({
            "step": saved.step, "machine": saved.machine, "division": saved.division, "site": saved.site,
            "server": saved.server, "serial": serial(), "key": key,
            "not_after_s": term.map(|term| term.not_after_s), "renew_s": term.map(|term| term.renew_s()),
        })
        .to_string());
    } else {
        let name = saved.step.name();
        say(&format!("步骤 step: {} {}", name.zh, name.en));
        say(&format!("序列号 serial: {}", serial()));
        say(&format!("密钥指纹 key: {} ({key})", grouped(&key)));
        for (what, value) in [
            ("设备编号 machine", &saved.machine),
            ("区划 division", &saved.division),
            ("点位 site", &saved.site),
            ("服务器 server", &saved.server),
        ] {
            if let Some(value) = value {
                say(&format!("{what}: {value}"));
            }
        }
        if let Some(term) = term {
            say(&format!("证书 certificate: {}", words(term, due)));
        }
    }
    let well = saved.step == Step::InService && !matches!(due, Some(Due::Expired | Due::TooLate));
    Ok(if well { Outcome::Well } else { Outcome::Faulty })
}

fn words(term: Term, due: Option<Due>) -> String {
    let date = |s: u64| {
        kiosk::domain::clock::Local::of_unix(i64::try_from(s).unwrap_or(i64::MAX)).rfc3339()[..10]
            .to_owned()
    };
    let state = match due {
        None => "时钟未知 the clock is not known".to_owned(),
        Some(Due::At(at)) => format!("自 {} 起续期 renewed from then on", date(at)),
        Some(Due::Now) => "应续期 to be renewed".into(),
        Some(Due::Expired) => "已过期，仍可续期 expired, can still be renewed".into(),
        Some(Due::TooLate) => {
            "过期超过一年，须新工单 expired for over a year: a new order is needed".into()
        }
    };
    format!("有效至 good until {}；{state}", date(term.not_after_s))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn renew(places: &Places, now: bool) -> anyhow::Result<Outcome> {
    let folder = Folder::open(&places.identity)?;
    let clock = Clock::system();
    clock.raise_floor(i64::from(folder.saved()?.last_issued_s) * 1000);
    let renewed = folder.identity().and_then(|identity| {
        let at = u64::try_from(clock.certificate_seconds()).unwrap_or(0);
        if !now && let Due::At(_) = identity.term().due(at) {
            return Ok((identity.term(), false));
        }
        let is_checked = clock.class().is_checked();
        let wall: WallClock = Arc::new(move || clock.certificate_seconds());
        Ok((renewal::renew_by(&folder, &wall, is_checked)?, true))
    });
    match renewed {
        Ok((term, is_new)) => {
            let at = Clock::system().unix_seconds();
            let what = if is_new {
                "已续期 renewed"
            } else {
                "无须续期 nothing to renew yet"
            };
            say(&format!(
                "{what}: {}",
                words(term, at.map(|at| term.due(at)))
            ));
            Ok(Outcome::Well)
        }
        Err(failure) => {
            tell(Step::Enrol, &failure);
            Ok(Outcome::Faulty)
        }
    }
}
