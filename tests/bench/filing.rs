//! A case to file, and the least SQLite can do for one row.
#![allow(dead_code)]

use std::path::Path;

use kiosk::case::{ClockClass, Draft, Material, MaterialForm, MaterialSource, Stamp, sample};
use rusqlite::Connection;
use serde_json::json;

/// One table, one row a commit, the same durability.
pub struct Bare(Connection);

impl Bare {
    pub fn open(path: &Path) -> Self {
        let db = Connection::open(path).unwrap();
        db.execute_batch(
            "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
             CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB);",
        )
        .unwrap();
        Self(db)
    }

    /// One row of 2 KiB.
    pub fn commit(&self, at: usize) {
        let body = at.to_le_bytes().repeat(256);
        self.0
            .execute("INSERT INTO row (body) VALUES (?1)", [body])
            .unwrap();
    }
}

pub fn stamp() -> Stamp {
    Stamp {
        wall_rfc3339: Some("2026-06-01T09:41:00+08:00".into()),
        clock_class: ClockClass::Trusted,
        boot_id: "bench".into(),
        monotonic_ms: 1,
    }
}

/// About as much as an allowance asks for; body of some 2 KiB. Each number is a person.
pub fn draft(person: u64) -> Draft {
    let material = |seq: u8| Material {
        seq: format!("M{seq}"),
        name: "居民身份证".into(),
        form: MaterialForm::Electronic,
        source: MaterialSource::Licence,
    };
    let mut draft = sample::draft(&format!("999{person:015}"));
    draft.task_code = "11440203MB0000007P4440599003000".into();
    draft.dept = "演示·区民政局".into();
    draft.applicant.name = "陈演示".into();
    draft.mobile = Some("13800138000".into());
    draft.form = json!({
        "living": "home", "receiver": "self", "bank_card": "6217009999999999996",
        "address": {"code": "440203101001", "detail": "演示路1号"}, "remark": "说明".repeat(150),
    })
    .into();
    draft.materials = (1..=3).map(material).collect();
    draft.consent.items = vec!["idcard".into(), "bank_card".into()];
    draft
}
