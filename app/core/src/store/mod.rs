//! The device's SQLite database: opened, upgraded, proven; then one file for each thing that is stored.
//!
//! Everything here is synchronous and short. Nothing decides: callers do. A database that cannot be opened is never deleted (hosts set it aside).

mod codec;
mod device;
mod draft;
mod outbox;
mod photo;
mod report;

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use device::Device;
pub use outbox::StoredOp;
pub use photo::{PhotoState, StoredPhoto, StoredRendition};
pub use report::StoredReport;

use crate::entropy::Entropy;
use crate::error::StoreError;
use lanterna_shared::time::Timestamp;

/// Migrations in order; the schema's number is how many have run. Never edited after they land.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../../migrations/device/0001_create_store.sql"),
    include_str!("../../../../migrations/device/0002_answer_questions.sql"),
    include_str!("../../../../migrations/device/0003_say_why_broken.sql"),
    include_str!("../../../../migrations/device/0004_know_epoch.sql"),
    include_str!("../../../../migrations/device/0005_remember_alike.sql"),
    include_str!("../../../../migrations/device/0006_keep_follow_secrets.sql"),
    include_str!("../../../../migrations/device/0007_keep_answers.sql"),
];

/// The store of one device.
pub struct Store {
    connection: Connection,
}

impl Store {
    /// Opens a store over a connection that the host made, creating or upgrading it as needed.
    ///
    /// Natively the connection becomes WAL with `synchronous=FULL` (and a full fsync where Apple's needs asking); the browser's VFS has no WAL and
    /// says so, which is fine.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when it was made by a newer version (nothing was written), [`StoreError::Damaged`] when it is no database.
    pub fn open(connection: Connection, now: Timestamp, entropy: &mut Entropy) -> Result<Self, StoreError> {
        let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection
            .execute_batch("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;")?;
        connection.set_prepared_statement_cache_capacity(64);
        let mut store = Self { connection };
        if found < known {
            let transaction = store.begin()?;
            for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
                transaction.execute_batch(migration)?;
            }
            transaction.pragma_update(None, "user_version", known)?;
            device::create_once(&transaction, now, entropy)?;
            transaction.commit()?;
        }
        Ok(store)
    }

    /// A transaction that writes. Nothing of it stands unless it is committed.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be written.
    pub fn begin(&mut self) -> Result<Transaction<'_>, StoreError> {
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    /// The connection, for reading.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Closes the database, so that another tab can open it.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite will not let go.
    pub fn close(self) -> Result<(), StoreError> {
        self.connection.close().map_err(|(_, error)| error.into())
    }
}
