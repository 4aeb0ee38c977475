//! One page of each kind, with texts as long as real ones. The people do not exist.

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
        error: String::new(),
        body,
        primary: None,
        primary_enabled: true,
        secondary: Vec::new(),
        pager: (0, 0),
        back: pick("返回", "Back"),
        leave: pick("退出", "Exit"),
        help: pick("帮助", "Help"),
        phone: "0751-12345".into(),
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

/// All samples: name of the picture, page.
pub fn all() -> Vec<(&'static str, Page)> {
    let mut pages = first();
    pages.extend(asking());
    pages.extend(ending());
    pages.extend(layers());
    pages
}

fn first() -> Vec<(&'static str, Page)> {
    use Lang::{En, Zh};
    use PageKind as K;
    let start = page(
        K::Start,
        Zh,
        "您好，请问要办什么？",
        "刷身份证，选事项，拿回执。不会用，按“帮助”。",
        Body::Slides(vec![
            (
                "高龄津贴 在这里就能申领".into(),
                "年满八十周岁的武江户籍老人，带上身份证，五分钟办好。".into(),
            ),
            (
                "城乡居民医保 年底前缴费".into(),
                "参保人可在本机查询缴费状态。".into(),
            ),
            (
                "公共交通 老人免费乘车".into(),
                "六十五周岁以上老人可申请优待卡。".into(),
            ),
        ]),
    )
    .with(|page| {
        page.primary = Some("触摸屏幕 开始办理".into());
        page.secondary = texts(&["没带身份证"]);
        page.back = String::new();
        page.leave = String::new();
    });
    let start_en = page(
        K::Start,
        En,
        "Hello, how can we help you today?",
        "Lay your ID card, pick a service, take your receipt.",
        Body::Slides(vec![(
            "Old-age allowance: apply here".into(),
            "Residents aged 80 and over: bring your ID card, it takes five minutes.".into(),
        )]),
    )
    .with(|page| {
        page.primary = Some("Touch to begin".into());
        page.secondary = texts(&["I do not have my ID card"]);
        page.back = String::new();
        page.leave = String::new();
        page.banners = vec![(
            Tone::Warning,
            "Offline. Your application is kept here and sent later.".into(),
        )];
    });
    let identify = page(
        K::Identify,
        Zh,
        "请把身份证放在读卡区",
        "平放在屏幕下方发光的位置，听到“嘀”声之前不要拿开。",
        Body::PlaceCard { reading: false },
    )
    .with(|page| page.secondary = texts(&["没带身份证"]));
    let reading = page(
        K::Identify,
        Zh,
        "正在读取身份证",
        "请不要移动卡片。",
        Body::PlaceCard { reading: true },
    );
    let identify_error = identify.clone().with(|page| {
        page.error = "没有读到身份证。请拿起卡片，翻到有照片的一面，再放一次。".into();
        page.banners = vec![(Tone::Warning, "纸快用完了，还能打印约 20 张回执。".into())];
    });
    let no_card = page(
        K::NoCard,
        Zh,
        "没有身份证，也可以办这些",
        "需要身份证的事项，请带身份证再来。",
        Body::Choices(vec![
            choice("查看办事指南", "要带什么、多少钱、几天办好", "", Icon::Form),
            choice(
                "查询办理进度",
                "凭回执上的办件编号和查询码",
                "",
                Icon::Clock,
            ),
            choice(
                "打电话问工作人员",
                "周一至周五 8:30–12:00,14:30–17:30",
                "",
                Icon::Phone,
            ),
        ]),
    );
    let tiles = vec![
        choice("养老", "津贴、优待、认证", "", Icon::Elder),
        choice("生育和家庭", "登记、补助", "", Icon::Family),
        choice("就业创业", "登记、补贴", "", Icon::Work),
        choice("医疗健康", "医保、报销", "", Icon::Health),
        choice("住房", "公租房、公积金", "", Icon::Home),
        choice("出行", "乘车优待", "", Icon::Bus),
        choice("水电气", "过户、查询", "", Icon::Utility),
        choice("开店办企业", "登记、备案", "", Icon::Shop),
    ];
    let choose = page(
        K::Choose,
        Zh,
        "陈*华，您好。要办什么？",
        "",
        Body::Tiles(tiles),
    )
    .with(|page| {
        page.secondary = texts(&["搜索事项", "我的办理进度"]);
    });
    let tiles_en = vec![
        choice(
            "Old age",
            "Allowance, concessions, proof of life",
            "",
            Icon::Elder,
        ),
        choice(
            "Birth and family",
            "Registration, subsidies",
            "",
            Icon::Family,
        ),
        choice(
            "Work and business start-up",
            "Registration, subsidies",
            "",
            Icon::Work,
        ),
        choice(
            "Health insurance",
            "Enrolment, reimbursement",
            "",
            Icon::Health,
        ),
        choice(
            "Housing",
            "Public rental housing, provident fund",
            "",
            Icon::Home,
        ),
        choice("Travel", "Free travel for seniors", "", Icon::Bus),
        choice(
            "Water, power and gas",
            "Transfer, enquiry",
            "",
            Icon::Utility,
        ),
        choice("Shop and company", "Registration, filing", "", Icon::Shop),
    ];
    let choose_en = page(
        K::Choose,
        En,
        "Hello, Chen *. What would you like to do?",
        "",
        Body::Tiles(tiles_en),
    )
    .with(|page| {
        page.secondary = texts(&["Search services", "My applications"]);
    });
    let items = page(
        K::Items,
        Zh,
        "养老",
        "选一项，先看需要什么，再决定办不办。",
        Body::Choices(vec![
            choice(
                "高龄老人津贴申领",
                "年满 80 周岁，本区户籍",
                "即办",
                Icon::Elder,
            ),
            choice("老年人优待卡申领", "年满 60 周岁", "即办", Icon::Card),
            choice(
                "城乡居民基本养老保险待遇领取资格认证",
                "每年一次，刷身份证即可",
                "即办",
                Icon::Tick,
            ),
            choice(
                "城乡居民基本养老保险参保登记",
                "年满 16 周岁，非在校学生",
                "5 天",
                Icon::Form,
            ),
            choice(
                "特困人员供养申请",
                "由镇民政办上门核实",
                "20 天",
                Icon::Person,
            ),
            choice(
                "经济困难的高龄失能老年人养老服务补贴",
                "",
                "15 天",
                Icon::Money,
            ),
            choice(
                "居家适老化改造申请",
                "扶手、防滑、照明",
                "10 天",
                Icon::Home,
            ),
        ]),
    )
    .with(|page| page.pager = (1, 2));
    let field = Field {
        value: "高龄".into(),
        placeholder: "输入事项名称或拼音首字母".into(),
        keys: Keys::Pinyin,
        key_sets: vec![Keys::Pinyin, Keys::Handwriting, Keys::Digits],
        composition: "jt".into(),
        candidates: texts(&["津贴", "集体", "家庭", "今天", "具体"]),
        more_candidates: (true, false),
        ..Field::default()
    };
    let search = page(
        K::Search,
        Zh,
        "搜索事项",
        "输入拼音首字母就行，例如“glbt”。",
        Body::SearchField {
            field,
            results: vec![
                choice("高龄老人津贴申领", "", "即办", Icon::Elder),
                choice("经济困难的高龄失能老年人养老服务补贴", "", "", Icon::Money),
                choice("高龄津贴停发申报", "", "", Icon::Form),
                choice("高龄津贴账户变更", "", "即办", Icon::Card),
            ],
        },
    );
    let search_empty = page(
        K::Search,
        Zh,
        "搜索事项",
        "输入拼音首字母就行，例如“glbt”。",
        Body::SearchField {
            field: Field {
                placeholder: "例：glbt 或 高龄津贴".into(),
                keys: Keys::Latin,
                ..Field::default()
            },
            results: Vec::new(),
        },
    );
    vec![
        ("start", start),
        ("start-en", start_en),
        ("identify", identify),
        ("identify-reading", reading),
        ("identify-error", identify_error),
        ("no-card", no_card),
        ("choose", choose),
        ("choose-en", choose_en),
        ("items", items),
        ("search", search),
        ("search-empty", search_empty),
    ]
}

fn asking() -> Vec<(&'static str, Page)> {
    use Lang::{En, Zh};
    use PageKind as K;
    let info = page(
        K::ItemInfo,
        Zh,
        TASK,
        "办之前先看一下。",
        Body::Lines(vec![
            line(
                "谁能办",
                "年满 80 周岁、户籍在武江区的老人",
                Icon::Person,
                false,
            ),
            line("要带什么", "本人身份证、本人银行卡", Icon::Card, false),
            line("要多少钱", "不收费", Icon::Money, false),
            line("多久办好", "5 个工作日内答复", Icon::Clock, false),
            line("跑几次", "一次也不用，在这里交就行", Icon::Home, false),
            line("哪个部门办", "武江区民政局 养老服务股", Icon::Form, false),
            line("有疑问打", "0751-8885678", Icon::Phone, false),
        ]),
    )
    .with(|page| page.primary = Some("开始办理".into()));
    let info_en = page(
        K::ItemInfo,
        En,
        TASK_EN,
        "Please read before you begin.",
        Body::Lines(vec![
            line(
                "Who",
                "Residents of Wujiang District aged 80 and over",
                Icon::Person,
                false,
            ),
            line("Bring", "Your own ID card and bank card", Icon::Card, false),
            line("Fee", "Free of charge", Icon::Money, false),
            line(
                "How long",
                "Answer within 5 working days",
                Icon::Clock,
                false,
            ),
            line("Visits", "None: everything is done here", Icon::Home, false),
            line(
                "Department",
                "Wujiang District Civil Affairs Bureau",
                Icon::Form,
                false,
            ),
            line("Questions", "0751-8885678", Icon::Phone, false),
        ]),
    )
    .with(|page| page.primary = Some("Begin".into()));
    let eligibility = page(
        K::Eligibility,
        Zh,
        "您目前是否已经在其他区领取高龄津贴？",
        "同一位老人只能在一个地方领取。",
        Body::Choices(vec![
            choice("没有", "", "", Icon::None),
            choice("正在领取", "需要先在原地停发", "", Icon::None),
            choice("不清楚", "", "", Icon::None),
        ]),
    )
    .with(|page| step(page, TASK, 1, 7));
    let not_here = page(
        K::NotHere,
        Zh,
        "这件事今天在这里办不了",
        "您的身份证显示户籍在浈江区，高龄津贴要在户籍地申请。",
        Body::Lines(vec![
            line(
                "去哪里",
                "浈江区政务服务中心 2 楼 12 号窗口",
                Icon::Home,
                false,
            ),
            line(
                "怎么去",
                "公交 6 路、18 路，到“浈江区政府”站",
                Icon::Bus,
                false,
            ),
            line(
                "时间",
                "周一至周五 8:30–12:00,14:30–17:30",
                Icon::Clock,
                false,
            ),
            line("先打电话", "0751-8911111", Icon::Phone, false),
        ]),
    )
    .with(|page| {
        page.primary = Some("办别的事".into());
        page.secondary = texts(&["打印这些信息", "反映办不成事"]);
    });
    let question_choices = page(
        K::Question,
        Zh,
        "津贴发到哪家银行？",
        "请选本人名下的银行账户。",
        Body::Choices(vec![
            choice("农村商业银行", "", "", Icon::None),
            choice("农业银行", "", "", Icon::None).with_selected(),
            choice("工商银行", "", "", Icon::None),
            choice("建设银行", "", "", Icon::None),
            choice("中国银行", "", "", Icon::None),
            choice("邮政储蓄银行", "", "", Icon::None),
            choice("其他银行", "下一步填写银行名称", "", Icon::None),
        ]),
    )
    .with(|page| step(page, TASK, 3, 7));
    let question_digits = page(
        K::Question,
        Zh,
        "您的手机号码是多少？",
        "审批结果会用短信通知您。可以填子女的号码。",
        Body::Field(Field {
            value: "138 0013 80".into(),
            placeholder: "例：138 0013 8000".into(),
            keys: Keys::Digits,
            ..Field::default()
        }),
    )
    .with(|page| {
        step(page, TASK, 4, 7);
        page.primary = Some("下一步".into());
        page.primary_enabled = false;
        page.error = "手机号码少了 1 位，请再按一个数字。".into();
    });
    let question_id = page(
        K::Question,
        En,
        "What is your child's ID number?",
        "18 characters, the last may be X.",
        Body::Field(Field {
            value: "110105 19491231 002X".into(),
            keys: Keys::IdNumber,
            ..Field::default()
        }),
    )
    .with(|page| {
        step(page, TASK_EN, 5, 7);
        page.primary = Some("Continue".into());
    });
    let question_pinyin = page(
        K::Question,
        Zh,
        "您现在住在哪里？",
        "写到门牌号，方便工作人员上门。",
        Body::Field(Field {
            value: "西河镇向阳路".into(),
            placeholder: "例：西河镇向阳路 8 号".into(),
            keys: Keys::Pinyin,
            key_sets: vec![Keys::Pinyin, Keys::Handwriting, Keys::Latin, Keys::Digits],
            composition: "jie".into(),
            candidates: texts(&["街", "节", "接", "解", "姐"]),
            more_candidates: (true, false),
            ..Field::default()
        }),
    )
    .with(|page| {
        step(page, TASK, 5, 7);
        page.primary = Some("下一步".into());
    });
    let question_writing = question_pinyin.clone().with(|page| {
        if let Body::Field(field) = &mut page.body {
            field.keys = Keys::Handwriting;
            field.composition.clear();
            field.candidates = texts(&["街", "衔", "衡", "行", "徒"]);
            field.ink = vec![
                vec![(0.42, 0.2), (0.36, 0.42)],
                vec![(0.41, 0.4), (0.34, 0.62)],
                vec![(0.385, 0.55), (0.385, 0.88)],
                vec![(0.46, 0.3), (0.56, 0.3)],
                vec![(0.51, 0.18), (0.51, 0.5)],
                vec![(0.44, 0.5), (0.58, 0.5)],
                vec![(0.45, 0.68), (0.57, 0.68)],
                vec![(0.51, 0.55), (0.51, 0.86)],
                vec![(0.43, 0.86), (0.59, 0.86)],
                vec![(0.62, 0.36), (0.7, 0.36)],
                vec![
                    (0.61, 0.52),
                    (0.72, 0.52),
                    (0.67, 0.52),
                    (0.67, 0.88),
                    (0.63, 0.82),
                ],
            ];
        }
    });
    let question_money = page(
        K::Question,
        Zh,
        "家里每月收入一共多少？",
        "全家人加在一起，大概数就行。",
        Body::Field(Field {
            value: "3200".into(),
            unit: "元".into(),
            keys: Keys::Digits,
            ..Field::default()
        }),
    )
    .with(|page| {
        step(page, TASK, 6, 7);
        page.primary = Some("下一步".into());
        page.secondary = texts(&["不想回答"]);
    });
    let delivery = page(
        K::Delivery,
        Zh,
        "办好以后，怎么拿结果？",
        "",
        Body::Choices(vec![
            choice(
                "到这里领取",
                "西河镇向阳社区党群服务中心",
                "不收费",
                Icon::Home,
            ),
            choice(
                "寄到家里",
                "邮政快递，寄到身份证上的地址",
                "政府付",
                Icon::Bus,
            ),
        ]),
    )
    .with(|page| step(page, TASK, 7, 7));
    let check = page(
        K::Check,
        Zh,
        "请核对，不对的按“修改”",
        "",
        Body::Lines(vec![
            line("姓名", "陈*华", Icon::None, false),
            line("身份证号", "999999********0028", Icon::None, false),
            line("是否已领津贴", "没有", Icon::None, true),
            line("开户银行", "农业银行", Icon::None, true),
            line("手机号码", "138 0013 8000", Icon::None, true),
            line(
                "居住地址",
                "西河镇向阳路社区居委会宿舍 3 栋 2 单元 501",
                Icon::None,
                true,
            ),
            line("家庭月收入", "3200 元", Icon::None, true),
            line("领取方式", "到向阳社区党群服务中心领取", Icon::None, true),
        ]),
    )
    .with(|page| {
        step(page, TASK, 7, 7);
        page.primary = Some("都对，下一步".into());
    });
    let check_en = page(
        K::Check,
        En,
        "Check your answers",
        "Press “Change” where something is wrong.",
        Body::Lines(vec![
            line("Name", "Chen *", Icon::None, false),
            line("ID number", "999999********0028", Icon::None, false),
            line("Allowance elsewhere", "No", Icon::None, true),
            line("Bank", "Agricultural Bank of China", Icon::None, true),
            line("Mobile phone", "138 0013 8000", Icon::None, true),
            line(
                "Address",
                "Room 501, Unit 2, Building 3, Xiangyang Road",
                Icon::None,
                true,
            ),
            line("Monthly income", "3200 yuan", Icon::None, true),
            line("Collect at", "Xiangyang Community Centre", Icon::None, true),
        ]),
    )
    .with(|page| {
        step(page, TASK_EN, 7, 7);
        page.primary = Some("All correct, continue".into());
    });
    let consent = page(
        K::Consent,
        Zh,
        "请阅读并同意",
        "",
        Body::Paragraphs(texts(&[
            "您提交的姓名、身份证号、住址、电话和银行账户，只交给武江区民政局，只用于办理高龄津贴。",
            "本机不保留您的个人信息。交到民政局以后，按档案规定保存十年。",
            "不同意也没关系，您可以到窗口办理，结果一样。",
        ])),
    )
    .with(|page| {
        page.task = TASK.into();
        page.primary = Some("我同意，继续".into());
        page.secondary = texts(&["不同意，退出"]);
    });
    let sign = page(
        K::Sign,
        Zh,
        "请用手指写下您的名字",
        "写在框里，写错了按“清空”重写。",
        Body::Canvas {
            statement: "本人确认以上信息属实，愿意承担不实的责任。".into(),
            ink: vec![squiggle((0.15, 0.5), 40), squiggle((0.45, 0.45), 60)],
        },
    )
    .with(|page| {
        page.task = TASK.into();
        page.primary = Some("写好了，提交".into());
    });
    vec![
        ("item-info", info),
        ("item-info-en", info_en),
        ("eligibility", eligibility),
        ("not-here", not_here),
        ("question-choices", question_choices),
        ("question-digits", question_digits),
        ("question-id-en", question_id),
        ("question-pinyin", question_pinyin),
        ("question-writing", question_writing),
        ("question-money", question_money),
        ("delivery", delivery),
        ("check", check),
        ("check-en", check_en),
        ("consent", consent),
        ("sign", sign),
    ]
}

trait Selected {
    fn with_selected(self) -> Self;
}

impl Selected for Choice {
    fn with_selected(mut self) -> Self {
        self.selected = true;
        self
    }
}

fn ending() -> Vec<(&'static str, Page)> {
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
        line("没消息就打", "0751-8885678", Icon::Phone, false),
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
                line("No news? Call", "0751-8885678", Icon::Phone, false),
            ],
            paper: "Your receipt is printed. Please take it.".into(),
            qr: None,
        },
    )
    .with(|page| {
        page.primary = Some("Finish".into());
        page.secondary = texts(&["Do something else"]);
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
            "急着办，可以到旁边的 3 号窗口，或者打 0751-12345，工作人员会告诉您最近的服务点。",
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
        ("rating", rating),
        ("goodbye", goodbye),
        ("progress", progress),
        ("problem", problem),
        ("closed", closed),
    ]
}

fn layers() -> Vec<(&'static str, Page)> {
    let under = || {
        asking()
            .into_iter()
            .find(|(name, _)| *name == "check")
            .expect("check is a sample")
            .1
    };
    let over = |overlay: Overlay| under().with(|page| page.overlay = Some(overlay));
    vec![
        (
            "help",
            over(Overlay::Help {
                title: "需要帮忙吗？".into(),
                lines: texts(&[
                    "请大声叫旁边的工作人员，或者用您的手机打下面的电话。",
                    "告诉对方这台机器的编号：WJ-XH-003。",
                ]),
                phone: "0751-12345".into(),
                close: "继续办理".into(),
            }),
        ),
        (
            "leave",
            over(Overlay::Leave {
                title: "要退出吗？".into(),
                text: "退出后，刚才填写的内容会全部清除。".into(),
                stay: "不退出，继续办".into(),
                leave: "退出".into(),
            }),
        ),
        (
            "idle",
            over(Overlay::Idle {
                title: "您还在吗？".into(),
                text: "时间到了会自动退出，并清除您填写的内容。".into(),
                seconds_left: 20,
                stay: "我还在，继续".into(),
            }),
        ),
    ]
}
