//! Conditions and questions in their order: what is asked next, what was answered, what the check page lists.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::document::{IdentityDocument, Sex};
use crate::domain::form::{
    self, Answer, Answers, Applicant, Context, Eligibility, Input, Prefill, check, display,
    eligibility,
};
use crate::domain::input::{Editor, Key, Kind as Field};
use crate::domain::world::World;
use crate::item::citizen::Sex as CitizenSex;
use crate::item::{AddressLevel, Condition, Day, Item, Kind, PrefillKey, Question, QuestionKind};

use super::Visit;
use super::delivery::{ADDRESS, DELIVERY};
use super::entry::{AddressEntry, Entry};
use super::state::{State, Trigger};

/// A canvas in the pixels that a signature is kept in, for coordinates of 0 to 1.
pub(crate) const CANVAS: (f32, f32) = (1000.0, 500.0);

/// A line of the check page: name, value and, when it can be changed, the question.
pub type CheckLine = (String, String, Option<String>);

impl Visit {
    /// What a form is filled in against. Without a trusted clock the catalogue's own first day stands for today:
    /// ages are then a little too young, and the platform judges them anyhow.
    pub(crate) fn context<'w>(&self, world: &'w World) -> Context<'w> {
        let today = world
            .wall
            .as_ref()
            .map(|wall| wall.day)
            .or(self.item().map(|item| item.effective));
        Context {
            divisions: world.catalogue.divisions(),
            today: today.unwrap_or_else(|| Day::new(2026, 1, 1).expect("a day of the calendar")),
            birth: self.who.as_deref().and_then(birth),
        }
    }

    /// What the card alone says about the item's conditions; `None` when it says nothing.
    #[must_use]
    pub(crate) fn judged_by_card(&self, item: &Item, world: &World) -> Option<bool> {
        self.who.as_ref()?;
        let by_card = |c: &Condition| c.age.is_some() || c.sex.is_some();
        match self.weigh(item, &BTreeMap::new(), world) {
            Eligibility::NotEligible(_) => Some(false),
            Eligibility::Eligible | Eligibility::Ask(_) if item.conditions.iter().any(by_card) => {
                Some(true)
            }
            Eligibility::Eligible | Eligibility::Ask(_) => None,
        }
    }

    fn weigh(&self, item: &Item, asked: &BTreeMap<usize, bool>, world: &World) -> Eligibility {
        let who = self.who.as_deref();
        let applicant = Applicant {
            age: self.context(world).age(),
            sex: who.and_then(|who| match who.sex {
                Sex::Male => Some(CitizenSex::Male),
                Sex::Female => Some(CitizenSex::Female),
                Sex::Unknown | Sex::NotStated => None,
            }),
            address: who.map(|who| who.address.as_str()),
        };
        eligibility(item, &applicant, asked)
    }

    /// The condition that is asked on the open page.
    #[must_use]
    pub(crate) fn open_condition(&self) -> Option<&Condition> {
        self.item()?.conditions.get(self.condition)
    }

    /// Goes to the next open condition, to the form, or away when one is not met.
    pub(crate) fn next_condition(&mut self, world: &World, now: Instant) {
        let Some(item) = self.item.as_deref() else {
            return;
        };
        match self.weigh(item, &self.asked, world) {
            Eligibility::NotEligible(failed) => {
                let condition = failed.first().and_then(|at| item.conditions.get(*at));
                self.refusal = condition.map(|c| (c.why.clone(), c.instead.clone()));
                self.go(Trigger::Refuse, world, now);
            }
            Eligibility::Ask(open) => {
                self.condition = open.first().copied().unwrap_or(0);
                self.go(Trigger::Ask, world, now);
                self.entry = Entry::Pick {
                    of: 2,
                    chosen: None,
                    page: 0,
                };
            }
            Eligibility::Eligible => self.begin_form(world, now),
        }
    }

    /// `下一步` on a condition.
    pub(crate) fn answer_condition(&mut self, world: &World, now: Instant) {
        let Entry::Pick {
            chosen: Some(chosen),
            ..
        } = self.entry
        else {
            return;
        };
        self.asked.insert(self.condition, chosen == 0);
        self.next_condition(world, now);
    }

    fn begin_form(&mut self, world: &World, now: Instant) {
        let context = self.context(world);
        let Some(item) = self.item.as_deref() else {
            return;
        };
        if let Some(who) = self.who.as_deref() {
            form::prefill(item, &mut self.answers, &prefill_of(who), &context);
        }
        self.prefilled = item
            .form
            .iter()
            .filter(|q| self.answers.get(&q.id).is_some())
            .map(|q| q.id.clone())
            .collect();
        self.next_question(world, now);
    }

    /// Opens the first question without an answer, or the check page.
    fn next_question(&mut self, world: &World, now: Instant) {
        let context = self.context(world);
        let Some(item) = self.item.as_deref() else {
            return;
        };
        form::drop_hidden(item, &mut self.answers, &context);
        match form::next(item, &self.answers, &context).map(|q| q.id.clone()) {
            Some(id) => {
                self.question = Some(id);
                self.go(Trigger::Question, world, now);
            }
            None => {
                self.changing = false;
                self.list_page = 0;
                self.go(Trigger::Check, world, now);
            }
        }
    }

    /// The open question.
    #[must_use]
    pub(crate) fn open_question(&self) -> Option<&Question> {
        self.item()?.question(self.question.as_deref()?)
    }

    /// The open question is one of those about the result's delivery.
    #[must_use]
    pub(crate) fn asks_delivery(&self) -> bool {
        self.question
            .as_deref()
            .is_some_and(|id| id == DELIVERY || id == ADDRESS)
    }

    /// Makes the entry of the open question from what was answered before.
    pub(crate) fn prepare_entry(&mut self, world: &World) {
        let Some(question) = self.open_question() else {
            return;
        };
        let answer = self.answers.get(&question.id);
        self.entry = match question.kind {
            QuestionKind::YesNo => {
                let chosen = match answer {
                    Some(Answer::YesNo(yes)) => Some(usize::from(!yes)),
                    _ => None,
                };
                Entry::Pick {
                    of: 2,
                    chosen,
                    page: 0,
                }
            }
            QuestionKind::Choice => {
                let chosen = match answer {
                    Some(Answer::Choice(value)) => {
                        question.options.iter().position(|o| o.value == *value)
                    }
                    _ => None,
                };
                Entry::Pick {
                    of: question.options.len(),
                    chosen,
                    page: 0,
                }
            }
            QuestionKind::Address => {
                let mut entry =
                    AddressEntry::new(question.level == Some(AddressLevel::Town), world);
                if let Some(Answer::Address { code, detail, .. }) = answer {
                    entry.fill(code, detail, world);
                }
                Entry::Address(entry)
            }
            QuestionKind::Signature => Entry::Ink(Vec::new()),
            QuestionKind::Text => typed(
                Field::Text {
                    max_chars: question.text_limit(),
                },
                answer,
                world,
            ),
            QuestionKind::Number => typed(Field::Digits { max_len: 9 }, answer, world),
            QuestionKind::Mobile => typed(Field::Digits { max_len: 11 }, answer, world),
            QuestionKind::BankCard => typed(Field::Digits { max_len: 19 }, answer, world),
            QuestionKind::Date => typed(Field::Date, answer, world),
            QuestionKind::IdNumber => typed(Field::IdNumber, answer, world),
        };
    }

    /// `下一步` on a question: keeps a good answer, says how to mend a bad one and loses nothing.
    pub(crate) fn finish_question(&mut self, world: &World, now: Instant) {
        let context = self.context(world);
        let Some(question) = self.open_question() else {
            return;
        };
        let Some(input) = self.input_of(question) else {
            return;
        };
        match check(question, &input, &context) {
            Ok(answer) => {
                let id = question.id.clone();
                self.answers.insert(&id, answer);
                self.next_question(world, now);
            }
            Err(fault) => self.error = Some(fault.text()),
        }
    }

    fn input_of(&self, question: &Question) -> Option<Input> {
        Some(match &self.entry {
            Entry::None => return None,
            Entry::Pick { chosen, .. } => Input::Text(match (question.kind, chosen) {
                (_, None) => String::new(),
                (QuestionKind::YesNo, Some(0)) => "yes".into(),
                (QuestionKind::YesNo, Some(_)) => "no".into(),
                (_, Some(at)) => question.options.get(*at)?.value.clone(),
            }),
            Entry::Typed(editor) => Input::Text(editor.value().to_owned()),
            Entry::Address(address) => Input::Address {
                code: address.code()?.to_owned(),
                detail: address.detail.value().to_owned(),
            },
            Entry::Ink(strokes) => Input::Signature(
                strokes
                    .iter()
                    .map(|s| {
                        s.iter()
                            .map(|(x, y)| ((x * CANVAS.0) as u16, (y * CANVAS.1) as u16))
                            .collect()
                    })
                    .collect(),
            ),
        })
    }

    /// `返回` on a question: inside the address, to the question before, to the check page, to the item.
    pub(crate) fn back_in_form(&mut self, world: &World, now: Instant) {
        if let Entry::Address(address) = &mut self.entry
            && address.back()
        {
            return;
        }
        if self.changing {
            self.changing = false;
            self.next_question(world, now);
            return;
        }
        let asked = self.asked_questions(world);
        let before = asked
            .iter()
            .position(|id| Some(id) == self.question.as_ref())
            .and_then(|at| at.checked_sub(1));
        match before.and_then(|at| asked.get(at)) {
            Some(id) => {
                self.question = Some(id.clone());
                self.go(Trigger::Question, world, now);
            }
            None => {
                self.go(Trigger::Back, world, now);
            }
        }
    }

    /// `返回` on the check page: the last question.
    pub(crate) fn back_to_form(&mut self, world: &World, now: Instant) {
        self.list_page = 0;
        match self.asked_questions(world).pop() {
            Some(id) => {
                self.question = Some(id);
                self.go(Trigger::Question, world, now);
            }
            None => {
                self.go(Trigger::Item, world, now);
            }
        }
    }

    /// `修改` on the check page.
    pub(crate) fn change(&mut self, place: usize, world: &World, now: Instant) {
        let Some((_, _, Some(id))) = self.check_lines(world).into_iter().nth(place) else {
            return;
        };
        self.question = Some(id);
        self.changing = true;
        self.go(Trigger::Question, world, now);
    }

    /// Identifiers of the questions that are really put to the person, in order.
    fn asked_questions(&self, world: &World) -> Vec<String> {
        let Some(item) = self.item() else {
            return Vec::new();
        };
        form::visible(item, &self.answers, &self.context(world))
            .into_iter()
            .filter(|q| !self.prefilled.contains(&q.id))
            .map(|q| q.id.clone())
            .collect()
    }

    /// Step and number of steps: the questions, then check, then consent, then the signature if there is one.
    #[must_use]
    pub(crate) fn step(&self, world: &World) -> (u32, u32) {
        let Some(item) = self.item().filter(|item| item.kind != Kind::Guide) else {
            return (0, 0);
        };
        let asked = self.asked_questions(world);
        let signs = item
            .signature
            .as_ref()
            .is_some_and(|signature| signature.required);
        let of = asked.len() + 2 + usize::from(signs);
        let at = match self.state {
            State::Question if self.changing => return (0, 0),
            State::Question => match asked
                .iter()
                .position(|id| Some(id) == self.question.as_ref())
            {
                Some(at) => at + 1,
                None => return (0, 0),
            },
            State::Check => asked.len() + 1,
            State::Consent => asked.len() + 2,
            State::Sign => of,
            _ => return (0, 0),
        };
        (at as u32, of as u32)
    }

    /// Lines of the check page: who, then every answer.
    #[must_use]
    pub(crate) fn check_lines(&self, world: &World) -> Vec<CheckLine> {
        let Some(item) = self.item() else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        if let Some(who) = &self.who {
            let label = match self.lang {
                crate::text::Lang::Zh => "申请人",
                crate::text::Lang::En => "Applicant",
            };
            lines.push((
                label.to_owned(),
                format!("{}  {}", who.masked_name(), who.masked_number()),
                None,
            ));
        }
        for question in form::visible(item, &self.answers, &self.context(world)) {
            if let Some(answer) = self.answers.get(&question.id) {
                let value = display(question, answer, self.lang);
                lines.push((
                    question.text.get(self.lang).to_owned(),
                    value,
                    Some(question.id.clone()),
                ));
            }
        }
        lines
    }

    /// Forgets the answers.
    pub(crate) fn forget_answers(&mut self) {
        self.answers = Answers::new();
        self.asked.clear();
        self.prefilled.clear();
        self.question = None;
        self.changing = false;
        self.condition = 0;
        self.refusal = None;
    }
}

fn typed(kind: Field, answer: Option<&Answer>, world: &World) -> Entry {
    let mut editor = Editor::new(kind, &world.engines);
    let text = match answer {
        Some(Answer::Text(t) | Answer::Mobile(t) | Answer::BankCard(t) | Answer::IdNumber(t)) => {
            t.clone()
        }
        Some(Answer::Number(n)) => n.to_string(),
        Some(Answer::Date(day)) => day.to_string().replace('-', ""),
        _ => String::new(),
    };
    editor.handle(Key::Insert(text), &world.engines);
    Entry::Typed(editor)
}

fn birth(who: &IdentityDocument) -> Option<Day> {
    Day::parse(&who.birth.to_string())
}

fn prefill_of(who: &IdentityDocument) -> Prefill {
    let mut card = Prefill::default();
    card.insert(PrefillKey::Name, who.name.clone());
    card.insert(PrefillKey::Number, who.number.clone());
    card.insert(PrefillKey::Birth, who.birth.to_string());
    card.insert(PrefillKey::Sex, who.sex.name().to_owned());
    let address = if who.latest_address.is_empty() {
        &who.address
    } else {
        &who.latest_address
    };
    card.insert(PrefillKey::Address, address.clone());
    if let Some(nation) = who.nation.and_then(|nation| nation.name()) {
        card.insert(PrefillKey::Nation, nation.to_owned());
    }
    card
}
