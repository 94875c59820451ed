//! The photos that people of a simulation take: few, tiny, and rendered once for all runs of a process.

use image::{ImageFormat, RgbImage};
use lanterna_core::photo::{RenderError, Rendered, render};
use lanterna_shared::photo::PhotoHash;
use std::io::Cursor;
use std::sync::OnceLock;

/// One photo as a camera gives it, and what the real pipeline makes of it.
pub(super) struct Picture {
    /// The camera's bytes.
    pub(super) raw: Vec<u8>,
    /// Their hash, to know them again in a folder.
    raw_hash: PhotoHash,
    /// The three renditions.
    pub(super) outcome: Result<Rendered, RenderError>,
}

/// Small ones whose three renditions are the same bytes, a wider one whose thumbnail differs, the widest with three different files, two that are sent
/// in pieces, one that is cut off in its header, and a page that is no picture.
pub(super) fn gallery() -> &'static [Picture] {
    static GALLERY: OnceLock<Vec<Picture>> = OnceLock::new();
    GALLERY.get_or_init(|| {
        let sizes = [(48, 32), (40, 40), (400, 20), (1_700, 12), (1_650, 16), (310, 280), (1_700, 70)];
        let mut raw: Vec<Vec<u8>> = sizes.into_iter().zip(1_u32..).map(|((width, height), kind)| jpeg(width, height, kind)).collect();
        raw.push(raw[0][..60].to_vec());
        raw.push(b"<html><body>Please log in</body></html>".to_vec());
        raw.into_iter().map(|raw| Picture { raw_hash: PhotoHash::of(&raw), outcome: render(&raw), raw }).collect()
    })
}

/// Which picture of the gallery these bytes are.
pub(super) fn recognise(raw: &[u8]) -> Option<usize> {
    let hash = PhotoHash::of(raw);
    gallery().iter().position(|picture| picture.raw_hash == hash)
}

fn jpeg(width: u32, height: u32, kind: u32) -> Vec<u8> {
    // Noise: it hardly gets smaller by being encoded.
    let shade = |x: u32, y: u32, of: u32| ((x * 31 + y * 17 + of + kind).wrapping_mul(2_654_435_761) >> 24).to_le_bytes()[0];
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([shade(x, y, 1), shade(y, x, 3), shade(x, y, 5)]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

#[cfg(test)]
mod tests {
    use super::gallery;

    #[test]
    fn some_renditions_are_sent_at_once_and_some_in_pieces() {
        let sizes: Vec<_> =
            gallery().iter().filter_map(|picture| picture.outcome.as_ref().ok()).map(|made| made.full.bytes.len()).collect();
        assert!(sizes.iter().any(|size| *size < 20_000) && sizes.iter().filter(|size| **size > 80_000).count() >= 2, "{sizes:?}");
        assert!(gallery().iter().filter(|picture| picture.outcome.is_err()).count() >= 2);
    }
}
