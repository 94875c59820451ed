//! Takes uploads in: one writer at a time for each, and the newest request wins.
//!
//! A phone that lost its connection comes back long before the server notices; its new request ends the old one, waits for what that one had
//! received to be on disk, and goes on from there. What has come in is written even when the request breaks off.

use super::budget::{self, Spending};
use super::folder::PhotoFolder;
use super::staging::{Staged, append};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::photo::Upload;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use lanterna_shared::id::UploadId;
use lanterna_shared::time::Timestamp;
use sha2::Sha256;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedMutexGuard, mpsc, watch};

/// Pieces that wait between the network and the disk.
const PIECES: usize = 1;
/// Hashes in progress that are remembered; the others are made again from the file.
const HASHERS: usize = 1_024;
/// How long what was staged is kept, in milliseconds.
pub const KEPT_MS: i64 = 24 * 3_600 * 1_000;

/// Why bytes could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The disk is full or broken.
    #[error("the photo cannot be written: {0}")]
    Disk(#[from] io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A newer request for the same upload took over.
    #[error("a newer request goes on with this upload")]
    Overtaken,
    /// All bytes came and are not what they were promised to be.
    #[error("the bytes are not those that were promised")]
    OtherBytes,
    /// More bytes came than were promised.
    #[error("more bytes came than were promised")]
    TooMany,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are there.
    pub offset: u64,
    /// Whether it is whole, durable and said so in the store.
    pub present: bool,
}

/// One upload's turn: while it is held nobody else writes.
pub struct Turn {
    number: u64,
    newest: watch::Receiver<u64>,
    slot: Arc<Slot>,
    intake: Arc<Intake>,
    upload: UploadId,
    _lock: OwnedMutexGuard<()>,
}

struct Slot {
    lock: Arc<tokio::sync::Mutex<()>>,
    newest: watch::Sender<u64>,
}

/// All uploads that are being written.
pub struct Intake {
    folder: PhotoFolder,
    store: Arc<dyn Store>,
    slots: Mutex<HashMap<UploadId, Arc<Slot>>>,
    hashers: Mutex<HashMap<UploadId, (u64, Sha256)>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut slots = self.intake.slots.lock().unwrap_or_else(PoisonError::into_inner);
        // The map's and this one: nobody else waits.
        if Arc::strong_count(&self.slot) <= 2 {
            slots.remove(&self.upload);
        }
    }
}

impl Turn {
    fn is_overtaken(&self) -> bool {
        *self.newest.borrow() != self.number
    }
}

impl Intake {
    /// Over the two folders and the store.
    pub fn new(folder: PhotoFolder, store: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { folder, store, slots: Mutex::default(), hashers: Mutex::default() })
    }

    /// Where the files lie.
    pub fn folder(&self) -> &PhotoFolder {
        &self.folder
    }

    /// Takes over an upload: ends whoever writes to it and waits until what they received is on disk.
    ///
    /// # Errors
    /// [`IntakeError::Overtaken`] when somebody newer took over in turn.
    pub async fn take_over(self: &Arc<Self>, upload: UploadId) -> Result<Turn, IntakeError> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Slot { lock: Arc::default(), newest: watch::Sender::new(0) });
            Arc::clone(slots.entry(upload).or_insert_with(new))
        };
        let mut number = 0;
        slot.newest.send_modify(|newest| {
            *newest = newest.saturating_add(1);
            number = *newest;
        });
        let lock = Arc::clone(&slot.lock).lock_owned().await;
        let turn = Turn { number, newest: slot.newest.subscribe(), slot, intake: Arc::clone(self), upload, _lock: lock };
        if turn.is_overtaken() { Err(IntakeError::Overtaken) } else { Ok(turn) }
    }

    /// How many bytes are there.
    ///
    /// # Errors
    /// [`IntakeError::Disk`].
    pub fn staged_bytes(&self, turn: &Turn) -> Result<u64, IntakeError> {
        Ok(self.folder.staged_bytes(turn.upload)?)
    }

    /// Removes what was staged; the upload itself goes on from 0.
    ///
    /// # Errors
    /// [`IntakeError::Disk`].
    pub fn start_over(&self, turn: &Turn) -> Result<(), IntakeError> {
        self.forget_hasher(turn.upload);
        Ok(self.folder.unstage(turn.upload)?)
    }

    /// Removes what was staged and forgets the upload.
    ///
    /// # Errors
    /// [`IntakeError::Disk`] or [`IntakeError::Store`].
    pub async fn end(&self, turn: Turn) -> Result<(), IntakeError> {
        self.forget_hasher(turn.upload);
        self.folder.unstage(turn.upload)?;
        self.store.end_upload(turn.upload).await?;
        drop(turn);
        Ok(())
    }

    /// Writes `body` behind the `offset` bytes that are there; the first `skip` bytes of it are there already. What was written stays, however this
    /// ends, also when the caller goes away, and counts as sent.
    ///
    /// # Errors
    /// See [`IntakeError`]. A body that breaks off is no error here: the progress says how far it came.
    pub async fn receive<E>(
        self: &Arc<Self>,
        mut turn: Turn,
        upload: Upload,
        (offset, skip): (u64, u64),
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
        spending: Spending,
        now: Timestamp,
    ) -> Result<Progress, IntakeError> {
        let (sender, pieces) = mpsc::channel(PIECES);
        let mut newest = turn.newest.clone();
        let number = turn.number;
        turn.newest.mark_unchanged();
        // A task of its own: a caller that goes away takes only the sender with it, and what it had sent is still finished.
        let finishing = tokio::spawn(Arc::clone(self).finish(turn, upload, (offset, pieces), spending, now));
        let overtaken = async {
            let _ = newest.wait_for(|newest| *newest != number).await;
        };
        let fed = tokio::select! {
            () = feed(body, skip, &sender) => true,
            () = overtaken => false,
        };
        drop(sender);
        let progress = finishing.await.map_err(|_| IntakeError::Stopping)?;
        if fed { progress } else { Err(IntakeError::Overtaken) }
    }

    async fn finish(
        self: Arc<Self>,
        turn: Turn,
        upload: Upload,
        (offset, pieces): (u64, mpsc::Receiver<Bytes>),
        spending: Spending,
        now: Timestamp,
    ) -> Result<Progress, IntakeError> {
        let known = self.take_hasher(upload.upload, offset);
        let folder = self.folder.clone();
        let staged = tokio::task::spawn_blocking(move || append(&folder, &upload, offset, known, pieces));
        let staged = staged.await.map_err(|_| IntakeError::Stopping)??;
        let (files, end) = match &staged {
            Staged::Whole => (1, upload.length_bytes),
            Staged::Partial { offset, .. } => (0, *offset),
            Staged::OtherBytes | Staged::TooMany => (0, upload.length_bytes),
        };
        // Both wait for the same commit.
        let counting = spending.settle(files, end.saturating_sub(offset));
        let (progress, ()) = tokio::join!(self.note(upload, staged, now), counting);
        drop(turn);
        progress
    }

    async fn note(&self, upload: Upload, staged: Staged, now: Timestamp) -> Result<Progress, IntakeError> {
        match staged {
            Staged::Whole => {
                self.store.finish_photo(upload.upload, upload.subject, upload.hash, upload.length_bytes, now).await?;
                Ok(Progress { offset: upload.length_bytes, present: true })
            }
            Staged::Partial { offset, hasher } => {
                self.keep_hasher(upload.upload, offset, *hasher);
                self.store.begin_upload(upload).await?;
                Ok(Progress { offset, present: false })
            }
            Staged::OtherBytes => {
                self.store.end_upload(upload.upload).await?;
                Err(IntakeError::OtherBytes)
            }
            Staged::TooMany => Err(IntakeError::TooMany),
        }
    }

    fn take_hasher(&self, upload: UploadId, offset: u64) -> Option<Sha256> {
        let found = self.hashers.lock().unwrap_or_else(PoisonError::into_inner).remove(&upload);
        found.filter(|(at, _)| *at == offset).map(|(_, hasher)| hasher)
    }

    fn keep_hasher(&self, upload: UploadId, offset: u64, hasher: Sha256) {
        let mut hashers = self.hashers.lock().unwrap_or_else(PoisonError::into_inner);
        if hashers.len() >= HASHERS
            && let Some(other) = hashers.keys().next().copied()
        {
            hashers.remove(&other);
        }
        hashers.insert(upload, (offset, hasher));
    }

    fn forget_hasher(&self, upload: UploadId) {
        self.hashers.lock().unwrap_or_else(PoisonError::into_inner).remove(&upload);
    }

    /// Removes uploads that are over, and staged bytes that nobody has touched for as long; forgets how much was sent on days that are over. Returns
    /// how many uploads.
    ///
    /// # Errors
    /// [`IntakeError::Disk`] or [`IntakeError::Store`].
    pub async fn sweep(self: &Arc<Self>, now: Timestamp) -> Result<usize, IntakeError> {
        let mut over = self.store.expired_uploads(now).await?;
        let untouched =
            self.folder.all_staged(10_000)?.into_iter().filter(|(_, at)| now.millis_since(Timestamp::from_millis(*at)) > KEPT_MS);
        over.extend(untouched.map(|(upload, _)| upload));
        over.sort_unstable();
        over.dedup();
        for upload in &over {
            let turn = self.take_over(*upload).await?;
            self.end(turn).await?;
        }
        self.store.forget_senders(budget::day(now)).await?;
        Ok(over.len())
    }
}

/// Hands the body on, without its first `skip` bytes, until it ends or breaks off.
async fn feed<E>(mut body: impl Stream<Item = Result<Bytes, E>> + Unpin, mut skip: u64, sender: &mpsc::Sender<Bytes>) {
    while let Some(Ok(mut piece)) = body.next().await {
        if skip > 0 {
            let known = usize::try_from(skip).unwrap_or(usize::MAX).min(piece.len());
            skip = skip.saturating_sub(u64::try_from(known).unwrap_or(u64::MAX));
            drop(piece.split_to(known));
        }
        if !piece.is_empty() && sender.send(piece).await.is_err() {
            return;
        }
    }
}
