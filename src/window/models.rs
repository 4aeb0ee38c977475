//! The lists of a page. Rows that are equal stay as they are.

use std::rc::Rc;

use kiosk::domain::page as p;
use kiosk::domain::page::labels::key_set_label;
use kiosk::text::Lang;
use kiosk_ui as ui;
use slint::{Model, SharedString, VecModel};

use super::convert;

#[derive(Default)]
pub struct Models {
    banners: Rc<VecModel<ui::BannerItem>>,
    secondary: Rc<VecModel<SharedString>>,
    slides: Rc<VecModel<ui::SlideItem>>,
    choices: Rc<VecModel<ui::ChoiceItem>>,
    lines: Rc<VecModel<ui::LineItem>>,
    paragraphs: Rc<VecModel<SharedString>>,
    work: Rc<VecModel<ui::WorkItem>>,
    stars: Rc<VecModel<SharedString>>,
    lights: Rc<VecModel<ui::LightItem>>,
    targets: Rc<VecModel<bool>>,
    key_sets: Rc<VecModel<ui::KeySetItem>>,
    candidates: Rc<VecModel<SharedString>>,
    cases: Rc<VecModel<ui::CaseItem>>,
    layer_lines: Rc<VecModel<SharedString>>,
}

impl Models {
    pub fn connect(&self, to: &ui::Kiosk<'_>) {
        to.set_banners(Rc::clone(&self.banners).into());
        to.set_secondary_texts(Rc::clone(&self.secondary).into());
        to.set_slides(Rc::clone(&self.slides).into());
        to.set_choices(Rc::clone(&self.choices).into());
        to.set_lines(Rc::clone(&self.lines).into());
        to.set_paragraphs(Rc::clone(&self.paragraphs).into());
        to.set_work(Rc::clone(&self.work).into());
        to.set_stars(Rc::clone(&self.stars).into());
        to.set_lights(Rc::clone(&self.lights).into());
        to.set_targets(Rc::clone(&self.targets).into());
        to.set_key_sets(Rc::clone(&self.key_sets).into());
        to.set_candidates(Rc::clone(&self.candidates).into());
        to.set_cases(Rc::clone(&self.cases).into());
        to.set_layer_lines(Rc::clone(&self.layer_lines).into());
    }

    pub fn banners(&self, new: &[(p::Tone, String)]) {
        fill(&self.banners, new, |(tone, text)| ui::BannerItem {
            mood: convert::mood(*tone),
            text: text.as_str().into(),
        });
    }

    pub fn secondary(&self, new: &[String]) {
        fill(&self.secondary, new, |text| shared(text));
    }

    pub fn slides(&self, new: &[(String, String)]) {
        fill(&self.slides, new, |(title, text)| ui::SlideItem {
            title: title.as_str().into(),
            text: text.as_str().into(),
        });
    }

    pub fn choices(&self, new: &[p::Choice]) {
        fill(&self.choices, new, convert::choice);
    }

    pub fn lines(&self, new: &[p::Line]) {
        fill(&self.lines, new, convert::line);
    }

    pub fn paragraphs(&self, new: &[String]) {
        fill(&self.paragraphs, new, |text| shared(text));
    }

    pub fn work(&self, new: &[(String, p::Progress)]) {
        fill(&self.work, new, |(text, state)| ui::WorkItem {
            text: text.as_str().into(),
            state: convert::step(*state),
        });
    }

    pub fn stars(&self, new: &[String]) {
        fill(&self.stars, new, |text| shared(text));
    }

    pub fn lights(&self, new: &[p::Light]) {
        fill(&self.lights, new, convert::light);
    }

    pub fn targets(&self, new: &[bool]) {
        fill(&self.targets, new, |hit| *hit);
    }

    pub fn key_sets(&self, field: &p::Field, lang: Lang) {
        fill(&self.key_sets, &field.key_sets, |keys| ui::KeySetItem {
            label: key_set_label(*keys, lang).into(),
            keys: convert::keys(*keys),
            current: *keys == field.keys,
        });
    }

    pub fn candidates(&self, new: &[String]) {
        fill(&self.candidates, new, |text| shared(text));
    }

    pub fn cases(&self, new: &[p::ResultCase]) {
        fill(&self.cases, new, convert::case);
    }

    pub fn layer_lines(&self, new: &[String]) {
        fill(&self.layer_lines, new, |text| shared(text));
    }
}

fn shared(text: impl AsRef<str>) -> SharedString {
    text.as_ref().into()
}

/// Makes `model` hold `new`; tells Slint only of the rows that differ.
fn fill<T, U: Clone + PartialEq + 'static>(
    model: &VecModel<U>,
    new: &[T],
    to_row: impl Fn(&T) -> U,
) {
    while model.row_count() > new.len() {
        model.remove(model.row_count() - 1);
    }
    for (at, item) in new.iter().enumerate() {
        let row = to_row(item);
        match model.row_data(at) {
            Some(old) if old == row => {}
            Some(_) => model.set_row_data(at, row),
            None => model.push(row),
        }
    }
}
