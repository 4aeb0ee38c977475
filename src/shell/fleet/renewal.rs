//! The machine's certificate while the agent runs: looked at, renewed beside the polls, and taken into use without a restart.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::agent::ddi_config;
use super::ddi::Connector;
use super::figures::not_after;
use crate::config::{Config, Updates};
use crate::domain::clock::Local;
use crate::domain::provisioning::Failure;
use crate::domain::provisioning::renewal::{Due, Renewals, Term, Why};
use crate::events::{EventId, FieldValue};
use crate::shell::clock::Clock;
use crate::shell::journal::Journal;
use crate::shell::provisioning::renew::renew_by;
use crate::shell::provisioning::{Folder, IDENTITY, Identity, WallClock};

/// The certificate is looked at so often.
const LOOK: Duration = Duration::from_secs(30);
/// And so often while it is being renewed.
const SOON: Duration = Duration::from_secs(1);
/// The first look comes within this time: a district whose power comes back starts all its machines in the same minute, and
/// those whose certificates are due must not all ask in that minute.
const FIRST_LOOK: Duration = Duration::from_secs(600);

/// The renewals of one machine.
pub struct Renewal {
    config: Config,
    folder: Folder,
    connector: Connector,
    clock: Clock,
    journal: Journal,
    policy: Renewals,
    under_way: Option<(Why, JoinHandle<Result<Term, Failure>>)>,
    first_look: Duration,
    /// Why nothing can be done, as it was told last.
    unusable: Option<&'static str>,
}

impl Renewal {
    /// For the pair that `[updates]` names, or, where the server knows this machine by a token alone, for the one that it was
    /// provisioned with. None where there is neither: a pair that somebody put elsewhere is theirs to renew.
    #[must_use]
    pub fn of(
        config: &Config,
        clock: &Clock,
        journal: &Journal,
        connector: Connector,
        seed: u64,
    ) -> Option<Self> {
        let folder = match &config.updates.as_ref()?.identity {
            Some(pair) => Folder::of_pair(&pair.key, &pair.certificate)?,
            None => Folder::in_use(Path::new(IDENTITY))?,
        };
        // What a cut has left of the last renewal. It can wait for the next one as well.
        let _ = folder.tidy();
        let issued_s = folder.saved().map_or(0, |saved| saved.last_issued_s);
        clock.raise_floor(i64::from(issued_s) * 1000);
        Some(Self {
            config: config.clone(),
            folder,
            connector,
            clock: clock.clone(),
            journal: journal.clone(),
            policy: Renewals::new(seed),
            under_way: None,
            first_look: FIRST_LOOK.mul_f64(fastrand::Rng::with_seed(seed).f64()),
            unusable: None,
        })
    }

    /// Looks once: what a renewal has come to, whether another pair is in use now, whether it is time. Does not wait for any
    /// server.
    pub fn turn(&mut self) {
        if let Some((why, thread)) = self.under_way.take_if(|(_, thread)| thread.is_finished()) {
            let died = |_| Err(Failure::Disk("the renewal died".into()));
            match thread.join().unwrap_or_else(died) {
                Ok(term) => self.renewed(why, term),
                Err(failure) => self.failed(&failure),
            }
        }
        if self.under_way.is_some() {
            return;
        }
        let identity = match self.folder.identity() {
            Ok(identity) => identity,
            Err(failure) => return self.cannot(failure.word()),
        };
        let term = identity.term();
        // It was not made before it began.
        let began_ms = i64::try_from(term.not_before_s.saturating_mul(1000));
        self.clock.raise_floor(began_ms.unwrap_or(i64::MAX));
        if !self.take(&identity) {
            return;
        }
        let least_s = self.clock.least_unix_seconds();
        if term.due(least_s) == Due::TooLate {
            return self.cannot("tooLate");
        }
        self.unusable = None;
        let taken = self.connector.taken();
        if taken == Some(true) {
            self.policy.accepted();
        }
        // A server that wants a certificate where none is configured is not helped by another one.
        let refused = taken == Some(false) && self.connector.shown().is_some();
        let now = self.clock.now();
        if let Some(why) = self.policy.wants(term, now, least_s, refused) {
            self.begin(why);
        }
    }

    /// Whether a renewal is under way.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// A turn, and whatever renewal it begins to its end.
    pub async fn to_its_end(&mut self) {
        self.turn();
        while self.is_under_way() {
            tokio::time::sleep(SOON / 50).await;
            self.turn();
        }
    }

    /// Shows the server the pair that is in use. Whether it can be shown.
    fn take(&mut self, identity: &Identity) -> bool {
        let updates = self.config.updates.as_ref();
        let Some(updates) = updates.filter(|updates| updates.identity.is_some()) else {
            return true;
        };
        if self.connector.shown().as_deref() == Some(identity.chain_pem.as_bytes()) {
            return true;
        }
        let read = ddi_config(&self.config, updates, &self.clock).ok();
        if read.is_none_or(|read| self.connector.reload(&read).is_err()) {
            self.cannot("reload");
            return false;
        }
        self.journal.event(EventId::CertificateTaken, &[]);
        true
    }

    fn begin(&mut self, why: Why) {
        let (folder, clock) = (self.folder.clone(), self.clock.clone());
        let is_checked = clock.class().is_checked();
        let wall: WallClock = Arc::new(move || clock.certificate_seconds());
        let thread = thread::Builder::new()
            .name("renewal".into())
            .spawn(move || renew_by(&folder, &wall, is_checked));
        match thread {
            Ok(thread) => self.under_way = Some((why, thread)),
            Err(error) => self.failed(&Failure::Disk(error.to_string())),
        }
    }

    fn renewed(&mut self, why: Why, term: Term) {
        self.policy.renewed(why, self.clock.now());
        let mut fields = vec![("why", FieldValue::Word(why.word()))];
        fields.extend(self.days(term));
        self.journal.event(EventId::CertificateRenewed, &fields);
    }

    fn failed(&mut self, failure: &Failure) {
        let asked = match failure {
            Failure::Pending { retry_after_s } => {
                Some(Duration::from_secs(u64::from(*retry_after_s)))
            }
            _ => None,
        };
        let wait = self.policy.failed(self.clock.now(), asked);
        let mut fields = vec![
            ("why", FieldValue::Word(failure.word())),
            ("wait_s", FieldValue::count(wait.as_secs())),
            ("clock", FieldValue::Word(self.clock.class().word())),
        ];
        let term = self.folder.identity().map(|identity| identity.term());
        fields.extend(term.ok().and_then(|term| self.days(term)));
        self.journal
            .event(EventId::CertificateRenewalFailed, &fields);
    }

    /// Told once, until it is otherwise: it is looked at every half minute.
    fn cannot(&mut self, why: &'static str) {
        if self.unusable != Some(why) {
            self.unusable = Some(why);
            let fields = [("why", FieldValue::Word(why))];
            self.journal.event(EventId::CertificateUnusable, &fields);
        }
    }

    /// Days that are left, less than none after its end; told only by a clock that is checked.
    fn days(&self, term: Term) -> Option<(&'static str, FieldValue)> {
        let now_s = self.clock.unix_seconds();
        let now_s = now_s.filter(|_| self.clock.class().is_checked())?;
        let left_s = i128::from(term.not_after_s) - i128::from(now_s);
        let days = i64::try_from(left_s.div_euclid(86_400)).ok()?;
        Some(("days", FieldValue::Number(days)))
    }
}

/// Looks again and again, for as long as it is polled, first after some minutes by chance; ends at once where there is nothing to renew.
pub async fn keep_renewing(renewal: Option<Renewal>) {
    let Some(mut renewal) = renewal else { return };
    tokio::time::sleep(renewal.first_look).await;
    loop {
        renewal.turn();
        let pause = if renewal.is_under_way() { SOON } else { LOOK };
        tokio::time::sleep(pause).await;
    }
}

/// The certificate of this machine: the one that `[updates]` names, or the one it was provisioned with.
#[must_use]
pub fn certificate_file(updates: &Updates) -> PathBuf {
    match &updates.identity {
        Some(pair) => pair.certificate.clone(),
        None => Path::new(IDENTITY).join("device.crt"),
    }
}

/// The attribute that says until when the machine's certificate is good, a date in UTC+8: it changes with a renewal and not every
/// day, as the days that are left would.
#[must_use]
pub fn until(config: &Config) -> Option<(String, String)> {
    let end_s = not_after(&certificate_file(config.updates.as_ref()?))?;
    let date = Local::of_unix(end_s).rfc3339().get(..10)?.to_owned();
    Some(("certificate_until".into(), date))
}
