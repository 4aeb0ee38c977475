//! The daily comparison of what a machine filed with what the platform has.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};

use super::gate::problem;
use super::http::{Answered, Shared, answer, broken, device, invalid, nameless, whole};
use crate::case::reconciliation::{CLAIM, Claim};
use crate::case::signed::{self, NotSigned, SIGNED};
use crate::shell::platform::words::problem as kinds;

/// `POST`: a claim, signed by the machine.
pub(super) async fn reconcile(
    State(server): Shared,
    machine: Result<Path<String>, PathRejection>,
    request: Request,
) -> Answered {
    let (headers, bytes) = whole(request, SIGNED).await?;
    let device = device(&headers).ok_or_else(nameless)?;
    if machine.ok().map(|Path(machine)| machine) != Some(device.clone()) {
        return Err(invalid("the path is not X-Kiosk-Device"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| invalid("not text"))?;
    let refused = |why: NotSigned| match why {
        NotSigned::OtherKey | NotSigned::Signature => {
            problem(403, kinds::FORBIDDEN, &why.to_string())
        }
        _ => invalid(&why.to_string()),
    };
    let shown = signed::claimed_signer(text).map_err(refused)?;
    // Proof that the sender has the key it shows, before that key is compared with the one known.
    let claim: Claim = signed::verify(text, CLAIM, &shown).map_err(refused)?;
    if claim.machine != device {
        return Err(invalid("the claim is of another machine"));
    }
    claim.check().map_err(invalid)?;
    let known = server.store().key_of(&device, shown).map_err(broken)?;
    if known != shown {
        return Err(refused(NotSigned::OtherKey));
    }
    let judged = server.store().reconcile(&claim).map_err(broken)?;
    Ok(answer(200, &judged.verdict))
}
