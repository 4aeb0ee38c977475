//! Words of a machine that is not in service yet: the work order, how it comes to the machine, the district's server.

use super::Action;
use crate::sim::est::{EST_FAULTS, EstFault};

/// What is special about an order that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    /// Nothing.
    Good,
    /// Its day is over.
    Expired,
    /// It is bound to another machine's key.
    OtherMachine,
    /// Another desk has signed it.
    OtherDesk,
    /// Another machine has followed it already.
    UsedElsewhere,
}

/// What happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderAct {
    /// `order make [KIND]`: the desk makes another one; it is the order from now on.
    Make(OrderKind),
    /// `order show`: its code is held before the scanner, until a `scan ""`.
    Show,
    /// `order stick`: a stick with it is plugged in.
    Stick,
}

/// What happens to the district's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EstAct {
    /// `est gone`: nobody listens at its port.
    Gone,
    /// `est back`: it runs again, with what it knew.
    Back,
    /// `est FAULT`, `est well`.
    Fault(Option<EstFault>),
}

/// `order …`.
pub(super) fn order(words: &[&str]) -> Result<Action, String> {
    Ok(Action::Order(match words {
        ["make"] => OrderAct::Make(OrderKind::Good),
        ["make", "expired"] => OrderAct::Make(OrderKind::Expired),
        ["make", "other-machine"] => OrderAct::Make(OrderKind::OtherMachine),
        ["make", "other-desk"] => OrderAct::Make(OrderKind::OtherDesk),
        ["make", "used-elsewhere"] => OrderAct::Make(OrderKind::UsedElsewhere),
        ["show"] => OrderAct::Show,
        ["stick"] => OrderAct::Stick,
        _ => {
            return Err(format!(
                "`order {}`: make [expired|other-machine|other-desk|used-elsewhere], show or stick",
                words.join(" ")
            ));
        }
    }))
}

/// `est …`.
pub(super) fn est(word: &str) -> Result<Action, String> {
    Ok(Action::Est(match word {
        "gone" => EstAct::Gone,
        "back" => EstAct::Back,
        "well" => EstAct::Fault(None),
        word => {
            EstAct::Fault(Some(word.parse().map_err(|_| {
                format!("`est {word}`: gone, back, well, {EST_FAULTS}")
            })?))
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn a_blank_machine_its_orders_and_its_server_have_words() {
        let text = "# first\nmachine blank\norder make used-elsewhere\norder show\nest status:503\nest well\n";
        let actions: Vec<Action> = parse(text)
            .expect("valid")
            .into_iter()
            .map(|step| step.action)
            .collect();
        assert_eq!(
            actions,
            [
                Action::MachineBlank,
                Action::Order(OrderAct::Make(OrderKind::UsedElsewhere)),
                Action::Order(OrderAct::Show),
                Action::Est(EstAct::Fault(Some(EstFault::Status(503)))),
                Action::Est(EstAct::Fault(None)),
            ]
        );
    }

    #[test]
    fn what_a_machine_was_is_said_before_anything_happens_to_it() {
        let faults = parse("wait 1s\nmachine blank\n").expect_err("too late");
        assert_eq!(faults[0].line, 2);
        for line in ["order fax", "est asleep", "machine old"] {
            let text = format!("machine blank\n{line}");
            assert_eq!(parse(&text).expect_err(line).len(), 1);
        }
        let faults = parse("order make\n").expect_err("a machine in service wants no order");
        assert!(faults[0].what.contains("machine blank"));
    }
}
