//! Why a move is not made, each with a sentence that says what to do.

use crate::case::CaseStatus;
use crate::moves::Move;
use crate::problem::{Invalid, ProblemCode};

/// A move that is not made. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The table has no such row.
    #[error("A case that is {} cannot be moved by {} in your role: choose a move that the case offers.", .status.as_str(), .name.as_str())]
    NotInTable {
        /// What was wanted.
        name: Move,
        /// Where the case stands.
        status: CaseStatus,
    },
    /// The budget of hand-offs is spent.
    #[error("The case is with the arbiter because its hand-offs are spent: only the arbiter says whose it is.")]
    WithArbiter,
    /// There is nothing to arbitrate.
    #[error("The case is not with the arbiter: its owner moves it on.")]
    NotWithArbiter,
    /// The dispatcher has nothing to assign.
    #[error("The case has an owner: only the owner hands it off.")]
    NotWithDispatcher,
    /// Nobody has it.
    #[error("Nobody has this case yet: a dispatcher assigns it first.")]
    NobodysYet,
    /// A value is missing or breaks a bound.
    #[error("{0}.")]
    Invalid(#[from] Invalid),
    /// An outcome that is none.
    #[error("The outcome has to be one that the move lists: what is only planned is no outcome, so name the date with plan instead.")]
    NoOutcome,
    /// An exemption that promises.
    #[error("An inspection to come is no outcome: name its date with plan, and resolve the case when something was done.")]
    OnlyPromised,
    /// Photos that prove nothing.
    #[error(
        "These photos do not show the result: name photos of this case that arrived after its owner set to work, or give presence or an exemption."
    )]
    PhotosDoNotCount,
    /// Presence where there is no place.
    #[error("The case has no position to be present at: give a photo or an exemption with a reason.")]
    NoPlace,
    /// Presence too far off.
    #[error(
        "That is over {} metres from the case: go there, or give a photo or an exemption with a reason.",
        super::ending::PRESENCE_MAX_M
    )]
    TooFar,
    /// Presence too long ago, or to come.
    #[error(
        "Presence counts for {} minutes: give the time at which somebody was there now, or a photo, or an exemption with a reason.",
        super::ending::PRESENCE_MAX_MINUTES
    )]
    NotThen,
    /// Presence for something that is given from anywhere.
    #[error("An answer is not given by presence: give an exemption with a reason that says how it was given.")]
    NoPresenceForAnswer,
    /// Nobody would get the question.
    #[error("The reporter left no way to be reached: decide without an answer.")]
    CannotBeAsked,
    /// The next owner is the present one.
    #[error("The case is with that owner already: name another, or say that you do not know.")]
    SameOwner,
    /// A date that has passed or is too far off.
    #[error("The date has to lie after now and within a year.")]
    DateOutOfBounds,
    /// Too long a wait.
    #[error("A case waits for {0} days at most, counted from when it began to wait: name an earlier day.")]
    WaitsTooLong(u16),
    /// The system came too early.
    #[error("The time is not over yet: wait for its end.")]
    TooEarly,
    /// A reporter resumes by answering only.
    #[error("The case does not wait for you: what you write is kept, and the office reads it.")]
    NotAsked,
    /// The lead cannot lead.
    #[error("There is no such open case to join: name one that is open, is not joined itself and is yours to see.")]
    NoSuchLead,
    /// A case cannot lead itself.
    #[error("A case cannot be joined to itself: name the other one.")]
    LeadsItself,
    /// The contest window is over.
    #[error("The days in which this could be said are over: send a new report if something is still wrong.")]
    WindowOver,
    /// No live report of this citizen.
    #[error("Only who has a report on this case that is not withdrawn can say this.")]
    NotAReporter,
}

impl Refusal {
    /// The code for programs.
    pub const fn code(&self) -> ProblemCode {
        match self {
            Self::NotInTable { .. }
            | Self::WithArbiter
            | Self::NotWithArbiter
            | Self::NotWithDispatcher
            | Self::NobodysYet
            | Self::TooEarly
            | Self::WindowOver
            | Self::NotAsked => ProblemCode::IllegalMove,
            Self::NoSuchLead => ProblemCode::Unknown,
            Self::NotAReporter => ProblemCode::Forbidden,
            Self::Invalid(_)
            | Self::NoOutcome
            | Self::OnlyPromised
            | Self::PhotosDoNotCount
            | Self::NoPlace
            | Self::TooFar
            | Self::NotThen
            | Self::NoPresenceForAnswer
            | Self::CannotBeAsked
            | Self::SameOwner
            | Self::DateOutOfBounds
            | Self::WaitsTooLong(_)
            | Self::LeadsItself => ProblemCode::Invalid,
        }
    }
}
