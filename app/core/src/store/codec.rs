//! Between columns and the domain's types.

use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use lanterna_shared::time::Timestamp;

use crate::error::StoreError;

/// A 16-byte id from a column.
pub fn id<T>(row: &Row<'_>, column: usize, wrap: impl Fn(Uuid) -> T) -> rusqlite::Result<T> {
    let bytes: [u8; 16] = row.get(column)?;
    Ok(wrap(Uuid::from_bytes(bytes)))
}

/// A 16-byte id from a column that may be empty.
pub fn id_or_none<T>(row: &Row<'_>, column: usize, wrap: impl Fn(Uuid) -> T) -> rusqlite::Result<Option<T>> {
    let bytes: Option<[u8; 16]> = row.get(column)?;
    Ok(bytes.map(|bytes| wrap(Uuid::from_bytes(bytes))))
}

/// A moment from a column.
pub fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

/// JSON from a column that may be empty.
pub fn json_or_none<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error)))
}

/// A text column through a parser.
pub fn parsed<T>(row: &Row<'_>, column: usize, parse: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, "a word that is not in the list".into())
    })
}

/// As JSON for a column.
pub fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unreadable("value"))
}

/// A count or size for a column.
pub fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
