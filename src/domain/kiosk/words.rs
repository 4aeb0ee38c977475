//! What happens to the kiosk and what it wants done.

use crate::audit::Note;
use crate::case::{Answer, Draft, FilingNumber, Key, ParkCause, Private, Refused, Waiting};
use crate::document::IdentityDocument;
use crate::document::photo::{Photo, Portrait};
use crate::domain::admission::Room;
use crate::domain::health::DeviceNote;
use crate::domain::outbox::Load;
use crate::domain::page::{Intent, Page};
use crate::domain::technician::{self, Ended, Facts};
use crate::domain::visit::{CardTrouble, KnownCase};
use crate::events::{EventId, FieldValue};
use crate::item::Catalogue;
use crate::pins::{Beep, Output, Part};
use crate::receipt::Receipt;
use crate::status::{Device, FlashRate, Paper, Slot};
use crate::technician::Reason;

/// What a reader tells, in words of this floor.
#[derive(Clone, Debug)]
pub enum ReaderEvent {
    /// Health.
    Status(Device),
    /// A card lies there and is being read.
    MediaInserted,
    /// A card lay there before anybody looked; nothing of it will be told.
    MediaThere,
    /// Read.
    CardRead(Box<IdentityDocument>),
    /// Not read; with the module's result, where there was one.
    Failed(CardTrouble, Option<u8>),
    /// Taken away.
    MediaRemoved,
}

/// What a scanner tells, in words of this floor.
#[derive(Clone, Debug)]
pub enum ScannerEvent {
    /// Health.
    Status(Device),
    /// A code.
    Code(Private),
    /// Something was read that is no text.
    Refused,
}

/// How a print job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrintOutcome {
    /// Proved by the printer.
    Printed,
    /// Nothing came out.
    NotStarted,
    /// Something came out, not all.
    Interrupted,
    /// No proof either way.
    Unknown,
}

impl PrintOutcome {
    /// Its word in the journal and in the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::NotStarted => "not-started",
            Self::Interrupted => "interrupted",
            Self::Unknown => "unknown",
        }
    }
}

/// A receipt that may be printed once: its claim is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Number of the job; never given out twice.
    pub job: u64,
    /// 0, or the number of this copy among those that came out or may have.
    pub copy: u32,
}

/// What a technician asks for that takes a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Put what waits on the stick.
    Export,
    /// Have the fleet agent install this file on the stick.
    Update(String),
    /// Answer the fleet agent's question about this action.
    Answer(String, bool),
}

/// Cases that were committed together.
#[derive(Clone, Debug, Default)]
pub struct Committed {
    /// Their keys and numbers, in the order of their drafts.
    pub cases: Vec<(Key, FilingNumber)>,
    /// When, as people read it; `None` when nobody knows how far the clock was right.
    pub time: Option<String>,
    /// Text of the receipt's QR code ([`crate::case::Proof`]).
    pub proof: Option<String>,
}

/// What happens to the kiosk.
#[derive(Clone, Debug)]
pub enum Event {
    /// A person touched something.
    Intent(Intent),
    /// The reader.
    Reader(ReaderEvent),
    /// The printer's health and paper.
    Printer(Device, Paper),
    /// What became of the receipt at the printer's exit, and of which job it is, where that is known.
    Slot(Option<u64>, Slot),
    /// The receipt of the filing that begins with this case may be printed; `None` when it may not: it was before, or
    /// the store did not take the claim. Said exactly once for each [`Effect::ClaimPrint`].
    PrintClaimed(Key, Option<Claim>),
    /// A job ended, and the printer's word on why, for the engineer; said exactly once for each job.
    PrintEnded(u64, PrintOutcome, Option<&'static str>),
    /// The cases are committed.
    Filed(Committed),
    /// They are not; the engineer's text is in the journal.
    NotFiled,
    /// A case waits to be sent: said after [`Event::Filed`], and when a technician has released one.
    Waiting(Waiting),
    /// Cases that are parked in the store. Said at start, before anything else of the outbox.
    Parked(Vec<Waiting>),
    /// A part of the backlog, in order of filing, and whether it is as large as was asked for; `None` when the store
    /// could not be read. Said exactly once for each [`Effect::Load`].
    Loaded(Option<(Vec<Waiting>, bool)>),
    /// An attempt ended.
    Answered(Key, Answer),
    /// The platform's word on cases asked for, `None` when it did not answer. Said exactly once for each
    /// [`Effect::AskPerson`] and [`Effect::AskNumber`].
    Progress(Option<Vec<KnownCase>>),
    /// The refused cases of the person an [`Effect::AskRefused`] with this number was for, newest first.
    Refused(u64, Vec<Refused>),
    /// The platform answered a question that is not about a case.
    LineWorks,
    /// A newer catalogue was checked and is to be used from the next visit on.
    Catalogue(Box<Catalogue>),
    /// A person came or went.
    Presence(bool),
    /// The service door.
    Door(bool),
    /// Whether the contact says that the case was forced.
    Tamper(bool),
    /// Whether it is written on the disk that the case was forced. Said at start when it is, and when it no longer is.
    TamperLatched(bool),
    /// Whether there is mains power.
    Mains(bool),
    /// Whether the fleet agent wishes that no further visit begins.
    StandBy(bool),
    /// The pins' health. Never said of a machine without pins.
    Pins(Device),
    /// The scanner.
    Scanner(ScannerEvent),
    /// The presence radar's health.
    Radar(Device),
    /// This wire cannot be had or moved.
    PinFailed(&'static str),
    /// A driver wishes that its device is cut from its power and given it back: nothing else has helped.
    PowerCycle(Part),
    /// Room on the disk and in the store was measured.
    Room(Room),
    /// The photo that this question asked to be drawn.
    Face(u64, Portrait),
    /// Whether a damaged store lies beside the one in use. Said at start.
    StoreSetAside(bool),
    /// What the gate says to the code or badge of the [`Effect::TryCode`] or [`Effect::TryBadge`] with this number.
    Gate(u64, technician::Answer),
    /// What an [`Effect::LookAround`] found.
    Facts(Box<Facts>),
    /// How an [`Effect::Request`] ended.
    RequestEnded(Ended),
    /// What is written on the disk of the service: why it is out, or nothing. Said at start, after each
    /// [`Effect::KeepService`], and when a command has changed it.
    Service(Option<Reason>),
    /// An [`Effect::KeepService`] could not be written; what was written before counts.
    ServiceNotKept,
    /// Time passed.
    Tick,
}

/// What the shell has to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Show this page.
    Show(Box<Page>),
    /// Commit these cases in one transaction, then tell.
    File(Vec<Draft>),
    /// Send the case with this key, keep durably what came of it, then tell.
    Send(Key),
    /// Write down that this case has waited longer than it may.
    Overdue(Key),
    /// Set the case apart in the store, then tell as its answer: parked, or why it could not be.
    Park(Key, ParkCause),
    /// Read a part of the backlog from the store, then tell.
    Load(Load),
    /// Claim the receipt of the filing that begins with this case in the store, then tell: the first one, or a copy
    /// that a person asked for.
    ClaimPrint(Key, bool),
    /// Print. Its number is claimed.
    Print(u64, Receipt),
    /// Write down how the job ended.
    KeepPrint(u64, PrintOutcome),
    /// Write down how the devices are, for `kiosk doctor`.
    NoteDevices(Box<DeviceNote>),
    /// Print this job no more: its person is gone.
    CancelPrint(u64),
    /// Whoever the receipt at the exit is for has gone: hold it no longer.
    GiveUpReceipt,
    /// Look for cards, or rest.
    Poll(bool),
    /// Ask for a person's cases.
    AskPerson {
        /// Kind of document.
        cert_type: String,
        /// Number.
        cert_no: String,
    },
    /// Ask for the case with this filing number.
    AskNumber(String),
    /// Look in the store for refused cases of the person whose card was read, then tell.
    AskRefused {
        /// What the answer names, so that it is never told to somebody else.
        question: u64,
        /// Kind of document.
        cert_type: String,
        /// Number.
        cert_no: Private,
    },
    /// Draw the photo of a card, then tell, naming the question. A photo that cannot be drawn is not told of.
    DrawPhoto(u64, Photo),
    /// Write down that this refused case is not to be told again.
    PutAway(Key),
    /// Keep a rating for these cases.
    Rate(Vec<Key>, u8),
    /// A guide light.
    Light(Output, FlashRate),
    /// Look for codes, or rest.
    Scan(bool),
    /// Sound the buzzer.
    Beep(Beep),
    /// Cut this device from its power and give it back.
    PowerCycle(Part),
    /// Nobody is here: dim the screen after a while. Or somebody is: light it at once.
    Dim(bool),
    /// Write down that the case was forced, so that no restart forgets it.
    LatchTamper,
    /// Judge a technician's one-time code, keep that it was tried, then tell, naming the question.
    TryCode(u64, Private),
    /// Likewise of a badge.
    TryBadge(u64, Private),
    /// Write down in the audit log.
    Audit(Note),
    /// Look at queue and stick, then tell.
    LookAround,
    /// Do this for a technician, then tell.
    Request(Request),
    /// Write down that the machine is out of service, and why, or that it is in service again; then tell.
    KeepService(Option<Reason>),
    /// Log.
    Log(EventId, Vec<(&'static str, FieldValue)>),
}
