//! Pages until the first question.

use super::*;

pub(super) fn all() -> Vec<(&'static str, Page)> {
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
        choice("我老了", "养老、老人、退休", "", Icon::Elder),
        choice("生孩子", "怀孕、生育、二孩", "", Icon::Family),
        choice("找工作、失业", "就业、社保", "", Icon::Work),
        choice("看病就医", "医保、报销", "", Icon::Health),
        choice("搬家、住房", "水电气、居住证", "", Icon::Home),
        choice("开店做生意", "个体户、年报", "", Icon::Shop),
        choice("出行", "公交卡、敬老卡", "", Icon::Bus),
    ];
    let choose = page(
        K::Choose,
        Zh,
        "陈*华，您要办什么？",
        "按您遇到的事情选，也可以直接查找。",
        Body::Tiles(tiles),
    )
    .with(|page| {
        page.secondary = texts(&["查找事项", "我的办件进度"]);
        page.primary = Some("常办事项".into());
    });
    let tiles_en = vec![
        choice("Growing old", "", "", Icon::Elder),
        choice("Having a child", "", "", Icon::Family),
        choice("Work and unemployment", "", "", Icon::Work),
        choice("Medical treatment", "", "", Icon::Health),
        choice("Moving and housing", "", "", Icon::Home),
        choice("Running a business", "", "", Icon::Shop),
        choice("Getting around", "", "", Icon::Bus),
    ];
    let choose_en = page(
        K::Choose,
        En,
        "What would you like to do?",
        "Choose by what happened in your life, or search.",
        Body::Tiles(tiles_en),
    )
    .with(|page| {
        page.secondary = texts(&["Search", "My cases"]);
        page.primary = Some("Popular items".into());
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
    // Long words to choose from, long hints below what was found.
    let search_long = search.clone().with(|page| {
        if let Body::SearchField { field, results } = &mut page.body {
            field.value = "生育".into();
            field.composition = "sydj".into();
            field.candidates = texts(&["生育登记", "失业登记", "使用登记", "商业登记", "收养登记"]);
            for result in results {
                result.hint = "户籍或者居住证在本区的居民都可以申请，5 个工作日".into();
            }
        }
    });
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
        ("search-long", search_long),
        ("search-empty", search_empty),
    ]
}
