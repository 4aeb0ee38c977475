//! What is not as usual, told on the pages where it matters: at most two banners, warnings first.

use crate::domain::admission::Admission;
use crate::domain::health::{Grade, Lack};
use crate::domain::visit::{State, Visit};
use crate::domain::world::{Line, World};
use crate::item::{Item, Offline};

use super::Tone;
use super::refused::reminder;
use super::view::Say;

/// More would push what the person is here for off the page.
const MOST: usize = 2;

type Banner = (Tone, String);

pub(super) fn banners(visit: &Visit, world: &World, say: Say) -> Vec<Banner> {
    let before_filing = match visit.state {
        State::Closed | State::Technician => return Vec::new(),
        State::Confirmation | State::Rating | State::Goodbye | State::Working => false,
        _ => true,
    };
    let outside = matches!(visit.state, State::Start | State::Choose | State::NoCard);
    let parts = [
        reminder(visit, say).filter(|_| visit.state == State::Check),
        card(world, say).filter(|_| visit.state == State::Start),
        reader(world, say).filter(|_| outside),
        line(visit, world, say).filter(|_| before_filing && visit.state != State::Progress),
        room(world, say).filter(|_| outside),
        printer(world, say).filter(|_| before_filing),
        store(world, say).filter(|_| outside || visit.state == State::Progress),
        clock(world, say).filter(|_| outside || visit.state == State::Check),
    ];
    let mut banners: Vec<Banner> = parts.into_iter().flatten().collect();
    banners.sort_by_key(|(tone, _)| *tone != Tone::Warning);
    banners.truncate(MOST);
    banners
}

/// Not beside a full disk, where nothing more is kept, and not for what needs the line or cannot be done here at all.
fn line(visit: &Visit, world: &World, say: Say) -> Option<Banner> {
    let online_only = |item: &Item| item.offline == Offline::OnlineOnly;
    let keeps = world.admission() != Some(Admission::Red)
        && visit.state != State::NotHere
        && !visit.item().is_some_and(online_only);
    (world.line == Line::Down && keeps).then(|| {
        let text = say.t(
            "线路中断：可以照常填写，申请先存在本机，恢复后自动上传。",
            "Offline: you can file as usual; it is kept here and sent later.",
        );
        (Tone::Warning, text)
    })
}

fn room(world: &World, say: Say) -> Option<Banner> {
    match world.admission()? {
        Admission::Green => None,
        Admission::Amber => Some((
            Tone::Info,
            say.t(
                "本机快存满了，有的事项可能要到窗口办。",
                "Room for cases is getting low; some items may need the window.",
            ),
        )),
        Admission::Red if world.line == Line::Down => Some((
            Tone::Warning,
            say.t(
                "线路中断，本机也存满了：现在不能提交申请，请到窗口办理。",
                "Offline and full: nothing can be filed now. Please go to the window.",
            ),
        )),
        Admission::Red => Some((
            Tone::Warning,
            say.t(
                "本机存满了，现在不能提交申请。可以查进度、看指南。",
                "No room for new cases. You can look up progress and guides.",
            ),
        )),
    }
}

fn printer(world: &World, say: Say) -> Option<Banner> {
    lack(world, Lack::is_of_printer, say)
}

fn reader(world: &World, say: Say) -> Option<Banner> {
    lack(world, Lack::is_of_reader, say)
}

/// The worst that is lacking of one device.
fn lack(world: &World, of_device: impl Fn(Lack) -> bool, say: Say) -> Option<Banner> {
    let lack = world.lacks.iter().copied().find(|lack| of_device(*lack))?;
    let tone = match lack.grade() {
        Grade::Attention => Tone::Info,
        Grade::Degraded | Grade::Out => Tone::Warning,
    };
    Some((tone, say.text(&lack.told())))
}

/// Somebody went without their card.
fn card(world: &World, say: Say) -> Option<Banner> {
    world.card_left.then(|| {
        let text = say.t(
            "读卡器上还有一张身份证：您的请拿起再放，不是请交工作人员。",
            "A card is on the reader. Yours? Lift it and lay it again. If not, give it to the staff.",
        );
        (Tone::Warning, text)
    })
}

/// Cases that could not be read from the damaged file never reached the platform: only their owners can tell.
fn store(world: &World, say: Say) -> Option<Banner> {
    world.store_set_aside.then(|| {
        let text = say.t(
            "本机存储出过故障：没收到受理短信的，请带回执到窗口核对。",
            "Storage failed here once. No news of your case? Take your receipt to the window.",
        );
        (Tone::Warning, text)
    })
}

fn clock(world: &World, say: Say) -> Option<Banner> {
    let checked = world.wall.as_ref().is_some_and(|wall| wall.checked);
    (!checked).then(|| {
        let text = say.t(
            "本机时间未校准，可以照常办理，回执上会注明。",
            "This machine's clock is not set; your receipt will say so.",
        );
        (Tone::Info, text)
    })
}
