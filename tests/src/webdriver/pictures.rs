//! Where pictures and logs of a run are kept: `target/screens`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::failure::Failure;

/// `target/screens`, made where it is missing.
///
/// # Errors
/// [`Failure::File`].
pub fn folder() -> Result<PathBuf, Failure> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("target"), PathBuf::from);
    let folder = target.join("screens");
    fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
    folder.canonicalize().map_err(Failure::file(&folder))
}

/// A number that no other picture or log of this process has.
pub(super) fn next_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
