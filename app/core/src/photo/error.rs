//! Why there are no renditions. Each reason has a sentence of its own; the photo, once accepted, stays kept as it came.

use super::sniff::FileKind;

/// Why there are no renditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// No JPEG, PNG or WebP.
    #[error("{0}")]
    Unreadable(FileKind),
    /// Damaged, or cut off before its half.
    #[error("this picture is damaged or was not copied whole: take it again, or choose another")]
    Damaged,
    /// Over the bounds of [`limits`](super::limits): bytes, pixels, or what decoding would need.
    #[error("this picture is too large to be worked on (over 64 MB or about 100 megapixels): choose a smaller one")]
    TooLarge,
    /// The host could not read the raw file, or its worker ended early.
    #[error("the picture could not be worked on")]
    Host,
}

impl RenderError {
    /// As it is stored and travels between workers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable(kind) => kind.as_str(),
            Self::Damaged => "damaged",
            Self::TooLarge => "too_large",
            Self::Host => "host",
        }
    }

    /// Reads what [`as_str`](Self::as_str) wrote; what it does not know is the host's.
    pub fn from_name(name: &str) -> Self {
        match name {
            "damaged" => Self::Damaged,
            "too_large" => Self::TooLarge,
            name => FileKind::ALL.into_iter().find(|kind| kind.as_str() == name).map_or(Self::Host, Self::Unreadable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_read_back_as_it_was_written() {
        let unreadable = FileKind::ALL.into_iter().map(RenderError::Unreadable);
        for error in unreadable.chain([RenderError::Damaged, RenderError::TooLarge, RenderError::Host]) {
            assert_eq!(RenderError::from_name(error.as_str()), error);
        }
    }
}
