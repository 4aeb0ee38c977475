//! Pages of the form.

use super::*;

pub(super) fn all() -> Vec<(&'static str, Page)> {
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
            line("有疑问打", "0751-000 0001", Icon::Phone, false),
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
            line("Questions", "0751-000 0001", Icon::Phone, false),
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
            line("先打电话", "0751-000 0002", Icon::Phone, false),
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
        Body::Consent {
            texts: texts(&[
                "为办理本事项，将读取您的身份证信息（姓名、号码、性别、出生日期、住址）和您填写的内容，提交给演示·区民政局用于审核。",
                "平台接收后本机立即删除；断网时暂存在本机，接收后删除；平台没有接收的，留在本机供您更正。",
                "您可以不同意，改到人工窗口办理。",
            ]),
            tick: Choice {
                label: "我单独同意：银行卡号只用于发放或扣缴款项".into(),
                ..Choice::default()
            },
        },
    )
    .with(|page| {
        page.task = TASK.into();
        page.lead = "同意的话，先点一下“我单独同意”那一行。".into();
        page.primary_enabled = false;
        page.primary = Some("同意，去签名".into());
    });
    let consent_en = page(
        K::Consent,
        En,
        "Before you submit",
        "If you agree, first touch the line that begins with I also agree.",
        Body::Consent {
            texts: texts(&[
                "To handle this item the machine reads your identity card data (name, number, sex, birth date, address) and your answers and sends them to Demo · District Human Resources and Social Security Bureau for examination.",
                "They are deleted here as soon as the platform has them, and kept on this machine while the line is down; what the platform refuses stays here for you to correct.",
                "You may refuse and go to a staffed window.",
            ]),
            tick: Choice {
                label: "I also agree that my bank card number is used, for payment only".into(),
                selected: true,
                ..Choice::default()
            },
        },
    )
    .with(|page| {
        page.task = TASK_EN.into();
        page.primary = Some("Agree and submit".into());
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
        (
            "question-pick",
            question_choices
                .clone()
                .with(|page| page.primary = Some("下一步".into())),
        ),
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
        ("consent-en", consent_en),
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
