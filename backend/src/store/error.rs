//! What can go wrong in a store, told apart by what a caller can do about it.

use std::error::Error;

/// A failure of the store itself; refusals of what somebody asked for are values, not errors.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full, another process holds the database, or the store is stopping. The same call may succeed later; nothing was written.
    #[error("the store cannot answer now: {what}")]
    Unavailable {
        /// What is in the way, for the log.
        what: String,
    },
    /// The database was written by a newer version of this program; nothing was touched.
    #[error(
        "the database is of schema {found} and this program knows up to {known}: start the newer program that wrote it, or restore a backup made before it"
    )]
    Newer {
        /// The schema of the database.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// A stored value cannot be what this program wrote.
    #[error("the database holds a value that cannot be read: {what}; run `lanterna check`")]
    Damaged {
        /// Which value.
        what: String,
    },
    /// The engine refused in a way that a repetition does not heal.
    #[error("the database engine failed")]
    Engine {
        /// What it said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StoreError {
    /// A value of `what` that cannot be read.
    pub fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    /// Whether the same call may succeed later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}
