//! Words of a page in the types of the pages.

use fast_qr::{ECL, QRBuilder};
use kiosk::domain::page as p;
use kiosk::domain::page::labels::Labels;
use kiosk_ui as ui;
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

/// A count as Slint has it.
pub fn count<T: TryInto<i32>>(count: T) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

pub fn page(kind: p::PageKind) -> ui::PageName {
    use p::PageKind as K;
    use ui::PageName as N;
    match kind {
        K::Start => N::Start,
        K::Identify => N::Identify,
        K::NoCard => N::NoCard,
        K::Choose => N::Choose,
        K::Items => N::Items,
        K::Search => N::Search,
        K::ItemInfo => N::ItemInfo,
        K::Eligibility => N::Eligibility,
        K::NotHere | K::Refused => N::NotHere,
        K::Question => N::Question,
        K::Delivery => N::Delivery,
        K::Check => N::Check,
        K::Consent => N::Consent,
        K::Sign => N::Sign,
        K::Working => N::Working,
        K::Confirmation => N::Confirmation,
        K::Rating => N::Rating,
        K::Goodbye => N::Goodbye,
        K::ProgressQuery | K::Progress => N::Progress,
        K::Problem => N::Problem,
        K::Closed => N::Closed,
        K::TechnicianEntry | K::Technician | K::TechnicianTool => N::Technician,
        K::Provisioning => N::Working,
    }
}

pub fn body(body: &p::Body) -> ui::BodyKind {
    use p::Body as B;
    use ui::BodyKind as K;
    match body {
        B::None => K::None,
        B::Slides(_) => K::Slides,
        B::PlaceCard { .. } => K::PlaceCard,
        B::Choices(_) => K::Choices,
        B::Tiles(_) => K::Tiles,
        B::Lines(_) => K::Lines,
        B::Field(_) => K::Field,
        B::SearchField { .. } => K::Search,
        B::Paragraphs(_) => K::Paragraphs,
        B::Consent { .. } => K::Consent,
        B::Canvas { .. } => K::Canvas,
        B::Work(_) => K::Work,
        B::Result { .. } => K::Result,
        B::Stars(_) => K::Stars,
        B::Panel { .. } => K::Panel,
        B::Targets(_) => K::Targets,
        B::Enrol { .. } => K::Enrol,
    }
}

pub fn picture(icon: p::Icon) -> ui::Picture {
    use p::Icon as I;
    use ui::Picture as P;
    match icon {
        I::None => P::None,
        I::Elder => P::Elder,
        I::Family => P::Family,
        I::Work => P::Work,
        I::Health => P::Health,
        I::Home => P::Home,
        I::Shop => P::Shop,
        I::Bus => P::Bus,
        I::Utility => P::Utility,
        I::Form => P::Form,
        I::Search => P::Search,
        I::Clock => P::Clock,
        I::Phone => P::Phone,
        I::Card => P::Card,
        I::Money => P::Money,
        I::Tick => P::Tick,
        I::Warning => P::Warning,
        I::Person => P::Person,
    }
}

pub fn keys(keys: p::Keys) -> ui::KeyBoard {
    match keys {
        p::Keys::Digits => ui::KeyBoard::Digits,
        p::Keys::IdNumber => ui::KeyBoard::IdNumber,
        p::Keys::Pinyin => ui::KeyBoard::Pinyin,
        p::Keys::Latin => ui::KeyBoard::Latin,
        p::Keys::Handwriting => ui::KeyBoard::Handwriting,
    }
}

pub fn keys_from(keys: ui::KeyBoard) -> p::Keys {
    match keys {
        ui::KeyBoard::Digits => p::Keys::Digits,
        ui::KeyBoard::IdNumber => p::Keys::IdNumber,
        ui::KeyBoard::Pinyin => p::Keys::Pinyin,
        ui::KeyBoard::Latin => p::Keys::Latin,
        ui::KeyBoard::Handwriting => p::Keys::Handwriting,
    }
}

pub fn mood(tone: p::Tone) -> ui::Mood {
    match tone {
        p::Tone::Info => ui::Mood::Info,
        p::Tone::Good => ui::Mood::Good,
        p::Tone::Warning => ui::Mood::Warning,
    }
}

pub fn step(progress: p::Progress) -> ui::StepState {
    match progress {
        p::Progress::Waiting => ui::StepState::Waiting,
        p::Progress::Active => ui::StepState::Active,
        p::Progress::Done => ui::StepState::Done,
        p::Progress::Failed => ui::StepState::Failed,
    }
}

pub fn choice(choice: &p::Choice) -> ui::ChoiceItem {
    ui::ChoiceItem {
        label: choice.label.as_str().into(),
        hint: choice.hint.as_str().into(),
        tag: choice.tag.as_str().into(),
        picture: picture(choice.icon),
        selected: choice.selected,
    }
}

pub fn light(light: &p::Light) -> ui::LightItem {
    ui::LightItem {
        level: match light.level {
            p::Level::Unknown => ui::LightLevel::Unknown,
            p::Level::Well => ui::LightLevel::Well,
            p::Level::Attention => ui::LightLevel::Attention,
            p::Level::Fault => ui::LightLevel::Fault,
        },
        name: light.name.as_str().into(),
        state: light.state.as_str().into(),
    }
}

pub fn line(line: &p::Line) -> ui::LineItem {
    ui::LineItem {
        label: line.label.as_str().into(),
        value: line.value.as_str().into(),
        picture: picture(line.icon),
        change: line.change,
    }
}

pub fn case(case: &p::ResultCase) -> ui::CaseItem {
    ui::CaseItem {
        name: case.name.as_str().into(),
        number: case.number.as_str().into(),
        query_code: case.query_code.as_str().into(),
        state: case.state.as_str().into(),
    }
}

pub fn words(labels: Labels) -> ui::Words {
    ui::Words {
        change: labels.change.into(),
        previous: labels.previous.into(),
        next: labels.next.into(),
        clear: labels.clear.into(),
        delete: labels.delete.into(),
        space: labels.space.into(),
        number: labels.number.into(),
        query_code: labels.query_code.into(),
        photograph: labels.photograph.into(),
        seconds: labels.seconds.into(),
        earlier: labels.earlier.into(),
        more: labels.more.into(),
        canvas: labels.canvas.into(),
    }
}

/// The photo of whoever is here; empty for none.
pub fn portrait(face: Option<&p::Face>) -> Image {
    let Some(p::Face::Photo(portrait)) = face else {
        return Image::default();
    };
    let pixels = SharedPixelBuffer::<Rgb8Pixel>::clone_from_slice(
        portrait.rgb(),
        portrait.width(),
        portrait.height(),
    );
    Image::from_rgb8(pixels)
}

pub fn face(face: Option<&p::Face>) -> ui::FaceKind {
    match face {
        None => ui::FaceKind::None,
        Some(p::Face::Silhouette) => ui::FaceKind::Silhouette,
        Some(p::Face::Photo(_)) => ui::FaceKind::Photo,
    }
}

/// A QR code with its quiet zone, one pixel a module. `None` when the content is too long for one.
pub fn qr(content: &str) -> Option<Image> {
    const QUIET: usize = 3;
    let code = QRBuilder::new(content).ecl(ECL::M).build().ok()?;
    let width = code.size;
    let side = width + 2 * QUIET;
    let mut pixels =
        SharedPixelBuffer::<Rgb8Pixel>::new(side.try_into().ok()?, side.try_into().ok()?);
    for (at, pixel) in pixels.make_mut_slice().iter_mut().enumerate() {
        let (x, y) = (
            (at % side).wrapping_sub(QUIET),
            (at / side).wrapping_sub(QUIET),
        );
        let is_dark = x < width && y < width && code[y][x].value();
        let level = if is_dark { 0 } else { 255 };
        *pixel = Rgb8Pixel::new(level, level, level);
    }
    Some(Image::from_rgb8(pixels))
}
