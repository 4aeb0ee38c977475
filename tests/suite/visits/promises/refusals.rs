//! Refused cases in the middle of everything: told late, twice, to the wrong visit.

use kiosk::case::{Draft, Private, Refused};
use kiosk::domain::kiosk::Event;
use kiosk::domain::page::{Intent, PageKind};
use serde_json::json;

use super::super::person::{case, old, refused};
use super::super::random::Step;
use super::Watched;

/// A question for refused cases and the name on the card it was asked for.
pub(super) type Asked = (u64, &'static str);

/// A case whose reason names its person, so that the watch over names finds it on anybody else's page.
fn told_to(name: &str) -> Refused {
    let nth = if name == old().name { 801 } else { 802 };
    Refused {
        detail: Private::new(format!("{name}的材料不符")),
        ..refused(nth, &case(), json!({}))
    }
}

/// What is corrected is the person's own.
pub(super) fn assert_own(draft: &Draft) {
    if let Some(correction) = &draft.corrects {
        assert_eq!(
            correction,
            &told_to(draft.applicant.name.reveal()).correction()
        );
    }
}

impl Watched {
    pub(super) fn refusals_asked(&mut self, question: u64, cert_no: &Private) {
        let name = if cert_no.reveal() == old().number {
            "陈演示"
        } else {
            "王试用"
        };
        assert_eq!(
            Some(name),
            self.person,
            "asked for somebody who is not here"
        );
        let fresh = self.questions.iter().all(|(known, _)| *known < question);
        assert!(fresh, "a question asked twice");
        self.questions.push((question, name));
    }

    /// Any question that was ever asked is answered, again and again.
    pub(super) fn tell_refusals(&mut self, which: usize) {
        if self.questions.is_empty() {
            return;
        }
        let (question, name) = self.questions[which % self.questions.len()];
        self.give(Event::Refused(question, vec![told_to(name)]));
    }
}

#[test]
fn the_random_visits_go_through_a_correction() {
    let mut watched = Watched::new();
    watched.take(Step::Card(false));
    watched.take(Step::Refusals(0));
    assert_eq!(watched.kind(), PageKind::Refused);
    watched.take(Step::Touch(Intent::Primary));
    for step in [Step::Fill, Step::Submit, Step::Store(true)] {
        watched.take(step);
    }
    let filed = &watched.machine.filed[0][0];
    assert!(filed.corrects.is_some());
    watched.leave();
}
