//! What a data folder says of itself before anybody touches it: the format of the folder, and the schema of its database.

use crate::photo::folder::sync_folder;
use crate::store::error::StoreError;
use crate::store::sqlite::open::newest;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The format of data folders that this program writes: which files there are and where they lie. History: 1 = the first (November 2026); a folder
/// that does not say its format is of this one.
pub const FORMAT: u32 = 1;
/// The file that says the format, as a decimal number and a line end.
pub const MARKER: &str = "lanterna.format";
/// The database's file in a data folder.
pub const DATABASE: &str = "lanterna.db";

/// Where SQLite keeps `user_version` in a database file: four bytes, big-endian (<https://sqlite.org/fileformat2.html>, 1.3).
const SCHEMA_AT: usize = 60;
const HEADER_BYTES: usize = 100;

/// Why a data folder may not be touched.
#[derive(Debug, thiserror::Error)]
pub enum FolderRefusal {
    /// A newer program made the folder.
    #[error(
        "the data folder {folder} is of format {found} and this program knows up to {FORMAT}: start the newer program that wrote it, or restore a backup made before it"
    )]
    Newer {
        /// The folder.
        folder: PathBuf,
        /// Its format.
        found: u32,
    },
    /// A newer program wrote the database.
    #[error(transparent)]
    NewerSchema(StoreError),
    /// The marker holds something else than a number.
    #[error("the file {0} holds no format number: put back the one of a backup, or ask for help")]
    Marker(PathBuf),
    /// It cannot be read or written.
    #[error("the data folder {folder} cannot be used: {source}")]
    Unusable {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
}

/// What lies in a data folder that may be touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// The schema of its database as its file says it, which is behind what its log says while a server runs; `None` where there is no database yet,
    /// or a file that is none.
    pub schema: Option<i64>,
}

/// The database's file in a data folder.
pub fn database(data: &Path) -> PathBuf {
    data.join(DATABASE)
}

/// Whether this program may touch a data folder. Writes nothing, not even what SQLite would put beside the database. A folder that is not there may be
/// touched.
///
/// # Errors
/// See [`FolderRefusal`].
pub fn admit(data: &Path) -> Result<Admitted, FolderRefusal> {
    let unusable = |source| FolderRefusal::Unusable { folder: data.to_owned(), source };
    let marker = data.join(MARKER);
    if let Some(text) = if_there(read_at_most(&marker, 64)).map_err(unusable)? {
        let text = String::from_utf8_lossy(&text);
        let found = text.trim().parse::<u32>().map_err(|_| FolderRefusal::Marker(marker))?;
        if found > FORMAT {
            return Err(FolderRefusal::Newer { folder: data.to_owned(), found });
        }
    }
    let head = if_there(read_at_most(&database(data), HEADER_BYTES)).map_err(unusable)?;
    let schema = head.as_deref().and_then(schema_in);
    match schema {
        Some(found) if found > newest() => Err(FolderRefusal::NewerSchema(StoreError::Newer { found, known: newest() })),
        schema => Ok(Admitted { schema }),
    }
}

/// Says the format of a folder that does not say it yet.
///
/// # Errors
/// [`FolderRefusal::Unusable`].
pub fn mark(data: &Path) -> Result<(), FolderRefusal> {
    let marker = data.join(MARKER);
    if marker.exists() {
        return Ok(());
    }
    let write = || {
        let beside = data.join(format!("{MARKER}.new"));
        let mut file = File::create(&beside)?;
        writeln!(file, "{FORMAT}")?;
        file.sync_all()?;
        fs::rename(&beside, &marker)?;
        sync_folder(data)
    };
    write().map_err(|source| FolderRefusal::Unusable { folder: data.to_owned(), source })
}

fn schema_in(head: &[u8]) -> Option<i64> {
    let bytes = head.get(SCHEMA_AT..SCHEMA_AT.saturating_add(4)).filter(|_| head.starts_with(b"SQLite format 3\0"))?;
    Some(i32::from_be_bytes(bytes.try_into().ok()?).into())
}

fn read_at_most(path: &Path, bytes: usize) -> io::Result<Vec<u8>> {
    let mut read = Vec::with_capacity(bytes);
    File::open(path)?.take(u64::try_from(bytes).unwrap_or(u64::MAX)).read_to_end(&mut read)?;
    Ok(read)
}

fn if_there<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::open;

    #[test]
    fn a_folder_without_anything_may_be_touched_and_says_its_format_afterwards() {
        let data = crate::testing::folder("format");
        assert_eq!(admit(&data).unwrap(), Admitted { schema: None });
        assert_eq!(admit(&data.join("not-there")).unwrap(), Admitted { schema: None });
        mark(&data).unwrap();
        assert_eq!(fs::read_to_string(data.join(MARKER)).unwrap(), "1\n");
        drop(open::open(&database(&data)).unwrap());
        assert_eq!(admit(&data).unwrap(), Admitted { schema: Some(newest()) });
    }

    #[test]
    fn a_newer_format_and_a_broken_marker_are_refused_in_words() {
        let data = crate::testing::folder("format");
        fs::write(data.join(MARKER), "2\n").unwrap();
        assert!(admit(&data).unwrap_err().to_string().contains("is of format 2 and this program knows up to 1"));
        fs::write(data.join(MARKER), "two\n").unwrap();
        assert!(matches!(admit(&data), Err(FolderRefusal::Marker(_))));
    }

    #[test]
    fn a_newer_schema_is_seen_without_opening_the_database() {
        let data = crate::testing::folder("format");
        let conn = open::open(&database(&data)).unwrap();
        conn.execute_batch("PRAGMA user_version = 4711; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        drop(conn);
        assert!(admit(&data).unwrap_err().to_string().contains("of schema 4711"));
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1, "nothing was put beside the database");
    }
}
