//! How much senders sent on a day, as a store keeps it: by salted hashes, never by what they are called.

/// A sender on one day: a salted hash of the day and a subject or an address.
pub type SenderHash = [u8; 32];

/// How much was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Files of photos that arrived whole; a photo is three.
    pub files: u64,
    /// Bytes of photos, whole or not.
    pub bytes: u64,
}

impl Sent {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { files: self.files.saturating_add(other.files), bytes: self.bytes.saturating_add(other.bytes) }
    }

    /// What is left without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self { files: self.files.saturating_sub(other.files), bytes: self.bytes.saturating_sub(other.bytes) }
    }
}
