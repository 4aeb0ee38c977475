//! The code on a receipt, and signed documents.

use std::sync::LazyLock;

use kiosk::case::bundle::{IMPORT_RECEIPT, ImportReceipt};
use kiosk::case::{
    FilingNumber, MachineIdentity, PROOF_CASES, Proof, PublicIdentity, SealKey, signed,
};
use serde_json::Value;

static MACHINE: LazyLock<MachineIdentity> = LazyLock::new(|| MachineIdentity::from_seed(&[7; 32]));

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    code(text);
    document(text);
    let _ = FilingNumber::parse(text);
    let _ = PublicIdentity::parse(text);
    let _ = SealKey::parse(text);
}

/// A text is a proof in one spelling only, and a changed one does not verify.
fn code(text: &str) {
    let Ok(proof) = Proof::parse(text) else {
        return;
    };
    assert!((1..=PROOF_CASES).contains(&proof.cases.len()));
    assert_eq!(proof.text(), text.trim());
    assert_eq!(Proof::parse(&proof.text()).as_ref(), Ok(&proof));
    assert!(proof.time_on_paper().is_none_or(|time| time.len() == 16));
    let good = proof.verify(&MACHINE.public()).is_ok();
    assert!(!good || proof.signature.is_some());
    let signed = Proof {
        signature: Some([0; 64]),
        ..proof
    };
    assert!(signed.verify(&MACHINE.public()).is_err());
}

/// Whatever is signed is read back or refused; what is not signed by the trusted key never is.
fn document(text: &str) {
    let _ = signed::claimed_signer(text);
    let unsigned = signed::verify::<Value>(text, IMPORT_RECEIPT, &MACHINE.public());
    let Ok(content) = serde_json::from_str::<Value>(text) else {
        return;
    };
    assert!(unsigned.is_err(), "JSON is no signed document");
    let document = signed::sign(&MACHINE, IMPORT_RECEIPT, &content);
    assert_eq!(signed::claimed_signer(&document), Ok(MACHINE.public()));
    let read = signed::verify::<Value>(&document, IMPORT_RECEIPT, &MACHINE.public());
    // Fractions are not read back to the last bit, and no document has any.
    assert!(read.is_ok());
    let receipt = signed::verify::<ImportReceipt>(&document, IMPORT_RECEIPT, &MACHINE.public());
    if let Ok(receipt) = receipt {
        let again = signed::sign(&MACHINE, IMPORT_RECEIPT, &receipt);
        assert_eq!(
            signed::verify(&again, IMPORT_RECEIPT, &MACHINE.public()),
            Ok(receipt)
        );
    }
}
