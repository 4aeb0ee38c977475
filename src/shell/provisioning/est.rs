//! Enrolment over Secure Transport (EST, RFC 7030): a certificate for this machine's key, and another one in time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;

use super::server::{Ask, Server};
use super::tls;
use crate::certificate::{self, Certificate};
use crate::domain::provisioning::Failure;

/// A certificate may begin so much after this machine's clock, seconds.
const SKEW_S: u64 = 300;

impl Server {
    /// `/simpleenroll` with the order's password: the certificate, and those between it and the authority. The same key
    /// with the same password may ask again, for its answer may have been lost.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn enrol(
        &self,
        machine: &str,
        password: &str,
        request: &[u8],
    ) -> Result<Vec<Certificate>, Failure> {
        self.certified(
            "/.well-known/est/simpleenroll",
            Some((machine, password)),
            request,
        )
    }

    /// `/simplereenroll` with the certificate that is in use.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn renew(&self, request: &[u8]) -> Result<Vec<Certificate>, Failure> {
        self.certified("/.well-known/est/simplereenroll", None, request)
    }

    fn certified(
        &self,
        path: &str,
        basic: Option<(&str, &str)>,
        request: &[u8],
    ) -> Result<Vec<Certificate>, Failure> {
        let answer = self.exchange(Ask {
            method: Method::POST,
            path,
            basic,
            body: Some(("application/pkcs10", STANDARD.encode(request).into_bytes())),
            expect: "application/pkcs7-mime",
            limit: certificate::MESSAGE_MAX,
        })?;
        certificate::of_message(&answer).map_err(|fault| Failure::NotUnderstood(fault.to_string()))
    }
}

/// The certificate for `key` among `offered`, first, and those between it and the authority behind it.
///
/// `now_s` is the wall clock, Unix seconds; none where nobody stands behind it, for then it cannot tell a certificate that begins
/// later from a clock that is behind.
///
/// # Errors
/// [`Failure`]: for another key, another name, not of the authority, not valid yet.
pub fn checked(
    offered: Vec<Certificate>,
    key: &[u8; 32],
    machine: &str,
    ca_pem: &str,
    now_s: Option<u64>,
) -> Result<Vec<Certificate>, Failure> {
    let (mut own, others): (Vec<_>, Vec<_>) = offered
        .into_iter()
        .partition(|certificate| certificate.key == *key);
    let first = own.pop().ok_or(Failure::WrongKey)?;
    if first.name != machine {
        return Err(Failure::WrongName(first.name));
    }
    let now_s = now_s.unwrap_or(first.not_before_s);
    if first.not_before_s > now_s.saturating_add(SKEW_S) {
        return Err(Failure::NotYetValid);
    }
    let mut chain = vec![first];
    chain.extend(others);
    let ders: Vec<Vec<u8>> = chain
        .iter()
        .map(|certificate| certificate.der.clone())
        .collect();
    // Clocks of desk and machine may differ a little; the certificate's first second is right in any case.
    tls::signed_by(ca_pem, &ders, now_s.max(chain[0].not_before_s))?;
    Ok(chain)
}
