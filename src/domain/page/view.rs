//! Visit and world → the page to show. The frame every page has; contents are built beside this file.

use std::time::Instant;

use crate::domain::training::watermark;
use crate::domain::visit::idle::Idle;
use crate::domain::visit::{Layer, State, Visit};
use crate::domain::world::World;
use crate::text::{Lang, Text};

use super::banner::banners;
use super::{
    Body, Overlay, Page, PageKind, browse, finish, form, info, refused, service, technician,
};

/// Says a text in the language of the page.
#[derive(Clone, Copy)]
pub(super) struct Say(pub Lang);

impl Say {
    pub(super) fn t(self, zh: &str, en: &str) -> String {
        match self.0 {
            Lang::Zh => zh.to_owned(),
            Lang::En => en.to_owned(),
        }
    }

    pub(super) fn text(self, text: &Text) -> String {
        text.get(self.0).to_owned()
    }
}

/// The page for where the visit stands.
#[must_use]
pub fn view(visit: &Visit, world: &World, now: Instant) -> Page {
    let say = Say(visit.lang);
    let mut page = frame(visit, world, say);
    match visit.state {
        State::Start => browse::start(&mut page, world, say),
        State::Identify => browse::identify(&mut page, visit, world, say),
        State::NoCard => browse::no_card(&mut page, say),
        State::Choose => browse::choose(&mut page, visit, world, say),
        State::Refused => refused::refused(&mut page, visit, world, say),
        State::Items => browse::items(&mut page, visit, world, say),
        State::Search => browse::search(&mut page, visit, world, say),
        State::ItemInfo => info::item_info(&mut page, visit, world, say),
        State::NotHere => info::not_here(&mut page, visit, world, say),
        State::Eligibility => form::eligibility(&mut page, visit, say),
        State::Question => form::question(&mut page, visit, world, say),
        State::Check => form::check(&mut page, visit, world, say),
        State::Consent => form::consent(&mut page, visit, world, say),
        State::Sign => form::sign(&mut page, visit, say),
        State::Working => finish::working(&mut page, visit, world, say),
        State::Confirmation => finish::confirmation(&mut page, visit, world, say),
        State::Rating => finish::rating(&mut page, say),
        State::Goodbye => finish::goodbye(&mut page, visit, say),
        State::ProgressQuery => service::progress_query(&mut page, visit, world, say),
        State::Progress => service::progress(&mut page, visit, say),
        State::Problem => service::problem(&mut page, say),
        State::Closed => service::closed(&mut page, world, say),
        State::Technician => technician::technician(&mut page, visit, world, say),
    }
    if let Some(error) = &visit.error {
        page.error = say.text(error);
    }
    page.overlay = overlay(visit, world, now, say);
    page
}

fn frame(visit: &Visit, world: &World, say: Say) -> Page {
    let inside = !matches!(visit.state, State::Start | State::Closed | State::Working);
    let (at, of) = visit.step(world);
    Page {
        kind: kind(visit),
        watermark: match world.training {
            Some(_) => say.text(&watermark()),
            None => String::new(),
        },
        lang: visit.lang,
        service: say.text(&world.machine.service),
        place: say.text(&world.machine.place),
        time: world
            .wall
            .as_ref()
            .map(|wall| match wall.checked {
                true => wall.time.clone(),
                false => say.t(
                    &format!("{}（时间未校准）", wall.time),
                    &format!("{} (unset)", wall.time),
                ),
            })
            .unwrap_or_default(),
        task: visit
            .item()
            .map(|item| say.text(&item.task_name))
            .unwrap_or_default(),
        step: (at, of),
        step_text: match of {
            0 => String::new(),
            _ => say.t(
                &format!("第 {at} 步，共 {of} 步"),
                &format!("Step {at} of {of}"),
            ),
        },
        banners: banners(visit, world, say),
        heading: String::new(),
        lead: String::new(),
        face: None,
        error: String::new(),
        body: Body::None,
        primary: None,
        primary_enabled: true,
        secondary: Vec::new(),
        pager: (0, 0),
        back: if visit.has_back() {
            say.t("返回", "Back")
        } else {
            String::new()
        },
        leave: if inside {
            say.t("退出", "Leave")
        } else {
            String::new()
        },
        help: say.t("求助", "Help"),
        phone: world.machine.phone.clone(),
        language: say.t("English", "中文"),
        overlay: None,
    }
}

fn kind(visit: &Visit) -> PageKind {
    match visit.state {
        State::Start => PageKind::Start,
        State::Identify => PageKind::Identify,
        State::NoCard => PageKind::NoCard,
        State::Choose => PageKind::Choose,
        State::Refused => PageKind::Refused,
        State::Items => PageKind::Items,
        State::Search => PageKind::Search,
        State::ItemInfo => PageKind::ItemInfo,
        State::Eligibility => PageKind::Eligibility,
        State::NotHere => PageKind::NotHere,
        State::Question if visit.asks_delivery() => PageKind::Delivery,
        State::Question => PageKind::Question,
        State::Check => PageKind::Check,
        State::Consent => PageKind::Consent,
        State::Sign => PageKind::Sign,
        State::Working => PageKind::Working,
        State::Confirmation => PageKind::Confirmation,
        State::Rating => PageKind::Rating,
        State::Goodbye => PageKind::Goodbye,
        State::ProgressQuery => PageKind::ProgressQuery,
        State::Progress => PageKind::Progress,
        State::Problem => PageKind::Problem,
        State::Closed => PageKind::Closed,
        State::Technician => technician::kind(visit),
    }
}

fn overlay(visit: &Visit, world: &World, now: Instant, say: Say) -> Option<Overlay> {
    if let Idle::Countdown(seconds_left, _) = visit.idle(&world.idle, now) {
        if visit.state == State::Technician {
            return Some(Overlay::Idle {
                title: say.t("还在维护吗？", "Still at work?"),
                text: say.t(
                    "倒计时结束后退出维护页。",
                    "When the time is up, this page is left.",
                ),
                seconds_left,
                stay: say.t("继续维护", "Continue"),
            });
        }
        return Some(Overlay::Idle {
            title: say.t("您还在吗？", "Are you still there?"),
            text: say.t(
                "倒计时结束后，本次填写的内容会清除，保护您的隐私。",
                "When the time is up, what you entered is erased to protect you.",
            ),
            seconds_left,
            stay: say.t("继续办理", "Continue"),
        });
    }
    match visit.layer.as_ref()? {
        Layer::Help => Some(Overlay::Help {
            title: say.t("需要帮忙吗？", "Do you need help?"),
            lines: vec![
                say.t("请拨打下面的电话，或请现场工作人员帮忙。", "Call this number or ask the staff here."),
                say.t("您也可以到人工窗口办理：", "You can also go to the window:"),
                say.text(&world.machine.window),
                say.t(
                    "遇到“办不成事”，请告诉工作人员事项名称和本机编号：",
                    "If something cannot be done, tell the staff its name and this machine's number:",
                ) + &world.machine.id,
            ],
            phone: world.machine.phone.clone(),
            close: say.t("知道了", "Close"),
        }),
        Layer::Leave => Some(Overlay::Leave {
            title: say.t("要退出吗？", "Leave?"),
            text: say.t(
                "还没有提交。退出后，已填写的内容会全部清除。",
                "Nothing has been filed yet. What you entered will be erased.",
            ),
            stay: say.t("继续办理", "Stay"),
            leave: say.t("退出", "Leave"),
        }),
        Layer::AnotherCard(_) => Some(Overlay::Leave {
            title: say.t("换一个人办理吗？", "Another person now?"),
            text: if visit.filing.is_some() {
                say.t(
                    "读卡器上放了另一张身份证。前面的申请已经提交，不受影响。",
                    "Another identity card lies on the reader. The application before is filed and stays filed.",
                )
            } else {
                say.t(
                    "读卡器上放了另一张身份证。换人办理，前面填写的内容会全部清除。",
                    "Another identity card lies on the reader. What was entered before it will be erased.",
                )
            },
            stay: say.t("继续前面的办理", "Go on as before"),
            leave: say.t("换人，重新办理", "Start for the new card"),
        }),
    }
}
