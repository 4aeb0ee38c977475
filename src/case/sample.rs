//! A made-up case for tests and rigs: the one place that names every field of a draft.

use serde_json::json;

use super::{Applicant, ApplicantKind, Consent, Delivery, DeviceId, Draft, PaperWay};

/// An application of a person with this number, filed with the line up: nothing chosen, signed or attached.
#[must_use]
pub fn draft(cert_no: &str) -> Draft {
    Draft {
        task_code: "11440203MB0000001534420001000".into(),
        task_handle_item: None,
        task_name: "高龄津贴申请".into(),
        dept: "示例区民政局".into(),
        applicant: Applicant {
            name: "测试甲".into(),
            cert_type: "10".into(),
            cert_no: cert_no.into(),
            kind: ApplicantKind::Person,
        },
        mobile: None,
        form: json!({}).into(),
        materials: Vec::new(),
        contents: Vec::new(),
        delivery: Delivery {
            way: PaperWay::Collect,
            address: None,
        },
        consent: Consent {
            version: "1".into(),
            items: Vec::new(),
        },
        signature: None,
        device: DeviceId {
            id: "W0012".into(),
            town_code: "440203001".into(),
        },
        catalogue: "1".into(),
        offline: false,
        bundle: None,
        corrects: None,
    }
}
