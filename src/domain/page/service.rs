//! Progress of cases, and the pages for when the machine cannot do what it is for.

use crate::domain::guard::Closure;
use crate::domain::health::Lack;
use crate::domain::visit::entry::Entry;
use crate::domain::visit::{ProgressOf, Visit};
use crate::domain::world::World;
use crate::status::Device;

use super::form::field;
use super::info::line;
use super::view::Say;
use super::{Body, Icon, Page, Progress};

pub(super) fn progress_query(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    page.heading = say.t("请输入收件号", "Enter the filing number");
    page.lead = say.t(
        "收件号印在回执上，例如 W0012-A7-000123-C。",
        "It is on your receipt, e.g. W0012-A7-000123-C.",
    );
    if world.scanner == Device::Online {
        page.heading = say.t(
            "扫回执二维码，或输入收件号",
            "Scan your receipt, or enter its number",
        );
        page.lead = say.t(
            "把回执上的二维码对准扫码窗口。收件号例如 W0012-A7-000123-C。",
            "Hold the code on your receipt before the scanner, or type its number, e.g. W0012-A7-000123-C.",
        );
    }
    if let Entry::Typed(editor) = &visit.entry {
        page.primary_enabled = !editor.value().is_empty();
        page.body = Body::Field(field(editor, "W0012-A7-000123-C", ""));
    }
    page.primary = Some(say.t("查询", "Ask"));
}

pub(super) fn progress(page: &mut Page, visit: &Visit, say: Say) {
    page.heading = say.t("办件进度", "Progress of cases");
    page.primary = Some(say.t("知道了", "Done"));
    page.secondary = vec![say.t("办理事项", "File an item")];
    match &visit.progress {
        ProgressOf::Asking => {
            page.body = Body::Work(vec![(
                say.t("正在查询", "Asking the platform"),
                Progress::Active,
            )]);
        }
        ProgressOf::NotNow => {
            page.lead = say.t(
                "现在查不到平台的进度，请稍后再查，或拨打电话。",
                "The platform does not answer now. Please try later or call.",
            );
        }
        ProgressOf::Known(cases) if cases.is_empty() => {
            page.lead = say.t(
                "没有查到办件。刚提交的申请可能还在上传。",
                "No cases found. A new one may still be on its way.",
            );
        }
        ProgressOf::Known(cases) => {
            let lines = cases.iter().take(7).map(|case| {
                let name = match case.task_name.as_str() {
                    "" => say.t("办件", "Case"),
                    name => name.to_owned(),
                };
                // A number on a line of its own is never broken at one of its hyphens.
                let value = format!(
                    "{} {}\n{}",
                    say.text(&case.state),
                    case.updated_at,
                    case.number
                );
                line(Icon::Form, &name, value.trim())
            });
            page.body = Body::Lines(lines.collect());
        }
    }
}

pub(super) fn problem(page: &mut Page, say: Say) {
    page.heading = say.t("没有提交成功", "Not filed");
    page.lead = say.t(
        "本机没能保存您的申请，内容还在，请再试一次。",
        "This machine could not save your application. Nothing is lost; please try again.",
    );
    page.body = Body::Paragraphs(vec![say.t(
        "如果还是不行，请到人工窗口办理，或拨打下方电话。这次没有提交，不会重复。",
        "If it fails again, please go to the window or call. Nothing was filed.",
    )]);
    page.primary = Some(say.t("再试一次", "Try again"));
}

pub(super) fn closed(page: &mut Page, world: &World, say: Say) {
    let closure = world.guard.closure();
    page.heading = match closure {
        Some(Closure::MainsLost) => say.t("停电，本机暂停服务", "No power: out of service"),
        Some(Closure::Updating) => say.t("本机正在更新", "Being updated"),
        Some(Closure::Tampered | Closure::DoorOpen) | None => {
            say.t("本机暂停服务", "Out of service")
        }
    };
    page.lead = match closure {
        Some(closure) => say.text(&Lack::from(closure).told()),
        None => say.t("请到人工窗口办理。", "Please go to the window."),
    };
    page.body = Body::Lines(vec![
        line(
            Icon::Home,
            &say.t("人工窗口", "Window"),
            &say.text(&world.machine.window),
        ),
        line(
            Icon::Phone,
            &say.t("咨询电话", "Questions"),
            &world.machine.phone,
        ),
    ]);
}
