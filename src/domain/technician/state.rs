//! Where the technician's page stands, and what leads where.

/// What can be opened from the overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// A test slip.
    Print,
    /// Paper change, step by step.
    Paper,
    /// The touch screen.
    Touch,
    /// The card reader.
    Reader,
    /// The scanner.
    Scanner,
    /// Lights and buzzer.
    Lights,
    /// Line and clock.
    Network,
    /// What waits to be sent.
    Queue,
    /// Export to and update from a stick.
    Stick,
    /// Training.
    Training,
    /// In and out of service.
    Service,
    /// What a light means and what to do.
    Light,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 12] = [
        Self::Print,
        Self::Paper,
        Self::Touch,
        Self::Reader,
        Self::Scanner,
        Self::Lights,
        Self::Network,
        Self::Queue,
        Self::Stick,
        Self::Training,
        Self::Service,
        Self::Light,
    ];

    /// Those with a button on the overview, in its order.
    pub const MENU: [Self; 11] = [
        Self::Print,
        Self::Paper,
        Self::Touch,
        Self::Reader,
        Self::Scanner,
        Self::Lights,
        Self::Network,
        Self::Queue,
        Self::Stick,
        Self::Training,
        Self::Service,
    ];
}

/// Where the page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Who are you?
    Entry,
    /// Lights and buttons.
    Overview,
    /// A tool.
    Tool(Tool),
}

/// What moves it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Move {
    /// A good code or a good badge.
    Granted,
    /// A button of the overview.
    Open(Tool),
    /// Back to the overview.
    Back,
}

/// Where `by` leads from `place`; `None` when it means nothing there.
#[must_use]
pub fn next(place: Place, by: Move) -> Option<Place> {
    match (place, by) {
        (Place::Entry, Move::Granted) => Some(Place::Overview),
        (Place::Overview, Move::Open(tool)) => Some(Place::Tool(tool)),
        (Place::Tool(_), Move::Back) => Some(Place::Overview),
        (_, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_past_the_entry_but_a_grant_and_every_tool_leads_back() {
        let moves = [Move::Granted, Move::Back].into_iter();
        for by in moves.chain(Tool::ALL.map(Move::Open)) {
            let to = next(Place::Entry, by);
            assert_eq!(to.is_some(), by == Move::Granted, "{by:?}");
        }
        for tool in Tool::ALL {
            let there = next(Place::Overview, Move::Open(tool)).expect("it opens");
            assert_eq!(next(there, Move::Back), Some(Place::Overview));
            assert_eq!(next(there, Move::Granted), None);
            assert!(
                Tool::ALL
                    .iter()
                    .all(|other| next(there, Move::Open(*other)).is_none())
            );
            assert_eq!(
                Tool::MENU.contains(&tool),
                tool != Tool::Light,
                "a button each"
            );
        }
    }
}
