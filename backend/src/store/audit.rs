//! The audit and what is looked up by a secret or a code, as a store keeps them.

use crate::store::account::Actor;
use crate::store::error::StoreError;
use crate::store::staff::CaseScope;
use async_trait::async_trait;
use lanterna_shared::audit::{Act, AuditPage};
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::follow::FollowHash;
use lanterna_shared::office::CaseSummary;
use lanterna_shared::time::Timestamp;
use lanterna_shared::wire::ReportRow;

/// Something for the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Who.
    pub by: Actor,
    /// What.
    pub act: Act,
    /// To what: an id or a code, never contents.
    pub about: String,
}

/// By what a case is looked up, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookUp {
    /// Its number, without the check character.
    Number(u64),
    /// The receipt code of one of its reports.
    Receipt(ReceiptCode),
}

/// What a store remembers of who did what.
#[async_trait]
pub trait AuditLog: Send + Sync + 'static {
    /// Writes a line and returns once it is durable.
    async fn note(&self, noted: Noted, now: Timestamp) -> Result<(), StoreError>;

    /// Writes a line with the next group of writes and does not wait for it: for looks, of which a page makes many. A clean stop writes it; a power
    /// cut within milliseconds of the look may lose it.
    async fn note_soon(&self, noted: Noted, now: Timestamp) -> Result<(), StoreError>;

    /// A page of the audit, newest first, below the place `before`.
    async fn audit_page(&self, before: Option<u64>, limit: u32) -> Result<AuditPage, StoreError>;

    /// Deletes what is over its time: audit, sessions, failures, enrolment codes, messages and proofs. Returns how many rows went.
    async fn sweep_people(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// The report of a secret link.
    async fn followed(&self, follow: FollowHash) -> Result<Option<ReportRow>, StoreError>;

    /// Cases within `scope` that a number or receipt code names: none or one, or more where two devices minted the same code.
    async fn find_cases(&self, scope: CaseScope, look_up: LookUp) -> Result<Vec<CaseSummary>, StoreError>;
}
