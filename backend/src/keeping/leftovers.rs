//! Files in a data folder that nobody refers to. They are named, never deleted: a person decides.

use crate::photo::folder::PhotoFolder;
use lanterna_shared::id::UploadId;
use lanterna_shared::photo::PhotoHash;
use std::collections::BTreeSet;
use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};

/// The files below `photos` and `staging`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// Photos under the names that they must have.
    pub photos: BTreeSet<PhotoHash>,
    /// What is on its way.
    pub staged: BTreeSet<UploadId>,
    /// Everything else.
    pub foreign: Vec<PathBuf>,
}

/// Lists the files. Take the list before the database is asked: what arrives in between is then in the database and not in the list, which is no fault.
///
/// # Errors
/// What the operating system says.
pub fn list(folder: &PhotoFolder) -> io::Result<Files> {
    let mut files = Files::default();
    for shelf in entries(folder.photos())? {
        let shelf = shelf?;
        if !shelf.file_type()?.is_dir() {
            files.foreign.push(shelf.path());
            continue;
        }
        for entry in shelf.path().read_dir()? {
            let path = entry?.path();
            let hash = path.file_name().and_then(|name| name.to_str()?.parse::<PhotoHash>().ok());
            match hash.filter(|hash| folder.whole(*hash) == path) {
                Some(hash) => {
                    files.photos.insert(hash);
                }
                None => files.foreign.push(path),
            }
        }
    }
    for entry in entries(folder.staging())? {
        let path = entry?.path();
        let upload = path.file_name().and_then(|name| name.to_str()?.parse::<UploadId>().ok());
        match upload.filter(|upload| folder.staged(*upload) == path) {
            Some(upload) => {
                files.staged.insert(upload);
            }
            None => files.foreign.push(path),
        }
    }
    files.foreign.sort();
    Ok(files)
}

/// A folder that is not there has no entries: no server ever ran on it.
fn entries(folder: &Path) -> io::Result<impl Iterator<Item = io::Result<DirEntry>>> {
    match folder.read_dir() {
        Ok(entries) => Ok(Some(entries).into_iter().flatten()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None.into_iter().flatten()),
        Err(error) => Err(error),
    }
}
