//! What a camera noted beside the pixels: which side was up, and where it stood. Read and then left behind.
//!
//! Cameras and tools write odd things; what cannot be true is as if it were not there, and never an error.

use exif::{Exif, In, Rational, Reader, Tag, Value};

use lanterna_shared::position::{Position, PositionSource};

use super::frame::Orientation;
use super::limits::MAX_EXIF_BYTES;

/// What is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// How the pixels must be turned.
    pub(super) orientation: Orientation,
    /// Where the photo was taken.
    pub(super) position: Option<Position>,
}

impl Facts {
    /// Of a block of EXIF (a TIFF header and its directories), with or without the `Exif` that JPEGs put before it.
    pub(super) fn of(block: Option<&[u8]>) -> Self {
        let block = block.map(|block| block.strip_prefix(b"Exif\0\0").unwrap_or(block)).filter(|block| block.len() <= MAX_EXIF_BYTES);
        let Some(block) = block else { return Self::default() };
        let read = Reader::new().continue_on_error(true).read_raw(block.to_vec());
        let Ok(exif) = read.or_else(|error| error.distill_partial_result(|_| ())) else { return Self::default() };
        let orientation = exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0));
        Self { orientation: orientation.map(Orientation::from_exif).unwrap_or_default(), position: position(&exif) }
    }
}

/// EXIF 2.32, section 4.6.6: degrees, minutes and seconds, with a letter for the half of the earth.
fn position(exif: &Exif) -> Option<Position> {
    let lat = angle(exif, (Tag::GPSLatitude, Tag::GPSLatitudeRef), (b'N', b'S'))?;
    let lon = angle(exif, (Tag::GPSLongitude, Tag::GPSLongitudeRef), (b'E', b'W'))?;
    let accuracy = exif.get_field(Tag::GPSHPositioningError, In::PRIMARY).and_then(|field| match &field.value {
        Value::Rational(parts) => parts.first().map(Rational::to_f64),
        _ => None,
    });
    Position::from_degrees(lat, lon, accuracy, PositionSource::Photo).ok()
}

/// An angle; `None` when a part is no number (a denominator of 0), is over 60 minutes or seconds, or has no letter that says which half.
fn angle(exif: &Exif, (value, half): (Tag, Tag), (positive, negative): (u8, u8)) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(value, In::PRIMARY)?.value else { return None };
    let [degrees, minutes, seconds] = parts.as_slice() else { return None };
    let is_part = |part: &Rational| part.denom != 0 && part.to_f64() <= 60.0;
    if degrees.denom == 0 || !is_part(minutes) || !is_part(seconds) {
        return None;
    }
    let angle = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
    let Value::Ascii(letters) = &exif.get_field(half, In::PRIMARY)?.value else { return None };
    match letters.first()?.first()?.to_ascii_uppercase() {
        letter if letter == positive => Some(angle),
        letter if letter == negative => Some(-angle),
        _ => None,
    }
}
