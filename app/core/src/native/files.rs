//! Photo files, durable: temporary file → write → fsync → rename → fsync of the folder (SYNC.md, "Photos").

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::effect::FileFailure;

/// What a file is called until it is whole.
const UNFINISHED: &str = ".part";

/// The folder of the photo files.
#[derive(Clone, Debug)]
pub struct PhotoFolder(PathBuf);

impl From<io::Error> for FileFailure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full,
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Io,
        }
    }
}

impl PhotoFolder {
    /// The folder at `path`, made where it is missing.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&path)?;
        if let Some(parent) = path.parent() {
            sync_folder(parent)?;
        }
        Ok(Self(path))
    }

    /// Only plain names: letters, digits, `-` and `.`, no leading dot.
    fn path(&self, name: &str) -> Result<PathBuf, FileFailure> {
        let plain = !name.starts_with('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.');
        if plain && !name.is_empty() { Ok(self.0.join(name)) } else { Err(FileFailure::Io) }
    }

    /// Writes a file whole or not at all; `Ok` only when it would survive a power cut.
    ///
    /// # Errors
    /// [`FileFailure`]; nothing of that name is there then, or what was there before.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FileFailure> {
        let path = self.path(name)?;
        let unfinished = self.path(&format!("{name}{UNFINISHED}"))?;
        let written = (|| {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&unfinished)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)?;
            sync_folder(&self.0)
        })();
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written.map_err(FileFailure::from)
    }

    /// The whole of a file.
    ///
    /// # Errors
    /// [`FileFailure`].
    pub fn read(&self, name: &str) -> Result<Vec<u8>, FileFailure> {
        Ok(fs::read(self.path(name)?)?)
    }

    /// `length` bytes from `offset`; exactly so many or none.
    ///
    /// # Errors
    /// [`FileFailure`], also when the file is shorter.
    pub fn read_piece(&self, name: &str, offset: u64, length: u64) -> Result<Vec<u8>, FileFailure> {
        let mut file = File::open(self.path(name)?)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(FileFailure::Io) }
    }

    /// Deletes a file if it is there. A file that stays behind goes at the next [`PhotoFolder::keep_only`].
    pub fn delete(&self, name: &str) {
        if let Ok(path) = self.path(name) {
            let _ = fs::remove_file(path);
        }
    }

    /// Deletes everything but these: what a crash left behind.
    pub fn keep_only(&self, names: &[String]) {
        let keep: HashSet<&str> = names.iter().map(String::as_str).collect();
        let Ok(entries) = fs::read_dir(&self.0) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_str().is_none_or(|name| !keep.contains(name)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Makes names in a folder durable. Folders cannot be synced on Windows, where renames are journalled.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PhotoFolder {
        let path = std::env::temp_dir().join(format!("lanterna-files-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        PhotoFolder::open(path).unwrap()
    }

    #[test]
    fn what_was_written_is_read_whole_and_in_pieces() {
        let folder = folder("read");
        folder.write("a.raw", b"0123456789").unwrap();
        assert_eq!(folder.read("a.raw").unwrap(), b"0123456789");
        assert_eq!(folder.read_piece("a.raw", 4, 3).unwrap(), b"456");
        assert_eq!(folder.read_piece("a.raw", 8, 3), Err(FileFailure::Io));
        assert_eq!(folder.read("b.raw"), Err(FileFailure::Missing));
    }

    #[test]
    fn what_a_crash_left_behind_goes() {
        let folder = folder("sweep");
        folder.write("keep.raw", b"1").unwrap();
        folder.write("orphan.raw", b"2").unwrap();
        fs::write(folder.0.join("half.raw.part"), b"3").unwrap();
        folder.keep_only(&["keep.raw".to_owned()]);
        let names: Vec<_> = fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["keep.raw"]);
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let folder = folder("names");
        for name in ["../a", "a/b", "", ".hidden", "a\\b"] {
            assert_eq!(folder.write(name, b"x"), Err(FileFailure::Io), "{name}");
        }
    }
}
