//! The promises of a store, kept by the embedded engine.

use lanterna::clock::{entropy, hex};
use lanterna::metrics::StoreMeter;
use lanterna::store::Store;
use lanterna::store::sqlite::SqliteStore;
use lanterna_shared::id::JurisdictionId;
use lanterna_shared::time::Timestamp;
use std::sync::Arc;

/// An empty database in a folder of its own.
async fn sqlite() -> Arc<dyn Store> {
    let folder = std::env::temp_dir().join(format!("lanterna-contract-{}", hex(&entropy::<8>().unwrap())));
    std::fs::create_dir_all(&folder).unwrap();
    let id = JurisdictionId::mint(Timestamp::from_millis(0), [1; 10]);
    Arc::new(SqliteStore::open(&folder.join("lanterna.db"), id, StoreMeter::default()).unwrap())
}

lanterna_tests::store_contract!(sqlite);
