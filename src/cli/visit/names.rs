//! Names of pages in scripts.

use kiosk::domain::page::PageKind;

/// The name in `expect page NAME`.
pub fn of(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Start => "start",
        PageKind::Identify => "identify",
        PageKind::NoCard => "no-card",
        PageKind::Choose => "choose",
        PageKind::Refused => "refused",
        PageKind::Items => "items",
        PageKind::Search => "search",
        PageKind::ItemInfo => "item-info",
        PageKind::Eligibility => "eligibility",
        PageKind::NotHere => "not-here",
        PageKind::Question => "question",
        PageKind::Delivery => "delivery",
        PageKind::Check => "check",
        PageKind::Consent => "consent",
        PageKind::Sign => "sign",
        PageKind::Working => "working",
        PageKind::Confirmation => "confirmation",
        PageKind::Rating => "rating",
        PageKind::Goodbye => "goodbye",
        PageKind::ProgressQuery => "progress-query",
        PageKind::Progress => "progress",
        PageKind::Problem => "problem",
        PageKind::Closed => "closed",
        PageKind::TechnicianEntry => "technician-entry",
        PageKind::Technician => "technician",
        PageKind::TechnicianTool => "technician-tool",
        PageKind::Provisioning => "provisioning",
    }
}

/// Every name, for messages.
pub const ALL: &str = "start, identify, no-card, choose, refused, items, search, item-info, eligibility, not-here, \
    question, delivery, check, consent, sign, working, confirmation, rating, goodbye, progress-query, progress, problem, closed, \
    technician-entry, technician, technician-tool, provisioning";
