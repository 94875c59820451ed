//! What a database must learn when it goes on from a backup: that time has passed which it does not remember.

use super::open::open;
use crate::store::error::StoreError;
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::time::Timestamp;
use rusqlite::params;
use std::path::Path;

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resumed {
    /// Photos that were said to be there and are not: they are wanted again.
    pub wanted_again: u64,
}

/// Brings the database at `path` to the newest schema and lets it go on from here. Devices learn from the new epoch that the server has forgotten
/// something and offer it again; `skipped_numbers` case numbers are left out, because citizens may have been told them after the backup; sessions end,
/// because some of them may have been ended since; uploads begin anew, because what was staged is not in a backup; photos that are not there
/// (`is_there`) are wanted again. Blocks; everything is in the one file afterwards.
///
/// # Errors
/// [`StoreError::Damaged`] when the database is not sound; otherwise what the engine said.
pub fn resume(path: &Path, now: Timestamp, skipped_numbers: u32, is_there: &dyn Fn(PhotoHash) -> bool) -> Result<Resumed, StoreError> {
    let mut conn = open(path)?;
    let said: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(StoreError::damaged(said));
    }
    let tx = conn.transaction()?;
    tx.execute(
        "UPDATE jurisdiction SET epoch = max(epoch + 1, ?1), last_case_number = last_case_number + ?2",
        params![now.as_millis(), skipped_numbers],
    )?;
    tx.execute("DELETE FROM session", [])?;
    tx.execute("DELETE FROM upload", [])?;
    let missing = {
        let mut find = tx.prepare("SELECT rendition, sha256 FROM rendition WHERE state = 'present'")?;
        let mut rows = find.query([])?;
        let mut missing = Vec::new();
        while let Some(row) = rows.next()? {
            if !is_there(PhotoHash::from_bytes(row.get(1)?)) {
                missing.push(row.get::<_, i64>(0)?);
            }
        }
        missing
    };
    for rendition in &missing {
        tx.prepare_cached("UPDATE rendition SET state = 'wanted', size_bytes = 0, arrived_at = 0 WHERE rendition = ?1")?
            .execute([rendition])?;
    }
    tx.commit()?;
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    let wanted_again = u64::try_from(missing.len()).unwrap_or(u64::MAX);
    conn.close().map_err(|(_, error)| error)?;
    Ok(Resumed { wanted_again })
}

/// The epoch of a store: 0 until it is restored from a backup for the first time, then the moment of the last restore.
pub(super) fn epoch(conn: &rusqlite::Connection, jurisdiction: i64) -> Result<u64, StoreError> {
    let epoch =
        conn.prepare_cached("SELECT epoch FROM jurisdiction WHERE jurisdiction = ?1")?.query_row([jurisdiction], |row| row.get(0))?;
    Ok(super::row::unsigned(epoch))
}
