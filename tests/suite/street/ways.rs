//! The way into every state of a visit, by touches and cards alone.

use kiosk::domain::kiosk::Event;
use kiosk::domain::page::{Intent, PageKind};
use kiosk::domain::visit::State;

use super::{Model, Street};
use crate::visits::person::{case, catalogue, old, refused, young};

/// An item with conditions, questions, consent and a signature, for people of eighty.
fn allowance() -> String {
    let catalogue = catalogue();
    let mut items = catalogue.items().iter();
    let found = items.find(|item| item.task_name.zh.contains("高龄津贴"));
    found.expect("the allowance").task_code.clone()
}

impl Street {
    /// A machine in this state.
    pub fn in_state(state: State) -> Self {
        Self::in_state_with(Model::Open, state)
    }

    /// With this printer.
    pub fn in_state_with(model: Model, state: State) -> Self {
        let mut street = Self::with(model);
        street.go(state);
        assert_eq!(street.machine.kiosk.visit().state(), state);
        street
    }

    fn go(&mut self, state: State) {
        let machine = &mut self.machine;
        match state {
            State::Start => {}
            State::Identify => machine.touch(Intent::Primary),
            State::NoCard => {
                machine.touch(Intent::Primary);
                machine.touch(Intent::Secondary(0));
            }
            State::Choose => machine.card(old()),
            State::Refused => {
                let told = refused(900, &case(), serde_json::json!({}));
                machine.refused = vec![(old().number.clone(), vec![told])];
                machine.card(old());
            }
            State::Items => {
                machine.card(old());
                machine.touch(Intent::Primary);
            }
            State::Search => {
                machine.card(old());
                machine.touch(Intent::Secondary(0));
            }
            State::ItemInfo => {
                machine.card(old());
                machine.open(&allowance());
            }
            State::Eligibility => machine.begin(old(), &allowance()),
            State::NotHere => {
                machine.begin(young(), &allowance());
                machine.fill();
            }
            State::Question => {
                machine.begin(old(), &allowance());
                while machine.page.kind == PageKind::Eligibility {
                    machine.meet();
                }
            }
            State::Check => {
                machine.begin(old(), &allowance());
                machine.fill();
            }
            State::Consent => {
                self.go(State::Check);
                self.machine.touch(Intent::Primary);
            }
            State::Sign => {
                self.go(State::Consent);
                self.machine.tick();
                self.machine.touch(Intent::Primary);
            }
            State::Working => {
                self.go(State::Check);
                self.machine.submit();
            }
            State::Confirmation => {
                self.go(State::Working);
                self.machine.wait(6);
            }
            State::Rating => {
                self.go(State::Confirmation);
                self.machine.touch(Intent::Primary);
            }
            State::Goodbye => {
                self.go(State::Rating);
                self.machine.touch(Intent::Choose(0));
            }
            State::ProgressQuery => {
                self.go(State::NoCard);
                self.machine.touch(Intent::Choose(1));
            }
            State::Progress => {
                self.go(State::Choose);
                self.machine.touch(Intent::Secondary(1));
                self.machine.give(Event::Progress(Some(Vec::new())));
            }
            State::Problem => {
                self.machine.world.store = false;
                self.go(State::Check);
                self.machine.submit();
                self.machine.world.store = true;
            }
            State::Technician => {
                self.go(State::Closed);
                self.machine.touch(Intent::Secondary(0));
            }
            State::Closed => self.sense(Event::Door(true)),
        }
    }
}
