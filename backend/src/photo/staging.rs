//! The bytes of one upload: appended and hashed on a blocking thread while they come in, and kept for good once they are whole and right.

use super::folder::{PhotoFolder, hash_up_to};
use crate::store::photo::Upload;
use bytes::Bytes;
use lanterna_shared::photo::PhotoHash;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use tokio::sync::mpsc;

/// What became of the bytes of one request.
#[derive(Debug)]
pub(super) enum Staged {
    /// Some are still missing.
    Partial {
        /// How many are there.
        offset: u64,
        /// The hash so far, so that the next request need not read them again.
        hasher: Box<Sha256>,
    },
    /// All are there, are what they were promised to be, and survive a power cut.
    Whole,
    /// All are there and are something else; they were removed.
    OtherBytes,
    /// More came than were promised; the surplus was not written.
    TooMany,
}

/// Appends what comes out of `pieces` until it ends. `known` is the hash of the bytes before `offset`, if somebody remembers it. Blocks.
pub(super) fn append(
    folder: &PhotoFolder,
    upload: &Upload,
    offset: u64,
    known: Option<Sha256>,
    mut pieces: mpsc::Receiver<Bytes>,
) -> io::Result<Staged> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(folder.staged(upload.upload))?;
    let mut hasher = match known {
        Some(hasher) => hasher,
        None => hash_of_start(&mut file, offset)?,
    };
    let mut at = offset;
    while let Some(piece) = pieces.blocking_recv() {
        let after = at.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if after > upload.length_bytes {
            return Ok(Staged::TooMany);
        }
        file.write_all(&piece)?;
        hasher.update(&piece);
        at = after;
    }
    if at < upload.length_bytes {
        return Ok(Staged::Partial { offset: at, hasher: Box::new(hasher) });
    }
    if PhotoHash::from_bytes(hasher.finalize().into()) != upload.hash {
        drop(file);
        folder.unstage(upload.upload)?;
        return Ok(Staged::OtherBytes);
    }
    file.sync_all()?;
    drop(file);
    folder.keep(upload.upload, upload.hash)?;
    Ok(Staged::Whole)
}

/// After a restart nobody remembers the hash: the bytes that are there are read again.
fn hash_of_start(file: &mut File, offset: u64) -> io::Result<Sha256> {
    let mut hasher = Sha256::new();
    hash_up_to(file, offset, &mut hasher)?;
    Ok(hasher)
}
