//! The photo pipeline: decode once, turn upright, scale twice, encode three times.
//!
//! A pure function over bytes; hosts run it in a thread or worker of its own that ends with it, so that its memory is given back. What comes out is
//! written anew: pixels and the ICC profile. No EXIF, XMP, IPTC, MPF or anything behind the end of the image can pass, because nothing is copied.
//! The facts that matter (the position) are read first and travel as a field.

use std::io::Cursor;

use fast_image_resize::images::{Image as Buffer, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageReader, Limits, RgbImage};

use lanterna_shared::duplicate::PerceptualHash;
use lanterna_shared::photo::{MAX_RAW_BYTES, PhotoHash, PhotoRef, Rendition};
use lanterna_shared::position::{Position, PositionSource};

use super::alike::alike;
use super::sniff::sniff;

/// The most pixels that are decoded: 128 million, 384 MB as RGB.
const MAX_PIXELS: u64 = 128_000_000;
/// The largest ICC profile that is kept, in bytes. Cameras' are under 4 KB, printers' may have megabytes.
const MAX_ICC_BYTES: usize = 64 * 1024;
/// JPEG qualities that are tried until the bytes fit.
const QUALITIES: [u8; 6] = [88, 80, 70, 58, 45, 30];

/// Why there are no renditions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// No JPEG, PNG or WebP.
    #[error("this is no JPEG, PNG or WebP picture")]
    NotAPicture,
    /// Damaged or cut off.
    #[error("the picture is damaged")]
    Damaged,
    /// Over 64 MB or 128 megapixels.
    #[error("the picture is too large")]
    TooLarge,
    /// The host could not read the raw file, or its worker ended early.
    #[error("the picture could not be worked on")]
    Host,
}

/// One finished rendition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedFile {
    /// SHA-256 of `bytes`.
    pub hash: PhotoHash,
    /// A JPEG.
    pub bytes: Vec<u8>,
}

impl RenderedFile {
    fn new(bytes: Vec<u8>) -> Self {
        Self { hash: PhotoHash::of(&bytes), bytes }
    }
}

/// The three renditions of one photo, and what its metadata said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// [`Rendition::Thumb`].
    pub thumb: RenderedFile,
    /// [`Rendition::Screen`].
    pub screen: RenderedFile,
    /// [`Rendition::Full`].
    pub full: RenderedFile,
    /// Where the photo says it was taken.
    pub position: Option<Position>,
    /// What it looks like.
    pub alike: Option<PerceptualHash>,
}

impl Rendered {
    /// What ops call the three.
    pub fn photo_ref(&self) -> PhotoRef {
        PhotoRef { thumb: self.thumb.hash, screen: self.screen.hash, full: self.full.hash, alike: self.alike }
    }
}

/// Makes the renditions of a raw photo.
///
/// # Errors
/// [`RenderError`]; never panics, whatever the bytes are.
pub fn render(raw: &[u8]) -> Result<Rendered, RenderError> {
    if raw.len() as u64 > MAX_RAW_BYTES {
        return Err(RenderError::TooLarge);
    }
    sniff(raw).ok_or(RenderError::NotAPicture)?;
    let reader = ImageReader::new(Cursor::new(raw)).with_guessed_format().map_err(|_| RenderError::NotAPicture)?;
    let mut decoder = reader.into_decoder().map_err(|_| RenderError::Damaged)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(RenderError::Damaged);
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(RenderError::TooLarge);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 8);
    decoder.set_limits(limits).map_err(|_| RenderError::TooLarge)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let icc = decoder.icc_profile().ok().flatten().filter(|profile| profile.len() <= MAX_ICC_BYTES);
    let position = decoder.exif_metadata().ok().flatten().and_then(position_of);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| RenderError::Damaged)?;
    picture.apply_orientation(orientation);
    let picture = opaque(picture);

    let screen = scaled(&picture, Rendition::Screen)?;
    let thumb = scaled(screen.as_ref().unwrap_or(&picture), Rendition::Thumb)?;
    let smallest = thumb.as_ref().or(screen.as_ref()).unwrap_or(&picture);
    let encode = |picture: &RgbImage, rendition| encode_within(picture, icc.as_deref(), rendition).map(RenderedFile::new);
    Ok(Rendered {
        alike: alike(smallest),
        thumb: encode(smallest, Rendition::Thumb)?,
        screen: encode(screen.as_ref().unwrap_or(&picture), Rendition::Screen)?,
        full: encode(&picture, Rendition::Full)?,
        position,
    })
}

/// Where a raw photo says it was taken; reads its head only, so that it is known the moment the photo is there.
pub fn position_in(raw: &[u8]) -> Option<Position> {
    let reader = ImageReader::new(Cursor::new(raw)).with_guessed_format().ok()?;
    reader.into_decoder().ok()?.exif_metadata().ok().flatten().and_then(position_of)
}

/// As RGB; what is transparent becomes white, as on paper.
fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let source = picture.into_rgba8();
    let mut target = RgbImage::new(source.width(), source.height());
    for (from, to) in source.pixels().zip(target.pixels_mut()) {
        let [red, green, blue, alpha] = from.0.map(u16::from);
        let over_white = |value: u16| u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        to.0 = [over_white(red), over_white(green), over_white(blue)];
    }
    target
}

/// Scaled down to the rendition's longest side; `None` when it is small enough already.
fn scaled(picture: &RgbImage, rendition: Rendition) -> Result<Option<RgbImage>, RenderError> {
    let longest = picture.width().max(picture.height());
    match rendition.max_side_px() {
        Some(side) if longest > side => scaled_to(picture, side).map(Some),
        _ => Ok(None),
    }
}

/// Scaled so that the longest side has `side` pixels and no side none.
fn scaled_to(picture: &RgbImage, side: u32) -> Result<RgbImage, RenderError> {
    let longest = u64::from(picture.width().max(picture.height()));
    let fit = |length: u32| u32::try_from(u64::from(length) * u64::from(side) / longest).unwrap_or(side).max(1);
    let (width, height) = (fit(picture.width()), fit(picture.height()));
    let source = ImageRef::new(picture.width(), picture.height(), picture.as_raw(), PixelType::U8x3).map_err(|_| RenderError::Damaged)?;
    let mut target = Buffer::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut target, &options).map_err(|_| RenderError::Damaged)?;
    RgbImage::from_raw(width, height, target.into_vec()).ok_or(RenderError::Damaged)
}

/// Encodes at the best quality that fits the rendition's bytes; where none does, smaller.
fn encode_within(picture: &RgbImage, icc: Option<&[u8]>, rendition: Rendition) -> Result<Vec<u8>, RenderError> {
    let limit = rendition.max_bytes();
    for quality in QUALITIES {
        let bytes = encode(picture, icc, quality)?;
        if bytes.len() as u64 <= limit {
            return Ok(bytes);
        }
    }
    let side = picture.width().max(picture.height());
    if side < 16 {
        return Err(RenderError::TooLarge);
    }
    encode_within(&scaled_to(picture, side * 3 / 4)?, icc, rendition)
}

fn encode(picture: &RgbImage, icc: Option<&[u8]>, quality: u8) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    if let Some(icc) = icc {
        encoder.set_icc_profile(icc.to_vec()).map_err(|_| RenderError::Damaged)?;
    }
    encoder.write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8).map_err(|_| RenderError::TooLarge)?;
    Ok(bytes)
}

/// The position in EXIF (2.32, section 4.6.6): degrees, minutes and seconds with a letter for the half of the earth.
fn position_of(exif: Vec<u8>) -> Option<Position> {
    // Cameras write odd fields; what can be read is read.
    let exif = exif::Reader::new().continue_on_error(true).read_raw(exif).or_else(|error| error.distill_partial_result(|_| ())).ok()?;
    let angle = |value, half, negative: u8| {
        let field = exif.get_field(value, exif::In::PRIMARY)?;
        let exif::Value::Rational(parts) = &field.value else { return None };
        let [degrees, minutes, seconds] = parts.as_slice() else { return None };
        let angle = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
        let exif::Value::Ascii(letters) = &exif.get_field(half, exif::In::PRIMARY)?.value else { return None };
        let is_negative = letters.first().and_then(|letters| letters.first()) == Some(&negative);
        Some(if is_negative { -angle } else { angle })
    };
    let lat = angle(exif::Tag::GPSLatitude, exif::Tag::GPSLatitudeRef, b'S')?;
    let lon = angle(exif::Tag::GPSLongitude, exif::Tag::GPSLongitudeRef, b'W')?;
    let accuracy = exif.get_field(exif::Tag::GPSHPositioningError, exif::In::PRIMARY).and_then(|field| match &field.value {
        exif::Value::Rational(parts) => parts.first().map(exif::Rational::to_f64),
        _ => None,
    });
    Position::from_degrees(lat, lon, accuracy, PositionSource::Photo).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 13;
            let byte = |value: u32| u8::try_from(value % 256).unwrap();
            image::Rgb([byte(x), byte(y), byte(noise % 64)])
        })
    }

    /// A TIFF block with an orientation and a position of 44°24'20"N 8°56'46"E, as a camera writes it.
    fn exif_block(orientation: u8) -> Vec<u8> {
        let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
        tiff.extend([0, 2]);
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
        tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
        tiff.extend([0, 0, 0, 0]);
        assert_eq!(tiff.len(), 38);
        tiff.extend([0, 4]);
        tiff.extend([0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0]);
        tiff.extend([0, 2, 0, 5, 0, 0, 0, 3, 0, 0, 0, 92]);
        tiff.extend([0, 3, 0, 2, 0, 0, 0, 2, b'E', 0, 0, 0]);
        tiff.extend([0, 4, 0, 5, 0, 0, 0, 3, 0, 0, 0, 116]);
        tiff.extend([0, 0, 0, 0]);
        assert_eq!(tiff.len(), 92);
        for value in [44_u32, 24, 20, 8, 56, 46] {
            tiff.extend(value.to_be_bytes());
            tiff.extend(1_u32.to_be_bytes());
        }
        tiff
    }

    fn jpeg(width: u32, height: u32, exif: Option<Vec<u8>>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
        encoder.set_icc_profile(b"a profile of its own".to_vec()).unwrap();
        if let Some(exif) = exif {
            encoder.set_exif_metadata(exif).unwrap();
        }
        let picture = picture(width, height);
        encoder.write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8).unwrap();
        bytes
    }

    fn size(file: &RenderedFile) -> (u32, u32) {
        image::load_from_memory(&file.bytes).map(|picture| (picture.width(), picture.height())).unwrap()
    }

    #[test]
    fn three_sizes_come_out_within_their_bytes() {
        let rendered = render(&jpeg(2400, 1800, None)).unwrap();
        assert_eq!(size(&rendered.thumb), (320, 240));
        assert_eq!(size(&rendered.screen), (1600, 1200));
        assert_eq!(size(&rendered.full), (2400, 1800));
        for (file, rendition) in
            [(&rendered.thumb, Rendition::Thumb), (&rendered.screen, Rendition::Screen), (&rendered.full, Rendition::Full)]
        {
            assert!(file.bytes.len() as u64 <= rendition.max_bytes(), "{rendition:?} has {} bytes", file.bytes.len());
        }
    }

    #[test]
    fn the_position_is_read_and_nothing_of_the_metadata_leaves() {
        let mut raw = jpeg(640, 480, Some(exif_block(6)));
        raw.extend(b"a film behind the end, with GPS in it");
        let rendered = render(&raw).unwrap();
        assert_eq!(position_in(&raw), rendered.position, "known before the picture is worked on");
        let position = rendered.position.unwrap();
        assert!((position.lat_degrees() - 44.405_555).abs() < 1e-5 && (position.lon_degrees() - 8.946_111).abs() < 1e-5);
        assert_eq!(position.source(), PositionSource::Photo);
        // Orientation 6: the camera was held upright.
        assert_eq!(size(&rendered.full), (480, 640));
        for file in [&rendered.thumb, &rendered.screen, &rendered.full] {
            assert!(!file.bytes.windows(4).any(|window| window == b"Exif"));
            assert!(!file.bytes.windows(6).any(|window| window == b"a film"));
            assert!(file.bytes.windows(20).any(|window| window == b"a profile of its own"), "the colour profile stays");
        }
    }

    #[test]
    fn hostile_bytes_are_refused() {
        assert_eq!(render(b""), Err(RenderError::NotAPicture));
        assert_eq!(render(b"<html>"), Err(RenderError::NotAPicture));
        let whole = jpeg(200, 200, None);
        assert!(matches!(render(&whole[..40]), Err(RenderError::Damaged)));
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bomb.extend([0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 8, 2, 0, 0, 0, 0, 0, 0, 0]);
        assert!(render(&bomb).is_err());
    }

    #[test]
    fn what_is_transparent_becomes_white() {
        let mut png = Vec::new();
        let clear = image::RgbaImage::from_pixel(8, 8, image::Rgba([10, 20, 30, 0]));
        clear.write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        let rendered = render(&png).unwrap();
        let pixel = *image::load_from_memory(&rendered.full.bytes).unwrap().to_rgb8().get_pixel(4, 4);
        assert!(pixel.0.iter().all(|value| *value > 250), "{pixel:?}");
    }
}
