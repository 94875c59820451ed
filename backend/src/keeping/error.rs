//! Why a backup or a restore was not made, in sentences for whoever asked for it.

use super::folder::FolderRefusal;
use crate::store::error::StoreError;
use std::io;
use std::path::PathBuf;

/// Why a backup or a restore was not made. Nothing stands under the name that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// There is nothing to back up.
    #[error("there is no database in {0}: name its folder with --data")]
    NoData(PathBuf),
    /// The data folder may not be touched.
    #[error(transparent)]
    Folder(#[from] FolderRefusal),
    /// The database cannot be read or written.
    #[error("the database cannot be copied: {0}")]
    Store(#[from] StoreError),
    /// A file has the backup's name.
    #[error("{0} is there already, and a backup replaces nothing: choose another name")]
    Exists(PathBuf),
    /// Another backup writes to the same name.
    #[error("another backup is being written to {0}: wait for it, or choose another name")]
    Busy(PathBuf),
    /// There is too little room.
    #[error("{place} has {} free and this needs up to {}: make room, or choose another place", megabytes(*free), megabytes(*needed))]
    NoRoom {
        /// Where.
        place: PathBuf,
        /// Bytes that are free.
        free: u64,
        /// Bytes that may be needed.
        needed: u64,
    },
    /// A file or folder cannot be read or written.
    #[error("{path} cannot be {doing}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What was tried, as the rest of "cannot be …".
        doing: &'static str,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The file is something else, or holds what no backup holds.
    #[error("{file} is no backup of Lanterna: {why}")]
    NoBackup {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file was a backup and is not whole any more.
    #[error("{file} is damaged: {why}. Use another backup")]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A newer program made the backup.
    #[error("{file} was made by a newer program ({what} {found}, this one knows up to {known}): restore it with that program")]
    Newer {
        /// The file.
        file: PathBuf,
        /// Of what there is a newer one: "format" or "schema".
        what: &'static str,
        /// The backup's.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// A restore never mixes with what is there.
    #[error("{0} is not empty, and a restore goes into an empty folder only: choose another with --data, or move this one away")]
    NotEmpty(PathBuf),
    /// An earlier restore was cut off.
    #[error("{0} is left over from a restore that was cut off: remove it, then restore again")]
    LeftOver(PathBuf),
}

/// As people read it.
pub(crate) fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

/// A failure to do something with a path.
pub(super) fn io_error<'a>(path: &'a std::path::Path, doing: &'static str) -> impl Fn(io::Error) -> KeepingError + use<'a> {
    move |source| KeepingError::Io { path: path.to_owned(), doing, source }
}
