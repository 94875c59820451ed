//! What a photo looks like, in 64 bits, so that two photos of one thing can be found without anybody looking at either.
//!
//! The difference hash of Neal Krawetz (dHash, <https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html>): the picture as 9 by
//! 8 grey fields, a bit for each field that is brighter than its right neighbour. Brightness and contrast fall out, because only neighbours are
//! compared; re-encoding and scaling fall out, because each field is the mean of a thousand pixels. One change: a field must be brighter by a margin,
//! or a clear sky would give bits of nothing but noise. All in integers, so that every host gives the same bits.

use image::{GenericImageView, Rgb};
use lanterna_shared::duplicate::PerceptualHash;

/// Fields from left to right, one more than bits in a row.
const ACROSS: u32 = 9;
/// Fields from top to bottom, each row eight bits.
const DOWN: u32 = 8;
/// By how much a field must be brighter than its neighbour, in 1/256 of a grey level of 0 to 255: one and a half.
const MARGIN: i64 = 384;
/// Pictures with fewer differences than this, to one side or the other, look like any other plain wall.
const FEWEST_DIFFERENCES: u32 = 6;

/// The perceptual hash of a picture; its thumbnail is enough. `None` for one that is too small or too plain to tell from others.
pub fn alike(picture: &impl GenericImageView<Pixel = Rgb<u8>>) -> Option<PerceptualHash> {
    if picture.width() < ACROSS || picture.height() < DOWN {
        return None;
    }
    let fields = fields(picture);
    let (mut bits, mut differences) = (0_u64, 0_u32);
    for row in fields.chunks_exact(ACROSS as usize) {
        for (left, right) in row.iter().zip(row.iter().skip(1)) {
            bits = bits << 1 | u64::from(left - right > MARGIN);
            differences += u32::from((left - right).abs() > MARGIN);
        }
    }
    (differences >= FEWEST_DIFFERENCES).then_some(PerceptualHash::from_bits(bits))
}

/// The mean grey of each field, row by row, in 1/256 of a level.
fn fields(picture: &impl GenericImageView<Pixel = Rgb<u8>>) -> Vec<i64> {
    let (width, height) = (picture.width(), picture.height());
    let mut sums = vec![(0_u64, 0_u64); (ACROSS * DOWN) as usize];
    for (x, y, pixel) in picture.pixels() {
        let field =
            u64::from(y) * u64::from(DOWN) / u64::from(height) * u64::from(ACROSS) + u64::from(x) * u64::from(ACROSS) / u64::from(width);
        if let Some((sum, count)) = usize::try_from(field).ok().and_then(|field| sums.get_mut(field)) {
            let [red, green, blue] = pixel.0.map(u64::from);
            // Luma of ITU-R BT.601, in 1/256.
            *sum += 77 * red + 150 * green + 29 * blue;
            *count += 1;
        }
    }
    sums.into_iter().map(|(sum, count)| i64::try_from(sum / count.max(1)).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::imageops::{self, FilterType};
    use image::{DynamicImage, RgbImage};
    use lanterna_shared::duplicate::picture::ALIKE_BITS;
    use std::io::Cursor;

    /// A number of 0 to 1 that depends on nothing but the arguments.
    fn chance(seed: u32, x: u32, y: u32) -> f64 {
        let mut mixed = seed.wrapping_mul(0x9e37_79b9) ^ x.wrapping_mul(0x85eb_ca6b) ^ y.wrapping_mul(0xc2b2_ae35);
        mixed = (mixed ^ mixed >> 15).wrapping_mul(0x2c1b_3c6d);
        mixed = (mixed ^ mixed >> 12).wrapping_mul(0x297a_2d39);
        f64::from(mixed ^ mixed >> 15) / f64::from(u32::MAX)
    }

    /// Value noise: random greys at the corners of a grid of `cell` pixels, with straight lines between.
    fn noise(seed: u32, x: f64, y: f64, cell: f64) -> f64 {
        let (x, y) = (x / cell, y / cell);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a pixel's place")]
        let (left, top) = (x.floor() as u32, y.floor() as u32);
        let (across, down) = (x.fract(), y.fract());
        let mix = |a: f64, b: f64, part: f64| a + (b - a) * part;
        mix(
            mix(chance(seed, left, top), chance(seed, left + 1, top), across),
            mix(chance(seed, left, top + 1), chance(seed, left + 1, top + 1), across),
            down,
        )
    }

    /// A texture like a street: large shapes, small ones and grain.
    fn texture(seed: u32) -> RgbImage {
        RgbImage::from_fn(640, 480, |x, y| {
            let (fx, fy) = (f64::from(x), f64::from(y));
            let grey = 0.6 * noise(seed, fx, fy, 130.0) + 0.25 * noise(seed + 1_000, fx, fy, 37.0) + 0.15 * chance(seed, x, y);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
            let level = |share: f64| (grey * share * 220.0 + 10.0) as u8;
            Rgb([level(1.0), level(0.95), level(0.8)])
        })
    }

    fn bits(a: &RgbImage, b: &RgbImage) -> u32 {
        alike(a).unwrap().differing_bits(alike(b).unwrap())
    }

    fn encoded(picture: &RgbImage, quality: u8) -> RgbImage {
        let mut bytes = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).unwrap();
        image::load(Cursor::new(bytes), image::ImageFormat::Jpeg).unwrap().to_rgb8()
    }

    fn brighter(picture: &RgbImage, percent: u16) -> RgbImage {
        let mut changed = picture.clone();
        for pixel in changed.pixels_mut() {
            pixel.0 = pixel.0.map(|value| u8::try_from((u16::from(value) * percent / 100).min(255)).unwrap());
        }
        changed
    }

    #[test]
    fn the_same_picture_stays_alike_whatever_becomes_of_its_file() {
        for seed in 0..40 {
            let picture = texture(seed);
            let crop = |share: u32| {
                let (aside, up) = (640 * share / 100, 480 * share / 100);
                imageops::crop_imm(&picture, aside, up, 640 - 2 * aside, 480 - 2 * up).to_image()
            };
            for (what, changed) in [
                ("quality 30", encoded(&picture, 30)),
                ("quality 88", encoded(&picture, 88)),
                ("half the size", imageops::resize(&picture, 320, 240, FilterType::Triangle)),
                ("an eighth of the size", imageops::resize(&picture, 80, 60, FilterType::CatmullRom)),
                ("10 % brighter", brighter(&picture, 110)),
                ("10 % darker", brighter(&picture, 90)),
                ("1 % off each side", crop(1)),
                ("2 % off each side", crop(2)),
            ] {
                let bits = bits(&picture, &changed);
                assert!(bits <= ALIKE_BITS, "{what}: {bits} bits of picture {seed} differ");
            }
        }
    }

    #[test]
    fn other_pictures_are_not_alike() {
        let hashes: Vec<_> = (0..60).map(|seed| alike(&texture(seed)).unwrap()).collect();
        for (place, one) in hashes.iter().enumerate() {
            for other in hashes.iter().skip(place + 1) {
                assert!(one.differing_bits(*other) > ALIKE_BITS, "{one:?} {other:?}");
            }
        }
        let turned = DynamicImage::from(texture(1)).rotate180().to_rgb8();
        assert!(bits(&texture(1), &turned) > ALIKE_BITS);
    }

    #[test]
    fn what_is_too_plain_to_tell_has_no_hash() {
        let night = RgbImage::from_fn(320, 240, |x, y| {
            let grain = if chance(5, x, y) > 0.5 { 4 } else { 2 };
            Rgb([grain; 3])
        });
        assert_eq!(alike(&night), None);
        assert_eq!(alike(&RgbImage::new(8, 240)), None);
        assert_eq!(alike(&RgbImage::new(0, 0)), None);
    }

    #[test]
    fn a_rendered_photo_says_what_it_looks_like_and_so_does_its_reference() {
        let mut raw = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut raw, 92).encode_image(&texture(3)).unwrap();
        let rendered = super::super::render(&raw).unwrap();
        let hash = rendered.alike.unwrap();
        assert!(hash.differing_bits(alike(&texture(3)).unwrap()) <= 3);
        assert_eq!(rendered.photo_ref().alike, Some(hash));
    }
}
