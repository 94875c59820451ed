//! The one row about this device: who it is, and how far it has come with the server.

use std::fmt;

use rusqlite::{Connection, params};
use serde::Deserialize;

use lanterna_shared::catalogue::Catalogue;
use lanterna_shared::id::{InstallId, Lineage};
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::service::Service;
use lanterna_shared::time::Timestamp;

use super::codec;
use crate::entropy::Entropy;
use crate::error::StoreError;

/// Who this device is and how far it has come.
#[derive(Clone)]
pub struct Device {
    /// This installation.
    pub install: InstallId,
    /// The unbroken history of this store.
    pub lineage: Lineage,
    /// The bearer token.
    pub secret: String,
    /// Whether the server knows it.
    pub registered: bool,
    /// Everything of the server's up to here is mirrored.
    pub cursor: u64,
    /// When the server last answered.
    pub last_success: Option<Timestamp>,
    /// The server's epoch when they last spoke.
    pub epoch: u64,
    /// The catalogue it has.
    pub catalogue_version: Option<String>,
    /// The areas it has.
    pub areas_version: Option<String>,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Device({}, registered: {}, cursor: {})", self.install, self.registered, self.cursor)
    }
}

/// Makes the row of a new store; does nothing where there is one.
pub(super) fn create_once(connection: &Connection, now: Timestamp, entropy: &mut Entropy) -> Result<(), StoreError> {
    // 32 bytes in hexadecimal, as a hash is written.
    let secret = PhotoHash::from_bytes(entropy.bytes()).to_string();
    connection.execute(
        "INSERT INTO device (one, install_id, lineage, secret) VALUES (1, ?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![InstallId::mint(now, entropy.bytes()).as_bytes(), Lineage::mint(now, entropy.bytes()).as_bytes(), secret],
    )?;
    Ok(())
}

impl Device {
    /// Begins anew after the server shut this device out: a new installation, lineage and secret. What was not sent stays and goes out under them.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn renew(connection: &Connection, now: Timestamp, entropy: &mut Entropy) -> Result<(), StoreError> {
        let secret = PhotoHash::from_bytes(entropy.bytes()).to_string();
        connection.execute(
            "UPDATE device SET install_id = ?1, lineage = ?2, secret = ?3, registered = 0, cursor = 0 WHERE one = 1",
            params![InstallId::mint(now, entropy.bytes()).as_bytes(), Lineage::mint(now, entropy.bytes()).as_bytes(), secret],
        )?;
        Ok(())
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn read(connection: &Connection) -> Result<Self, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT install_id, lineage, secret, registered, cursor, last_success_at, catalogue_version, areas_version, epoch FROM device
             WHERE one = 1",
        )?;
        Ok(statement.query_row([], |row| {
            Ok(Self {
                install: codec::id(row, 0, InstallId)?,
                lineage: codec::id(row, 1, Lineage)?,
                secret: row.get(2)?,
                registered: row.get(3)?,
                cursor: row.get(4)?,
                last_success: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
                catalogue_version: row.get(6)?,
                areas_version: row.get(7)?,
                epoch: row.get(8)?,
            })
        })?)
    }

    /// Notes whether the server knows the secret.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn set_registered(connection: &Connection, registered: bool) -> Result<(), StoreError> {
        connection.execute("UPDATE device SET registered = ?1 WHERE one = 1", [registered])?;
        Ok(())
    }

    /// Notes that the server answered: its clock, and up to where everything is mirrored. The cursor never goes back.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn set_progress(connection: &Connection, cursor: u64, now: Timestamp, server_time: Timestamp) -> Result<(), StoreError> {
        connection
            .prepare_cached("UPDATE device SET cursor = max(cursor, ?1), last_success_at = ?2, server_offset_ms = ?3 WHERE one = 1")?
            .execute(params![codec::to_i64(cursor), now.as_millis(), server_time.millis_since(now)])?;
        Ok(())
    }

    /// Notes that the server goes on from a backup: everything of it is mirrored anew, and what it counted since is counted again.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn start_epoch(connection: &Connection, epoch: u64) -> Result<(), StoreError> {
        connection.execute("UPDATE device SET epoch = ?1, cursor = 0 WHERE one = 1", [codec::to_i64(epoch)])?;
        connection.execute("UPDATE report SET version = NULL", [])?;
        Ok(())
    }

    /// Takes the number of the next op.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn take_seq(connection: &Connection) -> Result<u64, StoreError> {
        let mut statement = connection.prepare_cached("UPDATE device SET next_seq = next_seq + 1 WHERE one = 1 RETURNING next_seq - 1")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Keeps a catalogue, with the areas of the one before where they were left out as unchanged. Should those not be here, nothing is kept and the
    /// next sync asks for the whole.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn set_catalogue(connection: &Connection, catalogue: &Catalogue) -> Result<(), StoreError> {
        let had = if catalogue.areas_kept { Self::catalogue(connection)? } else { None };
        let Some(whole) = catalogue.clone().completed(had) else {
            connection.execute("UPDATE device SET catalogue_version = NULL, areas_version = NULL WHERE one = 1", [])?;
            return Ok(());
        };
        let areas_version = Some(&whole.areas_version).filter(|version| !version.is_empty());
        connection.execute(
            "UPDATE device SET catalogue_version = ?1, areas_version = ?2, catalogue = ?3 WHERE one = 1",
            params![whole.version, areas_version, codec::to_json(&whole)?],
        )?;
        Ok(())
    }

    /// The services of the catalogue, without reading its outlines; `None` until there is one.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn services(connection: &Connection) -> Result<Option<Vec<Service>>, StoreError> {
        #[derive(Deserialize)]
        struct Services {
            services: Vec<Service>,
        }
        let mut statement = connection.prepare_cached("SELECT catalogue FROM device WHERE one = 1")?;
        let read: Option<Services> = statement.query_row([], |row| codec::json_or_none(row, 0))?;
        Ok(read.map(|read| read.services))
    }

    /// The catalogue, once there is one.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn catalogue(connection: &Connection) -> Result<Option<Catalogue>, StoreError> {
        let mut statement = connection.prepare_cached("SELECT catalogue FROM device WHERE one = 1")?;
        Ok(statement.query_row([], |row| codec::json_or_none(row, 0))?)
    }
}
