//! What it takes to bring a blank machine into service: the machine's time, and a person's.

use std::time::{Duration, Instant};

use kiosk::domain::page::PageKind;
use kiosk::sim::script::{Action, OrderAct};

/// Time of a person for each thing that they do. A script's hand is quick; a person takes a telephone out of a pocket, finds
/// the picture and aims, finds a stick and the socket, reads what a button says, reads and signs a slip.
const CODE: Duration = Duration::from_secs(15);
const STICK: Duration = Duration::from_secs(20);
const TOUCH: Duration = Duration::from_secs(4);
const SLIP: Duration = Duration::from_secs(15);

/// From the first page of a blank machine to the first page of one in service.
pub struct Effort {
    began: Instant,
    /// When it was in service.
    took: Option<Duration>,
    codes: u32,
    sticks: u32,
    touches: u32,
}

impl Effort {
    /// Nothing done yet.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            took: None,
            codes: 0,
            sticks: 0,
            touches: 0,
        }
    }

    /// A line of the script was done.
    pub fn did(&mut self, action: &Action) {
        if self.took.is_some() {
            return;
        }
        match action {
            Action::Touch(_) => self.touches += 1,
            Action::Scan(text) if !text.is_empty() => self.codes += 1,
            Action::Order(OrderAct::Show) => self.codes += 1,
            Action::Order(OrderAct::Stick) => self.sticks += 1,
            _ => {}
        }
    }

    /// A page came up.
    pub fn shown(&mut self, kind: PageKind) {
        if self.took.is_none() && kind != PageKind::Provisioning {
            self.took = Some(self.began.elapsed());
        }
    }

    /// The person's time, by the allowances above.
    fn person(&self) -> Duration {
        CODE * self.codes + STICK * self.sticks + TOUCH * self.touches + SLIP
    }

    /// The figure, if the machine came into service.
    pub fn figure(&self) -> Option<String> {
        let took = self.took?;
        Some(format!(
            "blank → in service: {:.1} s of the machine's; of a person's {} s ({} codes held at {} s, {} sticks at {} s, \
             {} touches at {} s, a slip to sign at {} s)",
            took.as_secs_f64(),
            self.person().as_secs(),
            self.codes,
            CODE.as_secs(),
            self.sticks,
            STICK.as_secs(),
            self.touches,
            TOUCH.as_secs(),
            SLIP.as_secs(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_does_until_it_is_in_service_counts() {
        let mut effort = Effort::new();
        effort.shown(PageKind::Provisioning);
        assert_eq!(effort.figure(), None);
        effort.did(&Action::Order(OrderAct::Show));
        effort.did(&Action::Touch("重试".into()));
        effort.did(&Action::Scan(String::new()));
        effort.shown(PageKind::Start);
        effort.did(&Action::Touch("开始办理".into()));
        assert_eq!(effort.person(), CODE + TOUCH + SLIP);
        assert!(effort.figure().expect("in service").contains("1 touches"));
    }
}
