//! From pixels to a rendition: a JPEG of JFIF head, colour profile and pixels, within its bytes.

use std::io::{self, Write};

use fast_image_resize::images::{Image as Buffer, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;

use lanterna_shared::photo::Rendition;

use super::error::RenderError;
use super::frame::{Frame, Orientation, Upright};
use super::limits::{ICC_SHARE, MIN_SIDE_PX, QUALITIES};

/// Takes bytes until there are too many, so that an attempt that cannot fit ends early.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    // The encoder hands over byte by byte.
    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How a picture becomes a rendition.
pub(super) struct Encoding<'a> {
    pub(super) rendition: Rendition,
    pub(super) orientation: Orientation,
    pub(super) profile: Option<&'a [u8]>,
}

impl Encoding<'_> {
    /// At the best quality that fits; where none does, at half the size, and again.
    ///
    /// # Errors
    /// [`RenderError::TooLarge`] when nothing fits, which no picture was seen to do.
    pub(super) fn fit(&self, frame: &mut Frame) -> Result<Vec<u8>, RenderError> {
        let limit = usize::try_from(self.rendition.max_bytes()).unwrap_or(usize::MAX);
        loop {
            for quality in QUALITIES {
                if let Some(bytes) = self.attempt(&frame.upright(self.orientation), quality, limit)? {
                    return Ok(bytes);
                }
            }
            if frame.width.min(frame.height) < 2 || frame.width.max(frame.height) < MIN_SIDE_PX {
                return Err(RenderError::TooLarge);
            }
            frame.halve();
        }
    }

    /// `None` when the bytes do not fit.
    fn attempt(&self, picture: &Upright<'_>, quality: u8, limit: usize) -> Result<Option<Vec<u8>>, RenderError> {
        let mut target = Bounded { bytes: Vec::new(), limit };
        let mut encoder = JpegEncoder::new_with_quality(&mut target, quality);
        if let Some(profile) = self.profile.filter(|profile| profile.len() as u64 <= self.rendition.max_bytes() / ICC_SHARE) {
            encoder.set_icc_profile(profile.to_vec()).map_err(|_| RenderError::Damaged)?;
        }
        match encoder.encode_image(picture) {
            Ok(()) => Ok(Some(target.bytes)),
            Err(image::ImageError::IoError(_)) => Ok(None),
            Err(_) => Err(RenderError::TooLarge),
        }
    }
}

/// Scaled so that the longest side is the rendition's and no side is none; `None` when it is small enough already.
pub(super) fn scaled(frame: &Frame, rendition: Rendition) -> Result<Option<Frame>, RenderError> {
    let longest = frame.width.max(frame.height);
    let Some(side) = rendition.max_side_px().filter(|side| longest > *side) else { return Ok(None) };
    let fit = |length: u32| u32::try_from(u64::from(length) * u64::from(side) / u64::from(longest)).unwrap_or(side).max(1);
    let (width, height) = (fit(frame.width), fit(frame.height));
    let source = ImageRef::new(frame.width, frame.height, &frame.pixels, PixelType::U8x3).map_err(|_| RenderError::Damaged)?;
    let mut target = Buffer::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut target, &options).map_err(|_| RenderError::Damaged)?;
    Ok(Some(Frame { width, height, pixels: target.into_vec() }))
}
