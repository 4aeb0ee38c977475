//! What every page keeps, whatever happened before it.

use kiosk::domain::page::{Body, Choice, Field, Overlay, Page, PageKind};
use kiosk::text::Lang;

/// Longest lead: sixty characters of Chinese, or as much English as stands in the same room.
const LEAD_ZH: usize = 60;
const LEAD_EN: usize = 130;

fn filled(texts: &[&str], page: &Page) {
    for text in texts {
        assert!(!text.trim().is_empty(), "an empty label on {page:?}");
    }
}

fn choices(choices: &[Choice], most: usize, page: &Page) {
    assert!(choices.len() <= most, "{page:?}");
    for choice in choices {
        filled(&[&choice.label], page);
    }
}

fn field(field: &Field, page: &Page) {
    assert!(field.candidates.len() <= 5, "{page:?}");
}

/// Panics with the page when it is not one a person can read and leave.
pub fn assert_sound(page: &Page) {
    filled(&[&page.heading, &page.help, &page.language], page);
    let most = if page.lang == Lang::Zh {
        LEAD_ZH
    } else {
        LEAD_EN
    };
    assert!(
        page.lead.chars().count() <= most,
        "long lead: {}",
        page.lead
    );
    assert!(page.secondary.len() <= 2, "{page:?}");
    for text in page.secondary.iter().chain(&page.primary) {
        filled(&[text], page);
    }
    let (at, of) = page.pager;
    assert!(
        (at, of) == (0, 0) || (1 <= at && at <= of && of > 1),
        "{page:?}"
    );
    let (at, of) = page.step;
    assert!((at, of) == (0, 0) || (1 <= at && at <= of), "{page:?}");
    assert_eq!(of > 0, !page.step_text.is_empty());
    let choosable = body(page);
    let own_way = matches!(
        page.kind,
        PageKind::Identify | PageKind::Working | PageKind::Closed
    );
    assert!(
        page.primary.is_some() || choosable || own_way,
        "no way on: {page:?}"
    );
    if let Some(overlay) = &page.overlay {
        match overlay {
            Overlay::Help {
                title,
                lines,
                phone,
                close,
            } => {
                filled(&[title, phone, close], page);
                lines.iter().for_each(|line| filled(&[line], page));
            }
            Overlay::Leave {
                title,
                text,
                stay,
                leave,
            } => {
                filled(&[title, text, stay, leave], page);
            }
            Overlay::Idle {
                title,
                text,
                stay,
                seconds_left,
            } => {
                filled(&[title, text, stay], page);
                assert!((1..=60).contains(seconds_left));
            }
        }
    }
    if page.lang == Lang::Zh {
        assert_full_width(page);
    }
}

/// Checks the body; true where one goes on by choosing.
fn body(page: &Page) -> bool {
    match &page.body {
        Body::None | Body::PlaceCard { .. } => false,
        Body::Slides(slides) => {
            slides
                .iter()
                .for_each(|(title, text)| filled(&[title, text], page));
            false
        }
        Body::Choices(list) => {
            choices(list, 7, page);
            true
        }
        Body::Tiles(list) => {
            choices(list, 7, page);
            true
        }
        Body::Lines(lines) => {
            assert!(lines.len() <= 8, "{page:?}");
            lines
                .iter()
                .for_each(|line| filled(&[&line.label, &line.value], page));
            false
        }
        Body::Field(entry) => {
            field(entry, page);
            false
        }
        Body::SearchField {
            field: entry,
            results,
        } => {
            field(entry, page);
            choices(results, 4, page);
            true
        }
        Body::Paragraphs(texts) => {
            texts.iter().for_each(|text| filled(&[text], page));
            false
        }
        Body::Consent { texts, tick } => {
            texts.iter().for_each(|text| filled(&[text], page));
            choices(std::slice::from_ref(tick), 1, page);
            true
        }
        Body::Canvas { statement, .. } => {
            filled(&[statement], page);
            false
        }
        Body::Panel { lights, buttons } => {
            assert!(lights.len() <= 9, "{page:?}");
            lights
                .iter()
                .for_each(|light| filled(&[&light.name, &light.state], page));
            choices(buttons, 11, page);
            true
        }
        Body::Targets(hit) => {
            assert!(!hit.is_empty());
            true
        }
        Body::Work(steps) => {
            steps.iter().for_each(|(text, _)| filled(&[text], page));
            false
        }
        Body::Result {
            cases, next, paper, ..
        } => {
            cases
                .iter()
                .for_each(|case| filled(&[&case.name, &case.number, &case.state], page));
            next.iter()
                .for_each(|line| filled(&[&line.label, &line.value], page));
            filled(&[paper], page);
            false
        }
        Body::Enrol { .. } => panic!("a visit on a machine that is not in service: {page:?}"),
        Body::Stars(levels) => {
            assert_eq!(levels.len(), 5);
            true
        }
    }
}

/// The page without what its person typed: people put what marks they like, and nobody corrects them.
fn without_own_words(page: &Page) -> Page {
    let mut page = page.clone();
    match &mut page.body {
        Body::Field(entry) | Body::SearchField { field: entry, .. } => entry.value.clear(),
        Body::Lines(lines) if page.kind == PageKind::Check => {
            lines.iter_mut().for_each(|line| line.value.clear());
        }
        _ => {}
    }
    page
}

/// Chinese sentences carry Chinese punctuation (GB/T 15834).
fn assert_full_width(page: &Page) {
    let text = format!("{:?}", without_own_words(page));
    let chars: Vec<char> = text.chars().collect();
    let chinese = |c: &char| ('\u{4e00}'..='\u{9fff}').contains(c);
    for (at, c) in chars.iter().enumerate() {
        let before = at
            .checked_sub(1)
            .and_then(|at| chars.get(at))
            .is_some_and(chinese);
        if before && matches!(c, ',' | ':' | ';' | '?' | '!' | '(' | ')') {
            let from = at.saturating_sub(12);
            panic!(
                "half-width {c} after {}",
                chars[from..at].iter().collect::<String>()
            );
        }
    }
}
