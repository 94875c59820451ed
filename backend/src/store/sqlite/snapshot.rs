//! One state of the database, copied page by page while others go on writing, and what must be kept beside it.

use super::open::open_reader;
use super::row::unsigned;
use crate::store::error::StoreError;
use lanterna_shared::photo::PhotoHash;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::path::Path;

/// Pages that are copied between two reports of progress.
const PAGES: i32 = 1_024;

/// What stands in a snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotCounts {
    /// Its schema.
    pub schema: i64,
    /// Reports.
    pub reports: u64,
    /// Cases.
    pub cases: u64,
    /// Different files of photos that are said to be there.
    pub photos: u64,
    /// Their bytes.
    pub photo_bytes: u64,
}

/// A copy of the database, complete in one file.
pub struct Snapshot {
    copy: Connection,
}

impl Snapshot {
    /// Copies the database at `source` into the empty file `to`. `progress` hears bytes done and bytes in all. Blocks.
    ///
    /// # Errors
    /// What the engine said.
    pub fn take(source: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Self, StoreError> {
        let from = open_reader(source)?;
        let page_bytes: u64 = unsigned(from.pragma_query_value(None, "page_size", |row| row.get(0))?);
        // Reading something takes the snapshot; without it every write of another process would start the copy anew.
        from.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")?;
        let mut copy = Connection::open(to)?;
        // Nobody else knows this file, and whoever wants it durable syncs what it makes of it.
        copy.pragma_update(None, "synchronous", "OFF")?;
        {
            let backup = Backup::new(&from, &mut copy)?;
            loop {
                match backup.step(PAGES)? {
                    StepResult::Done => break,
                    StepResult::More => {
                        let at = backup.progress();
                        let bytes = |pages: i32| u64::try_from(pages).unwrap_or(0).saturating_mul(page_bytes);
                        progress(bytes(at.pagecount.saturating_sub(at.remaining)), bytes(at.pagecount));
                    }
                    _ => return Err(StoreError::Unavailable { what: "another process holds the database".to_owned() }),
                }
            }
        }
        // One file: no log beside it.
        copy.pragma_update(None, "journal_mode", "DELETE")?;
        Ok(Self { copy })
    }

    /// What stands in it.
    ///
    /// # Errors
    /// What the engine said.
    pub fn counts(&self) -> Result<SnapshotCounts, StoreError> {
        let one = |sql: &str| -> Result<u64, StoreError> { Ok(unsigned(self.copy.query_row(sql, [], |row| row.get(0))?)) };
        Ok(SnapshotCounts {
            schema: self.copy.pragma_query_value(None, "user_version", |row| row.get(0))?,
            reports: one("SELECT count(*) FROM report")?,
            cases: one("SELECT count(*) FROM \"case\"")?,
            photos: one("SELECT count(DISTINCT sha256) FROM rendition WHERE state = 'present'")?,
            photo_bytes: one(
                "SELECT coalesce(sum(bytes), 0) FROM (SELECT max(size_bytes) AS bytes FROM rendition WHERE state = 'present' GROUP BY sha256)",
            )?,
        })
    }

    /// Every photo that is said to be there, once, by name, with its size in bytes.
    ///
    /// # Errors
    /// What the engine or `each` said.
    pub fn for_each_photo<E: From<StoreError>>(&self, each: &mut dyn FnMut(PhotoHash, u64) -> Result<(), E>) -> Result<(), E> {
        let engine = |error: rusqlite::Error| E::from(StoreError::from(error));
        let sql = "SELECT sha256, max(size_bytes) FROM rendition WHERE state = 'present' GROUP BY sha256 ORDER BY sha256";
        let mut find = self.copy.prepare(sql).map_err(engine)?;
        let mut rows = find.query([]).map_err(engine)?;
        while let Some(row) = rows.next().map_err(engine)? {
            each(PhotoHash::from_bytes(row.get(0).map_err(engine)?), unsigned(row.get(1).map_err(engine)?))?;
        }
        Ok(())
    }
}
