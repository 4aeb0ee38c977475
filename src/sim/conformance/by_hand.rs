//! Bundles that come by hand, and the daily comparison.

use super::bench::{Bench, Call, Case, Method, Said, demand, failed};
use super::{Check, Checked, Trouble};
use crate::case::bundle::{
    BUNDLE, BUNDLE_VERSION, Carried, CarriedCase, Created, IMPORT_RECEIPT, ImportOutcome,
    ImportReceipt, Manifest, Sealer,
};
use crate::case::reconciliation::{CLAIM, Chain, Claim, ClaimedCase, Verdict};
use crate::case::signed::{self, SIGNED};
use crate::case::{Acceptance, Digest, Link, MachineIdentity};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "import",
        demand: "a bundle's cases are filed under their keys; the receipt is signed and names their numbers",
        why: "a machine deletes what the receipt says is filed",
        run: |bench| Box::pin(import(bench)),
    },
    Check {
        name: "import-and-line",
        demand: "line and bundle lead to one case, whichever comes first; a second import says the same",
        why: "the line often comes back while the stick is on its way",
        run: |bench| Box::pin(import_and_line(bench)),
    },
    Check {
        name: "import-damaged",
        demand: "a bundle that is cut off or of an unknown version: 400 bundle, and nothing of it is taken",
        why: "half a bundle without a receipt leaves both sides in doubt",
        run: |bench| Box::pin(import_damaged(bench)),
    },
    Check {
        name: "reconciliation",
        demand: "a claim is compared: what is there, what is missing, what the machine does not name",
        why: "it is how either side finds what the other has lost",
        run: |bench| Box::pin(reconciliation(bench)),
    },
    Check {
        name: "chain-broken",
        demand: "a claim that rewrites the past is told \"broken\"",
        why: "a machine restored from a copy must be noticed",
        run: |bench| Box::pin(chain_broken(bench)),
    },
    Check {
        name: "claim-forged",
        demand: "a claim signed with another key is refused (403)",
        why: "anybody could make a machine forget its cases",
        run: |bench| Box::pin(claim_forged(bench)),
    },
];

fn sealed(bench: &Bench, cases: &[&Case]) -> Result<Vec<u8>, Trouble> {
    let (Some(to), Some(_)) = (&bench.target.seal_key, &bench.target.signer) else {
        let needed = "the platform's public keys (--seal-key, --signer)";
        return Err(Trouble::NotTested(needed.into()));
    };
    let carried = |case: &&Case| CarriedCase {
        seq: case.seq,
        key: case.key.clone(),
        body: Carried {
            digest: Digest::of(&case.body),
            length: case.body.len() as u64,
        },
    };
    let manifest = Manifest {
        version: BUNDLE_VERSION,
        machine: bench.machine.as_str().into(),
        epoch: bench.epoch.as_str().into(),
        platform: to.fingerprint(),
        created: Created {
            at: None,
            clock_class: "unknown".into(),
            boot_id: "00000000-0000-4000-8000-000000000000".into(),
            monotonic_ms: 0,
        },
        up_to_seq: cases.last().map_or(0, |case| case.seq),
        head: Link::first(bench.machine.as_str(), bench.epoch.as_str()),
        count: cases.len(),
        cases: cases.iter().map(carried).collect(),
        attachments: Vec::new(),
    };
    let mut entropy = [0; 32];
    entropy.fill_with(|| fastrand::u8(..));
    let written = || {
        let mut sealer = Sealer::begin(Vec::new(), manifest, &bench.identity, to, entropy)?;
        for case in cases {
            sealer.item(&mut case.body.as_slice())?;
        }
        sealer.finish()
    };
    written().map_err(|error| Trouble::Failed(format!("no bundle: {error}")))
}

async fn brought(bench: &Bench, bundle: &[u8]) -> Result<Said, Trouble> {
    let call = Call::new(Method::POST, "/imports").carrying(BUNDLE, bundle);
    bench.send(call).await
}

/// The numbers that the receipt names, in the bundle's order.
async fn imported(bench: &Bench, bundle: &[u8]) -> Result<Vec<Acceptance>, Trouble> {
    let said = brought(bench, bundle).await?;
    demand(said.status == 200 && said.media == SIGNED, || said.told())?;
    let text = String::from_utf8_lossy(&said.body).into_owned();
    let signer = bench
        .target
        .signer
        .ok_or_else(|| Trouble::Failed("no signer".into()))?;
    let receipt: ImportReceipt = signed::verify(&text, IMPORT_RECEIPT, &signer)
        .map_err(|why| Trouble::Failed(format!("receipt: {why}")))?;
    demand(receipt.bundle == Digest::of(bundle), || {
        "the receipt is of another bundle".into()
    })?;
    let number = |case: &crate::case::bundle::Imported| match &case.outcome {
        ImportOutcome::Accepted { acceptance } => Ok(acceptance.clone()),
        other => failed(format!("{}: {other:?}", case.key.0)),
    };
    receipt.cases.iter().map(number).collect()
}

async fn import(bench: &Bench) -> Checked {
    let (one, two) = (bench.case(Vec::new()), bench.case(Vec::new()));
    let numbers = imported(bench, &sealed(bench, &[&one, &two])?).await?;
    demand(numbers.len() == 2, || {
        format!("{} of 2 cases", numbers.len())
    })?;
    bench.has_cases(&one, 1).await?;
    bench.has_cases(&two, 1).await
}

async fn import_and_line(bench: &Bench) -> Checked {
    let (by_line, by_hand) = (bench.case(Vec::new()), bench.case(Vec::new()));
    let bundle = sealed(bench, &[&by_line, &by_hand])?;
    let first = bench.file(&by_line).await?;
    let numbers = imported(bench, &bundle).await?;
    demand(numbers.first() == Some(&first), || {
        "the line came first, and the bundle got other numbers".into()
    })?;
    let later = bench.file(&by_hand).await?;
    demand(numbers.get(1) == Some(&later), || {
        "the bundle came first, and the line got other numbers".into()
    })?;
    demand(imported(bench, &bundle).await? == numbers, || {
        "the second import got other numbers".into()
    })?;
    bench.has_cases(&by_line, 1).await?;
    bench.has_cases(&by_hand, 1).await
}

async fn import_damaged(bench: &Bench) -> Checked {
    let (one, two) = (bench.case(Vec::new()), bench.case(Vec::new()));
    let bundle = sealed(bench, &[&one, &two])?;
    let mut newer = bundle.clone();
    newer[8] = u8::MAX;
    for damaged in [&bundle[..bundle.len() - 1], &newer, b"no bundle"] {
        brought(bench, damaged).await?.problem(400, "bundle")?;
        bench.never_taken(&one).await?;
    }
    Ok(())
}

fn claimed(case: &Case) -> ClaimedCase {
    ClaimedCase {
        seq: case.seq,
        key: case.key.clone(),
        digest: Digest::of(&case.body),
        state: "ready".into(),
    }
}

async fn said_to(
    bench: &Bench,
    claim: &Claim,
    identity: &MachineIdentity,
) -> Result<Said, Trouble> {
    let path = format!("/machines/{}/reconciliations", bench.target.machine);
    let text = signed::sign(identity, CLAIM, claim);
    let call = Call::new(Method::POST, &path).carrying(SIGNED, text.as_bytes());
    bench.send(call).await
}

async fn verdict(bench: &Bench, claim: &Claim) -> Result<Verdict, Trouble> {
    let said = said_to(bench, claim, &bench.identity).await?;
    said.answer(&[200])?;
    serde_json::from_value(said.json.clone()).or_else(|_| failed(said.told()))
}

/// An epoch in which nothing was filed or claimed yet: there are only a thousand, and earlier runs used some.
async fn fresh(bench: &Bench) -> Result<Bench, Trouble> {
    loop {
        let own = bench.in_another_epoch()?;
        let (machine, epoch) = (own.machine.as_str(), own.epoch.as_str());
        let empty = Claim::new(machine, epoch, 1, Link::first(machine, epoch), Vec::new());
        let said = verdict(bench, &empty).await?;
        let unused = said.next_seq == 1 && said.unlisted.is_empty();
        if unused && own.epoch != bench.epoch {
            return Ok(own);
        }
        // A server that always finds something would be asked for ever.
        demand(said.machine == machine && said.epoch == epoch, || {
            format!("{said:?}")
        })?;
    }
}

/// A claim over three cases of an epoch of its own, of which the second was not sent and the third is not named.
async fn with_gaps(bench: &Bench) -> Result<(Claim, [Case; 3]), Trouble> {
    let own = fresh(bench).await?;
    let cases = [
        own.case(Vec::new()),
        own.case(Vec::new()),
        own.case(Vec::new()),
    ];
    bench.file(&cases[0]).await?;
    bench.file(&cases[2]).await?;
    let (machine, epoch) = (own.machine.as_str(), own.epoch.as_str());
    let listed = vec![claimed(&cases[0]), claimed(&cases[1])];
    let claim = Claim::new(machine, epoch, 1, Link::first(machine, epoch), listed);
    Ok((claim, cases))
}

async fn reconciliation(bench: &Bench) -> Checked {
    let (claim, cases) = with_gaps(bench).await?;
    for _ in 0..2 {
        let said = verdict(bench, &claim).await?;
        demand(said.chain == Chain::Intact, || {
            format!("chain {:?}", said.chain)
        })?;
        let right = said.missing == [cases[1].key.clone()]
            && said.held.len() == 1
            && said.unlisted.iter().any(|u| u.key == cases[2].key)
            && (said.next_seq, said.head) == (3, claim.head);
        demand(right, || format!("{said:?}"))?;
    }
    Ok(())
}

async fn chain_broken(bench: &Bench) -> Checked {
    let (claim, _) = with_gaps(bench).await?;
    verdict(bench, &claim).await?;
    let mut cases = claim.cases.clone();
    cases[0].digest = Digest::of(b"another body");
    let rewritten = Claim::new(&claim.machine, &claim.epoch, 1, claim.previous, cases);
    let said = verdict(bench, &rewritten).await?;
    let right = said.chain == Chain::Broken && said.differing == [claim.cases[0].key.clone()];
    demand(right, || format!("{said:?}"))
}

async fn claim_forged(bench: &Bench) -> Checked {
    let (claim, _) = with_gaps(bench).await?;
    verdict(bench, &claim).await?;
    let stranger = MachineIdentity::from_seed(&[0x5a; 32]);
    let said = said_to(bench, &claim, &stranger).await?;
    said.problem(403, "forbidden")
}
