//! Makes a data folder of a backup: all of it, or nothing.
//!
//! The archive is untrusted until its last member has been compared: only plain files under the paths that a backup writes are taken, no more bytes
//! than it announced are written, every photo must have the hash that is its name, and the database the hash that the last member lists. All of that
//! happens in a folder beside the one that was asked for, which gets the name when everything in it is proven and durable.

use super::Progress;
use super::archive::{FORMAT, MAX_PHOTO_BYTES, MAX_SUMMARY_BYTES, SUMMARY, SUMS, Summary, WINDOW_LOG, photo_at, photo_path, sum_line};
use super::backup::{folder_of, has_room, private, with_ending};
use super::error::{KeepingError, io_error};
use super::folder::{DATABASE, database, mark};
use crate::photo::folder::{BLOCK_BYTES, PhotoFolder, sync_folder};
use crate::store::sqlite::open::newest;
use crate::store::sqlite::restored::resume;
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::time::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// Case numbers that are left out after a restore, unless somebody knows better: citizens may have been told them after the backup was made.
pub const SKIPPED_NUMBERS: u32 = 1_000;
/// Room beyond what is announced: the database may grow while it is brought to the newest schema.
const SPARE_BYTES: u64 = 16 * 1024 * 1024;

/// A folder that was made of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the backup says of itself.
    pub summary: Summary,
    /// Photos in the folder.
    pub photos: u64,
    /// Files that the database said were there and the backup does not have: devices are asked for them.
    pub wanted_again: u64,
}

/// A folder that goes with everything in it when it is forgotten: it was made here, empty.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Makes the folder `data` of the backup `file`. Blocks.
///
/// # Errors
/// See [`KeepingError`]; `data` is as it was then.
pub fn restore(
    file: &Path,
    data: &Path,
    skipped_numbers: u32,
    now: Timestamp,
    progress: &mut dyn FnMut(Progress),
) -> Result<Restored, KeepingError> {
    is_empty(data)?;
    let reader = File::open(file).map_err(io_error(file, "read"))?;
    let partial = with_ending(&trimmed(data), ".partial");
    if partial.symlink_metadata().is_ok() {
        return Err(KeepingError::LeftOver(partial));
    }
    let mut unpacked = zstd::Decoder::new(BufReader::with_capacity(BLOCK_BYTES, reader)).map_err(io_error(file, "read"))?;
    unpacked.window_log_max(WINDOW_LOG).map_err(io_error(file, "read"))?;
    let mut archive = tar::Archive::new(unpacked);
    // Raw: no extension of tar is followed, because none is ever written.
    let entries = archive.entries().map_err(|error| damaged(file, &error))?.raw(true);
    let mut taking = Taking::new(file, &partial, progress);
    for entry in entries {
        taking.take(entry.map_err(|error| damaged(file, &error))?)?;
    }
    let restored = taking.finish(skipped_numbers, now)?;
    put_in_place(&partial, data)?;
    Ok(restored)
}

/// A restore goes where nothing is.
fn is_empty(data: &Path) -> Result<(), KeepingError> {
    match fs::read_dir(data) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(KeepingError::NotEmpty(data.to_owned()));
            }
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(io_error(data, "used")(source)),
    }
}

/// A path without a slash at its end, so that an ending can be put to it.
fn trimmed(data: &Path) -> PathBuf {
    data.components().collect()
}

fn put_in_place(partial: &Path, data: &Path) -> Result<(), KeepingError> {
    let beside = trimmed(data);
    let beside = folder_of(&beside);
    if data.is_dir() {
        // Removes an empty folder only.
        fs::remove_dir(data).map_err(io_error(data, "replaced"))?;
    }
    fs::rename(partial, data).map_err(io_error(data, "made"))?;
    sync_folder(beside).map_err(io_error(beside, "made durable"))
}

fn damaged(file: &Path, error: &io::Error) -> KeepingError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => no_more(file),
        _ => KeepingError::NoBackup { file: file.to_owned(), why: format!("it cannot be unpacked ({error})") },
    }
}

fn no_more(file: &Path) -> KeepingError {
    KeepingError::Damaged { file: file.to_owned(), why: "it ends too early".to_owned() }
}

/// Takes the members of an archive, in order.
struct Taking<'a> {
    file: &'a Path,
    partial: &'a Path,
    progress: &'a mut dyn FnMut(Progress),
    summary: Option<Summary>,
    unfinished: Option<Unfinished>,
    has_database: bool,
    photos: u64,
    shelves: BTreeSet<PathBuf>,
    written: u64,
    /// Over the lines that the last member must hold.
    sums: Sha256,
    is_proven: bool,
}

impl<'a> Taking<'a> {
    fn new(file: &'a Path, partial: &'a Path, progress: &'a mut dyn FnMut(Progress)) -> Self {
        Self {
            file,
            partial,
            progress,
            summary: None,
            unfinished: None,
            has_database: false,
            photos: 0,
            shelves: BTreeSet::new(),
            written: 0,
            sums: Sha256::new(),
            is_proven: false,
        }
    }

    fn refuse(&self, why: impl Into<String>) -> KeepingError {
        KeepingError::NoBackup { file: self.file.to_owned(), why: why.into() }
    }

    fn damaged(&self, why: impl Into<String>) -> KeepingError {
        KeepingError::Damaged { file: self.file.to_owned(), why: why.into() }
    }

    fn take<R: Read>(&mut self, mut entry: tar::Entry<'_, R>) -> Result<(), KeepingError> {
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if self.is_proven {
            return Err(self.refuse("something stands behind its end"));
        }
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(self.refuse("it holds something else than plain files"));
        }
        let bytes = entry.size();
        let Some(summary) = &self.summary else {
            return if path == SUMMARY { self.take_summary(&mut entry) } else { Err(self.refuse("it does not begin as one")) };
        };
        let (of_database, of_all) = (summary.database_bytes, summary.bytes());
        match path.as_str() {
            DATABASE if !self.has_database && bytes == of_database => {
                self.has_database = true;
                let sha256 = self.write(&mut entry, &database(self.partial), bytes, of_all)?;
                self.sums.update(sum_line(sha256, DATABASE).as_bytes());
                Ok(())
            }
            SUMS => self.prove(&mut entry),
            path => match photo_at(path).filter(|_| bytes <= MAX_PHOTO_BYTES && self.has_database) {
                Some(hash) => self.take_photo(&mut entry, hash, bytes, of_all),
                None => Err(self.refuse("it holds a file that no backup holds")),
            },
        }
    }

    fn take_summary(&mut self, entry: &mut impl Read) -> Result<(), KeepingError> {
        let mut text = Vec::new();
        entry.take(MAX_SUMMARY_BYTES).read_to_end(&mut text).map_err(|error| damaged(self.file, &error))?;
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(|_| self.refuse("it does not say what it is"))?;
        let newer = |what, found, known| KeepingError::Newer { file: self.file.to_owned(), what, found, known };
        match value.get("format").and_then(serde_json::Value::as_i64) {
            Some(found) if found > i64::from(FORMAT) => return Err(newer("format", found, FORMAT.into())),
            Some(_) => {}
            None => return Err(self.refuse("it does not say its format")),
        }
        let summary: Summary = serde_json::from_value(value).map_err(|_| self.refuse("it does not say what it is"))?;
        if summary.schema > newest() {
            return Err(newer("schema", summary.schema, newest()));
        }
        let beside = folder_of(self.partial);
        fs::create_dir_all(beside).map_err(io_error(beside, "made"))?;
        has_room(beside, summary.bytes().saturating_add(SPARE_BYTES))?;
        make_private(self.partial).map_err(io_error(self.partial, "made"))?;
        self.unfinished = Some(Unfinished(self.partial.to_owned()));
        PhotoFolder::open(self.partial).map_err(io_error(self.partial, "written"))?;
        self.sums.update(sum_line(PhotoHash::of(&text), SUMMARY).as_bytes());
        self.summary = Some(summary);
        Ok(())
    }

    fn take_photo(&mut self, entry: &mut impl Read, hash: PhotoHash, bytes: u64, of: u64) -> Result<(), KeepingError> {
        let to = PhotoFolder::at(self.partial).whole(hash);
        let shelf = folder_of(&to);
        if !self.shelves.contains(shelf) {
            fs::create_dir_all(shelf).map_err(io_error(shelf, "made"))?;
            self.shelves.insert(shelf.to_owned());
        }
        if to.exists() {
            return Err(self.refuse("it holds a photo twice"));
        }
        if self.write(entry, &to, bytes, of)? != hash {
            return Err(self.damaged(format!("the photo {hash} has other bytes")));
        }
        self.photos = self.photos.saturating_add(1);
        self.sums.update(sum_line(hash, &photo_path(hash)).as_bytes());
        Ok(())
    }

    /// Writes one member durably and returns its hash.
    fn write(&mut self, entry: &mut impl Read, to: &Path, bytes: u64, of: u64) -> Result<PhotoHash, KeepingError> {
        if self.written.saturating_add(bytes) > of {
            return Err(self.refuse("it holds more than it says"));
        }
        let mut file = private().create_new(true).open(to).map_err(io_error(to, "written"))?;
        let (mut hasher, mut block) = (Sha256::new(), vec![0; BLOCK_BYTES]);
        let mut left = bytes;
        while left > 0 {
            let count = entry.read(&mut block).map_err(|error| damaged(self.file, &error))?;
            let read = block.get(..count).filter(|read| !read.is_empty()).ok_or_else(|| no_more(self.file))?;
            hasher.update(read);
            file.write_all(read).map_err(io_error(to, "written"))?;
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            (left, self.written) = (left.saturating_sub(count), self.written.saturating_add(count));
            (self.progress)(Progress { done: self.written, of });
        }
        file.sync_all().map_err(io_error(to, "made durable"))?;
        Ok(PhotoHash::from_bytes(hasher.finalize().into()))
    }

    /// The last member lists exactly what was taken.
    fn prove(&mut self, entry: &mut impl Read) -> Result<(), KeepingError> {
        let (mut hasher, mut block) = (Sha256::new(), vec![0; BLOCK_BYTES]);
        loop {
            let count = entry.read(&mut block).map_err(|error| damaged(self.file, &error))?;
            match block.get(..count).filter(|read| !read.is_empty()) {
                Some(read) => hasher.update(read),
                None => break,
            }
        }
        if hasher.finalize() != std::mem::take(&mut self.sums).finalize() {
            return Err(self.damaged("what it holds is not what its manifest lists"));
        }
        self.is_proven = true;
        Ok(())
    }

    fn finish(mut self, skipped_numbers: u32, now: Timestamp) -> Result<Restored, KeepingError> {
        if !self.is_proven {
            return Err(no_more(self.file));
        }
        let Some(summary) = self.summary.take().filter(|_| self.has_database) else {
            return Err(self.refuse("it has no database"));
        };
        let folder = PhotoFolder::at(self.partial);
        let resumed = resume(&database(self.partial), now, skipped_numbers, &|hash| folder.whole(hash).is_file())?;
        mark(self.partial)?;
        let photos = self.partial.join("photos");
        for folder in self.shelves.iter().map(PathBuf::as_path).chain([photos.as_path(), self.partial]) {
            sync_folder(folder).map_err(io_error(folder, "made durable"))?;
        }
        if let Some(unfinished) = self.unfinished.take() {
            std::mem::forget(unfinished);
        }
        Ok(Restored { summary, photos: self.photos, wanted_again: resumed.wanted_again })
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
