//! The page of a machine that is not in service yet: who it is, how it gets its order, where its steps stand, what is wrong.

use super::{Failure, Journey, Step, grouped};
use crate::domain::page::{Body, Icon, Line, Page, PageKind, Progress, Tone};
use crate::text::{Lang, Text};

/// How a machine without any setting reaches its scanner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Looks {
    /// Its ports are being asked.
    #[default]
    Searching,
    /// A scanner looks for a code.
    Reading,
    /// None was found.
    None,
}

/// What the page says beside the journey.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Serial number of the hardware.
    pub serial: String,
    /// SHA-256 of this machine's public key, 64 hexadecimal digits.
    pub key: String,
    /// `HH:MM`, empty while not known.
    pub time: String,
    /// The desk's telephone.
    pub phone: String,
    /// Language of the page.
    pub lang: Lang,
    /// Its scanner.
    pub looks: Looks,
    /// The disk does not keep how far it is.
    pub unkept: bool,
}

/// What the code on the page holds: the desk makes an order for this machine alone with it.
#[must_use]
pub fn code(facts: &Facts) -> String {
    format!(
        "KIOSKM/1/{}/{}",
        facts.serial,
        facts.key.to_ascii_uppercase()
    )
}

/// The whole screen.
#[must_use]
pub fn page(journey: &Journey, facts: &Facts) -> Page {
    let say = |zh: &str, en: &str| Text::new(zh, en).get(facts.lang).to_owned();
    let step = journey.saved().step;
    let site = journey
        .order()
        .map(|order| order.site.clone())
        .or_else(|| journey.saved().site.clone());
    let mut page = Page {
        kind: PageKind::Provisioning,
        lang: facts.lang,
        service: say("政务服务自助机 开通", "Public service machine · setting up"),
        place: site.clone().unwrap_or_default(),
        time: facts.time.clone(),
        task: String::new(),
        step: (0, 0),
        step_text: String::new(),
        banners: Vec::new(),
        heading: String::new(),
        lead: String::new(),
        face: None,
        error: String::new(),
        body: Body::None,
        primary: None,
        primary_enabled: true,
        secondary: Vec::new(),
        pager: (0, 0),
        back: String::new(),
        leave: String::new(),
        help: String::new(),
        phone: facts.phone.clone(),
        language: say("English", "中文"),
        overlay: None,
        watermark: String::new(),
    };
    match step {
        Step::Order | Step::Destroyed => waiting(&mut page, journey, facts),
        Step::InService => {
            page.heading = say("已投入使用", "In service");
            page.lead = site.unwrap_or_default();
            page.body = steps(journey, facts.lang);
            page.banners = vec![(
                Tone::Good,
                say(
                    "验收单已打印，请签字留存",
                    "The slip is printed: sign and keep it",
                ),
            )];
        }
        _ => under_way(&mut page, journey, facts),
    }
    if facts.unkept {
        let failure = Failure::Disk(String::new());
        page.heading = failure.meaning().get(facts.lang).to_owned();
        page.lead = failure.action().get(facts.lang).to_owned();
        page.banners = Vec::new();
        page.primary = Some(say("重试", "Again"));
        page.secondary = Vec::new();
    }
    page
}

fn waiting(page: &mut Page, journey: &Journey, facts: &Facts) {
    let say = |zh: &str, en: &str| Text::new(zh, en).get(facts.lang).to_owned();
    page.heading = match journey.saved().step {
        Step::Destroyed => say("本机已注销", "Out of service for good"),
        _ => say("这台机器还没有开通", "This machine is not in service yet"),
    };
    page.lead = say(
        "开通要有后台签发的工单，任选一种方式：",
        "It needs a work order of the desk, in one of three ways:",
    );
    let left = journey
        .saved()
        .checks
        .iter()
        .filter(|check| check.passed == Some(false));
    if let (Step::Destroyed, [first, ..]) =
        (journey.saved().step, left.collect::<Vec<_>>().as_slice())
    {
        page.banners = vec![(
            Tone::Warning,
            format!(
                "{}: {}",
                first.name.get(facts.lang),
                first.found.get(facts.lang)
            ),
        )];
    }
    if let Some(halt) = journey.halt() {
        let (meaning, action) = (halt.failure.meaning(), halt.failure.action());
        page.error = format!(
            "{}{}{}",
            meaning.get(facts.lang),
            say("", " "),
            action.get(facts.lang)
        );
    }
    let scanner = match facts.looks {
        Looks::Searching => say(
            "正在查找扫码器，请稍候",
            "Looking for the scanner, one moment",
        ),
        Looks::Reading => say(
            "把工单二维码对准本机扫码窗",
            "Hold the order's code before the scanner",
        ),
        Looks::None => say(
            "没有找到扫码器，请用U盘",
            "No scanner was found: use a stick",
        ),
    };
    let way = |icon, label: String, value: String| Line {
        label,
        value,
        icon,
        change: false,
    };
    page.body = Body::Enrol {
        code: grouped(&facts.key),
        label: say("本机代码", "Code of this machine"),
        serial: format!("{} {}", say("序列号", "Serial"), facts.serial),
        qr: code(facts),
        ways: vec![
            way(Icon::Search, say("① 扫码", "1 Scan"), scanner),
            way(
                Icon::Form,
                say("② U盘", "2 Stick"),
                say(
                    "插入存有 kiosk-order.txt 的U盘",
                    "Plug in a stick with kiosk-order.txt",
                ),
            ),
            way(
                Icon::Phone,
                say("③ 后台", "3 Desk"),
                say(
                    &format!("致电 {} 报本机代码，工单发到手机后扫码", facts.phone),
                    &format!(
                        "Call {} with this code; scan the order they send",
                        facts.phone
                    ),
                ),
            ),
        ],
    };
}

fn under_way(page: &mut Page, journey: &Journey, facts: &Facts) {
    let say = |zh: &str, en: &str| Text::new(zh, en).get(facts.lang).to_owned();
    page.body = steps(journey, facts.lang);
    let Some(halt) = journey.halt() else {
        page.heading = match journey.saved().step {
            Step::Destroy => say("正在注销本机", "Taking this machine out of service"),
            _ => say("正在开通，请稍候", "Setting up, please wait"),
        };
        page.lead = say(
            "不用操作，请不要断电。",
            "Nothing to do. Please keep the power on.",
        );
        return;
    };
    page.heading = halt.failure.meaning().get(facts.lang).to_owned();
    page.lead = halt.failure.action().get(facts.lang).to_owned();
    page.banners = vec![(
        Tone::Warning,
        say(
            &format!("需要帮助请致电 {}", facts.phone),
            &format!("For help call {}", facts.phone),
        ),
    )];
    page.primary = Some(say("重试", "Again"));
    if journey.may_accept() {
        page.secondary = vec![say("照此验收", "Accept as it is")];
    }
}

fn steps(journey: &Journey, lang: Lang) -> Body {
    let now = journey.saved().step;
    let state = |step: Step| {
        if step < now {
            Progress::Done
        } else if step > now {
            Progress::Waiting
        } else if journey.halt().is_some() {
            Progress::Failed
        } else {
            Progress::Active
        }
    };
    let way: &[Step] = if now >= Step::Destroy {
        &[Step::Destroy]
    } else {
        &Step::WAY
    };
    let mut lines: Vec<_> = way
        .iter()
        .map(|step| (step.name().get(lang).to_owned(), state(*step)))
        .collect();
    // What the doctor found wrong, where it is decided whether that is accepted.
    if now == Step::Doctor && journey.halt().is_some() {
        let faults = journey
            .saved()
            .checks
            .iter()
            .filter(|check| check.passed == Some(false))
            .take(4);
        lines = faults
            .map(|check| {
                (
                    format!("{}：{}", check.name.get(lang), check.found.get(lang)),
                    Progress::Failed,
                )
            })
            .collect();
    }
    Body::Work(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::MachineIdentity;
    use crate::domain::provisioning::{Event, Saved, Wall};
    use std::time::Instant;

    fn facts() -> Facts {
        Facts {
            serial: "10000000A1B2C3D4".into(),
            key: "ab".repeat(32),
            phone: "0751-000 0000".into(),
            ..Facts::default()
        }
    }

    fn journey(step: Step) -> Journey {
        let saved = Saved {
            step,
            machine: Some("W0012".into()),
            site: Some("西联村便民点".into()),
            ..Saved::default()
        };
        Journey::new(saved, MachineIdentity::from_seed(&[5; 32]).public(), [0; 8])
    }

    #[test]
    fn a_blank_machine_says_who_it_is_and_three_ways() {
        let page = page(&journey(Step::Order), &facts());
        let Body::Enrol { code, qr, ways, .. } = page.body else {
            panic!("{:?}", page.body)
        };
        assert_eq!((code.as_str(), ways.len()), ("ABAB ABAB ABAB ABAB", 3));
        assert!(qr.starts_with("KIOSKM/1/10000000A1B2C3D4/ABAB"));
    }

    #[test]
    fn what_is_wrong_says_what_to_do_and_whom_to_call() {
        let mut journey = journey(Step::Fetch);
        let now = Instant::now();
        journey.begin();
        assert!(page(&journey, &facts()).primary.is_none());
        journey.handle(
            Event::Failed(Step::Fetch, Failure::TimedOut),
            now,
            Wall::default(),
        );
        let halted = page(&journey, &facts());
        assert_eq!(halted.heading, Failure::TimedOut.meaning().zh);
        assert_eq!(halted.lead, Failure::TimedOut.action().zh);
        assert!(halted.primary.is_some() && halted.banners[0].1.contains("0751"));
        let mut foreign = self::journey(Step::Order);
        foreign.handle(
            Event::Text("https://shop.example".into()),
            now,
            Wall::default(),
        );
        assert!(page(&foreign, &facts()).error.contains("不是开通工单"));
    }
}
