//! [`Page`] ↔ Slint. A whole page comes in, only what changed is set; touches go out as [`Intent`]s.

mod convert;
mod fonts;
mod ink;
#[cfg(feature = "kms")]
pub mod kms;
mod models;

use std::cell::RefCell;
use std::rc::Rc;

use kiosk::domain::page::labels::labels;
use kiosk::domain::page::{Body, Field, Intent, Overlay, Page};
use kiosk_ui::{BodyKind, Kiosk, KioskWindow, LayerKind, Mood, Theme};
use slint::{ComponentHandle, Image, SharedString};

pub use fonts::{FontError, fonts_present};
use ink::Live;
use models::Models;

/// The citizen's window.
pub struct Window {
    ui: KioskWindow,
    models: Models,
    shown: RefCell<Option<Page>>,
    live: Rc<RefCell<Live>>,
}

impl Window {
    /// Opens nothing yet: makes the pages on the platform that is set, or on the default one.
    ///
    /// # Errors
    /// [`FontError`] when no font has Chinese glyphs (every text would be blank), or Slint's own error as text.
    pub fn new() -> Result<Self, WindowError> {
        let ui = KioskWindow::new().map_err(|error| WindowError::Platform(error.to_string()))?;
        let family = fonts_present()?;
        ui.global::<Theme>().set_family(family.into());
        let models = Models::default();
        models.connect(&ui.global::<Kiosk>());
        let window = Self {
            ui,
            models,
            shown: RefCell::default(),
            live: Rc::default(),
        };
        window.connect_pen();
        Ok(window)
    }

    /// The Slint component, to run its loop or to look into it.
    #[must_use]
    pub fn component(&self) -> &KioskWindow {
        &self.ui
    }

    /// Shows `page`. Properties that are equal already stay untouched, so that nothing else is redrawn.
    pub fn show(&self, page: &Page) {
        if self.shown.borrow().as_ref() == Some(page) {
            return;
        }
        let to = self.ui.global::<Kiosk>();
        self.frame(&to, page);
        self.buttons(&to, page);
        self.body(&to, &page.body, page);
        self.layer(&to, page.overlay.as_ref());
        to.set_live_ink(SharedString::new());
        *self.shown.borrow_mut() = Some(page.clone());
    }

    /// Everything a person does goes to `hand`. Call once.
    pub fn on_intent(&self, hand: impl Fn(Intent) + 'static) {
        let hand: Rc<dyn Fn(Intent)> = Rc::new(hand);
        let from = self.ui.global::<Kiosk>();
        macro_rules! plain {
            ($($on:ident => $intent:expr),* $(,)?) => {$({
                let hand = Rc::clone(&hand);
                from.$on(move || hand($intent));
            })*};
        }
        plain!(
            on_touched => Intent::Touch,
            on_primary => Intent::Primary,
            on_next_page => Intent::NextPage,
            on_previous_page => Intent::PreviousPage,
            on_back => Intent::Back,
            on_leave => Intent::Leave,
            on_help => Intent::Help,
            on_language => Intent::Language,
            on_layer_stay_pressed => Intent::OverlayStay,
            on_layer_leave_pressed => Intent::OverlayLeave,
            on_backspace => Intent::Backspace,
            on_clear => Intent::Clear,
            on_next_candidates => Intent::NextCandidates,
            on_previous_candidates => Intent::PreviousCandidates,
        );
        macro_rules! placed {
            ($($on:ident => $intent:expr),* $(,)?) => {$({
                let hand = Rc::clone(&hand);
                from.$on(move |at| {
                    if let Ok(at) = usize::try_from(at) {
                        hand($intent(at));
                    }
                });
            })*};
        }
        placed!(
            on_secondary => Intent::Secondary,
            on_choose => Intent::Choose,
            on_change => Intent::Change,
            on_candidate => Intent::Candidate,
        );
        let keys = Rc::clone(&hand);
        from.on_key(move |text| text.chars().for_each(|key| keys(Intent::Key(key))));
        let sets = Rc::clone(&hand);
        from.on_key_set(move |keys| sets(Intent::KeySet(convert::keys_from(keys))));
        let live = Rc::clone(&self.live);
        from.on_stroke_end(move || {
            let stroke = live.borrow_mut().end();
            if let Some(stroke) = stroke {
                hand(Intent::Stroke(stroke));
            }
        });
    }

    fn connect_pen(&self) {
        let from = self.ui.global::<Kiosk>();
        for begins in [true, false] {
            let live = Rc::clone(&self.live);
            let ui = self.ui.as_weak();
            let point = move |x: f32, y: f32| {
                let commands = {
                    let mut live = live.borrow_mut();
                    if begins {
                        live.begin();
                    }
                    live.point(x, y)
                };
                if let (Some(commands), Some(ui)) = (commands, ui.upgrade()) {
                    ui.global::<Kiosk>().set_live_ink(commands.into());
                }
            };
            if begins {
                from.on_stroke_begin(point);
            } else {
                from.on_stroke_point(point);
            }
        }
    }

    fn frame(&self, to: &Kiosk<'_>, page: &Page) {
        to.set_page(convert::page(page.kind));
        to.set_watermark(page.watermark.as_str().into());
        to.set_service(page.service.as_str().into());
        to.set_place(page.place.as_str().into());
        to.set_time(page.time.as_str().into());
        to.set_task(page.task.as_str().into());
        to.set_step_at(convert::count(page.step.0));
        to.set_step_of(convert::count(page.step.1));
        to.set_step_text(page.step_text.as_str().into());
        to.set_heading(page.heading.as_str().into());
        to.set_lead(page.lead.as_str().into());
        to.set_portrait(convert::portrait(page.face.as_ref()));
        to.set_face(convert::face(page.face.as_ref()));
        to.set_error(page.error.as_str().into());
        to.set_words(convert::words(labels(page.lang)));
        self.models.banners(&page.banners);
    }

    fn buttons(&self, to: &Kiosk<'_>, page: &Page) {
        to.set_primary_text(page.primary.as_deref().unwrap_or_default().into());
        to.set_primary_enabled(page.primary_enabled);
        self.models.secondary(&page.secondary);
        to.set_secondary_count(convert::count(page.secondary.len()));
        to.set_pager_at(convert::count(page.pager.0));
        to.set_pager_of(convert::count(page.pager.1));
        to.set_back_text(page.back.as_str().into());
        to.set_leave_text(page.leave.as_str().into());
        to.set_help_text(page.help.as_str().into());
        to.set_phone(page.phone.as_str().into());
        to.set_language_text(page.language.as_str().into());
    }

    fn body(&self, to: &Kiosk<'_>, body: &Body, page: &Page) {
        let models = &self.models;
        match body {
            Body::None => {}
            Body::Slides(slides) => {
                models.slides(slides);
                to.set_slide_count(convert::count(slides.len()));
            }
            Body::PlaceCard { reading } => to.set_reading(*reading),
            Body::Choices(choices) | Body::Tiles(choices) => {
                models.choices(choices);
                to.set_choice_count(convert::count(choices.len()));
            }
            Body::Lines(lines) => {
                models.lines(lines);
                to.set_line_count(convert::count(lines.len()));
            }
            Body::Field(field) => self.field(to, field, page),
            Body::SearchField { field, results } => {
                self.field(to, field, page);
                models.choices(results);
                to.set_choice_count(convert::count(results.len()));
            }
            Body::Paragraphs(texts) => models.paragraphs(texts),
            Body::Consent { texts, tick } => {
                models.paragraphs(texts);
                models.choices(std::slice::from_ref(tick));
                to.set_choice_count(1);
            }
            Body::Canvas { statement, ink } => {
                to.set_statement(statement.as_str().into());
                to.set_ink(ink::commands(ink).into());
            }
            Body::Work(steps) => models.work(steps),
            Body::Result {
                tone,
                cases,
                next,
                paper,
                qr,
            } => {
                to.set_result_mood(convert::mood(*tone));
                models.cases(cases);
                to.set_case_count(convert::count(cases.len()));
                models.lines(next);
                to.set_line_count(convert::count(next.len()));
                to.set_paper(paper.as_str().into());
                let picture = qr.as_deref().and_then(convert::qr);
                to.set_has_qr(picture.is_some());
                to.set_qr(picture.unwrap_or_default());
            }
            Body::Stars(levels) => models.stars(levels),
            Body::Panel { lights, buttons } => {
                models.lights(lights);
                to.set_light_count(convert::count(lights.len()));
                models.choices(buttons);
                to.set_choice_count(convert::count(buttons.len()));
            }
            Body::Targets(hit) => models.targets(hit),
            Body::Enrol {
                code,
                label,
                serial,
                qr,
                ways,
            } => {
                to.set_field_value(code.as_str().into());
                to.set_statement(label.as_str().into());
                to.set_paper(serial.as_str().into());
                to.set_qr(convert::qr(qr).unwrap_or_default());
                models.lines(ways);
                to.set_line_count(convert::count(ways.len()));
            }
        }
        to.set_body(convert::body(body));
        self.forget(to, body);
    }

    fn field(&self, to: &Kiosk<'_>, field: &Field, page: &Page) {
        to.set_field_value(field.value.as_str().into());
        to.set_field_placeholder(field.placeholder.as_str().into());
        to.set_field_unit(field.unit.as_str().into());
        to.set_keys(convert::keys(field.keys));
        self.models.key_sets(field, page.lang);
        to.set_key_set_count(convert::count(field.key_sets.len()));
        to.set_composition(field.composition.as_str().into());
        self.models.candidates(&field.candidates);
        to.set_candidate_count(convert::count(field.candidates.len()));
        to.set_candidates_after(field.more_candidates.0);
        to.set_candidates_before(field.more_candidates.1);
        to.set_ink(ink::commands(&field.ink).into());
    }

    /// A person's data does not stay in properties of a page that is not shown any more.
    fn forget(&self, to: &Kiosk<'_>, body: &Body) {
        let kind = convert::body(body);
        if !matches!(kind, BodyKind::Field | BodyKind::Search | BodyKind::Enrol) {
            to.set_field_value(SharedString::new());
            to.set_composition(SharedString::new());
            self.models.candidates(&[]);
        }
        if !matches!(kind, BodyKind::Field | BodyKind::Search | BodyKind::Canvas) {
            to.set_ink(SharedString::new());
            self.live.borrow_mut().begin();
        }
        if !matches!(kind, BodyKind::Canvas | BodyKind::Enrol) {
            to.set_statement(SharedString::new());
        }
        if !matches!(kind, BodyKind::Lines | BodyKind::Result | BodyKind::Enrol) {
            self.models.lines(&[]);
        }
        if !matches!(
            kind,
            BodyKind::Choices
                | BodyKind::Tiles
                | BodyKind::Search
                | BodyKind::Consent
                | BodyKind::Panel
        ) {
            self.models.choices(&[]);
        }
        if !matches!(kind, BodyKind::Paragraphs | BodyKind::Consent) {
            self.models.paragraphs(&[]);
        }
        if kind != BodyKind::Result {
            self.models.cases(&[]);
            to.set_has_qr(false);
            if kind != BodyKind::Enrol {
                to.set_qr(Image::default());
            }
            to.set_result_mood(Mood::Info);
        }
    }

    fn layer(&self, to: &Kiosk<'_>, overlay: Option<&Overlay>) {
        let (kind, title, lines, phone, stay, leave, seconds) = match overlay {
            None => (LayerKind::None, "", vec![], "", "", "", 0),
            Some(Overlay::Help {
                title,
                lines,
                phone,
                close,
            }) => (
                LayerKind::Help,
                title.as_str(),
                lines.clone(),
                phone.as_str(),
                close.as_str(),
                "",
                0,
            ),
            Some(Overlay::Leave {
                title,
                text,
                stay,
                leave,
            }) => (
                LayerKind::Leave,
                title.as_str(),
                vec![text.clone()],
                "",
                stay.as_str(),
                leave.as_str(),
                0,
            ),
            Some(Overlay::Idle {
                title,
                text,
                seconds_left,
                stay,
            }) => (
                LayerKind::Idle,
                title.as_str(),
                vec![text.clone()],
                "",
                stay.as_str(),
                "",
                *seconds_left,
            ),
        };
        to.set_layer_title(title.into());
        self.models.layer_lines(&lines);
        to.set_layer_phone(phone.into());
        to.set_layer_stay(stay.into());
        to.set_layer_leave(leave.into());
        to.set_layer_seconds(convert::count(seconds));
        to.set_layer(kind);
    }
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// No Chinese font.
    #[error(transparent)]
    Font(#[from] FontError),
    /// Slint could not make a window.
    #[error("no window: {0}")]
    Platform(String),
}
