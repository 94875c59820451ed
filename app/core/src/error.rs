//! What can go wrong inside the engine, told apart by what a person can do about it.

use lanterna_bridge::{Refusal, RefusalCode};
use lanterna_shared::problem::Invalid;
use lanterna_shared::service::asking::AnswerFault;
use lanterna_shared::service::notice::Notice;

use crate::photo::{FileKind, RenderError};

/// An operation on the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room left on the device.
    #[error("no room is left on the device: free some and try again")]
    Full,
    /// The database was made by a newer version of this program.
    #[error("the store was made by a newer version (schema {found}, this one knows {known}): update Lanterna")]
    Newer {
        /// The schema found.
        found: u32,
        /// The newest schema that this code knows.
        known: u32,
    },
    /// The file is no database, or is damaged.
    #[error("the store is damaged: {0}")]
    Damaged(rusqlite::Error),
    /// Something stored cannot be read back as what it should be.
    #[error("the store holds a {0} that cannot be read")]
    Unreadable(&'static str),
    /// Anything else that SQLite says.
    #[error("the store cannot be used: {0}")]
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => Self::Damaged(error),
            _ => Self::Database(error),
        }
    }
}

/// Why a command is not done.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A value breaks a bound.
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// No such thing on this device.
    #[error("there is no such {0} on this device")]
    NotFound(&'static str),
    /// No category was chosen.
    #[error("choose a category before sending")]
    ServiceMissing,
    /// The bytes cannot become a photo.
    #[error(transparent)]
    Photo(#[from] RenderError),
    /// Eight photos are on it already.
    #[error("eight photos are on this report already: send the others with a second report")]
    TooManyPhotos,
    /// Questions of the service are not answered as they must be.
    #[error("{}", sentence(.0))]
    Answers(Vec<AnswerFault>),
    /// The answers say that somebody else must be called now.
    #[error("{} This is not sent.", .0.text_in("en"))]
    Emergency(Notice),
}

fn sentence(faults: &[AnswerFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl From<rusqlite::Error> for CommandError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        let code = match &error {
            CommandError::Store(StoreError::Full) => RefusalCode::StorageFull,
            CommandError::Store(StoreError::Newer { .. }) => RefusalCode::NewerStore,
            CommandError::Store(_) => RefusalCode::Storage,
            CommandError::Invalid(_) | CommandError::Answers(_) | CommandError::Emergency(_) => RefusalCode::Invalid,
            CommandError::NotFound(_) => RefusalCode::NotFound,
            CommandError::ServiceMissing => RefusalCode::ServiceMissing,
            CommandError::Photo(error) => why(*error),
            CommandError::TooManyPhotos => RefusalCode::TooManyPhotos,
        };
        Self { code, detail: error.to_string() }
    }
}

/// What screens decide by when a file cannot become a photo.
pub(crate) fn why(error: RenderError) -> RefusalCode {
    match error {
        RenderError::Damaged => RefusalCode::PhotoDamaged,
        RenderError::TooLarge => RefusalCode::PhotoTooLarge,
        RenderError::Host => RefusalCode::Storage,
        RenderError::Unreadable(kind) => match kind {
            FileKind::Empty => RefusalCode::PhotoEmpty,
            FileKind::Heif => RefusalCode::PhotoHeif,
            FileKind::CameraRaw => RefusalCode::PhotoRaw,
            FileKind::Video => RefusalCode::PhotoVideo,
            FileKind::Pdf => RefusalCode::PhotoDocument,
            FileKind::Avif | FileKind::JpegXl | FileKind::Gif | FileKind::Tiff | FileKind::Bmp | FileKind::Svg => RefusalCode::PhotoFormat,
            FileKind::Jpeg | FileKind::Png | FileKind::WebP | FileKind::Unknown => RefusalCode::NotAPicture,
        },
    }
}
