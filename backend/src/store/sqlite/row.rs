//! Stored values back into the domain's types, each of them checked: a database is a file that anybody may have touched.

use crate::store::error::StoreError;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::moves::Move;
use lanterna_shared::office::TimelineEvent;
use lanterna_shared::problem::Invalid;
use lanterna_shared::role::Role;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use uuid::Uuid;

/// A value of `what` that cannot be read.
pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::damaged(what)
}

/// A stored code.
pub(super) fn code<T>(read: Result<T, Invalid>) -> Result<T, StoreError> {
    read.map_err(|invalid| StoreError::damaged(invalid.to_string()))
}

/// A stored id.
pub(super) fn uuid(row: &rusqlite::Row<'_>, column: usize) -> Result<Uuid, rusqlite::Error> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

/// A stored word of a closed list: `what` it is, for whoever reads the damage.
pub(super) fn word<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<T, StoreError> {
    let words: StrDeserializer<'a, Error> = text.into_deserializer();
    T::deserialize(words).map_err(|_| damaged(what))
}

/// A stored status.
pub(super) fn status(text: &str) -> Result<CaseStatus, StoreError> {
    CaseStatus::parse(text).ok_or_else(|| damaged("the status of a case"))
}

/// A stored move.
pub(super) fn named_move(text: &str) -> Result<Move, StoreError> {
    Move::ALL.into_iter().find(|name| name.as_str() == text).ok_or_else(|| damaged("a move"))
}

/// A stored event.
pub(super) fn event(text: &str) -> Result<TimelineEvent, StoreError> {
    match text {
        "breached" => Ok(TimelineEvent::Breached),
        _ => Err(damaged("an event of a timeline")),
    }
}

/// A stored role, of people and of the two actors that are nobody.
pub(super) fn role(text: &str) -> Result<Role, StoreError> {
    [Role::Reporter, Role::Crew, Role::Routing, Role::System]
        .into_iter()
        .find(|role| role.as_str() == text)
        .or_else(|| Role::staff_from_str(text))
        .ok_or_else(|| damaged("a role"))
}

/// A stored sequence, number or size. SQLite's integers have a sign, ours have none.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// Back again.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
