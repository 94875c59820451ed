//! Where files lie: `photos/ab/abcdef…` for what is whole, `staging/` for what is on its way.

use lanterna_shared::id::UploadId;
use lanterna_shared::photo::PhotoHash;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How much is read at once.
pub(crate) const BLOCK_BYTES: usize = 128 * 1024;

/// The two folders below the server's data folder.
#[derive(Clone, Debug)]
pub struct PhotoFolder {
    photos: PathBuf,
    staging: PathBuf,
}

impl PhotoFolder {
    /// Makes the folders if they are not there.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn open(data: &Path) -> io::Result<Self> {
        let folder = Self::at(data);
        fs::create_dir_all(&folder.photos)?;
        fs::create_dir_all(&folder.staging)?;
        sync_folder(data)?;
        Ok(folder)
    }

    /// The two folders as they are, there or not.
    pub fn at(data: &Path) -> Self {
        Self { photos: data.join("photos"), staging: data.join("staging") }
    }

    /// The folder of what is whole.
    pub fn photos(&self) -> &Path {
        &self.photos
    }

    /// The folder of what is on its way.
    pub fn staging(&self) -> &Path {
        &self.staging
    }

    /// Where the bytes of an upload lie until they are whole.
    pub fn staged(&self, upload: UploadId) -> PathBuf {
        self.staging.join(upload.0.simple().to_string())
    }

    /// Where a whole file lies.
    pub fn whole(&self, hash: PhotoHash) -> PathBuf {
        let name = hash.to_string();
        self.photos.join(name.get(..2).unwrap_or("00")).join(name)
    }

    /// How many bytes of an upload are there; 0 where none are.
    ///
    /// # Errors
    /// What the operating system says, other than that there is no file.
    pub fn staged_bytes(&self, upload: UploadId) -> io::Result<u64> {
        match fs::metadata(self.staged(upload)) {
            Ok(found) => Ok(found.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Removes what is staged. Removing what is not there is no error.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn unstage(&self, upload: UploadId) -> io::Result<()> {
        match fs::remove_file(self.staged(upload)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Uploads with bytes, and when each was last written, in milliseconds since 1970; at most `limit`.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn all_staged(&self, limit: usize) -> io::Result<Vec<(UploadId, i64)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.staging)?.take(limit) {
            let entry = entry?;
            let Some(upload) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let written = entry.metadata()?.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            found.push((upload, i64::try_from(written.as_millis()).unwrap_or(i64::MAX)));
        }
        Ok(found)
    }

    /// Moves a synced file under its hash so that it is there after a power cut.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn keep(&self, upload: UploadId, hash: PhotoHash) -> io::Result<()> {
        let to = self.whole(hash);
        let shelf = to.parent().unwrap_or(&self.photos);
        if !shelf.is_dir() {
            fs::create_dir_all(shelf)?;
            sync_folder(&self.photos)?;
        }
        fs::rename(self.staged(upload), &to)?;
        sync_folder(shelf)
    }

    /// Whether a whole file is there with the bytes that its name promises.
    ///
    /// # Errors
    /// What the operating system says, other than that there is no file.
    pub fn is_whole(&self, hash: PhotoHash, size_bytes: u64) -> io::Result<bool> {
        let mut file = match File::open(self.whole(hash)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        if file.metadata()?.len() != size_bytes {
            return Ok(false);
        }
        let mut hasher = Sha256::new();
        hash_up_to(&mut file, size_bytes, &mut hasher)?;
        Ok(PhotoHash::from_bytes(hasher.finalize().into()) == hash)
    }
}

/// Feeds the next `bytes` bytes of `file` to `hasher`.
pub(super) fn hash_up_to(file: &mut File, bytes: u64, hasher: &mut Sha256) -> io::Result<()> {
    let mut block = vec![0; BLOCK_BYTES];
    let mut rest = file.take(bytes);
    loop {
        let count = rest.read(&mut block)?;
        let Some(read) = block.get(..count).filter(|read| !read.is_empty()) else { return Ok(()) };
        hasher.update(read);
    }
}

/// Makes a folder's names durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Windows has no such thing and needs none: its renames are durable with the file.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The media type that the first bytes of a file show; what is no picture we know is bare bytes.
pub fn media_type(head: &[u8]) -> &'static str {
    if head.starts_with(&[0xff, 0xd8, 0xff]) {
        "image/jpeg"
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        "image/webp"
    } else {
        "application/octet-stream"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_are_called_pictures() {
        assert_eq!(media_type(&[0xff, 0xd8, 0xff, 0xe0]), "image/jpeg");
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n...."), "image/png");
        assert_eq!(media_type(b"RIFF....WEBPVP8 "), "image/webp");
        assert_eq!(media_type(b"<html>"), "application/octet-stream");
        assert_eq!(media_type(b""), "application/octet-stream");
    }
}
