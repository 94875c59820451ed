//! The whole contract between the screens and the device engine: [`Command`] → [`Reply`], and a stream of [`Event`]s. Types only.
//!
//! Screens hold no rules and the engine draws nothing. Photo bytes never travel inside these types: they go beside them as raw bodies, with the
//! command that says what they are ([`Command::AddPhoto`]) or the reply that they belong to ([`Reply::Photo`]).
//!
//! A picture of one report: `ResumeDraft` → `AddPhoto` (with bytes) → `UpdateDraft` → `Send` → [`Reply::Saved`], which is the one moment at which a
//! screen may say "Saved on this phone". Then `Event::ReportsChanged` says when to ask for `Reports` again.

use serde::{Deserialize, Serialize};

use lanterna_shared::answer::Answers;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::check::{CaseNumber, ReceiptCode};
use lanterna_shared::clock::DueMoved;
use lanterna_shared::id::{DraftId, OpId, PhotoId, ReportId};
use lanterna_shared::photo::Rendition;
use lanterna_shared::position::Position;
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::service::{Service, ServiceCode};
use lanterna_shared::time::Timestamp;
use lanterna_shared::wire::ReportMore;

/// What a screen asks of the engine. Every command is answered once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// How things stand: [`Reply::Status`].
    Status,
    /// Joins a crew by its one-time code, which needs a network: [`Reply::Done`]. A device that was shut out begins anew with it and keeps what it has
    /// not sent.
    Enrol {
        /// As it was read out.
        code: String,
    },
    /// The services to choose from: [`Reply::Services`].
    Services,
    /// The newest draft, or a new empty one where there is none: [`Reply::Draft`].
    ResumeDraft,
    /// A new empty draft beside all others: [`Reply::Draft`].
    NewDraft,
    /// All drafts, newest first: [`Reply::Drafts`].
    Drafts,
    /// Replaces what was typed so far: [`Reply::Draft`].
    UpdateDraft {
        /// The draft.
        draft: DraftId,
        /// What was typed so far.
        content: DraftContent,
    },
    /// Adds a photo; its bytes, as the camera gave them, travel beside. Answered by [`Reply::Draft`] only once bytes and row are durable.
    AddPhoto {
        /// The draft.
        draft: DraftId,
    },
    /// Takes a photo off again: [`Reply::Draft`].
    RemovePhoto {
        /// The draft.
        draft: DraftId,
        /// The photo.
        photo: PhotoId,
    },
    /// Throws a draft away, photos and all: [`Reply::Done`].
    DiscardDraft {
        /// The draft.
        draft: DraftId,
    },
    /// Makes a report of a draft: [`Reply::Saved`] once it is durable.
    Send {
        /// The draft.
        draft: DraftId,
    },
    /// One's own reports, newest first: [`Reply::Reports`].
    Reports,
    /// The bytes of a photo of a draft or report, beside [`Reply::Photo`]. The thumbnail where it is made already, else what there is.
    Photo {
        /// The photo.
        photo: PhotoId,
        /// The size that is wanted.
        rendition: Rendition,
    },
    /// The citizen takes a report back: [`Reply::Done`] once the op is durable.
    Withdraw {
        /// The report.
        report: ReportId,
    },
    /// The citizen says that it is done: [`Reply::Done`] once the op is durable. Needs no network, as the two below.
    Confirm {
        /// The report.
        report: ReportId,
    },
    /// The citizen says that it is not: [`Reply::Done`] once the op is durable.
    Contest {
        /// The report.
        report: ReportId,
        /// In the citizen's words; may be empty; at most 1,000 characters.
        reason: String,
    },
    /// The citizen answers the office's question: [`Reply::Done`] once the op is durable.
    Answer {
        /// The report.
        report: ReportId,
        /// In the citizen's words; at most 1,000 characters.
        text: String,
    },
    /// What waits to be sent: [`Reply::Outbox`].
    Outbox,
    /// Start an attempt now, whatever the back-off says: [`Reply::Done`] at once; `Event::SyncChanged` tells how it goes.
    SyncNow,
    /// The host's connectivity changed: resets the back-off. [`Reply::Done`].
    Connectivity {
        /// Whether there seems to be a network.
        online: bool,
    },
}

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// To [`Command::Status`].
    Status(Status),
    /// To [`Command::Services`]. Empty until the device has met the server once.
    Services {
        /// In the order they are offered.
        services: Vec<Service>,
    },
    /// A draft as it is stored now.
    Draft(Draft),
    /// To [`Command::Drafts`].
    Drafts {
        /// Newest first.
        drafts: Vec<Draft>,
    },
    /// It would survive a power cut now.
    Saved {
        /// The report.
        report: ReportId,
        /// What to show.
        receipt: ReceiptCode,
    },
    /// To [`Command::Reports`].
    Reports {
        /// Newest first.
        reports: Vec<ReportView>,
    },
    /// The bytes travel beside.
    Photo {
        /// The bytes' media type, `image/jpeg` and the like.
        media_type: String,
    },
    /// To [`Command::Outbox`].
    Outbox(Outbox),
    /// Done; nothing to tell.
    Done,
    /// Not done.
    Refused(Refusal),
}

/// Why a command was not done, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What screens decide by.
    pub code: RefusalCode,
    /// In English, for logs and scripts; screens have their own words for the code.
    pub detail: String,
}

/// Why a command was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// A value breaks a bound.
    Invalid,
    /// No such draft, photo or report on this device.
    NotFound,
    /// A report needs a category before it is sent.
    ServiceMissing,
    /// This is no picture that can be read; it was not kept.
    NotAPicture,
    /// The file has no bytes.
    PhotoEmpty,
    /// A HEIC or HEIF picture: it can be saved as JPEG.
    PhotoHeif,
    /// A camera's raw file: there is a JPEG beside it.
    PhotoRaw,
    /// A film.
    PhotoVideo,
    /// A picture or drawing in a format that is not read (AVIF, JPEG XL, GIF, TIFF, BMP, SVG).
    PhotoFormat,
    /// A document.
    PhotoDocument,
    /// A picture that is damaged or cut off.
    PhotoDamaged,
    /// Over 64 MB, or more pixels than can be worked on.
    PhotoTooLarge,
    /// Eight photos are on it already.
    TooManyPhotos,
    /// The device has no room left.
    StorageFull,
    /// The store cannot be written or read.
    Storage,
    /// The engine is (or was just) in another tab.
    NotOwner,
    /// The store was made by a newer version: reload.
    NewerStore,
}

/// How things stand with the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Whether the catalogue is here, so that reports can be made without a network.
    pub ready_offline: bool,
    /// The name of the jurisdiction, once known.
    pub jurisdiction: Option<String>,
    /// Sync, as of now.
    pub sync: SyncState,
}

/// How the sync stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncState {
    /// What it is doing.
    pub activity: SyncActivity,
    /// Ops that wait.
    pub ops_waiting: u32,
    /// Renditions that wait.
    pub photos_waiting: u32,
    /// When the server last answered.
    pub last_success: Option<Timestamp>,
    /// When the next attempt starts by itself.
    pub next_attempt: Option<Timestamp>,
}

/// What the sync is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncActivity {
    /// Nothing to do, or the next attempt is far away.
    Idle,
    /// A request is under way.
    Busy,
    /// The last attempt failed; another follows by itself.
    Waiting,
}

/// What a citizen has typed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftContent {
    /// The category.
    #[serde(default)]
    pub service: Option<ServiceCode>,
    /// The description; at most 4,000 characters.
    #[serde(default)]
    pub text: String,
    /// Where.
    #[serde(default)]
    pub position: Option<Position>,
    /// Answers to the service's questions; may be incomplete until it is sent.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
}

/// A report that is still being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The draft.
    pub draft: DraftId,
    /// What was typed.
    pub content: DraftContent,
    /// Its photos, in order.
    pub photos: Vec<PhotoId>,
    /// Those among them that cannot be sent, and why. Their files are kept as the camera gave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unusable: Vec<UnusablePhoto>,
    /// The position that the first photo with one carried, offered where it differs.
    pub photo_position: Option<Position>,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A photo of which no renditions can be made: [`Command::Photo`] gives it as the camera did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusablePhoto {
    /// The photo.
    pub photo: PhotoId,
    /// Why.
    pub why: RefusalCode,
}

/// How far a report is on its way. Never mixed with the case's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Saved on this device, waits for its turn or for signal.
    Queued,
    /// A request with it is under way, or part of it has arrived.
    Sending,
    /// Everything has arrived, photos too.
    Delivered,
    /// The server refused it for good; kept, explained, exportable.
    NeedsAttention,
}

/// One's own report, as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportView {
    /// The report.
    pub report: ReportId,
    /// What it can be named by from the first second.
    pub receipt: ReceiptCode,
    /// The category.
    pub service: ServiceCode,
    /// In the citizen's words.
    pub text: String,
    /// Where.
    pub position: Option<Position>,
    /// When it was sent, by this device's clock.
    pub sent_at: Timestamp,
    /// Its photos, in order.
    pub photos: Vec<PhotoId>,
    /// Those among them that cannot be sent, and why. Their files are kept as the camera gave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unusable: Vec<UnusablePhoto>,
    /// How far it is on its way.
    pub delivery: DeliveryState,
    /// Renditions that have arrived, and how many there are in all.
    pub photos_sent: (u32, u32),
    /// What the server said when it refused; with [`DeliveryState::NeedsAttention`].
    pub refused: Option<(ProblemCode, String)>,
    /// Whether it was withdrawn here or there.
    pub withdrawn: bool,
    /// What the city says, once known.
    pub case: Option<CaseView>,
    /// The secret of the link by which it can be followed from anywhere; whoever has it sees what this person sees of the case.
    #[serde(default)]
    pub follow: Option<String>,
}

/// What a citizen knows of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseView {
    /// Its number.
    pub number: CaseNumber,
    /// Its status.
    pub status: CaseStatus,
    /// Since when.
    pub since: Timestamp,
    /// Who has it; absent in triage.
    pub owner: Option<String>,
    /// The area.
    pub area: Option<String>,
    /// Until when it should be resolved.
    pub due_at: Option<Timestamp>,
    /// How often that has moved and why last.
    pub due_moved: Option<DueMoved>,
    /// What there is to say beside that, and what the citizen may do. What waits to be sent already is not offered again.
    #[serde(default)]
    pub more: ReportMore,
}

/// What waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// Ops, oldest first; at most 1,000.
    pub ops: Vec<OutboxOp>,
    /// Renditions that wait, with how many bytes.
    pub photos: u32,
    /// Bytes of ops and renditions together.
    pub bytes: u64,
}

/// One op that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxOp {
    /// The op.
    pub op: OpId,
    /// What it intends, "`create_report`".
    pub name: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// What the server said when it refused; it stays until somebody looks.
    pub refused: Option<(ProblemCode, String)>,
}

/// What the engine says by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Ask for the reports again.
    ReportsChanged,
    /// A draft's photo is rendered, or its position was read: ask again.
    DraftChanged {
        /// The draft.
        draft: DraftId,
    },
    /// The catalogue is new.
    CatalogueChanged,
    /// How the sync stands.
    SyncChanged(SyncState),
    /// From the host: this tab has the engine now.
    EngineHere,
    /// From the host: another tab took the engine; this one shows what it has and asks for it back when it is looked at.
    EngineElsewhere,
    /// From the host: the other tab did not let go within 3 s.
    EngineStuck,
    /// From the host: this browser keeps nothing (private browsing without OPFS); reports are sent at once instead of saved.
    NothingIsKept,
    /// From the host: page and engine are of two builds, or the store is newer: reload.
    ReloadNeeded,
}
