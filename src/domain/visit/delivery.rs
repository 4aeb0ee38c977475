//! The questions every item has beside its own: how the result comes, where to, and a mobile number.

use crate::document::IdentityDocument;
use crate::item::{Choice, Delivery, Item, Question, QuestionKind, Rule};
use crate::text::Text;

/// How the result comes.
pub const DELIVERY: &str = "_delivery";
/// Where it is mailed to.
pub const ADDRESS: &str = "_address";
/// Mobile number for messages, asked when the item itself does not ask for one.
pub const MOBILE: &str = "_mobile";

/// Value of [`DELIVERY`]: collect.
pub const COLLECT: &str = "self";
/// Value of [`DELIVERY`]: mail to the address on the card.
pub const MAIL_CARD: &str = "ems_card";
/// Value of [`DELIVERY`]: mail to another address.
pub const MAIL_OTHER: &str = "ems_other";

/// The item with these questions behind its own.
#[must_use]
pub fn with_delivery(item: &Item, who: &IdentityDocument) -> Item {
    let mut item = item.clone();
    if item.signature.is_some() {
        // The signature is the last thing before submitting, on a page of its own, under the text it stands for.
        item.form
            .retain(|question| question.kind != QuestionKind::Signature);
    }
    if !item.form.iter().any(|q| q.kind == QuestionKind::Mobile) {
        item.form.push(question(
            MOBILE,
            QuestionKind::Mobile,
            Text::new("您的手机号码是多少？", "What is your mobile number?"),
            Text::new(
                "办理进度用短信通知您。",
                "We send progress by text message.",
            ),
        ));
    }
    if item.delivery.contains(&Delivery::Ems) && item.question(DELIVERY).is_none() {
        let mut delivery = question(
            DELIVERY,
            QuestionKind::Choice,
            Text::new("办理结果怎样给您？", "How shall the result reach you?"),
            Text::new("邮寄免费，由邮政快递送达。", "Mailing is free of charge."),
        );
        if item.delivery.contains(&Delivery::Own) {
            let collect = option(COLLECT, "到窗口自取", "I collect it at the window");
            delivery.options.push(collect);
        }
        let home = who.current_address();
        if !home.is_empty() {
            delivery.options.push(Choice {
                value: MAIL_CARD.into(),
                label: Text {
                    zh: format!("寄到身份证上的住址：{home}"),
                    en: format!("Mail to the address on my card: {home}"),
                },
            });
        }
        delivery.options.push(option(
            MAIL_OTHER,
            "寄到别的地址",
            "Mail to another address",
        ));
        item.form.push(delivery);
        let mut address = question(
            ADDRESS,
            QuestionKind::Address,
            Text::new("寄到哪里？", "Mail to which address?"),
            Text::new(
                "先选镇（街）和村（社区），再写门牌。",
                "Pick town and village, then house number.",
            ),
        );
        address.show_if = Some(Rule {
            question: Some(DELIVERY.into()),
            equals: Some(MAIL_OTHER.into()),
            ..Rule::default()
        });
        item.form.push(address);
    }
    item
}

fn question(id: &str, kind: QuestionKind, text: Text, help: Text) -> Question {
    Question {
        id: id.into(),
        kind,
        text,
        help,
        optional: false,
        prefill: None,
        show_if: None,
        options: Vec::new(),
        min: None,
        max: None,
        unit: Text::default(),
        max_chars: None,
        level: None,
    }
}

fn option(value: &str, zh: &str, en: &str) -> Choice {
    Choice {
        value: value.into(),
        label: Text::new(zh, en),
    }
}
