//! Makes a backup of a data folder, while a server serves it or not.
//!
//! The snapshot comes first: a read transaction holds one state of the database while its pages are copied, and writers go on beside it. Which photos
//! belong to the backup is then read from that copy, so what arrives meanwhile changes nothing. Everything is written beside the name that was asked
//! for, and gets the name only when it is whole and durable.

use super::Progress;
use super::archive::{FORMAT, MAX_PHOTO_BYTES, SUMMARY, SUMS, Summary, photo_path, sum_line};
use super::error::{KeepingError, io_error};
use super::folder::{DATABASE, admit, database};
use crate::photo::folder::{BLOCK_BYTES, PhotoFolder, sync_folder};
use crate::store::error::StoreError;
use crate::store::sqlite::snapshot::Snapshot;
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::time::Timestamp;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// How hard zstd tries. Photos do not get smaller whatever it does.
const LEVEL: i32 = 3;
/// Room for headers, sums and what compression adds to what is compressed already.
const SPARE_BYTES: u64 = 1024 * 1024;

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What it says of itself.
    pub summary: Summary,
    /// The size of the file, in bytes.
    pub file_bytes: u64,
    /// Photos that the database says are there, and that are not, or not with the right bytes: they are not in the backup.
    pub missing: Vec<PhotoHash>,
}

/// A file that goes when it is forgotten.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The name of a file with something behind it.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Bytes that may still be written where `path` lies must be `needed` at least.
pub(super) fn has_room(place: &Path, needed: u64) -> Result<(), KeepingError> {
    let free = fs4::available_space(place).map_err(io_error(place, "looked at"))?;
    if free >= needed { Ok(()) } else { Err(KeepingError::NoRoom { place: place.to_owned(), free, needed }) }
}

/// Opens a file that only its owner may read: it holds what people wrote.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a backup of the folder `data` as `file`. Blocks.
///
/// # Errors
/// See [`KeepingError`]; nothing stands under `file` then.
pub fn backup(data: &Path, file: &Path, now: Timestamp, progress: &mut dyn FnMut(Progress)) -> Result<Made, KeepingError> {
    admit(data)?;
    let source = database(data);
    if !source.is_file() {
        return Err(KeepingError::NoData(data.to_owned()));
    }
    if file.symlink_metadata().is_ok() {
        return Err(KeepingError::Exists(file.to_owned()));
    }
    let partial = with_ending(file, ".partial");
    let target = private().create(true).truncate(false).open(&partial).map_err(io_error(&partial, "written"))?;
    if target.try_lock().is_err() {
        return Err(KeepingError::Busy(file.to_owned()));
    }
    let unfinished = Scratch(partial.clone());
    target.set_len(0).map_err(io_error(&partial, "written"))?;
    let made = write(data, file, &target, now, progress)?;
    target.sync_all().map_err(io_error(&partial, "written"))?;
    fs::rename(&partial, file).map_err(io_error(file, "written"))?;
    std::mem::forget(unfinished);
    sync_folder(folder_of(file)).map_err(io_error(folder_of(file), "made durable"))?;
    let file_bytes = target.metadata().map_err(io_error(file, "read"))?.len();
    Ok(Made { file_bytes, ..made })
}

fn write(data: &Path, file: &Path, target: &File, now: Timestamp, progress: &mut dyn FnMut(Progress)) -> Result<Made, KeepingError> {
    let beside = folder_of(file);
    let source = database(data);
    let bytes_now = fs::metadata(&source).map_err(io_error(&source, "read"))?.len();
    // Once as a copy and once in the archive, where it is smaller.
    has_room(beside, bytes_now.saturating_mul(2).saturating_add(SPARE_BYTES))?;
    let copy = Scratch(with_ending(file, ".partial.db"));
    // An earlier attempt that was killed may have left one.
    let _ = fs::remove_file(&copy.0);
    drop(private().create_new(true).open(&copy.0).map_err(io_error(&copy.0, "written"))?);
    let snapshot = Snapshot::take(&source, &copy.0, &mut |done, of| progress(Progress { done, of }))?;
    let summary = summary(&snapshot, &copy.0, now)?;
    has_room(beside, summary.bytes().saturating_add(SPARE_BYTES))?;
    let mut writer = Writer::start(file, target, now)?;
    writer.add(SUMMARY, &serde_json::to_vec_pretty(&summary).map_err(|error| StoreError::damaged(error.to_string()))?)?;
    let mut done = 0;
    let mut tell = |bytes: u64| {
        done += bytes;
        progress(Progress { done, of: summary.bytes() });
    };
    writer.add_file(DATABASE, &copy.0, summary.database_bytes, &mut tell)?;
    let folder = PhotoFolder::at(data);
    let mut missing = Vec::new();
    snapshot.for_each_photo(&mut |hash, size_bytes| {
        match read_photo(&folder.whole(hash), hash)? {
            Some(bytes) => writer.add(&photo_path(hash), &bytes)?,
            None => missing.push(hash),
        }
        tell(size_bytes);
        Ok::<(), KeepingError>(())
    })?;
    writer.finish()?;
    Ok(Made { summary, file_bytes: 0, missing })
}

fn summary(snapshot: &Snapshot, copy: &Path, now: Timestamp) -> Result<Summary, KeepingError> {
    let counts = snapshot.counts()?;
    Ok(Summary {
        format: FORMAT,
        schema: counts.schema,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now,
        made: now.to_rfc3339(),
        reports: counts.reports,
        cases: counts.cases,
        photos: counts.photos,
        database_bytes: fs::metadata(copy).map_err(io_error(copy, "read"))?.len(),
        photo_bytes: counts.photo_bytes,
    })
}

/// A photo's bytes, if they are there and the right ones. At most [`MAX_PHOTO_BYTES`] are read.
fn read_photo(path: &Path, hash: PhotoHash) -> Result<Option<Vec<u8>>, KeepingError> {
    let mut file = match File::open(path) {
        Ok(file) => file.take(MAX_PHOTO_BYTES.saturating_add(1)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io_error(path, "read")(source)),
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(io_error(path, "read"))?;
    Ok((PhotoHash::of(&bytes) == hash).then_some(bytes))
}

/// Writes the archive.
struct Writer<'a> {
    file: &'a Path,
    archive: tar::Builder<zstd::Encoder<'static, BufWriter<&'a File>>>,
    /// The sums so far: they may be many.
    sums: BufWriter<File>,
    sums_at: Scratch,
    now: Timestamp,
}

impl<'a> Writer<'a> {
    fn start(file: &'a Path, target: &'a File, now: Timestamp) -> Result<Self, KeepingError> {
        let sums_at = Scratch(with_ending(file, ".partial.sums"));
        let sums = private().create(true).truncate(true).open(&sums_at.0).map_err(io_error(&sums_at.0, "written"))?;
        let packed = zstd::Encoder::new(BufWriter::with_capacity(BLOCK_BYTES, target), LEVEL).map_err(io_error(file, "written"))?;
        Ok(Self { file, archive: tar::Builder::new(packed), sums: BufWriter::new(sums), sums_at, now })
    }

    fn header(&self, path: &str, bytes: u64) -> Result<tar::Header, KeepingError> {
        let mut header = tar::Header::new_ustar();
        header.set_path(path).map_err(io_error(self.file, "written"))?;
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(self.now.as_millis() / 1_000).unwrap_or(0));
        header.set_cksum();
        Ok(header)
    }

    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), KeepingError> {
        let header = self.header(path, u64::try_from(bytes.len()).unwrap_or(u64::MAX))?;
        self.archive.append(&header, bytes).map_err(io_error(self.file, "written"))?;
        self.note(path, PhotoHash::of(bytes))
    }

    fn add_file(&mut self, path: &str, from: &Path, bytes: u64, tell: &mut dyn FnMut(u64)) -> Result<(), KeepingError> {
        let header = self.header(path, bytes)?;
        let file = File::open(from).map_err(io_error(from, "read"))?;
        let mut hashed = Hashed { from: BufReader::with_capacity(BLOCK_BYTES, file).take(bytes), hasher: Sha256::new(), tell };
        self.archive.append(&header, &mut hashed).map_err(io_error(self.file, "written"))?;
        let sha256 = PhotoHash::from_bytes(hashed.hasher.finalize().into());
        self.note(path, sha256)
    }

    fn note(&mut self, path: &str, sha256: PhotoHash) -> Result<(), KeepingError> {
        self.sums.write_all(sum_line(sha256, path).as_bytes()).map_err(io_error(&self.sums_at.0, "written"))
    }

    fn finish(mut self) -> Result<(), KeepingError> {
        self.sums.flush().map_err(io_error(&self.sums_at.0, "written"))?;
        let sums = File::open(&self.sums_at.0).map_err(io_error(&self.sums_at.0, "read"))?;
        let bytes = sums.metadata().map_err(io_error(&self.sums_at.0, "read"))?.len();
        let header = self.header(SUMS, bytes)?;
        self.archive.append(&header, BufReader::new(sums).take(bytes)).map_err(io_error(self.file, "written"))?;
        let packed = self.archive.into_inner().map_err(io_error(self.file, "written"))?;
        let mut buffered = packed.finish().map_err(io_error(self.file, "written"))?;
        buffered.flush().map_err(io_error(self.file, "written"))
    }
}

/// Hashes what is read through it.
struct Hashed<'a, R> {
    from: R,
    hasher: Sha256,
    tell: &'a mut dyn FnMut(u64),
}

impl<R: Read> Read for Hashed<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.hasher.update(into.get(..count).unwrap_or_default());
        (self.tell)(u64::try_from(count).unwrap_or(0));
        Ok(count)
    }
}
