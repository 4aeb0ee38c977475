//! What comes by hand (a bundle) and what is compared once a day.

use super::*;
use crate::case::bundle::{
    BUNDLE_VERSION, Carried, CarriedCase, Created, IMPORT_RECEIPT, ImportOutcome, ImportReceipt,
    Manifest, Sealer,
};
use crate::case::reconciliation::{Chain, Claim, ClaimedCase};
use crate::case::{Digest, LaneFault, Link, MachineIdentity, RetryCause, SealKey, signed};
use crate::shell::platform::Failure;

fn machine() -> MachineIdentity {
    MachineIdentity::from_seed(&[7; 32])
}

fn carried(content: &[u8]) -> Carried {
    Carried {
        digest: Digest::of(content),
        length: content.len() as u64,
    }
}

fn manifest(to: &SealKey, attachments: &[&[u8]], cases: &[(u32, Vec<u8>)]) -> Manifest {
    let case = |(n, body): &(u32, Vec<u8>)| CarriedCase {
        seq: u64::from(*n),
        key: key(*n),
        body: carried(body),
    };
    Manifest {
        version: BUNDLE_VERSION,
        machine: "A0001".into(),
        epoch: "7K".into(),
        platform: to.fingerprint(),
        created: Created {
            at: None,
            clock_class: "unknown".into(),
            boot_id: "0".into(),
            monotonic_ms: 0,
        },
        up_to_seq: 99,
        head: Link::first("A0001", "7K"),
        count: cases.len(),
        cases: cases.iter().map(case).collect(),
        attachments: attachments.iter().map(|a| carried(a)).collect(),
    }
}

fn sealed(to: &SealKey, attachments: &[&[u8]], cases: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let manifest = manifest(to, attachments, cases);
    let mut sealer = Sealer::begin(Vec::new(), manifest, &machine(), to, [9; 32]).unwrap();
    for mut content in attachments.iter().copied() {
        sealer.item(&mut content).unwrap();
    }
    for (_, body) in cases {
        sealer.item(&mut body.as_slice()).unwrap();
    }
    sealer.finish().unwrap()
}

fn imported(pair: &Pair, bundle: &[u8]) -> anyhow::Result<ImportReceipt> {
    let file = pair.folder.path().join("cases.kbx");
    std::fs::write(&file, bundle)?;
    let receipt = pair.sim.import(&file)?;
    Ok(signed::verify(
        &receipt,
        IMPORT_RECEIPT,
        &pair.sim.signer(),
    )?)
}

fn naming(n: u32, attachment: &[u8]) -> Vec<u8> {
    let mut body: serde_json::Value = serde_json::from_slice(&body(n)).unwrap();
    let (digest, length) = (Digest::of(attachment), attachment.len());
    body["attachments"] = json!([{ "digest": digest, "length": length, "name": "M1" }]);
    body.to_string().into_bytes()
}

#[tokio::test]
async fn a_bundle_and_the_line_lead_to_the_same_cases() {
    let pair = Pair::new();
    let client = pair.client();
    let by_line = accepted(client.put_case(&key(1), &body(1)).await);
    let scan = vec![3; 100_000];
    let with_scan = naming(3, &scan);
    let cases = [(1, body(1)), (2, body(2)), (3, with_scan.clone())];
    let bundle = sealed(&pair.sim.seal_key(), &[&scan], &cases);
    let receipt = imported(&pair, &bundle).unwrap();
    assert_eq!(
        (receipt.machine.as_str(), receipt.bundle),
        ("A0001", Digest::of(&bundle))
    );
    let numbers: Vec<_> = receipt
        .cases
        .iter()
        .map(|case| match &case.outcome {
            ImportOutcome::Accepted { acceptance } => acceptance.sblsh.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(numbers, pair.numbers());
    assert_eq!(numbers[0], by_line.sblsh);
    // The line comes back after the import, and the stick is brought a second time.
    assert_eq!(
        accepted(client.put_case(&key(2), &body(2)).await).sblsh,
        numbers[1]
    );
    assert_eq!(
        accepted(client.put_case(&key(3), &with_scan).await).sblsh,
        numbers[2]
    );
    assert_eq!(imported(&pair, &bundle).unwrap(), receipt);
    assert_eq!(pair.numbers().len(), 3);
    assert!(pair.sim.attachment("A0001", &Digest::of(&scan)).unwrap() == scan);
}

#[tokio::test]
async fn each_case_of_a_bundle_gets_its_own_outcome() {
    let child = "999999202001010000";
    let pair = Pair::with(|options| {
        options.rules.min_age.insert(ITEM.into(), 16);
    });
    accepted(pair.client().put_case(&key(1), &body(9)).await);
    let cases = [
        (1, body(1)),
        (2, body_of(2, child)),
        (3, b"{}".to_vec()),
        (4, naming(4, b"not in the bundle")),
    ];
    let receipt = imported(&pair, &sealed(&pair.sim.seal_key(), &[], &cases)).unwrap();
    let outcomes: Vec<_> = receipt.cases.into_iter().map(|case| case.outcome).collect();
    assert_eq!(outcomes[0], ImportOutcome::KeyReused);
    assert!(
        matches!(&outcomes[1], ImportOutcome::Rejected { rejection } if rejection.code == "NOT_ELIGIBLE")
    );
    assert!(matches!(&outcomes[2], ImportOutcome::NotTaken { .. }));
    assert!(matches!(&outcomes[3], ImportOutcome::NotTaken { .. }));
    assert_eq!(pair.numbers().len(), 1);
}

#[tokio::test]
async fn a_bundle_that_is_cut_off_or_of_a_stranger_brings_nothing() {
    let pair = Pair::new();
    let to = pair.sim.seal_key();
    let bundle = sealed(&to, &[], &[(1, body(1)), (2, body(2))]);
    assert!(imported(&pair, &bundle[..bundle.len() - 1]).is_err());
    assert_eq!(pair.numbers().len(), 0, "nothing of it");
    imported(&pair, &bundle).unwrap();
    let stranger = MachineIdentity::from_seed(&[1; 32]);
    let manifest = manifest(&to, &[], &[]);
    let forged = Sealer::begin(Vec::new(), manifest, &stranger, &to, [9; 32]).unwrap();
    let error = imported(&pair, &forged.finish().unwrap()).unwrap_err();
    assert!(error.to_string().contains("another key"), "{error}");
}

/// A claim over the cases `seqs` of machine A0001, whose bodies are [`body`].
fn claim(from: u32, previous: Link, seqs: &[u32]) -> Claim {
    let case = |n: &u32| ClaimedCase {
        seq: u64::from(*n),
        key: key(*n),
        digest: Digest::of(&body(*n)),
        state: "ready".into(),
    };
    let cases = seqs.iter().map(case).collect();
    Claim::new("A0001", "7K", from.into(), previous, cases)
}

#[tokio::test]
async fn machine_and_platform_find_each_others_gaps() {
    let pair = Pair::new();
    let client = pair.client();
    for n in [1, 2, 4] {
        accepted(client.put_case(&key(n), &body(n)).await);
    }
    let first = Link::first("A0001", "7K");
    let one = claim(1, first, &[1, 2, 3]);
    let said = client.reconcile(&one, &machine()).await.unwrap();
    assert_eq!(
        (said.chain, said.next_seq, said.head),
        (Chain::Intact, 4, one.head)
    );
    assert_eq!(said.missing, [key(3)], "still to be sent");
    let unlisted: Vec<_> = said.unlisted.into_iter().map(|u| u.key).collect();
    assert_eq!(unlisted, [key(4)], "the machine does not know of it");
    // Said twice, and after a restart of the memory: the chain is kept.
    let again = client.reconcile(&one, &machine()).await.unwrap();
    assert_eq!((again.chain, again.next_seq), (Chain::Intact, 4));
    let late = client
        .reconcile(&claim(6, one.head, &[6]), &machine())
        .await
        .unwrap();
    assert_eq!(
        (late.chain, late.at_seq, late.next_seq),
        (Chain::Gap, Some(4), 4)
    );
    let rewritten = claim(1, first, &[1, 2]);
    let mut other = rewritten.cases.clone();
    other[1].digest = Digest::of(b"another");
    let rewritten = Claim::new("A0001", "7K", 1, first, other);
    let said = client.reconcile(&rewritten, &machine()).await.unwrap();
    assert_eq!((said.chain, said.at_seq), (Chain::Broken, Some(2)));
    assert_eq!(said.differing, [key(2)]);
}

#[tokio::test]
async fn a_claim_counts_only_from_the_machine_itself() {
    let pair = Pair::new();
    let client = pair.client();
    let claim = claim(1, Link::first("A0001", "7K"), &[1]);
    client.reconcile(&claim, &machine()).await.unwrap();
    let stranger = MachineIdentity::from_seed(&[1; 32]);
    let refused = client.reconcile(&claim, &stranger).await;
    assert_eq!(refused, Err(Failure::LaneStopped(LaneFault::Credentials)));
    let other = pair.client_with(ClientConfig {
        device: "A0002".into(),
        ..pair.config()
    });
    let refused = other.reconcile(&claim, &machine()).await;
    assert!(
        matches!(refused, Err(Failure::Problem { .. })),
        "{refused:?}"
    );
    let mut wrong = claim.clone();
    wrong.up_to_seq = 5_000;
    assert!(client.reconcile(&wrong, &machine()).await.is_err());
    pair.sim.set_fault_for(Fault::Portal, 1);
    let portal = client.reconcile(&claim, &machine()).await;
    assert_eq!(portal, Err(Failure::retry(RetryCause::Portal)));
}
