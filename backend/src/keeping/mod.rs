//! Keeping what was promised: backups while the server serves, restores into empty folders, and what a data folder says of itself.
//!
//! It must never write to a data folder of a newer program, never replace a file or folder that is there, and never leave a backup or a restored
//! folder under its name that is not whole. The story in order: [`folder`] says whether a data folder may be touched; [`backup`] takes a snapshot of
//! the database, reads from it which photos belong to it, and streams both into one file; [`archive`] says what stands in that file and within which
//! bounds; [`restore`] reads it into a folder beside the one that is wanted, proves every byte, and renames it; [`leftovers`] names the files that
//! nobody refers to.

pub mod archive;
pub mod backup;
pub mod error;
pub mod folder;
pub mod leftovers;
pub mod restore;

/// How far something long is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are done.
    pub done: u64,
    /// Bytes that there are.
    pub of: u64,
}
