//! What the engine says, told apart by what a caller can do about it.

use crate::store::error::StoreError;
use rusqlite::ErrorCode;

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Unavailable { what: "the disk is full".to_owned() },
            // A disk that fails, or a limit on files: it may be mended, and nothing was written.
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Self::Unavailable { what: format!("the disk failed: {source}") },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Unavailable { what: "another process holds the database".to_owned() }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::damaged(source.to_string()),
            _ => Self::Engine { source: Box::new(source) },
        }
    }
}
