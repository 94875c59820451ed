//! People behind subjects, as a store keeps them: what they said of themselves, which contacts they proved, and what is to be sent to them.

use crate::store::Sha256Hash;
use crate::store::error::StoreError;
use crate::store::staff::CaseScope;
use async_trait::async_trait;
use lanterna_shared::id::{CaseId, ReportId, SubjectId, UserId};
use lanterna_shared::profile::{AnswerBy, CaseContacts, ContactKind, Profile, ProfileChange};
use lanterna_shared::time::Timestamp;
use std::fmt;
use uuid::Uuid;

/// A contact that somebody says is theirs, with the code that will prove it.
#[derive(Clone)]
pub struct Claim {
    /// Who says so.
    pub subject: SubjectId,
    /// What it is.
    pub kind: ContactKind,
    /// In its one way of writing; see [`ContactKind::normalised`].
    pub value: String,
    /// Hash over subject, kind and code.
    pub code_sha256: Sha256Hash,
    /// Of the message that carries the code.
    pub message: Uuid,
    /// What the message says. Holds the code.
    pub text: String,
    /// Until when the code works.
    pub expires_at: Timestamp,
}

/// What came of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// A code is on its way.
    CodeOnItsWay,
    /// This very contact is proved already.
    Proved,
    /// Too many codes went out to this contact or for this subject today.
    TooMany,
}

/// A message that waits for its channel.
#[derive(Clone, PartialEq, Eq)]
pub struct PendingMessage {
    /// Its id.
    pub message: Uuid,
    /// By which way it goes.
    pub channel: ContactKind,
    /// To whom.
    pub recipient: String,
    /// What it says.
    pub text: String,
    /// Pointless after that.
    pub expires_at: Timestamp,
}

impl fmt::Debug for PendingMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PendingMessage({}, by {})", self.message, self.channel.as_str())
    }
}

/// What a store knows of people.
#[async_trait]
pub trait Profiles: Send + Sync + 'static {
    /// What is known of a subject's person.
    async fn profile(&self, subject: SubjectId) -> Result<Profile, StoreError>;

    /// Replaces what a person said of themselves.
    async fn change_profile(&self, subject: SubjectId, change: ProfileChange) -> Result<(), StoreError>;

    /// Keeps a contact that is not proved, and a message with a code for it.
    async fn claim_contact(&self, claim: Claim, now: Timestamp) -> Result<Claimed, StoreError>;

    /// Proves a contact by the hash that its code makes. `false` = the code is wrong, used or over, or was tried too often. Subjects that proved the
    /// same contact become one person.
    async fn prove_contact(
        &self,
        subject: SubjectId,
        kind: ContactKind,
        code_sha256: Sha256Hash,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// How to answer about one report of a subject; `false` when it has no such report.
    async fn set_answer_by(&self, subject: SubjectId, report: ReportId, answer_by: Option<AnswerBy>) -> Result<bool, StoreError>;

    /// The people of a case within `scope`, and a line in the audit that `by` looked, in one transaction: without the line nobody sees anything.
    async fn case_contacts(&self, by: UserId, scope: CaseScope, case: CaseId, now: Timestamp) -> Result<Option<CaseContacts>, StoreError>;

    /// Messages that wait and are not over, oldest first.
    async fn pending_messages(&self, limit: u32, now: Timestamp) -> Result<Vec<PendingMessage>, StoreError>;

    /// How many there are of them.
    async fn pending_message_count(&self, now: Timestamp) -> Result<u64, StoreError>;
}
