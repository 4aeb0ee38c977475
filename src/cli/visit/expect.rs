//! What a script expects, looked at once; the player asks again until it is so or the time is over.

use kiosk::sim::script::Action;

use super::names;
use super::player::Player;

impl Player {
    /// Nothing if it is as expected, else what is there instead. `None` when the action expects nothing.
    pub(super) fn differs(&self, action: &Action) -> Option<anyhow::Result<Option<String>>> {
        Some(match action {
            Action::ExpectPage(name) => self.page_differs(name),
            Action::ExpectText(text) => Ok(self.text_differs(text, true)),
            Action::ExpectNoText(text) => Ok(self.text_differs(text, false)),
            Action::ExpectReceipts(count) => {
                let out = self.receipts.papers().len();
                Ok(unless(out == *count, || {
                    format!("expected {count} receipts, {out} came out")
                }))
            }
            Action::ExpectReceipt(text) => Ok(self.receipt_differs(text)),
            Action::ExpectCases(count) => self.stage.rig.platform().cases().map(|cases| {
                unless(cases.len() == *count, || {
                    format!(
                        "expected {count} cases at the platform, it has {}",
                        cases.len()
                    )
                })
            }),
            Action::ExpectWaiting(count) => self.stage.inbox().map(|inbox| {
                let waiting = inbox.waiting();
                unless(waiting == *count, || {
                    format!("expected {count} cases waiting, there are {waiting}")
                })
            }),
            Action::ExpectJournal(id) => Ok(unless(self.transcript.has_event(id), || {
                let newest = self.transcript.newest();
                format!("expected the event {id} in the journal, the newest are: {newest}")
            })),
            Action::ExpectLight(output, rate) => {
                let shown = self.stage.rig.light(*output);
                Ok(unless(shown == *rate, || {
                    format!(
                        "expected {} {}, it is {}",
                        output.word(),
                        rate.word(),
                        shown.word()
                    )
                }))
            }
            _ => return None,
        })
    }

    fn page_differs(&self, name: &str) -> anyhow::Result<Option<String>> {
        let known = names::ALL.split(", ").any(|known| known == name);
        anyhow::ensure!(
            known,
            "no page is called {name}; the pages are {}",
            names::ALL
        );
        let here = self
            .stage
            .page()
            .is_some_and(|page| names::of(page.kind) == name);
        Ok(unless(here, || format!("expected page {name}")))
    }

    fn text_differs(&self, text: &str, expected: bool) -> Option<String> {
        let there = self.readable().iter().any(|shown| shown.contains(text));
        let no = if expected { "" } else { "no " };
        unless(there == expected, || {
            format!("expected {no}text \"{text}\"")
        })
    }

    fn receipt_differs(&self, text: &str) -> Option<String> {
        let Some(paper) = self.receipts.papers().last() else {
            return Some(format!("expected a receipt with \"{text}\", none came out"));
        };
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        let lines = paper.lines();
        // A long text is broken into lines on narrow paper.
        unless(plain(&lines.concat()).contains(&plain(text)), || {
            format!(
                "expected \"{text}\" on the receipt, it says: {}",
                lines.join(" / ")
            )
        })
    }
}

fn unless(right: bool, what: impl FnOnce() -> String) -> Option<String> {
    (!right).then(what)
}
