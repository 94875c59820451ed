//! What goes in and what comes out, over files made by hand.

mod fixtures;
mod formats;
mod hostile;
mod leaves;
mod mutated;

use super::*;
use image::RgbImage;
use lanterna_shared::photo::Rendition;

fn decoded(file: &RenderedFile) -> RgbImage {
    image::load_from_memory(&file.bytes).unwrap().into_rgb8()
}

fn size(file: &RenderedFile) -> (u32, u32) {
    decoded(file).dimensions()
}

fn renditions(rendered: &Rendered) -> [(&RenderedFile, Rendition); 3] {
    [(&rendered.thumb, Rendition::Thumb), (&rendered.screen, Rendition::Screen), (&rendered.full, Rendition::Full)]
}

/// The four corners of a picture, a little inside.
fn corners(picture: &RgbImage) -> [[u8; 3]; 4] {
    let (right, below) = (picture.width() - 3, picture.height() - 3);
    [(2, 2), (right, 2), (2, below), (right, below)].map(|(x, y)| picture.get_pixel(x, y).0)
}

fn is_near(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(other) < 24)
}

fn assert_corners(file: &RenderedFile, wanted: [[u8; 3]; 4], what: &str) {
    let found = corners(&decoded(file));
    assert!(found.iter().zip(wanted).all(|(found, wanted)| is_near(*found, wanted)), "{what}: {found:?} and not {wanted:?}");
}
