//! What a touch means on each page.

use std::time::Instant;

use crate::domain::input::{Key as EditorKey, Mode};
use crate::domain::page::{Intent, Keys};
use crate::domain::world::{Line, World};
use crate::item::{Item, Kind, Offline};
use crate::text::Text;

use super::browse::{ListOf, PER_LIST};
use super::delivery::with_delivery;
use super::entry::{Entry, PER_PAGE, STROKES_MAX};
use super::filing::Filing;
use super::state::{State, Trigger};
use super::{Demand, Layer, ProgressOf, Visit};

/// Lines on one page of the check page.
pub const PER_CHECK: usize = 7;
/// Shortest signature, as the sum of its strokes' lengths in widths of the canvas.
const SIGNATURE_MIN: f32 = 0.25;

impl Visit {
    /// Takes a touch. Anything said moves the idle clock.
    pub fn intent(&mut self, intent: Intent, world: &World, now: Instant) -> Vec<Demand> {
        self.last_touch = now;
        match intent {
            Intent::Touch => {
                if self.state == State::Start {
                    self.go(Trigger::Begin, world, now);
                }
                Vec::new()
            }
            Intent::Language => {
                self.lang = self.lang.other();
                Vec::new()
            }
            Intent::Help => {
                self.layer = Some(Layer::Help);
                Vec::new()
            }
            Intent::Leave => {
                self.leave(world, now);
                Vec::new()
            }
            Intent::OverlayStay => {
                self.layer = None;
                Vec::new()
            }
            Intent::OverlayLeave => {
                if self.layer.take() == Some(Layer::Leave) {
                    self.go(Trigger::End, world, now);
                }
                Vec::new()
            }
            _ if self.layer.is_some() => Vec::new(),
            Intent::Back => {
                self.back(world, now);
                Vec::new()
            }
            Intent::NextPage => {
                self.turn(true);
                Vec::new()
            }
            Intent::PreviousPage => {
                self.turn(false);
                Vec::new()
            }
            Intent::Primary => self.primary(world, now),
            Intent::Secondary(place) => self.secondary(place, world, now),
            Intent::Choose(place) => self.choose(place, world, now),
            Intent::Change(place) => {
                if self.state == State::Check {
                    self.change(self.list_page * PER_CHECK + place, world, now);
                }
                Vec::new()
            }
            Intent::Stroke(stroke) => {
                self.stroke(stroke, world);
                Vec::new()
            }
            keyed => {
                self.key(keyed, world);
                Vec::new()
            }
        }
    }

    fn leave(&mut self, world: &World, now: Instant) {
        match self.state {
            State::Start | State::Working | State::Closed => {}
            // Nothing would be lost: no question.
            State::Identify
            | State::NoCard
            | State::Goodbye
            | State::Confirmation
            | State::Rating => {
                self.go(Trigger::End, world, now);
            }
            _ => self.layer = Some(Layer::Leave),
        }
    }

    fn turn(&mut self, forward: bool) {
        let page = match &mut self.entry {
            Entry::Pick { page, .. } => page,
            Entry::Address(address) => &mut address.page,
            _ => &mut self.list_page,
        };
        *page = if forward {
            *page + 1
        } else {
            page.saturating_sub(1)
        };
    }

    fn back(&mut self, world: &World, now: Instant) {
        match self.state {
            State::Identify if self.item.is_some() => {
                self.go(Trigger::Pick, world, now);
            }
            State::Choose if self.who.is_none() => {
                self.go(Trigger::Cardless, world, now);
            }
            State::Question => self.back_in_form(world, now),
            State::Check => self.back_to_form(world, now),
            State::ItemInfo | State::NotHere | State::Progress if self.who.is_none() => {
                self.go(Trigger::Again, world, now);
            }
            _ => {
                self.go(Trigger::Back, world, now);
            }
        }
    }

    fn primary(&mut self, world: &World, now: Instant) -> Vec<Demand> {
        match self.state {
            State::Start => {
                self.go(Trigger::Begin, world, now);
            }
            State::ItemInfo => self.begin_item(world, now),
            State::Eligibility => self.answer_condition(world, now),
            State::Question => self.finish_question(world, now),
            State::Check => {
                self.list_page = 0;
                self.go(Trigger::Consent, world, now);
            }
            State::Consent
                if self
                    .item()
                    .is_some_and(|i| i.signature.as_ref().is_some_and(|s| s.required)) =>
            {
                self.go(Trigger::Sign, world, now);
                self.entry = Entry::Ink(self.signature.clone());
            }
            State::Sign => return self.signed(world, now),
            State::Consent | State::Problem => return self.submit(world, now),
            State::Confirmation => {
                self.go(Trigger::Rate, world, now);
            }
            State::Rating | State::NotHere | State::Progress => {
                self.go(Trigger::Finish, world, now);
            }
            State::Goodbye => {
                self.go(Trigger::End, world, now);
            }
            State::ProgressQuery => return self.ask_by_number(world, now),
            _ => {}
        }
        Vec::new()
    }

    fn secondary(&mut self, place: usize, world: &World, now: Instant) -> Vec<Demand> {
        match (self.state, place) {
            (State::Identify, 0) => {
                self.go(Trigger::Cardless, world, now);
            }
            (State::Choose, 0) => {
                self.go(Trigger::Search, world, now);
            }
            (State::Choose, 1) => return self.ask_progress(world, now),
            (State::Confirmation | State::Goodbye | State::NotHere | State::Progress, 0) => {
                self.go(Trigger::Again, world, now);
            }
            (State::Confirmation, 1) => return vec![Demand::PrintAgain],
            (State::Question, 0) if matches!(self.entry, Entry::Ink(_)) => {
                self.entry = Entry::Ink(Vec::new())
            }
            (State::Sign, 0) => self.entry = Entry::Ink(Vec::new()),
            _ => {}
        }
        Vec::new()
    }

    fn choose(&mut self, place: usize, world: &World, now: Instant) -> Vec<Demand> {
        match self.state {
            State::NoCard => match place {
                0 => {
                    self.go(Trigger::Browse, world, now);
                }
                1 => {
                    self.go(Trigger::ProgressQuery, world, now);
                }
                _ => {
                    self.go(Trigger::NeedCard, world, now);
                }
            },
            State::Choose => {
                self.list = match place.checked_sub(1) {
                    None => ListOf::Popular,
                    Some(at) => match world.catalogue.situations().get(at) {
                        Some(situation) => ListOf::Situation(situation.id.clone()),
                        None => return Vec::new(),
                    },
                };
                self.list_page = 0;
                self.go(Trigger::List, world, now);
            }
            State::Items => {
                let (window, _) = self.list_window(world);
                if let Some(item) = window.get(place).filter(|_| place < PER_LIST) {
                    return self.pick((*item).clone(), world, now);
                }
            }
            State::Search => {
                if let Some(item) = self.found(world).get(place) {
                    return self.pick((*item).clone(), world, now);
                }
            }
            State::Rating => {
                if let Some(level) = 5_usize.checked_sub(place).filter(|level| *level > 0) {
                    let level = level as u8;
                    if let Some(filing) = &mut self.filing {
                        filing.rating = Some(level);
                    }
                    self.go(Trigger::Finish, world, now);
                    return vec![Demand::Rate { level }];
                }
            }
            State::Eligibility | State::Question => self.choose_entry(place, world),
            _ => {}
        }
        Vec::new()
    }

    fn choose_entry(&mut self, place: usize, world: &World) {
        self.error = None;
        match &mut self.entry {
            Entry::Pick { of, chosen, page } => {
                let whole = *page * PER_PAGE + place;
                if place < PER_PAGE && whole < *of {
                    *chosen = Some(whole);
                }
            }
            Entry::Address(address) if place < PER_PAGE => {
                let whole = address.page * PER_PAGE + place;
                address.choose(whole, world.catalogue.divisions());
            }
            _ => {}
        }
    }

    fn pick(&mut self, item: Item, world: &World, now: Instant) -> Vec<Demand> {
        let code = item.task_code.clone();
        self.forget_answers();
        self.item = Some(Box::new(item));
        self.go(Trigger::Pick, world, now);
        vec![Demand::Picked(code)]
    }

    /// "Begin" on the item's page: card, conditions, then the form. What cannot be finished is said before typing.
    pub(crate) fn begin_item(&mut self, world: &World, now: Instant) {
        let Some(item) = self.item.as_deref() else {
            return;
        };
        if item.kind == Kind::Guide {
            self.go(Trigger::Finish, world, now);
            return;
        }
        if let Some(refusal) = refused_now(item, world) {
            self.refusal = Some(refusal);
            self.go(Trigger::Refuse, world, now);
            return;
        }
        let Some(who) = &self.who else {
            self.go(Trigger::NeedCard, world, now);
            return;
        };
        let item = with_delivery(item, who);
        self.item = Some(Box::new(item));
        self.forget_answers();
        self.next_condition(world, now);
    }

    fn signed(&mut self, world: &World, now: Instant) -> Vec<Demand> {
        let Entry::Ink(strokes) = &self.entry else {
            return Vec::new();
        };
        let length: f32 = strokes
            .iter()
            .flat_map(|s| s.windows(2))
            .map(|w| (w[1].0 - w[0].0).hypot(w[1].1 - w[0].1))
            .sum();
        if length < SIGNATURE_MIN {
            self.error = Some(Text::new(
                "请在框内写下您的姓名。",
                "Please write your name in the box.",
            ));
            return Vec::new();
        }
        self.signature = strokes.clone();
        self.submit(world, now)
    }

    fn submit(&mut self, world: &World, now: Instant) -> Vec<Demand> {
        let drafts = self.drafts(world);
        if drafts.is_empty() {
            return Vec::new();
        }
        let names = drafts.iter().map(|draft| draft.task_name.clone()).collect();
        if !self.go(Trigger::Submit, world, now) {
            return Vec::new();
        }
        self.filing = Some(Filing {
            names,
            ..Filing::default()
        });
        vec![Demand::File(drafts)]
    }

    fn ask_progress(&mut self, world: &World, now: Instant) -> Vec<Demand> {
        let Some(who) = &self.who else {
            self.go(Trigger::NeedCard, world, now);
            return Vec::new();
        };
        let demand = Demand::PersonsCases {
            cert_type: cert_type(who.kind).into(),
            cert_no: who.number.clone(),
        };
        self.progress = ProgressOf::Asking;
        self.go(Trigger::Progress, world, now);
        vec![demand]
    }

    fn ask_by_number(&mut self, world: &World, now: Instant) -> Vec<Demand> {
        let number = match &self.entry {
            Entry::Typed(editor) => editor.value().trim().to_uppercase(),
            _ => return Vec::new(),
        };
        match crate::case::FilingNumber::parse(&number) {
            Ok(number) => {
                self.progress = ProgressOf::Asking;
                self.go(Trigger::Progress, world, now);
                vec![Demand::CaseByNumber(number.0)]
            }
            Err(_) => {
                self.error = Some(Text::new(
                    "收件号不对,请对照回执重新输入,例如 W0012-A7-000123-C。",
                    "This is not a filing number. Please copy it from your receipt.",
                ));
                Vec::new()
            }
        }
    }

    fn stroke(&mut self, stroke: Vec<(f32, f32)>, world: &World) {
        let clean: Vec<_> = stroke
            .into_iter()
            .take(256)
            .filter(|(x, y)| x.is_finite() && y.is_finite())
            .map(|(x, y)| (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0)))
            .collect();
        if clean.is_empty() {
            return;
        }
        self.error = None;
        if let Entry::Ink(strokes) = &mut self.entry {
            if strokes.len() < STROKES_MAX {
                strokes.push(clean);
            }
        } else if let Some(editor) = self.entry.editor_mut() {
            editor.handle(EditorKey::InkStroke(clean), &world.engines);
        }
    }

    fn key(&mut self, intent: Intent, world: &World) {
        if let (Entry::Ink(strokes), Intent::Clear) = (&mut self.entry, &intent) {
            strokes.clear();
            return;
        }
        let Some(editor) = self.entry.editor_mut() else {
            return;
        };
        let key = match intent {
            Intent::Key(' ') => EditorKey::Space,
            Intent::Key(c) => EditorKey::Char(c),
            Intent::Insert(text) => EditorKey::Insert(text),
            Intent::Backspace => EditorKey::Backspace,
            Intent::Clear if !editor.ink().is_empty() => EditorKey::ClearInk,
            Intent::Clear => EditorKey::Clear,
            Intent::Candidate(place) => EditorKey::Candidate(place),
            Intent::NextCandidates => EditorKey::NextCandidates,
            Intent::PreviousCandidates => EditorKey::PrevCandidates,
            Intent::KeySet(keys) => EditorKey::Mode(match keys {
                Keys::Digits | Keys::IdNumber => Mode::Digits,
                Keys::Pinyin => Mode::Pinyin,
                Keys::Latin => Mode::Latin,
                Keys::Handwriting => Mode::Handwriting,
            }),
            _ => return,
        };
        self.error = None;
        editor.handle(key, &world.engines);
    }
}

/// Why an item cannot be begun now, whoever asks: what and what to do instead.
fn refused_now(item: &Item, world: &World) -> Option<(Text, Text)> {
    if item.offline == Offline::OnlineOnly && world.line == Line::Down {
        return Some((
            Text::new(
                "线路中断,这个事项现在不能办理。",
                "The line is down; this item needs it.",
            ),
            Text::new(
                "请稍后再来,或到窗口办理。",
                "Please come back later or go to the window.",
            ),
        ));
    }
    if let (Some(window), Some(wall)) = (&item.window, &world.wall)
        && !window.is_open(wall.day)
    {
        return Some((
            Text {
                zh: format!("这个事项每年 {} 至 {} 办理。", window.from, window.to),
                en: format!(
                    "This item is open from {} to {} each year.",
                    window.from, window.to
                ),
            },
            Text::new("请在办理时间内再来。", "Please come back in that time."),
        ));
    }
    None
}

/// SQRZJLX of a document: `10` is the resident identity card; the others are the codes used in the contract.
#[must_use]
pub fn cert_type(kind: crate::document::Kind) -> &'static str {
    use crate::document::Kind as Document;
    match kind {
        Document::Resident => "10",
        Document::HkMacaoTaiwan => "11",
        Document::Foreigner2017 | Document::Foreigner2023 => "12",
    }
}
