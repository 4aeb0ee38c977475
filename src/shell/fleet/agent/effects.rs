//! What the policy asks for, done.

use std::collections::VecDeque;
use std::path::Path;
use std::rc::Rc;

use super::{Agent, Tools, settings};
use crate::domain::update::{Bundle, Effect, Event, FetchFault, Kind, Order, Origin, Update};
use crate::events::{EventId, FieldValue};
use crate::shell::fleet::ddi::DdiFault;
use crate::shell::fleet::fetch::{self, Place};
use crate::shell::fleet::kept;
use crate::shell::fleet::rauc::{From, Mark, Slots};

impl<S: Slots + 'static> Agent<S> {
    /// Takes an event and everything that follows from it at once.
    pub(super) async fn handle(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let was = self.update.state().word();
            let effects = self.update.handle(&event, &self.now());
            self.note(was, &event);
            if !self.write_down() {
                self.begin_anew().await;
                return;
            }
            for effect in effects {
                events.extend(self.carry_out(effect).await);
            }
        }
    }

    /// Nothing is done that is not written down: with the disk full or gone, the step is begun anew from the record, and without
    /// a record it does nothing.
    async fn begin_anew(&mut self) {
        let fields = [("step", FieldValue::Word("record"))];
        self.tools.journal.event(EventId::UpdateStepFailed, &fields);
        let config = &self.tools.config;
        let fleet = config.updates.as_ref();
        let settings = fleet
            .map(|fleet| settings(config, fleet))
            .unwrap_or_default();
        let running = self.update.running().clone();
        self.update = Update::new(settings, self.written.clone());
        drop(self.update.handle(&Event::Started(running), &self.now()));
    }

    fn note(&self, was: &'static str, event: &Event) {
        let journal = &self.tools.journal;
        let state = self.update.state();
        if state.word() != was {
            let action = FieldValue::id(state.action().unwrap_or("none"));
            let fields = [
                ("state", FieldValue::Word(state.word())),
                ("action", action),
            ];
            journal.event(EventId::UpdateState, &fields);
            if let (Some(ended), "closing") = (&self.update.kept().last, state.word()) {
                let fields = [
                    ("action", FieldValue::id(&ended.action)),
                    ("outcome", FieldValue::Word(ended.outcome.word())),
                    ("version", FieldValue::id(&ended.version)),
                ];
                journal.event(EventId::UpdateEnded, &fields);
            }
        }
        let failed = match event {
            Event::Fetched { result: Err(_), .. } => "fetch",
            Event::Installed { result: Err(_), .. } => "install",
            Event::MarkedGood(Err(_)) => "markGood",
            Event::MarkedBad(Err(_)) => "markBad",
            Event::Kept(Err(_)) => "keep",
            _ => return,
        };
        journal.event(
            EventId::UpdateStepFailed,
            &[("step", FieldValue::Word(failed))],
        );
    }

    fn write_down(&mut self) -> bool {
        let kept = self.update.kept();
        if *kept == self.written {
            return true;
        }
        let written = kept::write(&self.state_dir.join("update.json"), kept).is_ok();
        if written {
            self.written = kept.clone();
        }
        written
    }

    async fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        let tools = self.tools.clone();
        match effect {
            Effect::Confirm { action, yes } => {
                // Lost, it is asked again at the next poll.
                let _ = tools.ddi.confirm(&action, yes).await;
                self.polls.soon(self.boot_ms());
            }
            Effect::Tell {
                action,
                progress,
                line,
            } => {
                let told = tools.ddi.progress(&action, progress, &line).await;
                if let Err(DdiFault::Gone | DdiFault::NotFound) = told {
                    return Some(Event::Gone { action });
                }
            }
            Effect::Fetch(order) => self.begin_fetch(order),
            Effect::StopFetch => {
                if let Some(task) = self.fetching.take() {
                    task.abort();
                    let _ = task.await;
                }
            }
            Effect::DropFiles => drop(self.place.clear()),
            Effect::Install(order, manifest) => self.begin_install(order, manifest),
            Effect::MarkGood => return Some(Event::MarkedGood(tools.slots.mark(Mark::Good).await)),
            Effect::MarkBad => return Some(Event::MarkedBad(tools.slots.mark(Mark::Bad).await)),
            Effect::KeepRunning => return Some(Event::Kept(tools.slots.mark(Mark::Active).await)),
            Effect::Reboot => {
                // Whether it worked is seen by the next boot, or by its absence.
                self.renew_wish();
                let _ = tools.slots.reboot().await;
            }
            Effect::AcceptCancel { stop } => drop(tools.ddi.accept_cancel(&stop).await),
            Effect::RejectCancel { stop, why } => drop(tools.ddi.reject_cancel(&stop, why).await),
            Effect::Close(ended) => {
                let action = ended.action.clone();
                let told = tools.ddi.close(&ended).await;
                let refused = matches!(told, Err(DdiFault::Conflict | DdiFault::Strange(_)));
                return Some(match told {
                    Ok(()) | Err(DdiFault::Gone | DdiFault::NotFound) => {
                        self.polls.soon(self.boot_ms());
                        Event::Told { action }
                    }
                    Err(_) => Event::NotTold { action, refused },
                });
            }
        }
        None
    }

    fn begin_fetch(&mut self, order: Order) {
        let (tools, place, events) = (self.tools.clone(), self.place.clone(), self.events.clone());
        // Two that write into one file would each spoil the other's.
        let before = self.fetching.take();
        self.fetching = Some(tokio::task::spawn_local(async move {
            if let Some(before) = before {
                before.abort();
                let _ = before.await;
            }
            let result = fetched(&tools, &place, &order).await;
            let _ = events.send(Event::Fetched {
                action: order.action,
                result,
            });
        }));
    }

    /// Not to be stopped: a slot that is half written is worse than one that is written and not used.
    fn begin_install(&mut self, order: Order, manifest: String) {
        let (tools, place, events) = (self.tools.clone(), self.place.clone(), self.events.clone());
        tokio::task::spawn_local(async move {
            let manifest = Some(manifest).filter(|hash| !hash.is_empty());
            let result = match (order.kind, source(&tools, &place, &order, manifest)) {
                (Kind::Os, from) => tools.slots.install(&from).await,
                (Kind::Content, From::File(file)) => tools.content.install(Path::new(&file)),
                (Kind::Content, From::Stream { .. }) => {
                    Err("a content package is never streamed".into())
                }
            };
            let _ = events.send(Event::Installed {
                action: order.action,
                result,
            });
        });
    }
}

/// Where an order's bytes are read from when they are installed.
fn source<S>(tools: &Tools<S>, place: &Place, order: &Order, manifest: Option<String>) -> From {
    if order.origin == Origin::Stick {
        return From::File(order.source.href.clone());
    }
    let fleet = tools.config.updates.as_ref();
    match fleet.filter(|fleet| fleet.streaming && order.kind == Kind::Os) {
        Some(fleet) => {
            let name = |path: &Path| path.to_string_lossy().into_owned();
            let identity = fleet.identity.as_ref();
            From::Stream {
                url: order.source.href.clone(),
                headers: tools.ddi.headers_for(&order.source.href),
                ca: fleet.ca_file.as_deref().map(name),
                identity: identity.map(|id| (name(&id.certificate), name(&id.key))),
                manifest,
            }
        }
        None => From::File(
            place
                .whole(&order.source.sha256)
                .to_string_lossy()
                .into_owned(),
        ),
    }
}

/// Fetches, compares the hash, and looks at the signature before anything is written to a slot.
async fn fetched<S: Slots>(
    tools: &Rc<Tools<S>>,
    place: &Place,
    order: &Order,
) -> Result<Bundle, FetchFault> {
    let from = source(tools, place, order, None);
    match &from {
        From::File(path) if order.origin == Origin::Stick => {
            if !Path::new(path).exists() {
                return Err(FetchFault::Gone);
            }
            fetch::verify(Path::new(path), &order.source).await?;
        }
        From::File(_) => drop(fetch::fetch(&tools.ddi, place, &order.source).await?),
        // RAUC checks each block against the signed tree as it reads it.
        From::Stream { .. } => {}
    }
    match (order.kind, &from) {
        (Kind::Content, From::File(file)) => {
            let version = tools
                .content
                .inspect(Path::new(file))
                .map_err(FetchFault::Unfit)?;
            Ok(Bundle {
                version,
                ..Bundle::default()
            })
        }
        _ => tools.slots.inspect(&from).await.map_err(FetchFault::Unfit),
    }
}
