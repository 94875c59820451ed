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

/// Small ones whose three renditions are the same bytes, wider ones whose thumbnail differs, the widest with three different files, one that is cut
/// off in its header, and a page that is no picture.
pub(super) fn gallery() -> &'static [Picture] {
    static GALLERY: OnceLock<Vec<Picture>> = OnceLock::new();
    GALLERY.get_or_init(|| {
        let sizes = [(48, 32), (40, 40), (400, 20), (360, 30), (1_700, 12), (1_650, 16)];
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
    let shade = |x: u32, y: u32, by: u32| u8::try_from((x * by + y * (by + kind) + x * y % 7) % 256).unwrap();
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([shade(x, y, kind), shade(x, y, 3), shade(y, x, 5)]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}
