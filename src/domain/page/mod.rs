//! What the screen shows, as plain data. The window draws it and sends [`Intent`]s back; it decides nothing.

mod banner;
mod browse;
mod finish;
mod form;
mod info;
mod intent;
pub mod labels;
mod light;
mod overlay;
mod refused;
mod rescue;
mod service;
mod technician;
mod view;

pub use intent::Intent;
pub use light::{Level, Light};
pub use overlay::Overlay;
pub use rescue::rescue;
pub use view::view;

/// A time limit in words.
#[must_use]
pub(crate) fn term_words(term: &crate::item::Term, lang: Lang) -> String {
    info::term(term, view::Say(lang))
}

use crate::document::photo::Portrait;
use crate::text::Lang;

/// Which page. Names are those of scripts (`expect page check`), screenshots and the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageKind {
    /// Idle: touch to begin, carousel of notices.
    Start,
    /// Lay the card on the reader.
    Identify,
    /// What can be done without a card.
    NoCard,
    /// Pick an item: popular ones, situations, search.
    Choose,
    /// An earlier case of this person was refused: why, and correct it now?
    Refused,
    /// Items of one life situation or of a search.
    Items,
    /// Search by pinyin initials or words.
    Search,
    /// What an item needs, costs, how long, how often to come.
    ItemInfo,
    /// May I? One condition a page.
    Eligibility,
    /// The item cannot be filed here or by this person: why, and where to go.
    NotHere,
    /// One question.
    Question,
    /// Collect or mail.
    Delivery,
    /// Check answers.
    Check,
    /// Notice and consent.
    Consent,
    /// Handwritten confirmation.
    Sign,
    /// Saving, sending, printing.
    Working,
    /// Filed: numbers, what happens next.
    Confirmation,
    /// Rate in one tap.
    Rating,
    /// Take your card and receipt.
    Goodbye,
    /// Filing number to look up.
    ProgressQuery,
    /// Progress of this person's cases.
    Progress,
    /// Something is wrong with the service; what to do.
    Problem,
    /// Out of service.
    Closed,
    /// Where a technician says who they are.
    TechnicianEntry,
    /// How the machine is, and what can be done with it.
    Technician,
    /// One of these.
    TechnicianTool,
    /// Not in service yet: bring a work order.
    Provisioning,
}

/// Picture beside a choice or on a page. The pages draw them as paths of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Icon {
    /// No picture.
    #[default]
    None,
    /// Old age.
    Elder,
    /// Birth and family.
    Family,
    /// Work.
    Work,
    /// Health.
    Health,
    /// Housing.
    Home,
    /// Business.
    Shop,
    /// Travel.
    Bus,
    /// Water, power, gas, television.
    Utility,
    /// A form.
    Form,
    /// Search.
    Search,
    /// Progress.
    Clock,
    /// Telephone.
    Phone,
    /// ID card.
    Card,
    /// Money.
    Money,
    /// Good.
    Tick,
    /// Attention.
    Warning,
    /// Person.
    Person,
}

/// One entry of a list to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Name.
    pub label: String,
    /// One line below it.
    pub hint: String,
    /// Short badge, e.g. `即办`.
    pub tag: String,
    /// Picture.
    pub icon: Icon,
    /// Chosen before.
    pub selected: bool,
}

/// A name with its value, e.g. on the check page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Name.
    pub label: String,
    /// Value.
    pub value: String,
    /// Picture.
    pub icon: Icon,
    /// May be changed: the page shows `修改` and sends [`Intent::Change`] with the line's place on this page.
    pub change: bool,
}

/// Which keys a field has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keys {
    /// 0–9.
    #[default]
    Digits,
    /// 0–9 and X.
    IdNumber,
    /// 26 letters; pinyin gives candidates.
    Pinyin,
    /// 26 letters as they are.
    Latin,
    /// Writing with a finger; candidates.
    Handwriting,
}

/// A field being filled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// What was entered, as shown.
    pub value: String,
    /// Shown in grey while empty, e.g. `例:138 0013 8000`.
    pub placeholder: String,
    /// After the value, e.g. `元`.
    pub unit: String,
    /// Keys below it.
    pub keys: Keys,
    /// Key sets that can be switched to (text fields: Pinyin, Handwriting, Latin, Digits), else empty.
    pub key_sets: Vec<Keys>,
    /// Pinyin letters not yet turned into characters.
    pub composition: String,
    /// Candidates of this page, at most five.
    pub candidates: Vec<String>,
    /// There are more candidates after / before these.
    pub more_candidates: (bool, bool),
    /// Strokes written so far, coordinates 0..1 of the canvas.
    pub ink: Vec<Vec<(f32, f32)>>,
}

/// Where a piece of work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// Not begun.
    Waiting,
    /// Going on.
    Active,
    /// Proved done.
    Done,
    /// Not done; the text says what now.
    Failed,
}

/// Tone of a banner, a result or a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Neutral.
    #[default]
    Info,
    /// All well.
    Good,
    /// Attention.
    Warning,
}

/// What stands between heading and buttons.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing.
    None,
    /// Idle carousel: title and text of each slide.
    Slides(Vec<(String, String)>),
    /// Where to lay the card, as an animation; `reading` while it is read.
    PlaceCard {
        /// The card is being read.
        reading: bool,
    },
    /// Choices as a list, at most seven.
    Choices(Vec<Choice>),
    /// Choices as tiles in two columns, at most seven.
    Tiles(Vec<Choice>),
    /// Names and values.
    Lines(Vec<Line>),
    /// A field with keys.
    Field(Field),
    /// Search field with keys above its results.
    SearchField {
        /// The field.
        field: Field,
        /// Results, at most four.
        results: Vec<Choice>,
    },
    /// Paragraphs to read.
    Paragraphs(Vec<String>),
    /// Paragraphs to read and what is ticked apart, `selected` when it is.
    Consent {
        /// Paragraphs.
        texts: Vec<String>,
        /// What to tick, at most one.
        tick: Choice,
    },
    /// Canvas for the handwritten confirmation, strokes so far (0..1).
    Canvas {
        /// Sentence being confirmed.
        statement: String,
        /// Strokes.
        ink: Vec<Vec<(f32, f32)>>,
    },
    /// Work going on.
    Work(Vec<(String, Progress)>),
    /// What came of it.
    Result {
        /// Tone of the whole.
        tone: Tone,
        /// One line per case: item, number, state.
        cases: Vec<ResultCase>,
        /// What happens next, by when, whom to call.
        next: Vec<Line>,
        /// State of the paper in one sentence.
        paper: String,
        /// Content of a QR code to photograph when there is no paper.
        qr: Option<String>,
    },
    /// A machine without an order: who it is, and the ways to bring it one.
    Enrol {
        /// Beginning of its key's fingerprint, in groups.
        code: String,
        /// What that is called.
        label: String,
        /// Serial number, with its name.
        serial: String,
        /// Content of its QR code.
        qr: String,
        /// Three ways.
        ways: Vec<Line>,
    },
    /// Five levels, five (very satisfied) first.
    Stars(Vec<String>),
    /// Lights of the parts of the machine, each sends [`Intent::Change`], and buttons, at most eleven.
    Panel {
        /// At most nine.
        lights: Vec<Light>,
        /// Buttons.
        buttons: Vec<Choice>,
    },
    /// Circles to hit, three in a row, and which were hit.
    Targets(Vec<bool>),
}

/// One case on the confirmation page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResultCase {
    /// Item.
    pub name: String,
    /// Number to quote.
    pub number: String,
    /// 查询码 or empty.
    pub query_code: String,
    /// 已受理 / 待上传,未受理 …
    pub state: String,
}

/// Whose visit it is, beside the heading.
#[derive(Clone, Debug, PartialEq)]
pub enum Face {
    /// No photo, or none that anybody can draw.
    Silhouette,
    /// The photo of the card.
    Photo(Portrait),
}

/// A whole screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Which page.
    pub kind: PageKind,
    /// What stands across the whole page; empty in earnest.
    pub watermark: String,
    /// Language of its texts.
    pub lang: Lang,
    /// Name of the service, e.g. `韶关市武江区 政务服务自助办理`.
    pub service: String,
    /// Town and site of this machine.
    pub place: String,
    /// Wall clock `HH:MM`, empty when not known.
    pub time: String,
    /// What is being done, e.g. the item's name; empty on the first pages.
    pub task: String,
    /// Step and number of steps, (0, 0) when there are none.
    pub step: (u32, u32),
    /// Text of the step, `第 3 步,共 7 步`.
    pub step_text: String,
    /// Things to know: offline, paper, reader.
    pub banners: Vec<(Tone, String)>,
    /// The one heading.
    pub heading: String,
    /// At most sixty characters below it.
    pub lead: String,
    /// On the first page of a person's own.
    pub face: Option<Face>,
    /// What is wrong with the entry and how to mend it; empty when nothing.
    pub error: String,
    /// Content.
    pub body: Body,
    /// The one primary button, `None` where a choice is the action.
    pub primary: Option<String>,
    /// Whether the primary button can be pressed now.
    pub primary_enabled: bool,
    /// Other buttons (at most two).
    pub secondary: Vec<String>,
    /// Page of a paged list, (at, of), (0, 0) when it fits.
    pub pager: (u32, u32),
    /// Label of `返回`, empty when there is nothing to go back to.
    pub back: String,
    /// Label of `退出`, empty on start.
    pub leave: String,
    /// Label of `帮助`.
    pub help: String,
    /// Phone number shown beside it.
    pub phone: String,
    /// Label of the language button: the other language's own name.
    pub language: String,
    /// Layer above.
    pub overlay: Option<Overlay>,
}
