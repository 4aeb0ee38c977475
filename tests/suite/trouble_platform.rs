//! The platform is away, slow, wrong or not the platform: the case is kept, the page and the paper say so, and it
//! arrives once.

use kiosk::config::Token;
use kiosk::domain::page::Tone;
use kiosk::sim::platform::{CA_FILE, Fault, Options, PlatformSim};

use super::trouble_bench::Bench;

const YEARS: i64 = 3 * 365 * 86_400;

/// Files under a fault; afterwards the case waits and everybody was told so.
fn kept(bench: &mut Bench, trouble: &str) {
    bench.file("mother");
    // What the paper waits for the platform at most.
    bench.pass(3);
    bench.until("confirmed", |page| {
        page.kind == kiosk::domain::page::PageKind::Confirmation
    });
    assert_eq!(bench.page.heading, "已存好，待上传", "{trouble}");
    for state in bench.states() {
        assert!(
            state.starts_with("待上传") && state.ends_with("未受理"),
            "{trouble}: {state}"
        );
    }
    let receipts = bench.receipts();
    assert_eq!(receipts.len(), 1, "{trouble}");
    assert!(
        receipts[0].contains("未受理") && joined(&receipts[0]).contains("不是受理凭证"),
        "{trouble}: {}",
        receipts[0]
    );
    assert!(!receipts[0].contains("已接收"), "{trouble}");
    assert_eq!(bench.inbox().waiting(), bench.states().len());
}

/// Sentences run on over the lines of a paper.
fn joined(paper: &str) -> String {
    paper.split_whitespace().collect()
}

/// After the fault: the case comes by itself, once.
fn arrives(bench: &mut Bench, trouble: &str) {
    let cases = bench.states().len();
    bench.leave();
    bench.drained(trouble);
    let mut numbers = bench.at_the_platform();
    assert_eq!(numbers.len(), cases, "{trouble}");
    numbers.dedup();
    assert_eq!(numbers.len(), cases, "{trouble}: twice");
    assert_eq!(
        bench.receipts().len(),
        1,
        "{trouble}: nobody asked for another paper"
    );
    bench.until("no word of an outage", |page| {
        page.banners.iter().all(|(tone, _)| *tone != Tone::Warning)
    });
}

fn under(trouble: &str, fault: Fault) {
    let mut bench = Bench::new();
    bench.rig.platform().set_fault(fault);
    kept(&mut bench, trouble);
    bench.rig.platform().clear_fault();
    arrives(&mut bench, trouble);
}

#[test]
fn away_or_slow() {
    under("down", Fault::Down);
    under("slow", Fault::Slow { ms: 5000 });
}

#[test]
fn errors_of_the_server_or_of_what_stands_before_it() {
    for status in [400, 403, 500, 503] {
        under(
            &status.to_string(),
            Fault::Status {
                status,
                retry_after_s: Some(5),
            },
        );
    }
}

#[test]
fn answers_that_are_none() {
    under("rubbish", Fault::Rubbish);
    under("portal", Fault::Portal);
    under("redirect", Fault::Redirect);
}

#[test]
fn taken_but_the_answer_was_lost() {
    under("lost answer", Fault::LostAnswer);
    under("half an answer", Fault::HalfAnswer);
}

#[test]
fn signatures_refused() {
    under("credentials", Fault::Credentials);
}

#[test]
fn a_certificate_of_somebody_else() {
    let folder = tempfile::tempdir().expect("folder");
    let secure = PlatformSim::start(Options {
        tls: Some(folder.path().into()),
        ..Options::default()
    })
    .expect("a platform with TLS");
    secure.set_fault(Fault::CertificateForeign);
    let mut bench = Bench::with(|config, _| {
        config.platform.url = secure.base_url();
        config.platform.ca_file = Some(folder.path().join(CA_FILE));
        assert!(matches!(config.platform.token, Token::Inline(_)));
    });
    bench.until("able to print", |page| {
        page.banners.iter().all(|(_, text)| !text.contains("打印"))
    });
    kept(&mut bench, "certificate");
    assert!(
        secure.cases().expect("cases").is_empty(),
        "nothing goes to a stranger"
    );
    assert!(bench.at_the_platform().is_empty());
    secure.clear_fault();
    let cases = bench.states().len();
    bench.leave();
    bench.drained("after it");
    assert_eq!(secure.cases().expect("cases").len(), cases);
}

/// Whoever is wrong, the case arrives without anybody setting a clock.
#[test]
fn clocks_years_apart() {
    for years in ["clock 1", "clock -5"] {
        let mut bench = Bench::new();
        bench.act(years);
        bench.visit("mother");
        bench.leave();
        bench.drained("after it");
        assert!(!bench.at_the_platform().is_empty(), "{years}");
        assert_eq!(bench.receipts().len(), 1, "{years}");
    }
    for seconds in [YEARS, -YEARS] {
        let mut bench = Bench::new();
        bench.rig.platform().set_fault(Fault::ClockOff { seconds });
        bench.visit("mother");
        bench.leave();
        bench.drained("after it");
        assert!(!bench.at_the_platform().is_empty(), "{seconds}");
    }
}
