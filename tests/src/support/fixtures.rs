//! Photos as cameras make them, made here: pixels of a procedural picture, EXIF with a position and an orientation, a colour profile.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::OnceLock;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};

/// What stands in the EXIF block and must never leave a device.
pub const CAMERA: &str = "Lanterna Test Camera 7";

/// A 12-megapixel JPEG, some 4 MB, taken upright at 44.4072 N 8.9340 E. Made once a run.
#[must_use]
pub fn camera_jpeg() -> PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| file("camera", 4000, 3000)).clone()
}

/// A small JPEG with the same metadata, for tests that need many.
#[must_use]
pub fn small_jpeg() -> PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| file("small", 320, 240)).clone()
}

fn file(name: &str, width: u32, height: u32) -> PathBuf {
    let path = std::env::temp_dir().join(format!("lanterna-{name}-{}.jpg", std::process::id()));
    std::fs::write(&path, jpeg(width, height, 0)).unwrap();
    path
}

/// A JPEG whose pixels depend on `seed`.
#[must_use]
pub fn jpeg(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519) ^ seed.wrapping_mul(3_266_489_917)) >> 27;
        let byte = |value: u32| u8::try_from(value & 255).unwrap();
        image::Rgb([byte(x * 255 / width + noise), byte(y * 255 / height + noise), byte((x + y) * 127 / (width + height) + 64 + noise)])
    });
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 92);
    encoder.set_exif_metadata(exif()).unwrap();
    encoder.write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8).unwrap();
    bytes.into_inner()
}

/// A TIFF block, big-endian: camera model, orientation 6 (turn right), position.
fn exif() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let mut bytes = Vec::new();
        bytes.extend(tag.to_be_bytes());
        bytes.extend(kind.to_be_bytes());
        bytes.extend(count.to_be_bytes());
        bytes.extend(value);
        bytes
    };
    let model = format!("{CAMERA}\0");
    let model_at = 8 + 2 + 3 * 12 + 4;
    let gps_at = model_at + u32::try_from(model.len().next_multiple_of(2)).unwrap();
    let numbers_at = gps_at + 2 + 4 * 12 + 4;
    let mut tiff = b"MM\0*\0\0\0\x08\0\x03".to_vec();
    tiff.extend(entry(0x0110, 2, u32::try_from(model.len()).unwrap(), model_at.to_be_bytes()));
    tiff.extend(entry(0x0112, 3, 1, [0, 6, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, gps_at.to_be_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(model.as_bytes());
    tiff.resize(gps_at as usize, 0);
    tiff.extend([0, 4]);
    tiff.extend(entry(1, 2, 2, *b"N\0\0\0"));
    tiff.extend(entry(2, 5, 3, numbers_at.to_be_bytes()));
    tiff.extend(entry(3, 2, 2, *b"E\0\0\0"));
    tiff.extend(entry(4, 5, 3, (numbers_at + 24).to_be_bytes()));
    tiff.extend([0; 4]);
    // 44°24'25.92" N, 8°56'2.4" E.
    for (value, of) in [(44_u32, 1_u32), (24, 1), (2592, 100), (8, 1), (56, 1), (240, 100)] {
        tiff.extend(value.to_be_bytes());
        tiff.extend(of.to_be_bytes());
    }
    tiff
}
