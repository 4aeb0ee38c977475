//! One page of each kind, with texts as long as real ones. The people do not exist.

mod asking;
mod ending;
mod first;
mod layers;
mod provisioning;
mod technician;

use kiosk::domain::page::*;
use kiosk::text::Lang;

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn choice(label: &str, hint: &str, tag: &str, icon: Icon) -> Choice {
    Choice {
        label: label.into(),
        hint: hint.into(),
        tag: tag.into(),
        icon,
        selected: false,
    }
}

fn line(label: &str, value: &str, icon: Icon, change: bool) -> Line {
    Line {
        label: label.into(),
        value: value.into(),
        icon,
        change,
    }
}

fn page(kind: PageKind, lang: Lang, heading: &str, lead: &str, body: Body) -> Page {
    let zh = lang == Lang::Zh;
    let pick = |chinese: &str, english: &str| if zh { chinese } else { english }.to_owned();
    Page {
        kind,
        watermark: String::new(),
        lang,
        service: pick(
            "韶关市武江区 政务服务自助办理",
            "Wujiang District, Shaoguan · Public Services",
        ),
        place: pick(
            "西河镇 向阳社区党群服务中心",
            "Xihe Town · Xiangyang Community Centre",
        ),
        time: "09:41".into(),
        task: String::new(),
        step: (0, 0),
        step_text: String::new(),
        banners: Vec::new(),
        heading: heading.into(),
        lead: lead.into(),
        face: None,
        error: String::new(),
        body,
        primary: None,
        primary_enabled: true,
        secondary: Vec::new(),
        pager: (0, 0),
        back: pick("返回", "Back"),
        leave: pick("退出", "Exit"),
        help: pick("帮助", "Help"),
        phone: "0751-000 0000".into(),
        language: pick("English", "中文"),
        overlay: None,
    }
}

impl With for Page {}

/// Small changes to a page, one after the other.
trait With: Sized {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

fn step(page: &mut Page, task: &str, at: u32, of: u32) {
    page.task = task.into();
    page.step = (at, of);
    page.step_text = match page.lang {
        Lang::Zh => format!("第 {at} 步，共 {of} 步"),
        Lang::En => format!("Step {at} of {of}"),
    };
}

const TASK: &str = "高龄老人津贴申领";
const TASK_EN: &str = "Old-age allowance for residents aged 80 and over";

fn squiggle(from: (f32, f32), count: u16) -> Vec<(f32, f32)> {
    (0..count)
        .map(|at| {
            let turn = f32::from(at) / 6.0;
            (from.0 + f32::from(at) * 0.006, from.1 + 0.12 * turn.sin())
        })
        .collect()
}

/// The technician's pages.
pub fn technician() -> Vec<(String, Page)> {
    technician::all()
}

/// All samples: name of the picture, page.
pub fn all() -> Vec<(&'static str, Page)> {
    let mut pages = first::all();
    pages.extend(asking::all());
    pages.extend(ending::all());
    pages.extend(layers::all());
    pages.extend(provisioning::all());
    pages
}
