//! Connections that only read, each lent to one reader at a time on a blocking thread.

use super::CityCell;
use super::city::{city_version, load_city};
use super::open::open_reader;
use crate::store::city::City;
use crate::store::error::StoreError;
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// The most connections.
const READERS: usize = 4;

/// The pool.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    free: Arc<Semaphore>,
    city: Arc<CityCell>,
}

impl Readers {
    /// Opens all connections.
    pub(super) fn open(path: &Path, city: Arc<CityCell>) -> Result<Self, StoreError> {
        let idle = (0..READERS).map(|_| open_reader(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(idle)), free: Arc::new(Semaphore::new(READERS)), city })
    }

    /// Lets `work` read one consistent state.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection, &Arc<City>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let stopped = |what: &str| StoreError::Unavailable { what: what.to_owned() };
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(|_| stopped("the store is stopping"))?;
        let (idle, cell) = (Arc::clone(&self.idle), Arc::clone(&self.city));
        let read = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let conn = idle.lock().ok().and_then(|mut idle| idle.pop()).ok_or_else(|| stopped("no reader is left"))?;
            let outcome = read(&conn, &cell, work);
            if let Ok(mut idle) = idle.lock() {
                idle.push(conn);
            }
            outcome
        });
        read.await.map_err(|_| stopped("a reader broke off"))?
    }

    /// The city as of the last read or write.
    pub(super) fn city(&self) -> Arc<City> {
        self.city.get()
    }

    /// Closes all connections that are not lent; nobody gets one any more.
    pub(super) fn close(&self) {
        self.free.close();
        if let Ok(mut idle) = self.idle.lock() {
            idle.clear();
        }
    }
}

fn read<T>(
    conn: &Connection,
    cell: &CityCell,
    work: impl FnOnce(&Connection, &Arc<City>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    conn.prepare_cached("BEGIN")?.execute([])?;
    let mut city = cell.get();
    let outcome = (|| {
        // Another process may have imported something.
        if city_version(conn, city.jurisdiction)? != city.version {
            city = Arc::new(load_city(conn, city.jurisdiction)?);
            cell.publish(Arc::clone(&city));
        }
        work(conn, &city)
    })();
    let ended = if conn.is_autocommit() { Ok(0) } else { conn.prepare_cached("COMMIT")?.execute([]) };
    let value = outcome?;
    ended?;
    Ok(value)
}
