//! SQLite's files in the origin's private file system: a pool of handles that only one tab can hold.
//!
//! Databases are numbered. One that is damaged stays where it is, with its photos, and the next number begins anew: nothing is ever deleted because
//! it cannot be read.

use crate::scope::sleep;
use rusqlite::Connection;
use sqlite_wasm_rs::WasmOsCallback;
use sqlite_wasm_rs::vfs::VfsFilesManager as _;
use sqlite_wasm_vfs::sahpool::{OpfsSAHError, OpfsSAHPoolCfgBuilder, OpfsSAHPoolUtil, install};

/// The folder of the pool's files.
const DIRECTORY: &str = "lanterna/database";
/// Files of the pool for each database: itself, its journal, and room for two more.
const FILES_EACH: usize = 4;
/// How often and how long to wait for handles that a tab which just ended has not let go yet, in milliseconds.
const RETRIES: u32 = 20;
const RETRY_MS: i32 = 150;

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The browser keeps nothing: no private file system here.
    #[error("this browser keeps nothing")]
    NothingIsKept,
    /// The handles stay locked.
    #[error("another tab does not let go of the files")]
    Locked,
    /// Anything else.
    #[error("the database's files cannot be opened: {0}")]
    Other(String),
}

/// The pool, for as long as the worker lives. Its handles are held between [`Pool::acquire`] and [`Pool::release`].
#[derive(Default)]
pub struct Pool {
    pool: Option<OpfsSAHPoolUtil>,
}

impl Pool {
    /// Takes the handles.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn acquire(&mut self) -> Result<(), DatabaseError> {
        for _ in 0..RETRIES {
            match self.try_acquire().await {
                Err(error) if is_locked(&error) => sleep(RETRY_MS).await,
                outcome => return outcome.map_err(|error| describe(&error)),
            }
        }
        Err(DatabaseError::Locked)
    }

    async fn try_acquire(&mut self) -> Result<(), OpfsSAHError> {
        if let Some(pool) = &self.pool {
            return pool.resume().await;
        }
        let config = OpfsSAHPoolCfgBuilder::new().vfs_name("lanterna").directory(DIRECTORY).initial_capacity(FILES_EACH).build();
        self.pool = Some(install::<WasmOsCallback>(&config, true).await?);
        Ok(())
    }

    /// Lets the handles go. Every connection must be closed.
    pub fn release(&self) {
        if let Some(pool) = &self.pool {
            // Fails only while a connection is open; then the next tab waits for this worker's end.
            let _ = pool.pause();
        }
    }

    /// The number of the newest database.
    pub fn newest(&self) -> u32 {
        let names = self.pool.as_ref().and_then(|pool| pool.names().ok()).unwrap_or_default();
        names.iter().filter_map(|name| number(name)).max().unwrap_or(0)
    }

    /// Opens the database of a number, which may be new, in the pool that was acquired.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn open(number: u32) -> rusqlite::Result<Connection> {
        Connection::open(name(number))
    }

    /// Makes room for one more database.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn make_room(&self) -> Result<(), DatabaseError> {
        match &self.pool {
            Some(pool) => pool.add_capacity(FILES_EACH).await.map(drop).map_err(|error| describe(&error)),
            None => Ok(()),
        }
    }
}

fn name(number: u32) -> String {
    format!("lanterna-{number}.db")
}

fn number(name: &str) -> Option<u32> {
    name.strip_prefix("lanterna-")?.strip_suffix(".db")?.parse().ok()
}

fn is_locked(error: &OpfsSAHError) -> bool {
    matches!(error, OpfsSAHError::Opfs { value, .. } if crate::scope::error_name(value) == "NoModificationAllowedError")
}

fn describe(error: &OpfsSAHError) -> DatabaseError {
    match error {
        OpfsSAHError::NotSupported => DatabaseError::NothingIsKept,
        OpfsSAHError::Opfs { value, .. } if matches!(crate::scope::error_name(value).as_str(), "SecurityError" | "NotAllowedError") => {
            DatabaseError::NothingIsKept
        }
        other => DatabaseError::Other(other.to_string()),
    }
}
