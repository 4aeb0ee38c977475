//! Pages from "submit" to goodbye, and when something is wrong.

use super::*;

pub(super) fn all() -> Vec<(&'static str, Page)> {
    use Lang::{En, Zh};
    use PageKind as K;
    let working = page(
        K::Working,
        Zh,
        "正在提交，请稍候",
        "请不要拿走身份证。",
        Body::Work(vec![
            ("已保存到本机".into(), Progress::Done),
            ("正在发送到武江区民政局……".into(), Progress::Active),
            ("打印回执".into(), Progress::Waiting),
        ]),
    )
    .with(|page| {
        page.task = TASK.into();
        page.back = String::new();
        page.leave = String::new();
    });
    let case = |state: &str| ResultCase {
        name: TASK.into(),
        number: "440203-261122-0017".into(),
        query_code: "7K3M".into(),
        state: state.into(),
    };
    let next = vec![
        line(
            "接下来",
            "民政局 5 个工作日内审核，短信通知您",
            Icon::Clock,
            false,
        ),
        line("什么时候", "11 月 27 日(星期五)以前", Icon::Form, false),
        line("没消息就打", "0751-000 0001", Icon::Phone, false),
    ];
    let confirmation = page(
        K::Confirmation,
        Zh,
        "提交成功",
        "",
        Body::Result {
            tone: Tone::Good,
            cases: vec![case("已受理")],
            next: next.clone(),
            paper: "回执已打印，请从出纸口取走。".into(),
            qr: None,
        },
    )
    .with(|page| {
        page.primary = Some("办好了".into());
        page.secondary = texts(&["再办一件"]);
    });
    let confirmation_offline = page(
        K::Confirmation,
        Zh,
        "已保存，网络恢复后自动上传",
        "现在还没有受理。不用再来，我们会发短信告诉您。",
        Body::Result {
            tone: Tone::Warning,
            cases: vec![case("待上传，未受理"), case("待上传，未受理")],
            next,
            paper: "没有纸了，不能打印回执。请用手机拍下二维码和编号。".into(),
            qr: Some("440203-261122-0017;7K3M;440203-261122-0018;9P2X".into()),
        },
    )
    .with(|page| {
        page.primary = Some("办好了".into());
        page.secondary = texts(&["再办一件"]);
        page.banners = vec![
            (
                Tone::Warning,
                "网络断开，本机继续受理，恢复后自动上传。".into(),
            ),
            (Tone::Warning, "打印机没有纸。".into()),
        ];
    });
    let confirmation_en = page(
        K::Confirmation,
        En,
        "Submitted",
        "",
        Body::Result {
            tone: Tone::Good,
            cases: vec![ResultCase {
                name: TASK_EN.into(),
                number: "440203-261122-0017".into(),
                query_code: "7K3M".into(),
                state: "Accepted".into(),
            }],
            next: vec![
                line(
                    "Next",
                    "The Civil Affairs Bureau checks within 5 working days",
                    Icon::Clock,
                    false,
                ),
                line("By", "Friday, 27 November", Icon::Form, false),
                line("No news? Call", "0751-000 0001", Icon::Phone, false),
            ],
            paper: "Your receipt is printed. Please take it.".into(),
            qr: None,
        },
    )
    .with(|page| {
        page.primary = Some("Finish".into());
        page.secondary = texts(&["Do something else"]);
    });
    let four = confirmation_four(Tone::Good, "平台已接收", None);
    let four_offline = confirmation_four(
        Tone::Warning,
        "待上传，未受理",
        Some("W0012-P6-000001-0;7K3M;W0012-P6-000002-8;9P2X;W0012-P6-000003-6;4C8T;W0012-P6-000004-4;2H5N"),
    )
    .with(|page| {
        page.heading = "已存好，待上传".into();
        page.lead = "还没送到的，线路恢复后自动上传，目前还没有受理。请不要重复提交。".into();
        page.banners = vec![(
            Tone::Warning,
            "网络断开，本机继续受理，恢复后自动上传。".into(),
        )];
    });
    let rating = page(
        K::Rating,
        Zh,
        "今天的服务怎么样？",
        "点一下就行，不评也可以。",
        Body::Stars(texts(&[
            "非常满意",
            "满意",
            "基本满意",
            "不满意",
            "非常不满意",
        ])),
    )
    .with(|page| page.secondary = texts(&["不评价，结束"]));
    let goodbye = page(
        K::Goodbye,
        Zh,
        "请取走身份证和回执",
        "本机已清除您的信息。祝您生活愉快。",
        Body::None,
    )
    .with(|page| {
        page.back = String::new();
        page.leave = String::new();
        page.primary = Some("结束".into());
    });
    let progress = page(
        K::Progress,
        Zh,
        "您的办理进度",
        "",
        Body::Lines(vec![
            line(
                "高龄老人津贴申领",
                "审核中，11 月 27 日前答复",
                Icon::Clock,
                false,
            ),
            line(
                "老年人优待卡申领",
                "已办好，请到本中心领取",
                Icon::Tick,
                false,
            ),
            line(
                "居家适老化改造申请",
                "需要补材料：房屋照片",
                Icon::Warning,
                false,
            ),
        ]),
    )
    .with(|page| page.primary = Some("知道了".into()));
    let problem = page(
        K::Problem,
        Zh,
        "读卡器暂时不能用",
        "不是您的问题。",
        Body::Paragraphs(texts(&[
            "维护人员已经收到通知。",
            "急着办，可以到旁边的 3 号窗口，或者打 0751-000 0000，工作人员会告诉您最近的服务点。",
        ])),
    )
    .with(|page| {
        page.primary = Some("再试一次".into());
        page.secondary = texts(&["不用身份证能办的事"]);
    });
    let closed = page(
        K::Closed,
        Zh,
        "本机暂停服务",
        "请到 1 楼 3 号窗口办理，工作时间 8:30–17:30。",
        Body::None,
    )
    .with(|page| {
        page.back = String::new();
        page.leave = String::new();
    });
    vec![
        ("working", working),
        ("confirmation", confirmation),
        ("confirmation-offline", confirmation_offline),
        ("confirmation-en", confirmation_en),
        ("confirmation-four", four),
        ("confirmation-four-offline", four_offline),
        ("rating", rating),
        ("goodbye", goodbye),
        ("progress", progress),
        ("problem", problem),
        ("closed", closed),
    ]
}

/// Four filings at once: water, power, gas, cable television.
fn confirmation_four(tone: Tone, state: &str, qr: Option<&str>) -> Page {
    let cases = [
        ("用水报装", "W0012-P6-000001-0"),
        ("用电报装", "W0012-P6-000002-8"),
        ("燃气报装", "W0012-P6-000003-6"),
        ("有线电视报装", "W0012-P6-000004-4"),
    ];
    let next = vec![
        line(
            "接下来",
            "水、电、气、有线电视四家单位分别上门查看，按短信约定的时间",
            Icon::Tick,
            false,
        ),
        line("多久办好", "5 个工作日", Icon::Clock, false),
        line("咨询电话", "0751-000 0001", Icon::Phone, false),
    ];
    page(
        PageKind::Confirmation,
        Lang::Zh,
        "提交成功",
        "",
        Body::Result {
            tone,
            cases: cases
                .into_iter()
                .map(|(name, number)| ResultCase {
                    name: name.into(),
                    number: number.into(),
                    query_code: "7K3M".into(),
                    state: state.into(),
                })
                .collect(),
            next,
            paper: if qr.is_some() {
                "现在不能打印，不影响您的申请。请用手机拍下二维码和号码。".into()
            } else {
                "回执已打印，请从出纸口取走。".into()
            },
            qr: qr.map(str::to_owned),
        },
    )
    .with(|page| {
        page.primary = Some("办完了".into());
        page.secondary = texts(&["再办一件", "打印回执"]);
    })
}
