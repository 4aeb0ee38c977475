//! The transition table of a visit: every state, every trigger, where it leads.
//!
//! The table is total: a pair it does not name is ignored and counted, never an error page. The diagram in the README
//! is drawn from it by a test.

/// Where a visit stands. One page kind each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody here; no data of anybody.
    #[default]
    Start,
    /// Waiting for the card.
    Identify,
    /// What can be done without a card.
    NoCard,
    /// Popular items, situations, search, progress.
    Choose,
    /// A case of this person that the platform refused after they had gone.
    Refused,
    /// A list of items.
    Items,
    /// Search field.
    Search,
    /// What the item needs, before anything is typed.
    ItemInfo,
    /// One condition a page.
    Eligibility,
    /// Not here, not now or not for this person; where instead.
    NotHere,
    /// One question a page.
    Question,
    /// All answers, each changeable.
    Check,
    /// Notice and consent.
    Consent,
    /// Handwritten confirmation.
    Sign,
    /// Committing, sending, printing.
    Working,
    /// Filed.
    Confirmation,
    /// One tap.
    Rating,
    /// Take your card, take your receipt.
    Goodbye,
    /// Number to look up a case without a card.
    ProgressQuery,
    /// Progress of cases.
    Progress,
    /// Could not be filed; nothing is lost yet.
    Problem,
    /// Out of service.
    Closed,
    /// A technician's page; no visit, and none can begin before it ends.
    Technician,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 23] = [
        Self::Start,
        Self::Identify,
        Self::NoCard,
        Self::Choose,
        Self::Refused,
        Self::Items,
        Self::Search,
        Self::ItemInfo,
        Self::Eligibility,
        Self::NotHere,
        Self::Question,
        Self::Check,
        Self::Consent,
        Self::Sign,
        Self::Working,
        Self::Confirmation,
        Self::Rating,
        Self::Goodbye,
        Self::ProgressQuery,
        Self::Progress,
        Self::Problem,
        Self::Closed,
        Self::Technician,
    ];

    /// Every state but the technician's: what a citizen can meet.
    pub const SERVING: [Self; 22] = [
        Self::Start,
        Self::Identify,
        Self::NoCard,
        Self::Choose,
        Self::Refused,
        Self::Items,
        Self::Search,
        Self::ItemInfo,
        Self::Eligibility,
        Self::NotHere,
        Self::Question,
        Self::Check,
        Self::Consent,
        Self::Sign,
        Self::Working,
        Self::Confirmation,
        Self::Rating,
        Self::Goodbye,
        Self::ProgressQuery,
        Self::Progress,
        Self::Problem,
        Self::Closed,
    ];

    /// Whether nobody's visit is under way: nobody is here, or nobody is served, or a technician is.
    #[must_use]
    pub fn is_outside(self) -> bool {
        matches!(self, Self::Start | Self::Closed | Self::Technician)
    }

    /// Its name in the journal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Identify => "identify",
            Self::NoCard => "no-card",
            Self::Choose => "choose",
            Self::Refused => "refused",
            Self::Items => "items",
            Self::Search => "search",
            Self::ItemInfo => "item-info",
            Self::Eligibility => "eligibility",
            Self::NotHere => "not-here",
            Self::Question => "question",
            Self::Check => "check",
            Self::Consent => "consent",
            Self::Sign => "sign",
            Self::Working => "working",
            Self::Confirmation => "confirmation",
            Self::Rating => "rating",
            Self::Goodbye => "goodbye",
            Self::ProgressQuery => "progress-query",
            Self::Progress => "progress",
            Self::Problem => "problem",
            Self::Closed => "closed",
            Self::Technician => "technician",
        }
    }
}

/// What moves a visit on. Guards (is the form complete, is a signature needed) are decided before, in `visit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trigger {
    /// Touched the start page.
    Begin,
    /// A valid card was read and no item was chosen yet.
    Card,
    /// A valid card was read for the item chosen before.
    CardForItem,
    /// "No card with me."
    Cardless,
    /// Look at the items without a card.
    Browse,
    /// A card is needed now.
    NeedCard,
    /// A case of this person was refused, and they are told.
    Tell,
    /// Opened a list of items.
    List,
    /// Opened the search.
    Search,
    /// Picked an item.
    Pick,
    /// One more condition to ask.
    Ask,
    /// A condition is not met, or the item is not offered here or now.
    Refuse,
    /// One more question.
    Question,
    /// All questions answered.
    Check,
    /// Back to what the item needs.
    Item,
    /// Answers confirmed.
    Consent,
    /// The item wants a handwritten confirmation.
    Sign,
    /// Submit.
    Submit,
    /// Committed, and sending and printing have come to a word.
    Settled,
    /// Could not be committed.
    Fail,
    /// To the rating.
    Rate,
    /// Done with this case.
    Finish,
    /// One more item.
    Again,
    /// Progress of the person's cases.
    Progress,
    /// Progress by number.
    ProgressQuery,
    /// One page back.
    Back,
    /// The visit is over: left, timed out, card taken at the end. Everything is wiped.
    End,
    /// Out of service.
    Close,
    /// In service again.
    Open,
    /// A technician wants to work, or has shown a badge.
    Service,
}

impl Trigger {
    /// Every trigger.
    pub const ALL: [Self; 30] = [
        Self::Begin,
        Self::Card,
        Self::CardForItem,
        Self::Cardless,
        Self::Browse,
        Self::NeedCard,
        Self::Tell,
        Self::List,
        Self::Search,
        Self::Pick,
        Self::Ask,
        Self::Refuse,
        Self::Question,
        Self::Check,
        Self::Item,
        Self::Consent,
        Self::Sign,
        Self::Submit,
        Self::Settled,
        Self::Fail,
        Self::Rate,
        Self::Finish,
        Self::Again,
        Self::Progress,
        Self::ProgressQuery,
        Self::Back,
        Self::End,
        Self::Close,
        Self::Open,
        Self::Service,
    ];
}

/// Where `trigger` leads from `state`; `None` when it means nothing there.
#[must_use]
pub fn next(state: State, trigger: Trigger) -> Option<State> {
    use State as S;
    use Trigger as T;
    let to = match (state, trigger) {
        (S::Start, T::Begin) | (S::NoCard | S::Choose | S::ItemInfo, T::NeedCard) => S::Identify,
        (S::Start | S::Identify | S::NoCard, T::Card) => S::Choose,
        (S::Identify, T::CardForItem) => S::ItemInfo,

        (S::Identify | S::Choose, T::Cardless) => S::NoCard,
        (S::NoCard, T::Browse) => S::Choose,
        (S::Choose, T::Tell) => S::Refused,
        (S::Choose | S::ItemInfo, T::List) => S::Items,
        (S::Choose | S::ItemInfo, T::Search) => S::Search,
        (S::Items | S::Search | S::Identify | S::Refused, T::Pick) => S::ItemInfo,

        (S::ItemInfo | S::Eligibility | S::Question, T::Ask) => S::Eligibility,
        (S::ItemInfo | S::Eligibility, T::Refuse) => S::NotHere,
        (S::ItemInfo | S::Eligibility | S::Question | S::Check, T::Question) => S::Question,
        (S::ItemInfo | S::Eligibility | S::Question, T::Check) => S::Check,
        (S::Check, T::Consent) => S::Consent,
        (S::Consent, T::Sign) => S::Sign,
        (S::Consent | S::Sign | S::Problem, T::Submit) => S::Working,
        (S::Working, T::Settled) => S::Confirmation,
        (S::Working, T::Fail) => S::Problem,
        (S::Confirmation, T::Rate) => S::Rating,
        (S::Confirmation | S::Rating | S::ItemInfo | S::NotHere | S::Progress, T::Finish) => {
            S::Goodbye
        }
        (S::Confirmation | S::Goodbye | S::NotHere | S::Progress, T::Again) => S::Choose,

        (S::Choose | S::ProgressQuery, T::Progress) => S::Progress,
        (S::NoCard | S::Progress, T::ProgressQuery) => S::ProgressQuery,

        (S::Identify, T::Back) => S::Start,
        (S::NoCard, T::Back) => S::Identify,
        (S::Items | S::Search | S::Progress | S::Refused, T::Back) => S::Choose,
        (S::NotHere | S::Eligibility | S::Question, T::Back) => S::ItemInfo,
        (S::Check, T::Item) => S::ItemInfo,
        (S::Consent | S::Problem, T::Back) => S::Check,
        (S::Sign, T::Back) => S::Consent,
        (S::ProgressQuery, T::Back) => S::NoCard,

        // Working ends by itself: what is being committed is never thrown away half.
        (S::Start | S::Working | S::Closed, T::End) => return None,
        (_, T::End) => S::Start,
        (S::Start, T::Close) => S::Closed,
        (S::Closed, T::Open) => S::Start,
        (S::Start | S::Closed, T::Service) => S::Technician,
        (_, _) => return None,
    };
    Some(to)
}

/// The table as a Mermaid state diagram.
#[must_use]
pub fn diagram() -> String {
    let mut out = String::from("stateDiagram-v2\n    [*] --> Start\n");
    for state in State::ALL {
        let mut to: Vec<(State, Vec<String>)> = Vec::new();
        for trigger in Trigger::ALL {
            // `End` leads to Start from everywhere: one sentence below the diagram says so.
            let Some(target) = next(state, trigger).filter(|_| trigger != Trigger::End) else {
                continue;
            };
            match to.iter_mut().find(|(known, _)| *known == target) {
                Some((_, triggers)) => triggers.push(format!("{trigger:?}")),
                None => to.push((target, vec![format!("{trigger:?}")])),
            }
        }
        for (target, triggers) in to {
            out.push_str(&format!(
                "    {state:?} --> {target:?}: {}\n",
                triggers.join(", ")
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_state_is_reached_and_every_state_but_working_can_end() {
        let mut reached = BTreeSet::from([State::Start]);
        while {
            let more: BTreeSet<State> = reached
                .iter()
                .flat_map(|s| Trigger::ALL.into_iter().filter_map(|t| next(*s, t)))
                .collect();
            let before = reached.len();
            reached.extend(more);
            reached.len() > before
        } {}
        assert_eq!(reached.len(), State::ALL.len());
        for state in State::ALL {
            let ends = next(state, Trigger::End) == Some(State::Start);
            assert_eq!(
                ends,
                !matches!(state, State::Start | State::Working | State::Closed),
                "{state:?}"
            );
        }
    }

    #[test]
    fn nothing_leads_from_working_back_into_the_form() {
        for trigger in Trigger::ALL {
            let to = next(State::Working, trigger);
            assert!(
                matches!(to, None | Some(State::Confirmation | State::Problem)),
                "{trigger:?} {to:?}"
            );
        }
    }

    #[test]
    fn a_refusal_is_told_only_where_a_visit_begins() {
        for state in State::ALL {
            let told = next(state, Trigger::Tell).is_some();
            assert_eq!(told, state == State::Choose, "{state:?}");
        }
    }

    #[test]
    fn only_a_problem_or_a_confirmed_form_submits() {
        for state in State::ALL {
            let submits = next(state, Trigger::Submit).is_some();
            assert_eq!(
                submits,
                matches!(state, State::Consent | State::Sign | State::Problem),
                "{state:?}"
            );
        }
    }
}
