//! What the core and the paper learn of a commit.

use crate::case::{MachineIdentity, Proof, Stamp, stamp_on_paper};
use crate::domain::kiosk::Committed;
use crate::shell::store::Filed;

/// Signed here, where the key is.
pub(super) fn committed(
    filed: &[Filed],
    stamp: &Stamp,
    identity: Option<&MachineIdentity>,
) -> Committed {
    let numbers: Vec<_> = filed
        .iter()
        .map(|case| (case.filing_number.clone(), case.digest))
        .collect();
    Committed {
        cases: filed
            .iter()
            .map(|case| (case.key.clone(), case.filing_number.clone()))
            .collect(),
        time: stamp_on_paper(stamp),
        proof: Proof::of(stamp, &numbers, identity).map(|proof| proof.text()),
    }
}
