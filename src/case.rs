//! A case (办件): what one person files for one item, and what the platform says of it.

mod answer;
mod attachment;
pub(crate) mod base45;
pub mod bundle;
mod bytes;
mod chain;
mod content;
mod digest;
mod draft;
pub(crate) mod hex;
mod identity;
mod mint;
mod number;
pub mod parcel;
mod private;
mod proof;
pub mod reconciliation;
mod refused;
#[cfg(any(test, feature = "sim", feature = "rig"))]
pub mod sample;
mod seal;
mod signature;
pub mod signed;
mod state;

pub use answer::{Acceptance, Answer, LaneFault, ParkCause, Rejection, RetryCause};
pub use attachment::{ATTACHMENT_MAX, ATTACHMENTS_MAX, Attachment, attachments_of};
pub use bytes::{BODY_LIMIT, BODY_VERSION, ClockClass, Stamp, freeze, freeze_to};
pub use chain::Link;
pub use content::Content;
pub use digest::Digest;
pub use draft::{
    Applicant, ApplicantKind, BundlePart, Consent, Delivery, DeviceId, Draft, Form, Material,
    MaterialForm, MaterialSource, PaperWay,
};
pub use identity::{MachineIdentity, NotAKey, PublicIdentity};
pub use mint::{Epoch, Key, Machine, Misnamed, SEQ_LAST};
pub use number::{FilingNumber, NotAFilingNumber};
pub use private::Private;
pub use proof::{Invalid, NotAProof, PROOF_CASES, Proof, stamp_on_paper};
pub use refused::{Correction, FilingDate, NOT_CORRECTABLE, OldAnswers, Refused};
pub use seal::{SealKey, SealSecret};
pub use signature::{SIGNATURE_MAX, Signature, SignatureFault};
pub use state::{CaseState, PersonToken, Turn, Waiting};
