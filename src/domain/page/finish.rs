//! Pages from "submit" to goodbye.

use crate::domain::visit::Visit;
use crate::domain::visit::filing::{CaseFate, FiledCase, Filing, PaperFate};
use crate::domain::world::{Line as WireLine, World};

use super::info::line;
use super::view::Say;
use super::{Body, Icon, Line, Page, Progress, ResultCase, Tone};

pub(super) fn working(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    page.heading = say.t("正在提交，请稍等", "Filing, please wait");
    page.lead = say.t("马上就好，请不要离开。", "This takes a few seconds.");
    let filing = visit.filing.clone().unwrap_or_default();
    let saved = if filing.cases.is_empty() {
        Progress::Active
    } else {
        Progress::Done
    };
    let sent = if filing.cases.is_empty() {
        Progress::Waiting
    } else if filing.all_accepted() {
        Progress::Done
    } else if filing.all_heard() || world.line == WireLine::Down {
        Progress::Failed
    } else {
        Progress::Active
    };
    let sent_text = match sent {
        Progress::Failed => say.t(
            "暂时送不到平台，已存好，会自动上传",
            "Kept; it is sent later by itself",
        ),
        _ => say.t("送到受理平台", "Sent to the platform"),
    };
    let (printed, printed_text) = match filing.paper {
        PaperFate::NotYet => (Progress::Waiting, say.t("打印回执", "Receipt printed")),
        PaperFate::Printing => (
            Progress::Active,
            say.t("正在打印回执", "Printing your receipt"),
        ),
        PaperFate::Printed | PaperFate::Taken | PaperFate::Retracted => {
            (Progress::Done, say.t("回执已打印", "Receipt printed"))
        }
        PaperFate::Torn | PaperFate::NoPaper | PaperFate::Unknown => (
            Progress::Failed,
            say.t("回执没有打好", "The receipt did not come out well"),
        ),
    };
    page.body = Body::Work(vec![
        (say.t("保存在本机", "Saved on this machine"), saved),
        (sent_text, sent),
        (printed_text, printed),
    ]);
}

pub(super) fn confirmation(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    let Some(filing) = &visit.filing else { return };
    let accepted = filing.all_accepted();
    (page.heading, page.lead) = verdict(filing, say);
    let cases = filing
        .cases
        .iter()
        .map(|case| result_case(case, say))
        .collect();
    let mut next: Vec<Line> = Vec::new();
    if let Some(item) = visit.item() {
        let term = super::info::term(&item.promise, say);
        let refused = |case: &FiledCase| matches!(case.fate, CaseFate::Rejected(_));
        // What the item promises begins when the platform has the case; before that only the wait is true.
        let (step, term) = if accepted {
            (item.next_steps.first().map(|step| say.text(step)), term)
        } else if filing.cases.iter().any(refused) {
            (
                Some(say.t(
                    "请按原因处理后再办，或到窗口咨询",
                    "Mend the reason and file again, or ask at the window",
                )),
                String::new(),
            )
        } else {
            (
                Some(say.t(
                    "线路恢复后自动上传，不用再来",
                    "Sent by itself later; no need to come again",
                )),
                say.t(&format!("受理后{term}"), &format!("{term}, once accepted")),
            )
        };
        if let Some(step) = step {
            next.push(line(Icon::Tick, &say.t("接下来", "Next"), &step));
        }
        if !term.is_empty() {
            next.push(line(Icon::Clock, &say.t("多久办好", "Time needed"), &term));
        }
        next.push(line(
            Icon::Phone,
            &say.t("咨询电话", "Questions"),
            &item.link_way,
        ));
    } else {
        next.push(line(
            Icon::Phone,
            &say.t("咨询电话", "Questions"),
            &world.machine.phone,
        ));
    }
    let tone = if accepted { Tone::Good } else { Tone::Warning };
    let no_paper = !matches!(
        filing.paper,
        PaperFate::Printed | PaperFate::Printing | PaperFate::Taken
    );
    page.body = Body::Result {
        tone,
        cases,
        next,
        paper: paper(filing, say),
        qr: filing.proof.clone().filter(|_| no_paper),
    };
    page.primary = Some(say.t("办完了", "Done"));
    page.secondary = vec![say.t("再办一件", "Another item")];
    if filing.may_print_again() && world.can_print() {
        page.secondary.push(say.t("打印回执", "Print the receipt"));
    }
}

/// What came of it in a heading and a sentence; "received" is said only of what the platform has confirmed.
fn verdict(filing: &Filing, say: Say) -> (String, String) {
    let is = |wanted: fn(&CaseFate) -> bool| filing.cases.iter().any(|case| wanted(&case.fate));
    let accepted = is(|fate| matches!(fate, CaseFate::Accepted(_)));
    let refused = is(|fate| matches!(fate, CaseFate::Rejected(_)));
    let waiting = is(|fate| matches!(fate, CaseFate::Waiting | CaseFate::Delayed));
    let heading = match (accepted, refused, waiting) {
        (true, false, false) => say.t("提交成功", "Submitted"),
        (true, true, _) => say.t("有的事项平台没有接收", "Some cases were refused"),
        (true, false, true) => say.t("部分已接收，其余待上传", "Some received, the rest kept"),
        (false, true, _) => say.t("平台没有接收", "The platform refused"),
        (false, false, _) => say.t("已存好，待上传", "Kept, not sent yet"),
    };
    let lead = if refused {
        say.t(
            "请看下面的原因，或到窗口咨询。",
            "Please read the reason below or ask at the window.",
        )
    } else if waiting {
        say.t(
            "还没送到的，线路恢复后自动上传，目前还没有受理。请不要重复提交。",
            "What is not sent yet goes by itself later; it is not accepted yet. Do not file again.",
        )
    } else {
        say.t(
            "平台已经接收您的申请。",
            "The platform has received your application.",
        )
    };
    (heading, lead)
}

fn result_case(case: &FiledCase, say: Say) -> ResultCase {
    // The filing number is this machine's own and only this case's; the platform's stands on the receipt.
    let (query_code, state) = match &case.fate {
        CaseFate::Accepted(acceptance) => (
            acceptance.query_code.clone(),
            say.t("平台已接收", "Received"),
        ),
        CaseFate::Rejected(rejection) => (String::new(), rejection.detail.clone()),
        CaseFate::Waiting | CaseFate::Delayed => {
            (String::new(), say.t("待上传，未受理", "Not sent yet"))
        }
    };
    ResultCase {
        name: say.text(&case.task_name),
        number: case.filing_number.clone(),
        query_code,
        state,
    }
}

fn paper(filing: &Filing, say: Say) -> String {
    match filing.paper {
        PaperFate::Printed => say.t(
            "回执已打印，请从出纸口取走。",
            "Please take your receipt from the slot.",
        ),
        PaperFate::Taken => say.t("回执已打印，您已取走。", "You have taken your receipt."),
        PaperFate::Retracted => say.t(
            "回执没人取走，已收回机内。请拍下二维码，或再打印一份。",
            "The receipt was not taken and is drawn back. Photograph this code or print again.",
        ),
        PaperFate::Printing | PaperFate::NotYet => {
            say.t("正在打印回执……", "Printing your receipt…")
        }
        PaperFate::Torn => say.t(
            "回执没有打完整，不影响您的申请。请拍下收件号和二维码。",
            "The receipt is incomplete; your case is safe. Photograph this code.",
        ),
        PaperFate::NoPaper => say.t(
            "现在不能打印，不影响您的申请。请用手机拍下二维码和号码。",
            "No printing now; your case is safe. Photograph this code and the number.",
        ),
        PaperFate::Unknown => say.t(
            "不确定回执是否打好，请看看出纸口；没有的话，请拍下二维码。",
            "Please look at the slot; if no receipt came, photograph this code.",
        ),
    }
}

pub(super) fn rating(page: &mut Page, say: Say) {
    page.heading = say.t("这次办事，您满意吗？", "How was it?");
    page.lead = say.t(
        "点一下就好，不评价也可以。",
        "One touch is enough. You may skip.",
    );
    page.body = Body::Stars(vec![
        say.t("非常满意", "Very satisfied"),
        say.t("满意", "Satisfied"),
        say.t("基本满意", "Fairly satisfied"),
        say.t("不满意", "Dissatisfied"),
        say.t("非常不满意", "Very dissatisfied"),
    ]);
    page.primary = Some(say.t("不评价，结束", "Skip"));
}

pub(super) fn goodbye(page: &mut Page, visit: &Visit, say: Say) {
    let printed = visit
        .filing
        .as_ref()
        .is_some_and(|filing| filing.paper == PaperFate::Printed);
    page.heading = match (&visit.who, printed) {
        (Some(_), true) => say.t("请拿好身份证和回执", "Please take your ID card and receipt"),
        (Some(_), false) => say.t("请拿好您的身份证", "Please take your ID card"),
        (None, _) => say.t("欢迎再来", "You are welcome any time"),
    };
    page.lead = say.t(
        "谢谢您，再见！本页关闭后，屏幕上的信息会清除。",
        "Thank you and goodbye! Your data leave the screen when this page closes.",
    );
    page.primary = Some(say.t("结束", "End"));
    if visit.who.is_some() {
        page.secondary = vec![say.t("再办一件", "Another item")];
    }
}
