//! The command line beside a machine: a technician looks while the firmware works, nobody sees citizens.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::command::{Place, draft, stamp, states, three_cases};

#[test]
fn cases_are_looked_at_while_the_firmware_holds_the_store() {
    let place = Place::new();
    let store = place.store();
    let filed = three_cases(&store);

    let list = place.kiosk(&["outbox", "list", "--json"]);
    assert_eq!(states(&list), ["accepted", "parked", "sending"]);
    assert_eq!(list.code, 1, "a parked case wants somebody");
    let some = place.kiosk(&["outbox", "list", "--json", "--state", "sending"]);
    assert_eq!(
        some.json_lines()[0]["filing_number"],
        filed[0].filing_number.0
    );

    let table = place.kiosk(&["outbox", "list"]);
    assert!(table.out.contains("收件号") && table.out.contains("filing number"));
    let typed = filed[0].filing_number.0.replace('-', " ").to_lowercase();
    let shown = place.kiosk(&["outbox", "show", &typed]);
    for word in [
        &filed[0].key.0,
        "2026-01-05T09:00:00+08:00",
        "503",
        "3f2c9a10",
    ] {
        assert!(shown.out.contains(word), "{word}: {}", shown.out);
    }
    for said in [&list, &some, &table, &shown] {
        for secret in ["测试", "9999991949", "0751"] {
            assert!(!said.out.contains(secret), "{}", said.out);
        }
    }
    // The store is still ours, and works.
    store.verify().unwrap();
    store.file(vec![draft("测试丁")], stamp(None)).unwrap();
}

#[test]
fn what_needs_the_store_for_itself_says_how_to_get_it() {
    let place = Place::new();
    let store = place.store();
    let filed = three_cases(&store);
    place.identity();
    for arguments in [
        &["outbox", "retry", "--all-parked"][..],
        &["outbox", "list", "--personal"],
    ] {
        let said = place.kiosk(arguments);
        assert_eq!(said.code, 2, "{}", said.out);
        assert!(said.err.contains("systemctl stop kiosk"), "{}", said.err);
    }
    drop(store);

    let said = place.kiosk(&["outbox", "retry", &filed[0].filing_number.0]);
    assert_eq!(said.code, 1, "it was not parked");
    let said = place.kiosk(&["outbox", "retry", "--all-parked"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.contains(&filed[1].filing_number.0));
    let list = place.kiosk(&["outbox", "list", "--json"]);
    assert_eq!(states(&list), ["accepted", "sending", "sending"]);
    assert_eq!(place.kiosk(&["outbox", "retry", "nothing"]).code, 2);
}

#[test]
fn citizens_are_shown_only_where_the_key_is() {
    let place = Place::new();
    let filed = three_cases(&place.store());
    let ask = || place.kiosk(&["outbox", "show", &filed[0].key.0, "--personal"]);
    let said = ask();
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("there is no key") && said.out.is_empty(),
        "{}",
        said.err
    );
    place.identity();
    let said = ask();
    assert!(said.out.contains("测试甲") && said.out.contains("999999194912310029"));
    let list = place.kiosk(&["outbox", "list", "--personal", "--json"]);
    let lines = list.json_lines();
    assert_eq!(lines[0]["person"], Value::Null, "deleted at acceptance");
    assert_eq!(lines[1]["person"]["name"], "测试乙");
}

#[test]
fn looking_never_sees_half_a_commit() {
    let place = Place::new();
    let (store, done) = (place.store(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let pair = vec![draft("测试甲"), draft("测试甲")];
                let filed = store.file(pair, stamp(None)).unwrap();
                if filed[0].seq % 64 == 1 {
                    store.tidy().unwrap();
                }
            }
        });
        let mut seen = 0;
        for _ in 0..6 {
            let said = place.kiosk(&["outbox", "list", "--json", "--limit", "100000"]);
            assert_eq!(said.code, 0, "{}", said.err);
            let count = said.out.lines().count();
            assert!(
                count.is_multiple_of(2) && count >= seen,
                "{count} after {seen}"
            );
            seen = count;
        }
        done.store(true, Ordering::Relaxed);
        assert!(seen > 0, "nothing was filed meanwhile");
    });
}
