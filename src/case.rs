//! A case (办件): what one person files for one item, and what the platform says of it.

mod answer;
mod bytes;
mod draft;
mod mint;
mod number;
mod private;
mod signature;
mod state;

pub use answer::{Acceptance, Answer, LaneFault, ParkCause, Rejection, RetryCause};
pub use bytes::{BODY_LIMIT, BODY_VERSION, ClockClass, Digest, Stamp, freeze};
pub use draft::{
    Applicant, ApplicantKind, BundlePart, Consent, Delivery, DeviceId, Draft, Form, Material,
    MaterialForm, MaterialSource, PaperWay,
};
pub use mint::{Epoch, Key, Machine, Misnamed, SEQ_LAST};
pub use number::{FilingNumber, NotAFilingNumber};
pub use private::Private;
pub use signature::{Signature, SignatureFault};
pub use state::{CaseState, PersonToken, Waiting};
