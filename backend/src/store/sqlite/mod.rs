//! The embedded engine: one SQLite database in WAL mode, one writer with group commit, a few readers.
//!
//! Every subject has a file of plain functions over a connection: they are the synchronous core that the simulator calls directly
//! ([`open::open_in_memory`], [`city::load_city`], [`batch::apply_batch`], [`pull::pull`]); [`SqliteStore`] puts the writer and the readers around
//! them. Durable means `synchronous=FULL`: nobody is answered before COMMIT has synced.

pub mod account;
mod add_photo;
pub mod address;
pub mod attempts;
pub mod audit;
pub mod batch;
pub mod calendar;
pub mod catalogue;
pub mod check;
pub mod city;
pub mod contact;
mod create_report;
pub mod crew;
pub mod detail;
pub mod device;
pub mod due;
mod due_read;
#[cfg(test)]
mod due_tests;
mod engine;
mod error;
pub mod follow;
#[cfg(test)]
mod full;
mod history;
mod joining;
mod likeness;
pub mod moving;
mod notice;
pub mod open;
mod people;
pub mod photo;
pub mod profile;
pub mod public;
pub mod pull;
pub mod queue;
mod readers;
pub mod restored;
mod row;
pub mod rules;
pub mod second_factor;
pub mod senders;
pub mod snapshot;
pub mod staff;
pub mod suggestion;
pub mod sweep;
mod writer;

use crate::metrics::StoreMeter;
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::id::JurisdictionId;
use readers::Readers;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use writer::Writer;

/// The city that readers and writer share; replaced whole.
struct CityCell(RwLock<Arc<City>>);

impl CityCell {
    fn get(&self) -> Arc<City> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, city: Arc<City>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = city;
    }
}

/// The store on one SQLite database.
pub struct SqliteStore {
    writer: Arc<Writer>,
    readers: Readers,
}

impl SqliteStore {
    /// Opens the database at `path`, or makes it. `id` names the jurisdiction if it is new. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a database of a newer program; otherwise what the engine said.
    pub fn open(path: &Path, id: JurisdictionId, meter: StoreMeter) -> Result<Self, StoreError> {
        let conn = open::open(path)?;
        let jurisdiction = city::first_jurisdiction(&conn, id)?;
        let city = Arc::new(CityCell(RwLock::new(Arc::new(city::load_city(&conn, jurisdiction)?))));
        let readers = Readers::open(path, Arc::clone(&city))?;
        Ok(Self { writer: Arc::new(Writer::start(conn, city, meter)?), readers })
    }
}
