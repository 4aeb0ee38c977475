//! Servers that do not know what a correction is.

use serde_json::Value;

use super::*;

#[tokio::test]
async fn the_first_filing_date_forgotten() {
    found_telling(&["correction", "correction-chain"], |asked, told, _| {
        if asked.path.contains("filing_number=") && told.status == 200 {
            let mut status: Value = serde_json::from_slice(&told.body).unwrap();
            status["filing_date"] = "2026-11-22T09:30:00+08:00".into();
            told.body = status.to_string().into_bytes();
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_corrected_ignored() {
    let names = [
        "correction-foreign",
        "correction-of-nothing",
        "correction-once",
    ];
    found_asking(&names, |asked, _| {
        if asked.is_case() {
            let mut body: Value = serde_json::from_slice(&asked.body).unwrap();
            let fields = body.as_object_mut().unwrap();
            fields.remove("corrects");
            fields.remove("filing_date");
            asked.body = body.to_string().into_bytes();
            redigested(asked);
        }
    })
    .await;
}
