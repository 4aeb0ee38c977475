//! Input → answer, or a text that tells the person how to put it right.

use super::{Answer, Context, Input, Stroke};
use crate::division::Level;
use crate::item::bank_card::BankCardError;
use crate::item::{AddressLevel, Day, Question, QuestionKind, bank_card, citizen, mobile};
use crate::text::Text;

/// Longest detail of an address in characters.
const DETAIL_MAX: usize = 60;
/// Longest input that is looked at, in bytes.
const INPUT_MAX: usize = 4096;
/// Most strokes and points of a signature; a pad at 100 points a second gives 4000 in 40 s.
const STROKES_MAX: usize = 100;
const POINTS_MAX: usize = 4000;
/// Fewer points than this are a touch by accident, not a name.
const POINTS_MIN: usize = 8;

/// Why an input is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFault {
    /// Nothing there.
    Empty,
    /// The page handed over something of another kind.
    WrongKind,
    /// More characters than allowed.
    TooLong(usize),
    /// Characters that cannot be printed.
    Unprintable,
    /// No whole number.
    NotNumber,
    /// Outside the limits.
    OutOfRange(i64, i64),
    /// No day of the calendar.
    NotDay,
    /// None of the options.
    NotOption,
    /// No mobile number.
    NotMobile,
    /// A bank card number of a wrong length.
    BankCardLength,
    /// A digit of the bank card number is wrong.
    BankCardCheck,
    /// A citizen number of a wrong length.
    IdNumberLength,
    /// A character of the citizen number is wrong.
    IdNumberCheck,
    /// The place must be chosen down to the town.
    NeedsTown,
    /// The place must be chosen down to the village.
    NeedsVillage,
    /// The house number is missing.
    NeedsDetail,
    /// The signature is a dot.
    SignatureShort,
    /// The signature is too long.
    SignatureLong,
}

impl AnswerFault {
    /// What the person reads: what is wrong and how to put it right.
    #[must_use]
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            Self::Empty => ("请先回答这个问题", "Please answer this question"),
            Self::WrongKind => (
                "没有读到您的回答，请再试一次",
                "Your answer was not read, please try again",
            ),
            Self::TooLong(n) => {
                return Text::new(
                    &format!("最多 {n} 个字，请写短一些"),
                    &format!("At most {n} characters, please shorten it"),
                );
            }
            Self::Unprintable => (
                "有认不出的字符，请删掉重新输入",
                "There is an unknown character, please delete it",
            ),
            Self::NotNumber => ("请只输入数字", "Please type digits only"),
            Self::OutOfRange(min, max) => {
                return Text::new(
                    &format!("请输入 {min} 到 {max} 之间的数"),
                    &format!("Please enter a number from {min} to {max}"),
                );
            }
            Self::NotDay => (
                "没有这一天，请重新选择年、月、日",
                "There is no such day, please choose year, month and day again",
            ),
            Self::NotOption => ("请从列出的选项中选一个", "Please choose one of the options"),
            Self::NotMobile => (
                "手机号码是11位，以1开头，请对照检查",
                "A mobile number has 11 digits and starts with 1, please check it",
            ),
            Self::BankCardLength => (
                "银行卡号是12到19位数字，请照卡面输入",
                "A card number has 12 to 19 digits, please copy it from the card",
            ),
            Self::BankCardCheck => (
                "卡号有一位不对，请照卡面逐位检查",
                "One digit is wrong, please compare with the card",
            ),
            Self::IdNumberLength => (
                "身份证号码是18位，请检查是否漏了或多了",
                "An identity number has 18 characters, please check it",
            ),
            Self::IdNumberCheck => (
                "身份证号码有一位不对，请逐位检查",
                "One character of the identity number is wrong, please compare",
            ),
            Self::NeedsTown => ("请选择镇（街道）", "Please choose the town or street"),
            Self::NeedsVillage => ("请选到村（社区）", "Please choose the village or community"),
            Self::NeedsDetail => (
                "请填写路名和门牌号",
                "Please fill in the road and house number",
            ),
            Self::SignatureShort => (
                "请在框内写下完整的姓名",
                "Please write your full name in the box",
            ),
            Self::SignatureLong => (
                "笔画太多，请清除后重写",
                "Too many strokes, please clear and write again",
            ),
        };
        Text::new(zh, en)
    }
}

/// Checks what a person gave for `question`.
///
/// # Errors
/// An [`AnswerFault`] whose text tells how to put it right.
pub fn check(
    question: &Question,
    input: &Input,
    context: &Context<'_>,
) -> Result<Answer, AnswerFault> {
    match (question.kind, input) {
        (QuestionKind::Address, Input::Address { code, detail }) => {
            if question.optional && code.is_empty() && detail.trim().is_empty() {
                return Ok(Answer::Skipped);
            }
            address(question, code, detail, context)
        }
        (QuestionKind::Signature, Input::Signature(strokes)) => {
            if question.optional && strokes.is_empty() {
                return Ok(Answer::Skipped);
            }
            signature(strokes)
        }
        (QuestionKind::Address | QuestionKind::Signature, Input::Text(text))
            if text.trim().is_empty() =>
        {
            skipped(question)
        }
        (QuestionKind::Address | QuestionKind::Signature, _) => Err(AnswerFault::WrongKind),
        (_, Input::Text(text)) => typed(question, text),
        (_, Input::Address { .. } | Input::Signature(_)) => Err(AnswerFault::WrongKind),
    }
}

fn skipped(question: &Question) -> Result<Answer, AnswerFault> {
    if question.optional {
        Ok(Answer::Skipped)
    } else {
        Err(AnswerFault::Empty)
    }
}

fn typed(question: &Question, text: &str) -> Result<Answer, AnswerFault> {
    use QuestionKind as K;
    if text.len() > INPUT_MAX {
        return Err(AnswerFault::TooLong(question.text_limit()));
    }
    let text = text.trim();
    if text.is_empty() {
        return skipped(question);
    }
    // Digits are typed in groups, and a Chinese input method may give full-width ones.
    let dense: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(half_width)
        .collect();
    match question.kind {
        K::Text => free_text(text, question.text_limit()).map(Answer::Text),
        K::Number => number(question, text),
        K::Date => Day::parse(text)
            .map(Answer::Date)
            .ok_or(AnswerFault::NotDay),
        K::Choice => match question.option(text) {
            Some(option) => Ok(Answer::Choice(option.value.clone())),
            None => Err(AnswerFault::NotOption),
        },
        K::YesNo => match text {
            "yes" => Ok(Answer::YesNo(true)),
            "no" => Ok(Answer::YesNo(false)),
            _ => Err(AnswerFault::NotOption),
        },
        K::Mobile if mobile::is_mobile(&dense) => Ok(Answer::Mobile(dense)),
        K::Mobile => Err(AnswerFault::NotMobile),
        K::BankCard => match bank_card::check(&dense) {
            Ok(()) => Ok(Answer::BankCard(dense)),
            Err(BankCardError::Check) => Err(AnswerFault::BankCardCheck),
            Err(BankCardError::Length(_) | BankCardError::Digits) => {
                Err(AnswerFault::BankCardLength)
            }
        },
        K::IdNumber => {
            if dense.chars().count() != 18 {
                return Err(AnswerFault::IdNumberLength);
            }
            citizen::check(&dense).map_err(|_| AnswerFault::IdNumberCheck)?;
            Ok(Answer::IdNumber(dense.to_ascii_uppercase()))
        }
        K::Address | K::Signature => Err(AnswerFault::WrongKind),
    }
}

/// Full-width letters and digits (U+FF01 to U+FF5E) as ASCII.
fn half_width(c: char) -> char {
    match u32::from(c) {
        n @ 0xFF01..=0xFF5E => char::from_u32(n - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

fn free_text(text: &str, max: usize) -> Result<String, AnswerFault> {
    if text.chars().count() > max {
        return Err(AnswerFault::TooLong(max));
    }
    if text.chars().any(char::is_control) {
        return Err(AnswerFault::Unprintable);
    }
    Ok(text.to_owned())
}

fn number(question: &Question, text: &str) -> Result<Answer, AnswerFault> {
    let plain: String = text.chars().map(half_width).collect();
    let digits = plain.strip_prefix('-').unwrap_or(&plain);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AnswerFault::NotNumber);
    }
    let (min, max) = (
        question.min.unwrap_or(i64::MIN),
        question.max.unwrap_or(i64::MAX),
    );
    match plain.parse::<i64>() {
        Ok(value) if (min..=max).contains(&value) => Ok(Answer::Number(value)),
        _ => Err(AnswerFault::OutOfRange(min, max)),
    }
}

fn address(
    question: &Question,
    code: &str,
    detail: &str,
    context: &Context<'_>,
) -> Result<Answer, AnswerFault> {
    let level = context.divisions.get(code).map(|d| d.level);
    match question.level.unwrap_or_default() {
        AddressLevel::Town if level < Some(Level::Town) => return Err(AnswerFault::NeedsTown),
        AddressLevel::Village if level < Some(Level::Town) => return Err(AnswerFault::NeedsTown),
        AddressLevel::Village if level < Some(Level::Village) => {
            return Err(AnswerFault::NeedsVillage);
        }
        AddressLevel::Town | AddressLevel::Village => {}
    }
    let detail = detail.trim();
    if detail.is_empty() {
        return Err(AnswerFault::NeedsDetail);
    }
    if detail.len() > INPUT_MAX {
        return Err(AnswerFault::TooLong(DETAIL_MAX));
    }
    Ok(Answer::Address {
        code: format!("{code:0<12}"),
        place: context.divisions.full_name(code),
        detail: free_text(detail, DETAIL_MAX)?,
    })
}

fn signature(strokes: &[Stroke]) -> Result<Answer, AnswerFault> {
    let points: usize = strokes.iter().map(Vec::len).sum();
    if strokes.len() > STROKES_MAX || points > POINTS_MAX {
        return Err(AnswerFault::SignatureLong);
    }
    if points < POINTS_MIN {
        return Err(AnswerFault::SignatureShort);
    }
    Ok(Answer::Signature(strokes.to_vec()))
}
