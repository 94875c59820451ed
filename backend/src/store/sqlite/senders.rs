//! How much senders sent on a day; see [`crate::store::senders`].

use super::row::{signed, unsigned};
use crate::store::Sha256Hash;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::senders::{SenderHash, Sent};
use rusqlite::{Connection, OptionalExtension, params};

/// The salt that is kept, or `fresh` from now on; see [`crate::store::Store::sender_salt`].
///
/// # Errors
/// What the engine said.
pub fn sender_salt(conn: &Connection, city: &City, fresh: &Sha256Hash) -> Result<Sha256Hash, StoreError> {
    conn.prepare_cached("INSERT INTO sender_salt (jurisdiction, salt) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![city.jurisdiction, fresh])?;
    let mut find = conn.prepare_cached("SELECT salt FROM sender_salt WHERE jurisdiction = ?1")?;
    Ok(find.query_row([city.jurisdiction], |row| row.get(0))?)
}

/// What each sent on a day; see [`crate::store::Store::sent`].
///
/// # Errors
/// What the engine said.
pub fn sent(conn: &Connection, city: &City, day: i64, senders: &[SenderHash]) -> Result<Vec<Sent>, StoreError> {
    let mut find =
        conn.prepare_cached("SELECT files, size_bytes FROM sender_day WHERE jurisdiction = ?1 AND day = ?2 AND sender_sha256 = ?3")?;
    let mut one = |sender: &SenderHash| {
        let found = find.query_row(params![city.jurisdiction, day, sender], |row| {
            Ok(Sent { files: unsigned(row.get(0)?), bytes: unsigned(row.get(1)?) })
        });
        Ok(found.optional()?.unwrap_or_default())
    };
    senders.iter().map(&mut one).collect()
}

/// Adds to what each sent on a day; see [`crate::store::Store::add_sent`].
///
/// # Errors
/// What the engine said.
pub fn add_sent(conn: &Connection, city: &City, day: i64, senders: &[SenderHash], more: Sent) -> Result<(), StoreError> {
    let mut add = conn.prepare_cached(
        "INSERT INTO sender_day (jurisdiction, day, sender_sha256, files, size_bytes) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (jurisdiction, day, sender_sha256) DO UPDATE SET files = files + excluded.files, size_bytes = size_bytes + excluded.size_bytes",
    )?;
    for sender in senders {
        add.execute(params![city.jurisdiction, day, sender, signed(more.files), signed(more.bytes)])?;
    }
    Ok(())
}

/// Forgets all days before one; see [`crate::store::Store::forget_senders`].
///
/// # Errors
/// What the engine said.
pub fn forget_senders(conn: &Connection, city: &City, before_day: i64) -> Result<u64, StoreError> {
    let forgotten = conn
        .prepare_cached("DELETE FROM sender_day WHERE jurisdiction = ?1 AND day < ?2")?
        .execute(params![city.jurisdiction, before_day])?;
    Ok(u64::try_from(forgotten).unwrap_or(u64::MAX))
}
