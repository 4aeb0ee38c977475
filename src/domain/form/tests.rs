use std::collections::BTreeMap;

use super::*;
use crate::item::tests::{shipped, shipped_items};
use crate::item::{Item, Kind, PrefillKey, Question, QuestionKind};
use crate::text::Lang;

fn day(y: i32, m: u8, d: u8) -> Day {
    Day::new(y, m, d).unwrap()
}

fn with<R>(birth: Option<Day>, run: impl FnOnce(&Context<'_>) -> R) -> R {
    let divisions = Divisions::wujiang();
    run(&Context {
        divisions: &divisions,
        today: day(2026, 11, 22),
        birth,
    })
}

fn text(words: &str) -> Input {
    Input::Text(words.into())
}

fn question(toml: &str) -> Question {
    toml::from_str(&format!("id='q'\ntext='?'\n{toml}")).unwrap()
}

fn try_on(toml: &str, words: &str) -> Result<Answer, AnswerFault> {
    with(None, |c| check(&question(toml), &text(words), c))
}

/// An input that answers any question; `pick` chooses among options.
fn some_input(question: &Question, pick: usize) -> Input {
    match question.kind {
        QuestionKind::Text => text("张三"),
        QuestionKind::Number => text(&question.min.unwrap().to_string()),
        QuestionKind::Date => text("2026-12-01"),
        QuestionKind::Choice => text(&question.options[pick % question.options.len()].value),
        QuestionKind::YesNo => text(if pick.is_multiple_of(2) { "yes" } else { "no" }),
        QuestionKind::Mobile => text("138 0013 8000"),
        QuestionKind::BankCard => text("6200 0000 0000 0005"),
        QuestionKind::IdNumber => text("11010519491231002x"),
        QuestionKind::Address => Input::Address {
            code: "440203100208".into(),
            detail: "12号".into(),
        },
        QuestionKind::Signature => Input::Signature(vec![(0..20).map(|n| (n, n)).collect()]),
    }
}

fn fill(item: &Item, pick: usize, context: &Context<'_>) -> Answers {
    let mut answers = Answers::new();
    for _ in 0..=item.form.len() {
        let Some(question) = next(item, &answers, context) else {
            break;
        };
        let answer = check(question, &some_input(question, pick), context).unwrap();
        answers.insert(&question.id, answer);
    }
    answers
}

#[test]
fn every_shipped_item_can_be_answered_to_a_complete_payload() {
    with(Some(day(1944, 1, 1)), |context| {
        for item in shipped_items() {
            for pick in 0..7 {
                let answers = fill(&item, pick, context);
                assert!(
                    is_complete(&item, &answers, context),
                    "{}",
                    item.task_name.zh
                );
                let form = payload(&item, &answers, context);
                let asked = visible(&item, &answers, context);
                assert_eq!(form.as_object().unwrap().len(), asked.len());
                for q in asked {
                    let shown = display(q, answers.get(&q.id).unwrap(), Lang::En);
                    assert!(!shown.is_empty(), "{}", q.id);
                }
                if item.kind != Kind::Guide {
                    assert!(!sub_cases(&item, &answers, context).is_empty());
                }
            }
        }
    });
}

#[test]
fn questions_appear_and_their_answers_go_when_an_earlier_answer_changes() {
    with(None, |context| {
        let item = shipped("高龄津贴");
        let mut answers = fill(&item, 1, context);
        assert_eq!(
            answers.get("receiver"),
            Some(&Answer::Choice("agent".into()))
        );
        assert!(answers.get("agent_name").is_some());
        let before = answers.len();
        answers.insert("receiver", Answer::Choice("self".into()));
        assert_eq!(drop_hidden(&item, &mut answers, context), 2);
        assert_eq!(answers.len(), before - 2);
        assert!(answers.get("agent_name").is_none());
        assert!(is_complete(&item, &answers, context));
        let form = payload(&item, &answers, context);
        assert!(form.get("agent_name").is_none());
    });
}

#[test]
fn a_stale_answer_to_a_hidden_question_does_not_show_what_hangs_on_it() {
    let mut item = shipped("高龄津贴");
    item.form = [
        "id='a'\ntype='yes_no'\ntext='?'",
        "id='b'\ntype='yes_no'\ntext='?'\nshow_if={question='a',equals='yes'}",
        "id='c'\ntype='yes_no'\ntext='?'\nshow_if={question='b',equals='yes'}",
        "id='d'\ntype='yes_no'\ntext='?'\nshow_if={age={min=60}}",
    ]
    .map(|t| toml::from_str(t).unwrap())
    .into();
    let mut answers = Answers::new();
    answers.insert("a", Answer::YesNo(false));
    answers.insert("b", Answer::YesNo(true));
    let shown = |birth| {
        with(birth, |c| {
            visible(&item, &answers, c)
                .iter()
                .map(|q| q.id.clone())
                .collect::<String>()
        })
    };
    assert_eq!(shown(Some(day(2000, 1, 1))), "a");
    assert_eq!(shown(Some(day(1966, 11, 22))), "ad");
    assert_eq!(shown(None), "ad");
}

#[test]
fn a_bundle_becomes_its_cases_each_with_its_own_answers() {
    with(None, |context| {
        let item = shipped("一件事");
        let cases = sub_cases(&item, &fill(&item, 0, context), context);
        let names: Vec<_> = cases.iter().map(|c| c.task_name.zh.as_str()).collect();
        assert_eq!(names, ["用水报装", "用电报装", "燃气报装", "有线电视报装"]);
        assert_eq!(cases[1].form["power_kw"], "8");
        assert!(cases[0].form.get("power_kw").is_none());
        assert_eq!(cases[3].form["site_address"]["code"], "440203100208");
        for case in &cases {
            assert_eq!(case.form["phone"], "13800138000");
            assert!(case.task_code.starts_with(&case.dept_code));
        }
        let two = sub_cases(&item, &fill(&item, 2, context), context);
        assert_eq!(two.len(), 2, "water and power only");
    });
}

#[test]
fn typed_answers_are_checked_and_say_how_to_put_them_right() {
    use AnswerFault as F;
    let number = "type='number'\nmin=5\nmax=10";
    assert_eq!(try_on(number, " 7 "), Ok(Answer::Number(7)));
    assert_eq!(try_on(number, "７"), Ok(Answer::Number(7)));
    assert_eq!(try_on(number, "11"), Err(F::OutOfRange(5, 10)));
    assert_eq!(
        try_on(number, "99999999999999999999"),
        Err(F::OutOfRange(5, 10))
    );
    assert_eq!(try_on(number, "7.5"), Err(F::NotNumber));
    assert_eq!(try_on(number, ""), Err(F::Empty));
    assert_eq!(
        try_on("type='text'\nmax_chars=2", "张三丰"),
        Err(F::TooLong(2))
    );
    assert_eq!(try_on("type='text'", "a\u{1b}b"), Err(F::Unprintable));
    assert_eq!(
        try_on("type='text'", &"长".repeat(5000)),
        Err(F::TooLong(60))
    );
    assert_eq!(
        try_on("type='text'\noptional=true", " "),
        Ok(Answer::Skipped)
    );
    assert_eq!(try_on("type='date'", "2026-02-30"), Err(F::NotDay));
    assert_eq!(
        try_on("type='mobile'", "138-0013-8000"),
        Ok(Answer::Mobile("13800138000".into()))
    );
    assert_eq!(try_on("type='mobile'", "12345"), Err(F::NotMobile));
    assert_eq!(
        try_on("type='bank_card'", "6200000000000006"),
        Err(F::BankCardCheck)
    );
    assert_eq!(try_on("type='bank_card'", "62"), Err(F::BankCardLength));
    assert_eq!(
        try_on("type='id_number'", "11010519491231002x"),
        Ok(Answer::IdNumber("11010519491231002X".into()))
    );
    assert_eq!(
        try_on("type='id_number'", "110105194912310021"),
        Err(F::IdNumberCheck)
    );
    assert_eq!(
        try_on("type='id_number'", "1101051949"),
        Err(F::IdNumberLength)
    );
    assert_eq!(try_on("type='yes_no'", "maybe"), Err(F::NotOption));
    assert_eq!(F::TooLong(2).text().zh, "最多 2 个字，请写短一些");
    assert_eq!(
        F::OutOfRange(5, 10).text().en,
        "Please enter a number from 5 to 10"
    );
}

#[test]
fn a_place_is_chosen_down_to_the_village() {
    use AnswerFault as F;
    let q = question("type='address'");
    let go = |code: &str, detail: &str| {
        let input = Input::Address {
            code: code.into(),
            detail: detail.into(),
        };
        with(None, |c| check(&q, &input, c))
    };
    assert_eq!(go("", "12号"), Err(F::NeedsTown));
    assert_eq!(go("440203000000", "12号"), Err(F::NeedsTown));
    assert_eq!(go("440203100", "12号"), Err(F::NeedsVillage));
    assert_eq!(go("440203100208", " "), Err(F::NeedsDetail));
    assert_eq!(go("440203100208", &"长".repeat(61)), Err(F::TooLong(60)));
    let answer = go("440203100208", "12号").unwrap();
    assert_eq!(display(&q, &answer, Lang::Zh), "武江区西联镇甘棠村12号");
    let wrong = with(None, |c| check(&q, &text("武江区"), c));
    assert_eq!(wrong, Err(F::WrongKind));
}

#[test]
fn a_signature_is_more_than_a_dot_and_less_than_a_scribble() {
    use AnswerFault as F;
    let q = question("type='signature'");
    let go = |strokes| with(None, |c| check(&q, &Input::Signature(strokes), c));
    assert_eq!(go(vec![]), Err(F::SignatureShort));
    assert_eq!(go(vec![vec![(1, 1); 7]]), Err(F::SignatureShort));
    assert!(go(vec![vec![(1, 1); 8]]).is_ok());
    assert_eq!(go(vec![vec![(1, 1); 4001]]), Err(F::SignatureLong));
    assert_eq!(go(vec![vec![(1, 1); 1]; 101]), Err(F::SignatureLong));
}

#[test]
fn answers_are_shown_grouped_and_masked_and_never_printed() {
    let shown = |toml: &str, words: &str, lang| {
        display(&question(toml), &try_on(toml, words).unwrap(), lang)
    };
    assert_eq!(
        shown("type='mobile'", "13800138000", Lang::Zh),
        "138 0013 8000"
    );
    assert_eq!(
        shown("type='bank_card'", "6200000000000005", Lang::Zh),
        "**** **** **** 0005"
    );
    assert_eq!(
        shown("type='id_number'", "11010519491231002X", Lang::Zh),
        "1101**********002X"
    );
    assert_eq!(
        shown("type='date'", "2026-12-01", Lang::Zh),
        "2026年12月1日"
    );
    assert_eq!(shown("type='yes_no'", "no", Lang::En), "No");
    assert_eq!(
        shown("type='number'\nmin=0\nmax=9\nunit='平方米'", "8", Lang::Zh),
        "8 平方米"
    );
    assert_eq!(shown("type='text'\noptional=true", "", Lang::Zh), "未填");
    let mut answers = Answers::new();
    answers.insert("a", Answer::Text("张三".into()));
    let mut card = Prefill::default();
    card.insert(PrefillKey::Name, "张三".into());
    for debug in [
        format!("{answers:?}"),
        format!("{:?}", answers.get("a")),
        format!("{:?}", text("张三")),
        format!("{card:?}"),
    ] {
        assert!(!debug.contains("张三"), "{debug}");
    }
}

#[test]
fn the_card_answers_what_it_can_and_leaves_what_was_answered() {
    with(None, |context| {
        let item = shipped("养老保险参保");
        let mut card = Prefill::default();
        card.insert(
            PrefillKey::Address,
            "广东省韶关市武江区西联镇甘棠村委会12号".into(),
        );
        let mut answers = Answers::new();
        assert_eq!(
            prefill(&item, &mut answers, &card, context),
            ["hukou_address"]
        );
        let q = item.question("hukou_address").unwrap();
        let shown = display(q, answers.get("hukou_address").unwrap(), Lang::Zh);
        assert_eq!(shown, "武江区西联镇甘棠村12号");
        assert_eq!(next(&item, &answers, context).unwrap().id, "special");
        assert!(prefill(&item, &mut answers, &card, context).is_empty());
        let mut far = Prefill::default();
        far.insert(PrefillKey::Address, "北京市朝阳区某路1号".into());
        assert!(prefill(&item, &mut Answers::new(), &far, context).is_empty());
    });
}

#[test]
fn conditions_are_answered_by_the_card_or_asked() {
    let item = shipped("高龄津贴");
    let none = BTreeMap::new();
    let who = |age, address| Applicant {
        age,
        sex: None,
        address,
    };
    let home = Some("韶关市武江区西联镇");
    assert_eq!(
        eligibility(&item, &who(Some(79), home), &none),
        Eligibility::NotEligible(vec![0])
    );
    assert_eq!(
        eligibility(&item, &who(Some(80), home), &none),
        Eligibility::Ask(vec![2])
    );
    assert_eq!(
        eligibility(&item, &who(None, None), &none),
        Eligibility::Ask(vec![0, 1, 2])
    );
    let said = |pairs: &[(usize, bool)]| pairs.iter().copied().collect::<BTreeMap<_, _>>();
    assert_eq!(
        eligibility(&item, &who(Some(80), home), &said(&[(2, false)])),
        Eligibility::Eligible
    );
    assert_eq!(
        eligibility(&item, &who(Some(80), home), &said(&[(2, true)])),
        Eligibility::NotEligible(vec![2])
    );
    // What is on the card goes before what is said.
    assert_eq!(
        eligibility(&item, &who(Some(79), home), &said(&[(0, true), (2, false)])),
        Eligibility::NotEligible(vec![0])
    );
}
