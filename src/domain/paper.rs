//! What stands on a receipt: facts of a filing → blocks. Honest about what was sent and what was not.

use crate::receipt::{Align, Block, Receipt, Size};
use crate::text::Lang;

/// What is known of one case when the paper is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFacts {
    /// Item in the language of the receipt.
    pub task_name: String,
    /// Filing number of this machine, always there.
    pub filing_number: String,
    /// What the platform has said so far.
    pub fate: Fate,
}

/// What is known of a case's way to the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Committed on this machine, not (known to be) at the platform.
    Waiting,
    /// Taken by the platform.
    Accepted {
        /// 申办流水号.
        sblsh: String,
        /// 查询码.
        query_code: String,
        /// 承诺办结 date.
        promise_until: Option<String>,
    },
    /// Refused by the platform for good.
    Rejected {
        /// The platform's reason.
        detail: String,
    },
}

/// What a receipt is made from. Names and numbers are masked before they come here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilingFacts {
    /// Language of the paper.
    pub lang: Lang,
    /// Name of the service.
    pub service: String,
    /// Town and site.
    pub place: String,
    /// Machine number.
    pub machine: String,
    /// `2026-11-22 14:05`, or `None` when the clock is not to be trusted.
    pub time: Option<String>,
    /// `张*伟`.
    pub name_masked: String,
    /// `4402**********0017`.
    pub number_masked: String,
    /// What was applied for as one thing; equals the only case's item otherwise.
    pub task_name: String,
    /// One per case.
    pub cases: Vec<CaseFacts>,
    /// Text of the QR code ([`crate::case::Proof`]).
    pub proof: Option<String>,
    /// Number of the refused case that this filing corrects.
    pub corrects: Option<String>,
    /// What happens next, one sentence each.
    pub next: Vec<String>,
    /// `自取` or `邮寄`, with the place.
    pub delivery: String,
    /// Promised time, counted from acceptance.
    pub promise: String,
    /// Telephone for questions.
    pub phone: String,
    /// Telephone for complaints.
    pub supervise_phone: String,
    /// 0 for the first print; a person asked for copy n otherwise.
    pub reprint: u32,
}

/// The receipt of a filing.
#[must_use]
pub fn receipt(facts: &FilingFacts) -> Receipt {
    let t = |zh: &str, en: &str| match facts.lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    };
    let mut blocks = vec![
        line(&facts.service, Size::Normal, true, Align::Centre),
        line(
            &t("自助办理回执", "Receipt"),
            Size::Large,
            true,
            Align::Centre,
        ),
        Block::Feed { lines: 1 },
    ];
    blocks.push(Block::Notice {
        text: verdict(facts, &t),
    });
    if facts.reprint > 0 {
        let nth = facts.reprint;
        let copy = t(
            &format!("补打（第 {nth} 份）"),
            &format!("Reprint no. {nth}"),
        );
        blocks.push(line(&copy, Size::Normal, true, Align::Centre));
    }
    blocks.push(Block::Feed { lines: 1 });
    blocks.push(pair(&t("事项", "Item"), &facts.task_name));
    blocks.push(pair(
        &t("申请人", "Applicant"),
        &format!("{}  {}", facts.name_masked, facts.number_masked),
    ));
    let time = facts
        .time
        .clone()
        .unwrap_or_else(|| t("时间未校准", "clock not set"));
    blocks.push(pair(&t("提交时间", "Filed at"), &time));
    blocks.push(pair(
        &t("办理地点", "Place"),
        &t(
            &format!("{}（{}）", facts.place, facts.machine),
            &format!("{} ({})", facts.place, facts.machine),
        ),
    ));
    if !facts.delivery.is_empty() {
        blocks.push(pair(&t("结果送达", "Delivery"), &facts.delivery));
    }
    if !facts.promise.is_empty() {
        blocks.push(pair(&t("承诺时限", "Time promised"), &facts.promise));
    }
    if let Some(number) = &facts.corrects {
        let old = t(&format!("原收件号 {number}"), &format!("of {number}"));
        blocks.push(pair(&t("更正", "Correction"), &old));
    }
    for case in &facts.cases {
        blocks.push(Block::Rule);
        blocks.extend(case_blocks(case, facts.cases.len() > 1, &t));
    }
    blocks.push(Block::Rule);
    if facts.cases.iter().any(|case| case.fate == Fate::Waiting) {
        blocks.push(line(
            &t(
                "申请已保存在本机，尚未送达受理平台。线路恢复后自动上传，请勿重复提交。本回执证明提交时间，不是受理凭证。",
                "Your application is kept on this machine and has not reached the platform yet. It is sent by itself; \
                 do not file again. This slip proves when you filed; it is not an acceptance.",
            ),
            Size::Normal,
            true,
            Align::Left,
        ));
    }
    let refused = facts
        .cases
        .iter()
        .any(|case| matches!(case.fate, Fate::Rejected { .. }));
    let steps: &[String] = if refused { &[] } else { &facts.next };
    if facts.cases.iter().any(|case| case.fate == Fate::Waiting) && !steps.is_empty() {
        blocks.push(line(
            &t("受理以后：", "Once it is accepted:"),
            Size::Normal,
            false,
            Align::Left,
        ));
    }
    for (place, sentence) in steps.iter().enumerate() {
        blocks.push(line(
            &format!("{}. {sentence}", place + 1),
            Size::Normal,
            false,
            Align::Left,
        ));
    }
    blocks.push(pair(&t("咨询电话", "Questions"), &facts.phone));
    if !facts.supervise_phone.is_empty() {
        blocks.push(pair(&t("监督投诉", "Complaints"), &facts.supervise_phone));
    }
    blocks.push(Block::Feed { lines: 1 });
    if let Some(proof) = &facts.proof {
        blocks.push(Block::Qr {
            data: proof.clone(),
            module: 5,
        });
    }
    blocks.push(line(
        &t(
            "查进度：在自助机点“我的办件进度”，或打咨询电话报收件号",
            "For progress use any such machine, or call and give the filing number",
        ),
        Size::Normal,
        false,
        Align::Centre,
    ));
    blocks.push(Block::Feed { lines: 2 });
    Receipt { blocks }
}

fn verdict(facts: &FilingFacts, t: &impl Fn(&str, &str) -> String) -> String {
    let accepted = facts
        .cases
        .iter()
        .filter(|case| matches!(case.fate, Fate::Accepted { .. }))
        .count();
    let rejected = facts
        .cases
        .iter()
        .filter(|case| matches!(case.fate, Fate::Rejected { .. }))
        .count();
    match (accepted, rejected) {
        (a, _) if a == facts.cases.len() => t("平台已接收", "Received by the platform"),
        (0, 0) => t("已收存  待上传  未受理", "Kept, not yet sent"),
        (_, 0) => t("部分已接收  其余待上传", "Partly received, rest kept"),
        (0, r) if r == facts.cases.len() => t("平台未接收  见下方原因", "Refused, reason below"),
        _ => t("部分未接收  见下方说明", "Partly refused, see below"),
    }
}

fn case_blocks(case: &CaseFacts, named: bool, t: &impl Fn(&str, &str) -> String) -> Vec<Block> {
    let mut blocks = Vec::new();
    if named {
        blocks.push(line(&case.task_name, Size::Normal, true, Align::Left));
    }
    blocks.push(pair(&t("收件号", "Filing no."), &case.filing_number));
    match &case.fate {
        Fate::Waiting => blocks.push(pair(
            &t("状态", "State"),
            &t("待上传，未受理", "kept, not sent yet"),
        )),
        Fate::Accepted {
            sblsh,
            query_code,
            promise_until,
        } => {
            blocks.push(pair(&t("流水号", "Case no."), sblsh));
            blocks.push(pair(&t("查询码", "Query code"), query_code));
            if let Some(until) = promise_until {
                blocks.push(pair(&t("承诺办结", "Due by"), until));
            }
        }
        Fate::Rejected { detail } => {
            blocks.push(pair(&t("状态", "State"), &t("平台未接收", "refused")));
            blocks.push(pair(&t("原因", "Reason"), detail));
        }
    }
    blocks
}

fn line(text: &str, size: Size, bold: bool, align: Align) -> Block {
    Block::Line {
        text: text.to_owned(),
        size,
        bold,
        align,
    }
}

fn pair(name: &str, value: &str) -> Block {
    Block::Pair {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(fates: &[Fate]) -> FilingFacts {
        let cases = fates
            .iter()
            .map(|fate| CaseFacts {
                task_name: "用水报装".into(),
                filing_number: "W0012-A7-000001-C".into(),
                fate: fate.clone(),
            })
            .collect();
        FilingFacts {
            lang: Lang::Zh,
            service: "武江区政务服务".into(),
            place: "西河镇".into(),
            machine: "W0012".into(),
            time: None,
            name_masked: "张*".into(),
            number_masked: "9999**********0017".into(),
            task_name: "一件事".into(),
            cases,
            proof: Some("PROOF".into()),
            corrects: None,
            next: vec!["等待短信".into()],
            delivery: String::new(),
            promise: "10 个工作日内".into(),
            phone: "0751-0000000".into(),
            supervise_phone: String::new(),
            reprint: 0,
        }
    }

    fn text(receipt: &Receipt) -> String {
        let texts = receipt.blocks.iter().map(|block| match block {
            Block::Line { text, .. } | Block::Notice { text } => text.clone(),
            Block::Pair { name, value } => format!("{name} {value}"),
            _ => String::new(),
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    fn accepted() -> Fate {
        Fate::Accepted {
            sblsh: "S1".into(),
            query_code: "Q1234567".into(),
            promise_until: None,
        }
    }

    #[test]
    fn a_waiting_case_never_reads_as_accepted() {
        let paper = text(&receipt(&facts(&[Fate::Waiting])));
        assert!(paper.contains("待上传  未受理") && paper.contains("不是受理凭证"));
        assert!(!paper.contains("已接收"));
        assert!(paper.contains("时间未校准"));
    }

    #[test]
    fn one_thing_with_four_cases_has_four_numbers_and_says_when_only_some_arrived() {
        let paper = text(&receipt(&facts(&[
            accepted(),
            accepted(),
            Fate::Waiting,
            accepted(),
        ])));
        assert_eq!(paper.matches("收件号 W0012").count(), 4);
        assert!(paper.contains("部分已接收"));
        let all = text(&receipt(&facts(&[accepted(), accepted()])));
        assert!(all.contains("平台已接收") && !all.contains("不是受理凭证"));
    }

    #[test]
    fn the_code_holds_the_proof_and_nothing_else() {
        let paper = receipt(&facts(&[Fate::Waiting, accepted()]));
        let codes = paper.blocks.iter().filter_map(|block| match block {
            Block::Qr { data, .. } => Some(data.as_str()),
            _ => None,
        });
        assert_eq!(codes.collect::<Vec<_>>(), ["PROOF"]);
    }

    #[test]
    fn a_correction_names_the_case_it_corrects() {
        let mut facts = facts(&[Fate::Waiting]);
        assert!(!text(&receipt(&facts)).contains("更正"));
        facts.corrects = Some("W0012-A7-000009-C".into());
        let paper = text(&receipt(&facts));
        assert!(paper.contains("更正 原收件号 W0012-A7-000009-C"), "{paper}");
    }

    #[test]
    fn a_reprint_says_so() {
        let mut facts = facts(&[accepted()]);
        assert!(!text(&receipt(&facts)).contains("补打"));
        facts.reprint = 2;
        assert!(text(&receipt(&facts)).contains("补打（第 2 份）"));
    }
}
