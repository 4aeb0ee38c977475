//! What comes and goes by stick where there is no line: an order, a request for a certificate, the certificate.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::works::Works;
use super::{STICK_ORDER, est};
use crate::certificate::{Certificate, MESSAGE_MAX};
use crate::domain::provisioning::Failure;
use crate::order::Order;
use crate::shell::foreign_file;

/// Longest file with an order, bytes.
const ORDER_MAX: u64 = 4096;

/// The text of the order on a stick that is mounted at `folder`, if there is one.
#[must_use]
pub fn order(folder: &Path) -> Option<String> {
    let text = foreign_file::read(&folder.join(STICK_ORDER), ORDER_MAX).ok()?;
    let text = String::from_utf8(text).ok()?;
    // Editors of other systems begin a file with a mark of its byte order.
    Some(text.trim_start_matches('\u{feff}').trim().to_owned()).filter(|text| !text.is_empty())
}

/// Takes the certificates in the PEM file at `path`: this machine's, those between, and the authority that the order names.
///
/// # Errors
/// [`Failure`]: not for this key or machine, not of the order's authority, or it is not among them.
pub fn take(works: &Works, order: &Order, path: &Path) -> Result<(), Failure> {
    let failed =
        |fault: &dyn std::fmt::Display| Failure::Disk(format!("{}: {fault}", path.display()));
    let text = foreign_file::read(path, MESSAGE_MAX as u64).map_err(|fault| failed(&fault))?;
    let mut found = Vec::new();
    for der in CertificateDer::pem_slice_iter(&text) {
        let der = der.map_err(|fault| failed(&fault))?;
        found.push(Certificate::read(&der).map_err(|fault| failed(&fault))?);
    }
    let (authorities, offered): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|certificate| certificate.key == order.ca);
    let authority = authorities.first().ok_or(Failure::WrongAuthority)?.pem();
    let pending = works.folder.pending()?;
    let now_s = u64::try_from(works.certificate_clock(Some(order))()).unwrap_or(0);
    let chain = est::checked(
        offered,
        &pending.fingerprint(),
        order.machine.as_str(),
        &authority,
        Some(now_s),
    )?;
    works.folder.keep_authority(&authority)?;
    works.folder.keep_certificate(&pending, &chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_a_plain_file_and_nothing_else_holds_the_page_up() {
        let stick = tempfile::tempdir().expect("a stick");
        let path = stick.path().join(STICK_ORDER);
        assert_eq!(order(stick.path()), None);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("mkfifo").success());
        assert_eq!(order(stick.path()), None);
        std::fs::remove_file(&path).expect("removed");
        std::fs::write(&path, "\u{feff}KIOSKP/1\r\n").expect("written");
        assert_eq!(order(stick.path()).as_deref(), Some("KIOSKP/1"));
        std::fs::write(&path, [b' '; 5_000]).expect("written");
        assert_eq!(order(stick.path()), None);
    }
}
