//! What came of a decision about cases that look alike.

/// What came of dismissing a suggestion, or of taking that back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuggestionDecided {
    /// It stands so now, or stood so already.
    Decided,
    /// There is no such suggestion, or none that this person may see.
    NotThere,
    /// The two cases are joined: they must be split first.
    Joined,
}
