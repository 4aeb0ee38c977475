//! From committed to paper in the hand.

use std::time::{Duration, Instant};

use crate::case::{Key, PaperWay};
use crate::domain::paper::{self, CaseFacts, Fate, FilingFacts};
use crate::domain::visit::filing::{CaseFate, FiledCase, Filing, PaperFate, WAIT_FOR_ANSWER};
use crate::domain::visit::{State, Trigger};
use crate::domain::world::Line;
use crate::events::{EventId, FieldValue};
use crate::status::Device;
use crate::text::Text;

use super::{Claim, Committed, Effect, Kiosk, Order, PrintOutcome};

/// A printer says within this time of a start how it is, or not at all.
const PRINTER_SPEAKS: Duration = Duration::from_secs(5);

impl Kiosk {
    /// Committed and synced: from here on, and not before, anything may be said.
    pub(super) fn filed(&mut self, committed: Committed) {
        for (key, _) in &committed.cases {
            self.log(EventId::CaseStored, vec![("case", FieldValue::id(&key.0))]);
        }
        let working = self.visit.state == State::Working;
        let Some(filing) = self
            .visit
            .filing
            .as_mut()
            .filter(|filing| working && filing.cases.is_empty())
        else {
            return;
        };
        filing.cases = committed
            .cases
            .into_iter()
            .zip(filing.names.clone())
            .map(|((key, number), task_name)| FiledCase {
                key,
                filing_number: number.0,
                task_name,
                fate: CaseFate::Waiting,
            })
            .collect();
        filing.time = committed.time;
        filing.proof = committed.proof;
        let wait = if self.world.line == Line::Down {
            std::time::Duration::ZERO
        } else {
            WAIT_FOR_ANSWER
        };
        filing.print_by = Some(self.now + wait);
    }

    /// Moves a filing on: paper when the platform has spoken or had its time, then the confirmation.
    pub(super) fn settle_filing(&mut self) {
        if self.visit.state != State::Working {
            return;
        }
        let Some(filing) = &mut self.visit.filing else {
            return;
        };
        if filing.cases.is_empty() {
            return;
        }
        let spoken = filing.all_heard() || filing.print_by.is_none_or(|by| self.now >= by);
        if !spoken {
            return;
        }
        filing.print_by = None;
        if filing.paper == PaperFate::NotYet {
            if self.awaits_printer() {
                return;
            }
            if !self.world.can_print() {
                self.paper_is(PaperFate::NoPaper);
            } else if self.order.is_none() {
                self.order_print(false);
            }
            // Otherwise the paper of somebody who left is on its way out; the work page waits for it.
        }
        if self
            .visit
            .filing
            .as_ref()
            .is_some_and(|filing| filing.paper_settled())
        {
            self.visit.go(Trigger::Settled, &self.world, self.now);
            self.visit.last_touch = self.now;
        }
    }

    /// Just started, and the printer has not said yet how it is: calling it broken would be too early.
    fn awaits_printer(&self) -> bool {
        self.world.printer == Device::Unknown && self.now < self.started + PRINTER_SPEAKS
    }

    /// When the printer of a machine that has just started is waited for no longer.
    pub(super) fn printer_by(&self) -> Option<Instant> {
        let waits = self.visit.state == State::Working && self.awaits_printer();
        waits.then(|| self.started + PRINTER_SPEAKS)
    }

    /// Working took too long. What is committed is safe; the page says what is known of the rest.
    pub(super) fn work_over(&mut self) {
        let committed = self
            .visit
            .filing
            .as_ref()
            .is_some_and(|filing| !filing.cases.is_empty());
        if !committed {
            // Only the store can say whether the cases are committed; guessing could double them. It answers or dies.
            self.visit.entered = self.now;
            return;
        }
        // Not one byte of a receipt goes out before the store has claimed it. One claimed later has not begun.
        let unclaimed = self
            .order
            .take_if(|order| matches!(order, Order::Claiming(_)))
            .is_some();
        if let Some(filing) = &mut self.visit.filing {
            filing.print_by = None;
            filing.paper = match filing.paper {
                PaperFate::Printing if unclaimed => PaperFate::NoPaper,
                PaperFate::NotYet => PaperFate::NoPaper,
                PaperFate::Printing => PaperFate::Unknown,
                settled => settled,
            };
        }
        self.visit.go(Trigger::Settled, &self.world, self.now);
        self.visit.last_touch = self.now;
    }

    /// A person asks for the paper again.
    pub(super) fn print_again(&mut self) {
        let wanted = |filing: &Filing| filing.may_print_again();
        if self.world.can_print()
            && self.order.is_none()
            && self.visit.filing.as_ref().is_some_and(wanted)
        {
            self.order_print(true);
        }
    }

    /// First the store, so that no restart prints it a second time.
    fn order_print(&mut self, again: bool) {
        let Some(filing) = &mut self.visit.filing else {
            return;
        };
        let Some(case) = filing.cases.first() else {
            return;
        };
        let key = case.key.clone();
        filing.paper = PaperFate::Printing;
        self.order = Some(Order::Claiming(key.clone()));
        self.effects.push(Effect::ClaimPrint(key, again));
    }

    /// The store's word on a claim. What is claimed and not printed after all has not begun.
    pub(super) fn print_claimed(&mut self, key: &Key, claim: Option<Claim>) {
        let expected = matches!(&self.order, Some(Order::Claiming(of)) if of == key);
        if expected {
            self.order = None;
        }
        let first = |filing: &Filing| filing.cases.first().is_some_and(|case| case.key == *key);
        let here = expected && self.visit.filing.as_ref().is_some_and(first);
        match claim {
            Some(claim) if here => self.print(key, claim),
            Some(claim) => {
                let outcome = PrintOutcome::NotStarted;
                self.effects.push(Effect::KeepPrint(claim.job, outcome));
            }
            None if here => self.paper_is(PaperFate::NoPaper),
            None => {}
        }
    }

    fn paper_is(&mut self, fate: PaperFate) {
        if let Some(filing) = &mut self.visit.filing {
            filing.paper = fate;
        }
    }

    fn print(&mut self, key: &Key, Claim { job, copy }: Claim) {
        let Some(facts) = self.facts(copy) else {
            self.effects
                .push(Effect::KeepPrint(job, PrintOutcome::NotStarted));
            return self.paper_is(PaperFate::NoPaper);
        };
        self.order = Some(Order::Job(job, key.clone(), self.now));
        if let Some(filing) = &mut self.visit.filing {
            filing.job = Some(job);
            filing.paper = PaperFate::Printing;
        }
        self.log(
            EventId::PrintBegin,
            vec![
                ("case", FieldValue::id(&key.0)),
                ("reprint", FieldValue::count(copy)),
            ],
        );
        self.effects
            .push(Effect::Print(job, paper::receipt(&facts)));
    }

    /// The job of the visit as it stands.
    pub(super) fn open_job(&self) -> Option<u64> {
        self.visit.filing.as_ref().and_then(|filing| filing.job)
    }

    /// The visit no longer holds this job: whoever stands here next must not find its paper in the slot. What is
    /// already in the printer comes out; nothing else is printed before it has ended.
    pub(super) fn call_off(&mut self, job: Option<u64>) {
        if let Some(job) = job.filter(|job| self.open_job() != Some(*job))
            && matches!(self.order, Some(Order::Job(of, ..)) if of == job)
        {
            self.effects.push(Effect::CancelPrint(job));
        }
    }

    pub(super) fn print_ended(
        &mut self,
        job: u64,
        outcome: PrintOutcome,
        why: Option<&'static str>,
    ) {
        if self.slip_ended(job, outcome) {
            return;
        }
        // A job that was not ordered here, or has ended before, is nobody's.
        let Some(Order::Job(_, key, began)) = self
            .order
            .take_if(|order| matches!(order, Order::Job(of, ..) if *of == job))
        else {
            return;
        };
        self.effects.push(Effect::KeepPrint(job, outcome));
        let mut fields = vec![
            ("case", FieldValue::id(&key.0)),
            ("outcome", FieldValue::Word(outcome.word())),
            (
                "duration_ms",
                FieldValue::count((self.now - began).as_millis()),
            ),
        ];
        let came_out = outcome == PrintOutcome::Printed;
        let event = if came_out {
            EventId::PrintEnd
        } else {
            fields.extend(why.map(|why| ("why", FieldValue::Word(why))));
            EventId::PrintFailed
        };
        self.log(event, fields);
        let open = |filing: &&mut Filing| filing.job == Some(job);
        if let Some(filing) = self.visit.filing.as_mut().filter(open) {
            filing.job = None;
            filing.paper = match outcome {
                PrintOutcome::Printed => PaperFate::Printed,
                PrintOutcome::NotStarted => PaperFate::NoPaper,
                PrintOutcome::Interrupted => PaperFate::Torn,
                PrintOutcome::Unknown => PaperFate::Unknown,
            };
        }
        if came_out {
            self.handed_out(job, key);
        }
    }

    fn facts(&self, reprint: u32) -> Option<FilingFacts> {
        let (filing, item, who) = (
            self.visit.filing.as_ref()?,
            self.visit.item()?,
            self.visit.who.as_deref()?,
        );
        let lang = self.visit.lang;
        let delivery = self.visit.delivery_of(who);
        let cases = filing.cases.iter().map(|case| CaseFacts {
            task_name: case.task_name.get(lang).to_owned(),
            filing_number: case.filing_number.clone(),
            fate: match &case.fate {
                CaseFate::Waiting | CaseFate::Delayed => Fate::Waiting,
                CaseFate::Accepted(acceptance) => Fate::Accepted {
                    sblsh: acceptance.sblsh.clone(),
                    query_code: acceptance.query_code.clone(),
                    promise_until: acceptance.promise_until.clone(),
                },
                CaseFate::Rejected(rejection) => Fate::Rejected {
                    detail: rejection.detail.clone(),
                },
            },
        });
        Some(FilingFacts {
            lang,
            service: self.world.machine.service.get(lang).to_owned(),
            place: self.world.machine.place.get(lang).to_owned(),
            machine: self.world.machine.id.clone(),
            time: filing.time.clone(),
            name_masked: who.masked_name(),
            number_masked: who.masked_number(),
            task_name: item.task_name.get(lang).to_owned(),
            cases: cases.collect(),
            proof: filing.proof.clone(),
            corrects: self.visit.corrected().map(|(number, _)| number.to_owned()),
            next: item
                .next_steps
                .iter()
                .map(|step| step.get(lang).to_owned())
                .collect(),
            delivery: match delivery.way {
                // Said only where the person was asked.
                _ if item.delivery.len() < 2 => String::new(),
                PaperWay::Post => Text::new("邮寄", "By post").get(lang).to_owned(),
                PaperWay::Collect => Text::new("到窗口自取", "Collect at the window")
                    .get(lang)
                    .to_owned(),
            },
            promise: Text::new("受理后", "once accepted: ").get(lang).to_owned()
                + &crate::domain::page::term_words(&item.promise, lang),
            phone: item.link_way.clone(),
            supervise_phone: item.supervise_way.clone(),
            reprint,
        })
    }
}
