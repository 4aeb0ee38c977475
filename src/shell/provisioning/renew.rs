//! Another certificate in time, without ever touching the one that works. The fleet agent calls [`renew_by`] when
//! [`Renewals`](crate::domain::provisioning::renewal::Renewals) says so; `kiosk provision renew` does it by hand.

use super::{Folder, Server, WallClock, est};
use crate::domain::provisioning::Failure;
use crate::domain::provisioning::renewal::Term;

/// [`renew_by`] a clock that is right.
///
/// # Errors
/// [`Failure`]; the pair in use is what it was.
pub fn renew(folder: &Folder, wall: &WallClock) -> Result<Term, Failure> {
    renew_by(folder, wall, true)
}

/// Makes a new key, has it certified with the pair in use, uses it once and only then takes it into use. Cut off anywhere,
/// it goes on where it was: the new key stays, a certificate that came is used. Blocks for up to some minutes; in an
/// async program call it on a thread of its own. Connections that are open go on with the old pair, new ones must be
/// opened with [`Folder::identity`] read anew.
///
/// Without `is_checked` nobody stands behind `wall`: a new certificate is not called one of the future then.
///
/// # Errors
/// [`Failure`]; the pair in use is what it was.
pub fn renew_by(folder: &Folder, wall: &WallClock, is_checked: bool) -> Result<Term, Failure> {
    let saved = folder.saved()?;
    let current = folder.identity()?;
    let (base, ca_pem) = (
        saved.server.ok_or(Failure::NoIdentity)?,
        folder.authority()?,
    );
    if folder.next_identity().is_err() {
        let pending = folder.pending()?;
        let machine = current.certificate.name.clone();
        let server = Server::new(&base, &ca_pem, Some(&current), wall.clone())?;
        let offered = server.renew(&pending.request(&machine)?)?;
        let now_s = is_checked.then(|| u64::try_from(wall()).unwrap_or(0));
        let chain = est::checked(offered, &pending.fingerprint(), &machine, &ca_pem, now_s)?;
        folder.keep_certificate(&pending, &chain)?;
    }
    let next = folder.next_identity()?;
    let known = Server::new(&base, &ca_pem, Some(&next), wall.clone())?.is_known();
    if let Err(Failure::Refused(status)) = known {
        // It came and waited too long, or the desk has forgotten it: asked for ever, it would be refused for ever.
        folder.drop_next()?;
        return Err(Failure::Refused(status));
    }
    known?;
    match folder.promote() {
        // The old pair could not be destroyed. That is no reason to say that the new one is not in use; the next start tries.
        Err(_)
            if folder
                .identity()
                .is_ok_and(|now| now.certificate == next.certificate) =>
        {
            Ok(next.term())
        }
        promoted => promoted.map(|()| next.term()),
    }
}
