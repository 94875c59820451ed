//! The home of a device: made, locked, opened; a damaged database is set aside with its photos and never deleted.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::files::{PhotoFolder, sync_folder};
use super::host::now;
use crate::engine::{Engine, Settings};
use crate::error::StoreError;

/// How long to wait for another engine on the same home to end.
const LOCK_WAIT: Duration = Duration::from_secs(10);
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// Why a device cannot run.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The home cannot be used.
    #[error("{path}: {error}. Check that the folder can be written and has room")]
    Home {
        /// Where.
        path: PathBuf,
        /// What the file system says.
        error: io::Error,
    },
    /// Another engine has it.
    #[error("{0} is in use by another lanterna-device: wait until it has ended")]
    InUse(PathBuf),
    /// No `init` yet.
    #[error("this device knows no server yet: run `lanterna-device --home DIR init --server URL` once")]
    NoServer,
    /// The address is none.
    #[error("{0} is no address of a server: give one like https://segnala.example.it")]
    BadServer(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The network library will not start.
    #[error("the network cannot be used: {0}")]
    Network(String),
}

/// An open, locked home.
pub struct Home {
    path: PathBuf,
    /// Held as long as this lives.
    _lock: File,
}

impl Home {
    /// Opens a home, making it where it is missing, and locks it; waits up to 10 s for another engine to end.
    ///
    /// # Errors
    /// [`HostError::Home`] and [`HostError::InUse`].
    pub fn open(path: &Path) -> Result<Self, HostError> {
        // A relative path has no parent folder whose names could be made durable.
        let path = &std::path::absolute(path).map_err(|error| HostError::Home { path: path.to_owned(), error })?;
        let failed = |error| HostError::Home { path: path.clone(), error };
        fs::create_dir_all(path).map_err(failed)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock")).map_err(failed)?;
        let mut waited = Duration::ZERO;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { path: path.clone(), _lock: lock }),
                Err(TryLockError::WouldBlock) if waited < LOCK_WAIT => {
                    std::thread::sleep(LOCK_PAUSE);
                    waited += LOCK_PAUSE;
                }
                Err(TryLockError::WouldBlock) => return Err(HostError::InUse(path.clone())),
                // Rust's file locks do not know Android before 1.98; there the system runs one process of an app, so there is no second engine.
                Err(TryLockError::Error(error)) if cfg!(target_os = "android") && error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Self { path: path.clone(), _lock: lock });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }

    fn failed(&self, error: io::Error) -> HostError {
        HostError::Home { path: self.path.clone(), error }
    }

    /// The server's address as `init` kept it.
    ///
    /// # Errors
    /// [`HostError::NoServer`] before that.
    pub fn server(&self) -> Result<String, HostError> {
        match fs::read_to_string(self.path.join("server")) {
            Ok(address) => Ok(address.trim().to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(HostError::NoServer),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Keeps the server's address, durably.
    ///
    /// # Errors
    /// [`HostError::BadServer`] for anything but an http or https address; [`HostError::Home`].
    pub fn set_server(&self, address: &str) -> Result<(), HostError> {
        let address = address.trim_end_matches('/');
        let parsed = reqwest::Url::parse(address).map_err(|_| HostError::BadServer(address.to_owned()))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host().is_none() {
            return Err(HostError::BadServer(address.to_owned()));
        }
        PhotoFolder::open(self.path.clone())
            .map_err(|error| self.failed(error))?
            .write("server", address.as_bytes())
            .map_err(|failure| self.failed(io::Error::other(failure.to_string())))
    }

    /// The folder of the photo files.
    ///
    /// # Errors
    /// [`HostError::Home`].
    pub fn photos(&self) -> Result<PhotoFolder, HostError> {
        PhotoFolder::open(self.path.join("photos")).map_err(|error| self.failed(error))
    }

    /// Opens the engine. A damaged database is moved aside with its photos, whole; the second value says where to.
    ///
    /// # Errors
    /// [`HostError::Store`], above all for a store of a newer version.
    pub fn engine(&self, settings: Settings) -> Result<(Engine, Option<PathBuf>), HostError> {
        match self.try_engine(settings) {
            Err(HostError::Store(StoreError::Damaged(_))) => {
                let aside = self.set_aside()?;
                self.try_engine(settings).map(|engine| (engine, Some(aside)))
            }
            opened => opened.map(|engine| (engine, None)),
        }
    }

    fn try_engine(&self, settings: Settings) -> Result<Engine, HostError> {
        let path = self.path.join("lanterna.db");
        let is_new = !path.exists();
        let connection = Connection::open(&path).map_err(StoreError::from)?;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| HostError::Network(error.to_string()))?;
        let engine = Engine::open(connection, settings, seed, now())?;
        if is_new {
            // The database's own name must survive a power cut, too.
            sync_folder(&self.path).map_err(|error| self.failed(error))?;
        }
        Ok(engine)
    }

    fn set_aside(&self) -> Result<PathBuf, HostError> {
        let aside = self.path.join(format!("set-aside-{}", now().wall.as_millis()));
        fs::create_dir_all(&aside).map_err(|error| self.failed(error))?;
        for name in ["lanterna.db", "lanterna.db-wal", "lanterna.db-shm", "photos"] {
            match fs::rename(self.path.join(name), aside.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(self.failed(error)),
                _ => {}
            }
        }
        sync_folder(&self.path).map_err(|error| self.failed(error))?;
        Ok(aside)
    }
}
