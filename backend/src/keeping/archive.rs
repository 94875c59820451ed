//! What stands in a backup, in order, and within which bounds.
//!
//! A backup is a tar archive (ustar, plain files only) inside one zstd stream. Its first member, [`SUMMARY`], says what it is; then come the database
//! and the photos, each under the path that it has in a data folder; the last, [`SUMS`], lists every member before it with its SHA-256, in their order
//! and in the form that `sha256sum -c` reads. An archive without that last member is not whole.

use lanterna_shared::photo::{PhotoHash, Rendition};
use lanterna_shared::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// The format of backups that this program writes. History: 1 = the first (November 2026).
pub const FORMAT: u32 = 1;
/// The first member.
pub const SUMMARY: &str = "backup.json";
/// The last member.
pub const SUMS: &str = "manifest.sha256";
/// The largest summary, in bytes.
pub const MAX_SUMMARY_BYTES: u64 = 64 * 1024;
/// The largest photo, in bytes.
pub const MAX_PHOTO_BYTES: u64 = Rendition::Full.max_bytes();
/// The memory that unpacking may ask for, as the power of two of zstd's window: 32 MiB. What is written here needs 2 MiB.
pub const WINDOW_LOG: u32 = 25;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// [`FORMAT`].
    pub format: u32,
    /// The schema of the database in it.
    pub schema: i64,
    /// The version of the program that made it.
    pub program: String,
    /// When the snapshot was taken, in milliseconds since 1970.
    pub made_at: Timestamp,
    /// The same for people, RFC 3339.
    pub made: String,
    /// Reports in it.
    pub reports: u64,
    /// Cases in it.
    pub cases: u64,
    /// Files of photos that the database says are there.
    pub photos: u64,
    /// Bytes of the database.
    pub database_bytes: u64,
    /// Bytes of all those photos.
    pub photo_bytes: u64,
}

impl Summary {
    /// Bytes that unpacking it writes at most.
    pub const fn bytes(&self) -> u64 {
        self.database_bytes.saturating_add(self.photo_bytes)
    }
}

/// The path of a photo in an archive, as in a data folder.
pub fn photo_path(hash: PhotoHash) -> String {
    let name = hash.to_string();
    format!("photos/{}/{name}", name.get(..2).unwrap_or("00"))
}

/// The photo at a path of an archive: only the very path that [`photo_path`] makes.
pub fn photo_at(path: &str) -> Option<PhotoHash> {
    let hash = path.rsplit('/').next()?.parse().ok()?;
    (photo_path(hash) == path).then_some(hash)
}

/// One line of [`SUMS`].
pub fn sum_line(sha256: PhotoHash, path: &str) -> String {
    let mut line = String::with_capacity(160);
    let _ = writeln!(line, "{sha256}  {path}");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_paths_that_are_written_are_read() {
        let hash = PhotoHash::of(b"abc");
        let path = photo_path(hash);
        assert_eq!(path, "photos/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(photo_at(&path), Some(hash));
        for hostile in ["../", "/", "./", "photos/../", "photos/zz/", "photos/ba/../../"] {
            assert_eq!(photo_at(&format!("{hostile}{hash}")), None, "{hostile}");
        }
        assert_eq!(photo_at(&path.to_uppercase()), None);
        assert_eq!(photo_at(&format!("{path}\0")), None);
    }

    #[test]
    fn sums_are_written_as_sha256sum_reads_them() {
        let hash = PhotoHash::of(b"abc");
        assert_eq!(sum_line(hash, "lanterna.db"), format!("{hash}  lanterna.db\n"));
    }
}
