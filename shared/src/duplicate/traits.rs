//! What is compared of a case: of the report that opened it.

use super::picture::PerceptualHash;
use super::words::Words;
use crate::photo::MAX_PHOTOS;
use crate::position::Position;
use crate::report::NewReport;
use crate::time::Timestamp;

/// What is compared of a case. As personal as the report that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traits {
    /// Where; a case without a position is near to nothing and is not compared.
    pub position: Position,
    /// When it was received, by the server's clock: a device's may be years off.
    pub received_at: Timestamp,
    /// The description.
    pub words: Words,
    /// The photos, at most [`MAX_PHOTOS`].
    pub pictures: Vec<PerceptualHash>,
}

impl Traits {
    /// Of a report; `None` without a position.
    pub fn of(new: &NewReport, received_at: Timestamp) -> Option<Self> {
        let pictures = new.photos.iter().take(MAX_PHOTOS).filter_map(|photo| photo.alike).collect();
        Some(Self { position: new.position?, received_at, words: Words::of(&new.text), pictures })
    }
}

/// Photos as they are stored: eight bytes each.
pub fn pictures_to_bytes(pictures: &[PerceptualHash]) -> Vec<u8> {
    pictures.iter().take(MAX_PHOTOS).flat_map(|picture| picture.bits().to_be_bytes()).collect()
}

/// And back; what is no whole number of them is cut off.
pub fn pictures_from_bytes(bytes: &[u8]) -> Vec<PerceptualHash> {
    let (pictures, _) = bytes.as_chunks::<8>();
    pictures.iter().take(MAX_PHOTOS).map(|bits| PerceptualHash::from_bits(u64::from_be_bytes(*bits))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_survive_their_stored_form() {
        let pictures: Vec<_> = [0, 7, u64::MAX].map(PerceptualHash::from_bits).to_vec();
        assert_eq!(pictures_from_bytes(&pictures_to_bytes(&pictures)), pictures);
        assert_eq!(pictures_from_bytes(&[1; 11]).len(), 1);
        assert_eq!(pictures_from_bytes(&[1; 800]).len(), MAX_PHOTOS);
    }
}
