//! What may leave a machine in a diagnosis: nothing of a person, and no secret.
//!
//! A line of the journal is not searched for what must not be in it: it is read, and only what the catalogue of events can have
//! put there is written anew. Texts of which less is known lose every number that could be a person's, every long word that could be
//! a secret, and where they are not our own every Chinese character.

use serde_json::{Map, Value};

use crate::events::{EventId, Id};
use crate::text::Lang;

/// Stands where something was left out.
pub const OUT: &str = "[…]";
/// Longest run of digits that stays: no part of a telephone or a document number.
const DIGITS_MAX: usize = 6;
/// From this on a number could be somebody's.
const NUMBER_MAX: i64 = 1_000_000_000;
/// Longest word of letters alone that stays.
const WORD_MAX: usize = 32;
/// Longest word of letters and anything else that stays.
const MIXED_MAX: usize = 8;
/// Most capitals within a word of ours, `outOfService`.
const HUMPS_MAX: usize = 3;

/// A line of the journal, made anew from what it may hold; `None` when it is no line of the journal.
#[must_use]
pub fn journal_line(line: &str) -> Option<String> {
    let read: Value = serde_json::from_str(line).ok()?;
    let id = read["id"].as_str()?;
    let event = EventId::ALL.iter().find(|event| event.id() == id)?;
    let mut fields = Map::new();
    for name in event.fields() {
        match &read["fields"][*name] {
            Value::Bool(flag) => fields.insert((*name).into(), (*flag).into()),
            Value::Number(n) => {
                fields.insert((*name).into(), number(n.as_i64().unwrap_or(i64::MAX)))
            }
            Value::String(text) => fields.insert((*name).into(), word(name, text).into()),
            _ => None,
        };
    }
    let wall = read["wall"].as_str().filter(|wall| is_moment(wall));
    let made = serde_json::json!({
        "seq": number(read["seq"].as_i64().unwrap_or(0)),
        "mono_ms": number(read["mono_ms"].as_i64().unwrap_or(0)),
        "wall": wall,
        "id": event.id(),
        "kind": event.kind().word(),
        "sentence": event.sentence(Lang::Zh),
        "fields": fields,
    });
    Some(made.to_string())
}

/// `2026-03-05T09:07:00+08:00` and nothing else.
fn is_moment(text: &str) -> bool {
    let form = b"dddd-dd-ddTdd:dd:dd+08:00";
    text.len() == form.len()
        && text.bytes().zip(form).all(|(b, f)| {
            if *f == b'd' {
                b.is_ascii_digit()
            } else {
                b == *f
            }
        })
}

/// Large counts are told in their first two digits.
fn number(n: i64) -> Value {
    if n.abs() < NUMBER_MAX {
        return n.into();
    }
    let unit = 10i64.pow(n.unsigned_abs().ilog10() - 1);
    (n / unit * unit).into()
}

/// A word of the program; a case by its number within the machine and an item by its code only where they have that form.
fn word(name: &str, text: &str) -> String {
    let harmless = text.len() <= WORD_MAX && text.split(['-', '_', '.']).all(is_harmless);
    let of = |good: fn(u8) -> bool| harmless && text.bytes().all(good);
    let program = of(|b| b.is_ascii_alphabetic() || b"-_.".contains(&b));
    let version = of(|b| b.is_ascii_digit() || b == b'.') && text.contains('.');
    let sound = match name {
        "task_code" => is_task_code(text),
        "version" => version || program,
        "trail" => return plain(text),
        // Key of a case: machine, epoch and sequence are told, its random part is nobody's business.
        "case" => {
            let parts: Vec<&str> = text.split('-').collect();
            return match parts[..] {
                [machine, _, seq, _]
                    if machine.len() == 5 && seq.len() == 6 && Id::new(text).is_some() =>
                {
                    format!("{}-{}", plain(machine), plain(seq))
                }
                _ => OUT.into(),
            };
        }
        _ => program,
    };
    if sound { text.to_owned() } else { OUT.into() }
}

/// 实施编码: 31 or 33 characters, of which the first 18 name an office.
fn is_task_code(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let form = matches!(text.len(), 31 | 33) && text.is_ascii();
    form && text.starts_with("11") && digits(&text[18..]) && Id::new(text).is_some()
}

/// A text of the program's own making, without numbers and words that could be somebody's or secret.
#[must_use]
pub fn plain(text: &str) -> String {
    sieve(text, false)
}

/// A text of which nothing is known: also without Chinese.
#[must_use]
pub fn strict(text: &str) -> String {
    sieve(text, true)
}

fn sieve(text: &str, strict: bool) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word_end = rest.find(|c: char| !is_joined(c)).unwrap_or(rest.len());
        if word_end > 0 {
            let (word, after) = rest.split_at(word_end);
            out.push_str(if is_harmless(word) { word } else { OUT });
            rest = after;
            continue;
        }
        if !strict || first.is_ascii() {
            out.push(first);
        } else if !out.ends_with(OUT) {
            out.push_str(OUT);
        }
        rest = &rest[first.len_utf8()..];
    }
    out
}

/// What holds a number together as people write it, or an encoded text: `138-0013-8000`, `+/=` of base64, `%E5`.
fn is_joined(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '=' | '%' | '\\') || is_wide_digit(c)
}

/// `０` to `９`, as an input method for Chinese makes them.
fn is_wide_digit(c: char) -> bool {
    ('０'..='９').contains(&c)
}

fn is_harmless(word: &str) -> bool {
    if word.contains('%') || word.chars().any(is_wide_digit) {
        return false;
    }
    let mut run = 0;
    for b in word.bytes() {
        run = if b.is_ascii_digit() { run + 1 } else { 0 };
        if run > DIGITS_MAX {
            return false;
        }
    }
    // An encoded number or name has digits among its letters, or capitals all over, and is no shorter than the shortest of them.
    let letters = word.bytes().all(|b| b.is_ascii_alphabetic());
    let rises = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    let humps = word
        .as_bytes()
        .windows(2)
        .filter(|pair| rises(pair))
        .count();
    word.len() <= MIXED_MAX || (letters && word.len() <= WORD_MAX && humps <= HUMPS_MAX)
}

/// Names of fields of a configuration whose values are left out.
const SECRET: [&str; 9] = [
    "token",
    "secret",
    "password",
    "passwd",
    "key",
    "signer",
    "pin",
    "paasid",
    "credential",
];

/// A configuration (TOML) without its secrets: what is named like one is left out whole, every other text passes [`plain`].
/// What is no TOML is left out.
#[must_use]
pub fn config(text: &str) -> String {
    let Ok(mut table) = text.parse::<toml::Table>() else {
        return OUT.into();
    };
    table
        .iter_mut()
        .for_each(|(name, value)| leave_out(name, value));
    table.to_string()
}

fn leave_out(name: &str, value: &mut toml::Value) {
    let named = name.to_lowercase();
    match value {
        toml::Value::Table(table) => table
            .iter_mut()
            .for_each(|(name, value)| leave_out(name, value)),
        _ if SECRET
            .iter()
            .any(|word| named.split('_').any(|part| part == *word))
            && value.is_str() =>
        {
            *value = OUT.into();
        }
        toml::Value::Array(all) => all.iter_mut().for_each(|value| leave_out(name, value)),
        toml::Value::String(text) => *text = plain(text),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_and_secrets_do_not_pass() {
        for text in [
            "11010519491231002X",
            "110105 19491231002X",
            "13800138000",
            "1380013800",
            "４４０２０３１９９００１０１１２３４",
            "x=MTEwMTA1MTk0OTEyMzEwMDJY",
            "MTM4MDAxMzgwMDA",
            "MTM4MDAxMzgwMDA=",
            "aGVsbG8gd29ybGQgaGVsbG8",
            "5byg5LiJ5Liw",
            "e5bca0e4b889",
            "313130313035313934393132333130303258",
            "%E5%BC%A0%E4%B8%89",
            "\\u5f20\\u4e09 13800138000",
            "demo9tokenXnotreal77",
        ] {
            for sieve in [plain, strict] {
                let out = sieve(text);
                let digits = out.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
                assert!(
                    out.contains(OUT) && digits <= Some(DIGITS_MAX),
                    "{text}: {out}"
                );
            }
        }
        assert_eq!(strict("张三 said 12"), format!("{OUT} said 12"));
        let kept = "reader online, 42 mm, /var/lib/kiosk/store.db, 0.1.0, 纸 2026-11-23T09:00:00";
        assert_eq!(plain(kept), kept);
    }

    #[test]
    fn a_line_of_the_journal_is_made_anew() {
        let line = r#"{"seq":3,"boot_id":"abc","mono_ms":5,"wall":"2026-03-05T09:07:00+08:00","id":"case.stored","kind":"act","sentence":"张三","name":"张三","fields":{"case":"W0012-01AB-000123-K7Q2M9X4","task_code":"11440203MB2D0001234442014001000","bytes":13800138000,"hello":1}}"#;
        let made: Value = serde_json::from_str(&journal_line(line).expect("a line")).expect("JSON");
        assert_eq!(
            made["fields"],
            serde_json::json!({
                "case": "W0012-000123", "task_code": "11440203MB2D0001234442014001000", "bytes": 13_000_000_000_i64,
            })
        );
        assert_eq!(
            (made["sentence"].as_str(), made["name"].as_str()),
            (Some("办件已落盘。"), None)
        );
        let forged = r#"{"id":"card.read","wall":"张三","fields":{"layout":"11010519491231002X","duration_ms":110105194912310021}}"#;
        let made = journal_line(forged).expect("a line");
        assert!(
            made.contains(OUT) && !made.contains("1101051") && !made.contains("张三"),
            "{made}"
        );
        for other in ["", "{}", "panicked at 张三", r#"{"id":"person.name"}"#] {
            assert_eq!(journal_line(other), None);
        }
    }

    #[test]
    fn a_configuration_loses_its_secrets() {
        let text = "[machine]\nid = \"W0012\"\n[platform]\ntoken = \"short\"\ntoken_file = \"/etc/t\"\nseal_key = \"k\"\nurl = \"https://p.example\"\n[content]\napprovers = \"AbCdEfGhIjKlMnOpQrStUv0123456789xyz\"\n";
        let out = config(text);
        assert!(out.contains("W0012") && out.contains("p.example"), "{out}");
        assert!(
            !out.contains("short") && !out.contains("/etc/t") && !out.contains("AbCd"),
            "{out}"
        );
        assert_eq!(config("token = "), OUT);
    }
}
