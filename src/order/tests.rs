use proptest::prelude::*;

use super::*;

fn desk() -> MachineIdentity {
    MachineIdentity::from_seed(b"ordering key of tests, no secret")
}

fn order() -> Order {
    Order {
        task: Task::Enrol,
        issued_s: 1_795_400_000,
        term_min: 1440,
        division: 440_203_103_201,
        tier: Tier::Village,
        machine: MachineId::parse("W0012").expect("an id"),
        replaces: None,
        bound_to: None,
        ca: [0xCA; 32],
        password: [7; 16],
        server: "https://fleet.district.example:8443".into(),
        site: "西联镇西联村便民点".into(),
    }
}

/// Frozen: every machine in the field reads this.
const VECTOR: &str = include_str!("../../tests/vectors/order_v1.txt");

#[test]
fn the_frozen_orders_are_read_and_written_the_same() {
    let replacing = Order {
        replaces: MachineId::parse("W0009"),
        bound_to: Some(*b"\x01\x23\x45\x67\x89\xAB\xCD\xEF"),
        tier: Tier::District,
        term_min: 1,
        ..order()
    };
    let ending = Order {
        task: Task::Decommission {
            with_waiting_cases: true,
        },
        ..order()
    };
    let orders = [order(), replacing, ending];
    let lines: Vec<&str> = VECTOR.lines().collect();
    let written: Vec<String> = orders
        .iter()
        .map(|order| order.sign(&desk()).expect("fits"))
        .collect();
    assert_eq!(lines, written, "\n{}", written.join("\n"));
    for (line, order) in lines.iter().zip(&orders) {
        assert_eq!(Order::read(line, &desk().public()).as_ref(), Ok(order));
        assert!(line.len() <= 470, "{}", line.len());
    }
}

#[test]
fn the_longest_order_fits() {
    let longest = Order {
        replaces: MachineId::parse("W0009"),
        bound_to: Some([9; 8]),
        server: format!("https://{}", "h".repeat(SERVER_MAX - 8)),
        site: "村".repeat(SITE_MAX / 3),
        ..order()
    };
    let text = longest.sign(&desk()).expect("fits");
    assert_eq!(Order::read(&text, &desk().public()), Ok(longest));
    assert!(text.len() <= TEXT_MAX && text.len() * 2 / 3 <= BYTES_MAX);
}

#[test]
fn what_does_not_fit_is_not_signed() {
    for (bad, field) in [
        (
            Order {
                server: "http://fleet.example".into(),
                ..order()
            },
            "server",
        ),
        (
            Order {
                server: "https://fleet.example/est".into(),
                ..order()
            },
            "server",
        ),
        (
            Order {
                server: "https://user@fleet.example".into(),
                ..order()
            },
            "server",
        ),
        (
            Order {
                server: "https://".into(),
                ..order()
            },
            "server",
        ),
        (
            Order {
                site: String::new(),
                ..order()
            },
            "site",
        ),
        (
            Order {
                site: "一\n二".into(),
                ..order()
            },
            "site",
        ),
        (
            Order {
                site: "村".repeat(21),
                ..order()
            },
            "site",
        ),
        (
            Order {
                term_min: 0,
                ..order()
            },
            "term",
        ),
        (
            Order {
                term_min: 1441,
                ..order()
            },
            "term",
        ),
        (
            Order {
                division: 1_000_000_000_000,
                ..order()
            },
            "division",
        ),
        (
            Order {
                replaces: MachineId::parse("W0012"),
                ..order()
            },
            "replaces",
        ),
    ] {
        assert_eq!(bad.sign(&desk()), Err(NotAnOrder::Field(field)));
    }
}

#[test]
fn another_desks_order_is_forged() {
    let other = MachineIdentity::from_seed(&[1; 32]);
    let text = order().sign(&other).expect("fits");
    assert_eq!(
        Order::read(&text, &desk().public()),
        Err(NotAnOrder::Forged)
    );
    // A signature over the same bytes without the context is no order's.
    let text = order().sign(&desk()).expect("fits");
    let bytes = base45::decode(&text[PREFIX.len()..]).expect("base45");
    let signed = &bytes[..bytes.len() - 64];
    let bare = [signed, &desk().sign(signed)].concat();
    let text = format!("{PREFIX}{}", base45::encode(&bare));
    assert_eq!(
        Order::read(&text, &desk().public()),
        Err(NotAnOrder::Forged)
    );
}

#[test]
fn other_codes_are_told_apart() {
    let key = desk().public();
    for (text, fault) in [
        ("", NotAnOrder::Foreign),
        ("KIOSK2/T/x", NotAnOrder::Foreign),
        ("KIOSKP/", NotAnOrder::Truncated),
        ("KIOSKP/收件", NotAnOrder::Truncated),
        ("KIOSKP/00", NotAnOrder::Version(0)),
        ("KIOSKP/20", NotAnOrder::Version(2)),
        ("KIOSKP/10", NotAnOrder::Truncated),
    ] {
        assert_eq!(Order::read(text, &key), Err(fault), "{text}");
    }
}

#[test]
fn the_password_is_not_shown() {
    let shown = format!("{:?}", order());
    assert!(!shown.contains("07") && !shown.contains("7, 7"), "{shown}");
    assert_eq!(order().password_text(), "07".repeat(16));
}

proptest! {
    #[test]
    fn no_changed_or_shortened_order_is_read(at in 0usize..1000, to in 0u8..45, cut in 1usize..400) {
        let text = order().sign(&desk()).expect("fits");
        let at = PREFIX.len() + at % (text.len() - PREFIX.len());
        let mut changed = text.clone().into_bytes();
        changed[at] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[usize::from(to)];
        let changed = String::from_utf8(changed).expect("ASCII");
        if changed != text {
            // Blanks at the end do not count, every other change does.
            prop_assert!(changed.trim() == text || Order::read(&changed, &desk().public()).is_err());
        }
        let shorter = &text[..text.len().saturating_sub(cut)];
        prop_assert!(Order::read(shorter, &desk().public()).is_err());
    }
}
