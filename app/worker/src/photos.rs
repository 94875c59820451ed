//! Photo files: one folder of the origin's private file system for each database, or memory where the browser keeps nothing.
//!
//! A file is written under a temporary name, flushed, closed and renamed; only then it counts. Jobs run one after the other in the order they were
//! asked for, so that a file is read as it was last written.

use crate::scope::{error_name, scope};
use js_sys::{ArrayBuffer, AsyncIterator, IteratorNext, Promise, Uint8Array};
use lanterna_core::effect::FileFailure;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemReadWriteOptions, FileSystemSyncAccessHandle,
};

/// What a file is called until it is whole.
const PART: &str = ".part";

#[wasm_bindgen]
extern "C" {
    /// A file handle of a browser that can rename: all but the oldest supported.
    type Movable;
    #[wasm_bindgen(method, catch, js_name = "move")]
    fn rename(this: &Movable, name: &str) -> Result<Promise, JsValue>;
}

/// Where photo files are.
#[derive(Clone)]
pub enum Photos {
    /// A folder.
    Folder(FileSystemDirectoryHandle),
    /// Nothing is kept.
    Memory(Rc<RefCell<BTreeMap<String, Vec<u8>>>>),
}

impl Photos {
    /// The folder that belongs to the database of this number.
    ///
    /// # Errors
    /// What the browser throws.
    pub async fn folder(number: u32) -> Result<Self, JsValue> {
        let root: FileSystemDirectoryHandle = scope().navigator().storage().get_directory().await?.unchecked_into();
        let lanterna = folder_in(&root, "lanterna").await?;
        Ok(Self::Folder(folder_in(&lanterna, &format!("photos-{number}")).await?))
    }

    /// Memory, gone with the worker.
    pub fn memory() -> Self {
        Self::Memory(Rc::default())
    }

    /// Writes a file durably, in place of one of the same name.
    ///
    /// # Errors
    /// [`FileFailure`].
    pub async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), FileFailure> {
        match self {
            Self::Folder(folder) => write(folder, name, &bytes).await.map_err(|error| failure(&error)),
            Self::Memory(files) => {
                files.borrow_mut().insert(name.to_owned(), bytes);
                Ok(())
            }
        }
    }

    /// A file as the browser holds it: its bytes stay outside this module's memory.
    ///
    /// # Errors
    /// [`FileFailure`].
    pub async fn blob(&self, name: &str) -> Result<Blob, FileFailure> {
        let opened: Result<Blob, JsValue> = match self {
            Self::Folder(folder) => blob(folder, name).await,
            Self::Memory(files) => {
                let files = files.borrow();
                let bytes = files.get(name).ok_or(FileFailure::Missing)?;
                Blob::new_with_u8_array_sequence(&js_sys::Array::of1(&Uint8Array::from(bytes.as_slice())))
            }
        };
        opened.map_err(|error| failure(&error))
    }

    /// A whole file in one buffer of the browser's.
    ///
    /// # Errors
    /// [`FileFailure`].
    pub async fn buffer(&self, name: &str) -> Result<ArrayBuffer, FileFailure> {
        let blob = self.blob(name).await?;
        let buffer = blob.array_buffer().await.map_err(|error| failure(&error))?;
        Ok(buffer.unchecked_into())
    }

    /// Deletes a file if it is there.
    pub async fn delete(&self, name: &str) {
        match self {
            Self::Folder(folder) => {
                // A file that is not there is what was wanted; one that cannot go now goes with the next `keep_only`.
                let _ = folder.remove_entry(name).await;
            }
            Self::Memory(files) => {
                files.borrow_mut().remove(name);
            }
        }
    }

    /// Deletes every file but these.
    pub async fn keep_only(&self, names: Vec<String>) {
        let keep: HashSet<String> = names.into_iter().collect();
        match self {
            Self::Folder(folder) => {
                for name in list(folder).await.unwrap_or_default() {
                    if !keep.contains(&name) {
                        let _ = folder.remove_entry(&name).await;
                    }
                }
            }
            Self::Memory(files) => files.borrow_mut().retain(|name, _| keep.contains(name)),
        }
    }
}

async fn folder_in(parent: &FileSystemDirectoryHandle, name: &str) -> Result<FileSystemDirectoryHandle, JsValue> {
    let create = FileSystemGetDirectoryOptions::new();
    create.set_create(true);
    Ok(parent.get_directory_handle_with_options(name, &create).await?.unchecked_into())
}

async fn write(folder: &FileSystemDirectoryHandle, name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let part = format!("{name}{PART}");
    let file = create(folder, &part).await?;
    fill(&file, bytes).await?;
    let can_rename = js_sys::Reflect::has(&file, &"move".into()).unwrap_or(false);
    if can_rename {
        file.unchecked_ref::<Movable>().rename(name)?.await?;
        return Ok(());
    }
    // No renaming here: written once more under its own name. It counts only once its row is committed, which comes after.
    fill(&create(folder, name).await?, bytes).await?;
    folder.remove_entry(&part).await?;
    Ok(())
}

async fn create(folder: &FileSystemDirectoryHandle, name: &str) -> Result<FileSystemFileHandle, JsValue> {
    let create = FileSystemGetFileOptions::new();
    create.set_create(true);
    Ok(folder.get_file_handle_with_options(name, &create).await?.unchecked_into())
}

/// Makes `bytes` the whole content, durably.
async fn fill(file: &FileSystemFileHandle, bytes: &[u8]) -> Result<(), JsValue> {
    let access: FileSystemSyncAccessHandle = file.create_sync_access_handle().await?.unchecked_into();
    let written = fill_open(&access, bytes);
    access.close();
    written
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "file sizes are far below 2^53")]
fn fill_open(access: &FileSystemSyncAccessHandle, bytes: &[u8]) -> Result<(), JsValue> {
    access.truncate_with_u32(0)?;
    let mut done = 0;
    while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
        let at = FileSystemReadWriteOptions::new();
        at.set_at(done as f64);
        let count = access.write_with_u8_array_and_options(rest, &at)? as usize;
        if count == 0 {
            return Err(js_sys::Error::new("the browser wrote nothing").into());
        }
        done += count;
    }
    access.flush()
}

async fn blob(folder: &FileSystemDirectoryHandle, name: &str) -> Result<Blob, JsValue> {
    let file: FileSystemFileHandle = folder.get_file_handle(name).await?.unchecked_into();
    Ok(file.get_file().await?.unchecked_into())
}

async fn list(folder: &FileSystemDirectoryHandle) -> Result<Vec<String>, JsValue> {
    let keys: AsyncIterator = folder.keys();
    let mut names = Vec::new();
    loop {
        let next: IteratorNext = keys.next_iterator()?.await?;
        if next.done() {
            return Ok(names);
        }
        names.extend(next.value().as_string());
    }
}

fn failure(error: &JsValue) -> FileFailure {
    match error_name(error).as_str() {
        "QuotaExceededError" => FileFailure::Full,
        "NotFoundError" => FileFailure::Missing,
        _ => FileFailure::Io,
    }
}
