//! PNG (ISO/IEC 15948): decoded row by row into RGB over white, so that no wider copy is ever held. Of an animation, the picture that stands for it.
//!
//! Text, times and anything behind the end are never read. A file that is cut off is worked on when at least half of its rows are there and it is not
//! interlaced; the rest is grey.

use std::io::Cursor;

use png::{ColorType, Decoder, InterlaceInfo, Limits, Reader, Transformations};

use super::error::RenderError;
use super::frame::{CHANNELS, Frame, check_size};
use super::limits::{CUT_OFF_SHARE, MAX_PARTS, MAX_PNG_WORK_BYTES};

/// Bits of a pixel of [`Frame`].
const BITS: u8 = 24;
const SIGNATURE_BYTES: usize = 8;

/// Width and height, as the first chunk says.
pub(super) fn size(raw: &[u8]) -> Result<(u32, u32), RenderError> {
    let (_, body, _) = chunk(raw, SIGNATURE_BYTES).filter(|(name, _, _)| *name == b"IHDR").ok_or(RenderError::Damaged)?;
    let number = |at: usize| body.get(at..).and_then(|rest| rest.first_chunk()).map(|four| u32::from_be_bytes(*four));
    let (width, height) = number(0).zip(number(4)).ok_or(RenderError::Damaged)?;
    check_size(width, height, |pixels| pixels * CHANNELS as u64)?;
    Ok((width, height))
}

/// The EXIF chunk, which may stand before or behind the pixels.
pub(super) fn exif(raw: &[u8]) -> Option<&[u8]> {
    let mut at = SIGNATURE_BYTES;
    for _ in 0..MAX_PARTS {
        let (name, body, behind) = chunk(raw, at)?;
        if name == b"eXIf" {
            return Some(body);
        }
        at = behind;
    }
    None
}

/// The name and bytes of the chunk at `at`, and where the next begins.
fn chunk(raw: &[u8], at: usize) -> Option<(&[u8; 4], &[u8], usize)> {
    let rest = raw.get(at..)?;
    let length = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?;
    let name = rest.get(4..)?.first_chunk()?;
    let body = rest.get(8..)?.get(..length)?;
    Some((name, body, at.checked_add(length)?.checked_add(12)?))
}

/// The pixels, and the colour profile.
///
/// # Errors
/// [`RenderError::Damaged`], [`RenderError::TooLarge`].
pub(super) fn decode(raw: &[u8]) -> Result<(Frame, Option<Vec<u8>>), RenderError> {
    let (width, height) = size(raw)?;
    let mut decoder = Decoder::new_with_limits(Cursor::new(raw), Limits { bytes: MAX_PNG_WORK_BYTES });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(|_| RenderError::Damaged)?;
    if reader.info().size() != (width, height) {
        return Err(RenderError::Damaged);
    }
    let profile = reader.info().icc_profile.as_ref().map(|profile| profile.to_vec());
    let mut frame = Frame::new(width, height)?;
    let rows = read_rows(&mut reader, &mut frame);
    let is_enough = match rows {
        Ok(()) => true,
        Err(row) => !reader.info().interlaced && row.saturating_mul(CUT_OFF_SHARE) >= usize::try_from(height).unwrap_or(usize::MAX),
    };
    if is_enough { Ok((frame, profile)) } else { Err(RenderError::Damaged) }
}

/// Reads what there is; the error is how many rows there were.
fn read_rows(reader: &mut Reader<Cursor<&[u8]>>, frame: &mut Frame) -> Result<(), usize> {
    let (color, _) = reader.output_color_type();
    let stride = frame.stride();
    let mut opaque = vec![0; stride];
    let mut done = 0_usize;
    loop {
        let Some(row) = reader.next_interlaced_row().map_err(|_| done)? else { return Ok(()) };
        let length = over_white(color, row.data(), &mut opaque);
        let opaque = opaque.get(..length).unwrap_or_default();
        match row.interlace() {
            InterlaceInfo::Adam7(pass) => png::expand_interlaced_row(&mut frame.pixels, stride, opaque, pass, BITS),
            InterlaceInfo::Null(_) => {
                let target = frame.pixels.get_mut(done.saturating_mul(stride)..).unwrap_or_default();
                target.iter_mut().zip(opaque).for_each(|(to, from)| *to = *from);
            }
        }
        done += 1;
    }
}

/// A row as RGB; what is transparent shows white, as on paper. Returns how many bytes it has.
fn over_white(color: ColorType, row: &[u8], target: &mut [u8]) -> usize {
    let (pixels, _) = target.as_chunks_mut::<CHANNELS>();
    let mut count = 0;
    let mut put = |pixel: [u8; CHANNELS]| {
        if let Some(to) = pixels.get_mut(count) {
            *to = pixel;
            count += 1;
        }
    };
    match color {
        // A palette is expanded to colours before it comes here.
        ColorType::Grayscale | ColorType::Indexed => row.iter().for_each(|grey| put([*grey; CHANNELS])),
        ColorType::GrayscaleAlpha => row.as_chunks().0.iter().for_each(|[grey, alpha]| put([blended(*grey, *alpha); CHANNELS])),
        ColorType::Rgb => row.as_chunks().0.iter().for_each(|pixel| put(*pixel)),
        ColorType::Rgba => {
            row.as_chunks().0.iter().for_each(|[red, green, blue, alpha]| put([*red, *green, *blue].map(|value| blended(value, *alpha))));
        }
    }
    count * CHANNELS
}

/// A value of a pixel that covers white by `alpha`/255.
pub(super) fn blended(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u16::from(value), u16::from(alpha));
    u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}
