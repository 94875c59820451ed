//! Photos as a store knows them: which files are expected of whom, which have arrived, and which are on their way.

use lanterna_shared::id::{SubjectId, UploadId};
use lanterna_shared::photo::{PhotoHash, Rendition};
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::time::Timestamp;
use sha2::{Digest, Sha256};

/// A file that a report of a subject mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedPhoto {
    /// Which rendition it is: says how large it may be.
    pub rendition: Rendition,
    /// Whether it has arrived whole.
    pub present: bool,
    /// Its size in bytes; 0 until it is present.
    pub size_bytes: u64,
}

/// An upload that was begun; its bytes are staged under the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload {
    /// See [`upload_id`].
    pub upload: UploadId,
    /// Who sends it.
    pub subject: SubjectId,
    /// What its bytes must be.
    pub hash: PhotoHash,
    /// How many bytes it has.
    pub length_bytes: u64,
    /// When it may be swept away.
    pub expires_at: Timestamp,
}

/// The upload of a file by a subject: always the same id, so that an upload whose reply was lost is found again by beginning anew, with the bytes
/// that had arrived.
pub fn upload_id(subject: SubjectId, hash: PhotoHash) -> UploadId {
    let digest = Sha256::new().chain_update(b"lanterna upload").chain_update(subject.as_bytes()).chain_update(hash.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    UploadId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// A photo that has arrived, found by its report, with what decides who may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoOfReport {
    /// Its file.
    pub hash: PhotoHash,
    /// Whose report it is.
    pub subject: SubjectId,
    /// Who owns the report's case; `None` in triage.
    pub owner: Option<DepartmentCode>,
}
