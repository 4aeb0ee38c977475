//! One question: what is entered for it, made from the answer and made into one.

use crate::domain::form::{Answer, Input};
use crate::domain::input::{Editor, Key, Kind as Field};
use crate::domain::world::World;
use crate::item::{AddressLevel, Question, QuestionKind};

use super::Visit;
use super::entry::{AddressEntry, Entry};

/// A canvas in the pixels that a signature is kept in, for coordinates of 0 to 1.
pub(super) const CANVAS: (f32, f32) = (1000.0, 500.0);

impl Visit {
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
            QuestionKind::Signature => Entry::Ink(Default::default()),
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

    pub(super) fn input_of(&self, question: &Question) -> Option<Input> {
        Some(match &self.entry {
            Entry::None => return None,
            Entry::Pick { chosen, .. } => Input::Text(match (question.kind, chosen) {
                (_, None) => String::new(),
                (QuestionKind::YesNo, Some(0)) => "yes".into(),
                (QuestionKind::YesNo, Some(_)) => "no".into(),
                (_, Some(at)) => question.options.get(*at)?.value.clone(),
            }),
            Entry::Typed(editor) => Input::Text(editor.value().to_owned()),
            Entry::Address(address) if question.optional && address.town.is_none() => {
                Input::Text(String::new())
            }
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
