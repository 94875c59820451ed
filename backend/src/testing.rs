//! What unit tests share.

use crate::clock::{entropy, hex};
use std::path::PathBuf;

/// An empty folder of the test's own.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("lanterna-{name}-{}", hex(&entropy::<8>().unwrap())));
    std::fs::create_dir_all(&path).unwrap();
    path
}
