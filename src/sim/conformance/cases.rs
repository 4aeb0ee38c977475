//! Made-up cases to file.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::bench::Bench;
use crate::case::{ClockClass, Content, DeviceId, Draft, FilingNumber, Key, Stamp, freeze, sample};

/// A case to file.
pub(super) struct Case {
    pub(super) key: Key,
    pub(super) number: FilingNumber,
    pub(super) seq: u64,
    pub(super) body: Vec<u8>,
    /// Type and number of the made-up person, nobody else's.
    pub(super) person: Value,
}

impl Bench {
    /// A case of a person whom nobody else is, with the next sequence of this run.
    pub(super) fn case(&self, contents: Vec<Content>) -> Case {
        self.case_with(None, |draft, _| draft.contents = contents)
    }

    /// A case with the next sequence of this run, of the person of `other` or of a new one, after `change`.
    pub(super) fn case_with(
        &self,
        other: Option<&Case>,
        change: impl FnOnce(&mut Draft, &mut Stamp),
    ) -> Case {
        let seq = self.seq.fetch_add(1, Ordering::SeqCst);
        let mut random = [0; 10];
        random.fill_with(|| fastrand::u8(..));
        let key = Key::mint(&self.machine, &self.epoch, seq, random);
        let number = FilingNumber::mint(&self.machine, &self.epoch, seq);
        let known = other.and_then(|other| other.person["cert_no"].as_str());
        let cert_no = known.map_or_else(
            || format!("T{:015}", fastrand::u64(..1_000_000_000_000_000)),
            str::to_owned,
        );
        let mut stamp = Stamp {
            wall_rfc3339: None,
            clock_class: ClockClass::Unknown,
            boot_id: "00000000-0000-4000-8000-000000000000".into(),
            monotonic_ms: 0,
        };
        let mut draft = self.draft(&cert_no);
        change(&mut draft, &mut stamp);
        Case {
            body: freeze(&draft, &key, &number, &stamp).to_vec(),
            key,
            number,
            seq: seq.into(),
            person: json!({ "cert_type": "99", "cert_no": cert_no }),
        }
    }

    fn draft(&self, cert_no: &str) -> Draft {
        let mut draft = sample::draft(cert_no);
        draft.task_code = self.target.task_code.clone();
        draft.task_name = "接口符合性测试".into();
        draft.dept = "演示单位".into();
        draft.applicant.name = "演示人".into();
        draft.applicant.cert_type = "99".into();
        draft.consent.version = "test".into();
        draft.device = DeviceId {
            id: self.target.machine.clone(),
            town_code: "440203101".into(),
        };
        draft.catalogue = "test".into();
        draft
    }
}
