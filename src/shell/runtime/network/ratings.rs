//! Ratings (好差评): made from what a person touched, sent when no case waits.

use crate::case::{Answer, Key};
use crate::domain::outbox::ratings_may_go;
use crate::shell::platform::Rating;

use super::Shared;

impl Shared {
    /// One rating for each of these cases, as bytes.
    pub(super) fn ratings(&self, keys: &[Key], level: u8) -> Vec<Vec<u8>> {
        let Ok(rows) = self.store.list(1000) else {
            return Vec::new();
        };
        let time = self.clock.rfc3339().unwrap_or_default();
        rows.into_iter()
            .filter(|row| keys.contains(&row.key))
            .filter_map(|row| {
                let rating = Rating {
                    area_code: self.area_code.clone(),
                    task_code: row.task_code,
                    task_name: row.task_name,
                    project_no: row
                        .acceptance
                        .map_or(row.filing_number.0, |acceptance| acceptance.sblsh),
                    pf: Default::default(),
                    satisfaction: level,
                    eval_detail: String::new(),
                    writing_evaluation: String::new(),
                    assess_time: time.clone(),
                    assess_number: 1,
                };
                rating.to_bytes().ok()
            })
            .collect()
    }

    /// Sends the ratings that wait, oldest first, until one does not go. Cases go before them.
    pub(super) async fn send_ratings(&self) {
        if !self.ratings_turn() {
            return;
        }
        let Ok(waiting) = self.store.ratings_waiting() else {
            return;
        };
        for rating in waiting {
            let Ok(body) = self.store.body(&rating.key) else {
                return;
            };
            if let Err(failure) = self.client.rate(&rating.key, &body).await {
                let _ = self.store.record_rating(&rating.key, &failure.into_put());
                return;
            }
            if self.store.record_rating(&rating.key, &rated()).is_err() {
                return;
            }
        }
    }

    fn ratings_turn(&self) -> bool {
        let now = self.clock.now();
        let Ok(mut last) = self.rated.lock() else {
            return false;
        };
        let turn = ratings_may_go(self.inbox.waiting(), now.saturating_duration_since(*last));
        if turn {
            *last = now;
        }
        turn
    }
}

/// A rating has no number at the platform; taken is all there is to say.
fn rated() -> Answer {
    Answer::Accepted(crate::case::Acceptance {
        sblsh: String::new(),
        sblsh_short: String::new(),
        query_code: String::new(),
        accepted_at: String::new(),
        promise_until: None,
    })
}
