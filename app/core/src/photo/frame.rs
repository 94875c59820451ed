//! A decoded picture: RGB pixels in rows, and a view of them turned upright without a second copy.

use image::{GenericImageView, Rgb};

use super::error::RenderError;
use super::limits::{CUT_OFF_GREY, MAX_PIXELS, MAX_SIDE_PX, MAX_WORKING_BYTES};

/// Bytes of a pixel.
pub(super) const CHANNELS: usize = 3;

/// How the camera was held, as EXIF numbers it (2.32, section 4.6.4, tag 274).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orientation {
    /// Mirrored left to right, before it is turned.
    mirrored: bool,
    /// Quarter turns clockwise, 0 to 3.
    quarters: u8,
}

impl Orientation {
    /// What the numbers 1 to 8 mean; any other is none.
    pub(super) fn from_exif(number: u32) -> Self {
        let (mirrored, quarters) = match number {
            2 => (true, 0),
            3 => (false, 2),
            4 => (true, 2),
            5 => (true, 3),
            6 => (false, 1),
            7 => (true, 1),
            8 => (false, 3),
            _ => (false, 0),
        };
        Self { mirrored, quarters }
    }
}

/// A picture as it was decoded, not turned.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    /// [`CHANNELS`] bytes a pixel, rows from the top, no padding.
    pub(super) pixels: Vec<u8>,
}

/// Checks a picture's size, and what decoding it takes: `bytes` beside the file. Returns how many pixels it has.
///
/// # Errors
/// [`RenderError::Damaged`] without a pixel, [`RenderError::TooLarge`] over the bounds.
pub(super) fn check_size(width: u32, height: u32, bytes: impl FnOnce(u64) -> u64) -> Result<u64, RenderError> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(RenderError::Damaged);
    }
    if width.max(height) > MAX_SIDE_PX || pixels > MAX_PIXELS || bytes(pixels) > MAX_WORKING_BYTES {
        return Err(RenderError::TooLarge);
    }
    Ok(pixels)
}

/// `length` grey bytes; where there is no memory for them that is an error and no end of the program.
pub(super) fn buffer(length: u64) -> Result<Vec<u8>, RenderError> {
    let length = usize::try_from(length).map_err(|_| RenderError::TooLarge)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| RenderError::TooLarge)?;
    bytes.resize(length, CUT_OFF_GREY);
    Ok(bytes)
}

impl Frame {
    /// A grey picture.
    pub(super) fn new(width: u32, height: u32) -> Result<Self, RenderError> {
        let pixels = check_size(width, height, |pixels| pixels * CHANNELS as u64)?;
        Ok(Self { width, height, pixels: buffer(pixels * CHANNELS as u64)? })
    }

    /// Bytes of a row.
    pub(super) fn stride(&self) -> usize {
        usize::try_from(self.width).unwrap_or(usize::MAX).saturating_mul(CHANNELS)
    }

    /// How many rows from the top hold something else than grey.
    pub(super) fn rows_there(&self) -> usize {
        let rows = self.pixels.chunks_exact(self.stride().max(1));
        rows.len() - rows.rev().take_while(|row| row.iter().all(|byte| *byte == CUT_OFF_GREY)).count()
    }

    /// Half as wide and half as high, in the same memory: each pixel the mean of four. An odd last row or column goes.
    pub(super) fn halve(&mut self) {
        let (width, height) = (self.width / 2, self.height / 2);
        let stride = self.stride();
        let (mut target, mut row_at) = (0, 0);
        for _ in 0..height {
            let mut at = row_at;
            for _ in 0..width {
                for channel in 0..CHANNELS {
                    let sum = [0, CHANNELS, stride, stride + CHANNELS]
                        .into_iter()
                        .filter_map(|offset| self.pixels.get(at + offset + channel))
                        .fold(2_u16, |sum, byte| sum + u16::from(*byte));
                    // Always behind what is still to be read, or on it.
                    if let Some(byte) = self.pixels.get_mut(target + channel) {
                        *byte = u8::try_from(sum / 4).unwrap_or(u8::MAX);
                    }
                }
                target += CHANNELS;
                at += 2 * CHANNELS;
            }
            row_at += 2 * stride;
        }
        self.pixels.truncate(target);
        (self.width, self.height) = (width, height);
    }

    /// The picture as it is to be seen.
    pub(super) fn upright(&self, orientation: Orientation) -> Upright<'_> {
        let (width, height) = (i64::from(self.width), i64::from(self.height));
        // Where one step right and one step down lead in the rows as they lie, beginning from the corner that comes to lie left above.
        let (mut origin, mut right, mut down) = match orientation.quarters {
            0 => (0, 1, width),
            1 => ((height - 1) * width, -width, 1),
            2 => (height * width - 1, -1, -width),
            _ => (width - 1, width, -1),
        };
        let is_turned = orientation.quarters % 2 == 1;
        let seen = if is_turned { (self.height, self.width) } else { (self.width, self.height) };
        if orientation.mirrored {
            // Left and right of what lies change places; which of the seen directions that is depends on the turn.
            if is_turned {
                origin += down * (i64::from(seen.1) - 1);
                down = -down;
            } else {
                origin += right * (i64::from(seen.0) - 1);
                right = -right;
            }
        }
        Upright { pixels: self.pixels.as_chunks().0, width: seen.0, height: seen.1, origin, right, down }
    }
}

/// A frame turned upright: [`GenericImageView`] so that the encoder can read it block by block.
pub(super) struct Upright<'a> {
    pixels: &'a [[u8; CHANNELS]],
    width: u32,
    height: u32,
    origin: i64,
    right: i64,
    down: i64,
}

impl GenericImageView for Upright<'_> {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    #[inline]
    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let at = self.origin + i64::from(x) * self.right + i64::from(y) * self.down;
        Rgb(usize::try_from(at).ok().and_then(|at| self.pixels.get(at)).copied().unwrap_or([CUT_OFF_GREY; CHANNELS]))
    }
}
