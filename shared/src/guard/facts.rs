//! What is known of a case when a move arrives.

use crate::case::CaseStatus;
use crate::id::CaseId;
use crate::service::DepartmentCode;
use crate::time::Timestamp;

/// What a jurisdiction allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hand-offs before the case goes to the arbiter; 0 to 10. With 0 the first one does.
    pub hand_off_budget: u8,
    /// Days of 24 hours in which citizens can say that it is not fixed; 1 to 90.
    pub contest_days: u16,
    /// The most days of 24 hours that a case waits, for whomever; 1 to 365.
    pub waiting_days: u16,
    /// Working days that the arbiter has; 1 to 30.
    pub arbiter_days: u16,
}

impl Default for Limits {
    /// DOMAIN.md's: a budget of 2 and a window of 14 days. Thirty days of waiting are what an administrative procedure has by default
    /// (law 241/1990, article 2), three working days for the arbiter are the shortest promise of the demo city.
    fn default() -> Self {
        Self { hand_off_budget: 2, contest_days: 14, waiting_days: 30, arbiter_days: 3 }
    }
}

/// A case as the guards see it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, none excludes another")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFacts {
    /// The case.
    pub case: CaseId,
    /// Where it stands.
    pub status: CaseStatus,
    /// Where it goes on when it waits or is joined; `None` otherwise.
    pub before: Option<CaseStatus>,
    /// Who has it or had it last. `None`: nobody yet, or "do not know", which is with the dispatcher.
    pub owner: Option<DepartmentCode>,
    /// Hand-offs that counted.
    pub hand_offs: u8,
    /// Whether only the arbiter moves it on.
    pub at_arbiter: bool,
    /// How often citizens made it open again.
    pub contests: u32,
    /// When the system acts by itself: the end of the contest window, or of waiting.
    pub times_out_at: Option<Timestamp>,
    /// Since when it waits, however often for whom else meanwhile.
    pub waiting_since: Option<Timestamp>,
    /// The day that it is planned for.
    pub planned_for: Option<Timestamp>,
    /// The case that it is joined to.
    pub lead: Option<CaseId>,
    /// The case that a `join` names, where there is one that the actor may name.
    pub wanted_lead: Option<LeadFacts>,
    /// Whether there is a place to be present at.
    pub has_position: bool,
    /// Whether every photo that the evidence names is a photo on the case that arrived after its owner set to work.
    pub photos_count: bool,
    /// Whether a crew was on it, at any time.
    pub work_begun: bool,
    /// Whether the reporter has a device or a contact to answer by.
    pub can_be_asked: bool,
    /// What citizens said since it was last resolved or declined.
    pub voices: Voices,
    /// The citizen who speaks; `None` for staff and the system.
    pub speaker: Option<Speaker>,
}

/// The case that shall lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeadFacts {
    /// The case.
    pub case: CaseId,
    /// Where it stands.
    pub status: CaseStatus,
}

/// What the citizens of a case and of those joined to it have said in this round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voices {
    /// Different people with a report that is not withdrawn.
    pub live: u32,
    /// Of those, without the one who speaks: who said that it is done.
    pub others_done: u32,
    /// Joiners, without the one who speaks, who said that it is not.
    pub other_joiners_not_done: u32,
}

/// A citizen who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// Who sent the oldest live report of the case; the others joined it.
    pub is_reporter: bool,
    /// Live reports on the case and on those joined to it, without the one that is spoken of.
    pub other_live_reports: u32,
}
