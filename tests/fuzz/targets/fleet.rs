//! What an update server answers, and what the two processes and the technician leave for the agent: any bytes.

use kiosk::domain::technician::{Facts, stick};
use kiosk::domain::update::{Hours, Kept, Kind, Settings, compare, is_older};
use kiosk::fleet::report::Report;
use kiosk::fleet::request as page;
use kiosk::fleet::standing::Standing;
use kiosk::fleet::wish::Wish;
use kiosk::shell::fleet::ddi::words::{ARTIFACT_MAX, Poll, deployment};
use kiosk::shell::fleet::fetch::{ContentRange, Next, next};
use kiosk::shell::fleet::request::Request;

pub fn run(data: &[u8]) {
    if let Some(poll) = Poll::parse(data) {
        assert!(poll.sleep_s.is_none_or(|s| s < 86_400));
        for link in [&poll.deployment, &poll.cancel, &poll.confirmation]
            .into_iter()
            .flatten()
        {
            let id = |text: &str| {
                (1..=40).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            };
            assert!(id(&link.action) && link.mark.as_deref().is_none_or(id));
        }
    }
    if let Ok(order) = deployment(data, "17") {
        assert!(
            order.source.sha256.len() == 64
                && order.source.sha256.bytes().all(|b| b.is_ascii_hexdigit())
        );
        assert!((1..=ARTIFACT_MAX).contains(&order.source.size) && order.source.href.len() <= 1024);
        assert!(order.name.chars().count() <= 64 && order.version.chars().count() <= 64);
        assert!(matches!(order.kind, Kind::Os | Kind::Content));
    }
    if let Ok(kept) = serde_json::from_slice::<Kept>(data) {
        let again = serde_json::to_vec(&kept).expect("it was read");
        assert_eq!(
            serde_json::from_slice::<Kept>(&again).expect("written by us"),
            kept
        );
    }
    let _ = serde_json::from_slice::<Report>(data).map(|report| report.is_fresh("a", 5));
    let _ = serde_json::from_slice::<Wish>(data).map(|wish| wish.stands_by("a", 5));
    let _ = serde_json::from_slice::<Request>(data).map(|request| request.order());
    if let Ok(asked) = serde_json::from_slice::<page::Request>(data)
        && let page::Want::Install(name) = &asked.want
        && page::is_bundle(name)
    {
        let path = std::path::Path::new("/run/kiosk-stick").join(name);
        assert_eq!(
            path.parent(),
            Some(std::path::Path::new("/run/kiosk-stick"))
        );
    }
    if let Ok(standing) = serde_json::from_slice::<Standing>(data) {
        let facts = Facts {
            stage: standing.request.as_ref().map(|taken| taken.stage.clone()),
            stick: true,
            agent: Some(standing),
            ..Facts::default()
        };
        let _ = (stick::told(&facts), stick::choices(&facts));
    }
    let text = String::from_utf8_lossy(data);
    let (a, b) = text.split_once('\n').unwrap_or((&text, ""));
    assert_eq!(compare(a, b), compare(b, a).reverse());
    assert!(!is_older(a, a));
    let range = ContentRange::parse(a);
    for status in [200, 206, 416] {
        if let Next::From(from) = next(status, true, 4, 10, range, None) {
            assert!(from == 0 || from == 4);
        }
    }
    if let Some(hours) = Hours::parse(a) {
        assert!(hours.from < 1_440 && hours.to < 1_440);
    }
    let settings = Settings {
        machine: a.to_owned(),
        wave_s: 3_600,
        ..Settings::default()
    };
    assert!(settings.place_ms(b) < 3_600_000);
}
