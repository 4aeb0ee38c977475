//! What may happen next, drawn at random.

use kiosk::domain::kiosk::{Event, PrintOutcome, ReaderEvent};
use kiosk::domain::page::{Intent, Keys};
use kiosk::domain::visit::CardTrouble;
use kiosk::status::{Device, Paper};
use proptest::prelude::*;

/// What happens next.
#[derive(Clone, Debug)]
pub enum Step {
    Touch(Intent),
    Event(Event),
    Card(bool),
    /// The oldest waiting effect is answered: well, or else.
    Store(bool),
    Platform(usize),
    Printer(usize),
    Progress,
    /// A question for refused cases is answered, maybe an old one.
    Refusals(usize),
    Pass(u64),
    /// A person who knows the way: through the form to the check page, or to "submit".
    Fill,
    Submit,
    Clock(bool),
}

const DEVICES: [Device; 5] = [
    Device::Online,
    Device::NoDevice,
    Device::UserError,
    Device::DeviceBusy,
    Device::Unknown,
];

fn intent() -> impl Strategy<Value = Intent> {
    prop_oneof![
        6 => Just(Intent::Primary),
        6 => (0..8_usize).prop_map(Intent::Choose),
        2 => (0..3_usize).prop_map(Intent::Secondary),
        2 => Just(Intent::Back),
        1 => (0..9_usize).prop_map(Intent::Change),
        1 => Just(Intent::NextPage),
        1 => Just(Intent::PreviousPage),
        1 => Just(Intent::Leave),
        1 => Just(Intent::Help),
        1 => Just(Intent::Language),
        2 => Just(Intent::OverlayStay),
        1 => Just(Intent::OverlayLeave),
        1 => Just(Intent::Touch),
        1 => prop::char::any().prop_map(Intent::Key),
        2 => "[0-9]{0,20}|[a-z]{1,6}|示范".prop_map(Intent::Insert),
        1 => Just(Intent::Backspace),
        1 => Just(Intent::Clear),
        1 => (0..7_usize).prop_map(Intent::Candidate),
        1 => Just(Intent::KeySet(Keys::Handwriting)),
        1 => prop::collection::vec((any::<f32>(), 0.0..1.0_f32), 0..300).prop_map(Intent::Stroke),
    ]
}

pub fn step() -> impl Strategy<Value = Step> {
    let device = prop::sample::select(DEVICES.to_vec());
    let paper = prop::sample::select(vec![Paper::Full, Paper::Low, Paper::Out, Paper::Jammed]);
    prop_oneof![
        20 => intent().prop_map(Step::Touch),
        3 => any::<bool>().prop_map(Step::Card),
        3 => any::<bool>().prop_map(Step::Store),
        3 => (0..6_usize).prop_map(Step::Platform),
        3 => (0..4_usize).prop_map(Step::Printer),
        1 => Just(Step::Progress),
        3 => (0..9_usize).prop_map(Step::Refusals),
        3 => (0..50_u64).prop_map(Step::Pass),
        5 => Just(Step::Fill),
        4 => Just(Step::Submit),
        1 => any::<bool>().prop_map(Step::Clock),
        1 => device.clone().prop_map(|d| Step::Event(Event::Reader(ReaderEvent::Status(d)))),
        1 => (device, paper).prop_map(|(d, p)| Step::Event(Event::Printer(d, p))),
        1 => Just(Step::Event(Event::Reader(ReaderEvent::MediaInserted))),
        1 => Just(Step::Event(Event::Reader(ReaderEvent::MediaRemoved))),
        1 => Just(Step::Event(Event::Reader(ReaderEvent::Failed(CardTrouble::MovedAway, Some(0x41))))),
        1 => any::<bool>().prop_map(|open| Step::Event(Event::Door(open))),
        1 => any::<bool>().prop_map(|there| Step::Event(Event::Presence(there))),
        1 => (0..9_u64).prop_map(|job| Step::Event(Event::PrintEnded(job, PrintOutcome::Printed, None))),
    ]
}
