//! Receipts are checked offline, with nothing but the machine's public key.

use kiosk::case::{Digest, Epoch, FilingNumber, Machine, MachineIdentity, Proof};
use kiosk::shell::identity;

use crate::command::{Said, kiosk, stamp};

fn proof(identity: &MachineIdentity) -> Proof {
    let (machine, epoch) = (
        Machine::parse("W0012").unwrap(),
        Epoch::parse("A7").unwrap(),
    );
    let number = FilingNumber::mint(&machine, &epoch, 1);
    let stamp = stamp(Some("2026-11-22T14:05:06+08:00"));
    Proof::of(&stamp, &[(number, Digest([9; 32]))], Some(identity)).unwrap()
}

fn verify(code: &str, key: &str) -> Said {
    let arguments = ["outbox", "verify", "--key", key, "--", code];
    Said::of(kiosk().args(arguments).output().unwrap())
}

#[test]
fn a_receipt_is_checked_without_a_machine() {
    let identity = MachineIdentity::from_seed(&[7; 32]);
    let (text, key) = (proof(&identity).text(), identity.public().text());
    let said = verify(&text, &key);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("有效 valid") && said.out.contains("2026-11-22 14:05"));

    let later = text.replace("14:05:06", "13:05:06");
    let said = verify(&later, &key);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("签名不符"), "{}", said.out);
    let misread = text.replace("-000001-", "-000007-");
    let said = verify(&misread, &key);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("收件号有误"), "{}", said.out);
    let other = MachineIdentity::from_seed(&[8; 32]).public().text();
    assert_eq!(verify(&text, &other).code, 1);

    for unreadable in ["KIOSK1;W0012", "/nowhere/receipt.png", ""] {
        assert_eq!(verify(unreadable, &key).code, 2, "{unreadable}");
    }
    assert_eq!(verify(&text, "no key").code, 2);
}

/// A picture of what the simulated printer prints.
#[test]
fn a_picture_of_a_receipt_is_checked() {
    use kiosk::receipt::{Block, Receipt};
    use kiosk::sim::printer::{PaperFont, print_at_once};
    use kiosk::wire::escpos::{NoGlyphs, Profile, encode};
    let Ok(font) = PaperFont::find() else {
        println!("skipped: no Chinese font on this machine");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let identity = MachineIdentity::from_seed(&[7; 32]);
    let key = dir.path().join("machine.pub");
    std::fs::write(&key, identity.public().text() + "\n").unwrap();
    let data = proof(&identity).text();
    let blocks = vec![Block::Qr { data, module: 5 }];
    let profile = Profile::builtin("epson-tm-t88").unwrap();
    let bytes = encode(&Receipt { blocks }, &profile, &NoGlyphs).unwrap();
    let paper = &print_at_once(&bytes.to_bytes(&profile), 576)[0];
    let png = dir.path().join("receipt.png");
    std::fs::write(&png, paper.to_png(&font, 576).unwrap()).unwrap();
    let said = verify(png.to_str().unwrap(), key.to_str().unwrap());
    if said.err.contains("zbar-tools") {
        println!("skipped: zbarimg (zbar-tools) is not installed");
        return;
    }
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

/// From a card on the reader to the verdict of a counter far away: what the printer printed is checked with nothing but
/// the machine's public key, with a clock and without one.
#[test]
fn the_receipt_of_a_visit_proves_itself() {
    use crate::trouble_bench::Bench;
    for (clock, class) in [(None, 'T'), (Some("clock -40"), 'U')] {
        let mut bench = Bench::new();
        clock.into_iter().for_each(|line| bench.act(line));
        bench.visit("mother");
        let config = bench.rig.config();
        let key = identity::load(&identity::Place::of(&config.store.path)).unwrap();
        let papers = bench.rig.printer().papers();
        let proof = Proof::parse(&papers[0].qr_codes()[0]).unwrap();
        assert_eq!(proof.verify(&key.public()), Ok(()));
        assert_eq!(proof.clock, class);
        let text = papers[0].lines().join("\n");
        assert_eq!(text.contains("时间未校准"), class == 'U', "{text}");
        for (number, _) in &proof.cases {
            assert!(text.contains(&number.0), "{text}");
        }
        if let Some(time) = proof.time_on_paper() {
            assert!(text.contains(&time), "{text}");
        }
        let said = verify(&papers[0].qr_codes()[0], &key.public().text());
        assert_eq!(said.code, 0, "{}", said.out);
    }
}
