//! Photos on disk: taken in piece by piece, kept under their own hash once they are whole.
//!
//! The story in order: [`intake`] lets one request at a time write to an upload, [`staging`] appends and hashes, and a file that is whole and right is
//! synced, renamed into the [`folder`] and its folder synced before the store is told. A file under its hash is never changed again.

pub mod budget;
pub mod folder;
pub mod intake;
pub mod staging;
