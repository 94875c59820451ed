//! JPEG (ISO/IEC 10918-1): walked through before anything is decoded, so that sizes, scans and memory are known and bounded, then decoded by zune-jpeg.
//!
//! The walk also finds the EXIF block, the colour profile and the end. The decoder is handed nothing behind the end: there, motion photos keep a film
//! and others a second picture.
//!
//! A file that is cut off, or damaged inside its pixels, is worked on when at least half of its rows are there; the rest is grey. A citizen's photo that
//! broke off while it was copied still shows the lamp, and what is grey can be seen to be missing. With less than half it is refused as damaged.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::error::RenderError;
use super::frame::{CHANNELS, Frame, check_size};
use super::limits::{CUT_OFF_GREY, CUT_OFF_SHARE, MAX_ICC_BYTES, MAX_PARTS, MAX_SCANNED_PIXELS, MAX_SCANS, MAX_SIDE_PX};

/// How far a walk goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    /// To the first pixels: enough for size and metadata.
    Head,
    /// To the end.
    Whole,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Outline<'a> {
    frame: Option<FrameHeader>,
    /// How many components the first scan has.
    first_scan: usize,
    scans: usize,
    /// Where the file ends: behind the EOI, or where it is cut off.
    end: usize,
    exif: Option<&'a [u8]>,
    /// Pieces of the profile: number, of how many, bytes.
    profile: Vec<(u8, u8, &'a [u8])>,
}

#[derive(Debug)]
struct FrameHeader {
    width: u32,
    height: u32,
    is_progressive: bool,
    /// Sampling factors of each component, across and down.
    sampling: Vec<(u64, u64)>,
}

impl FrameHeader {
    /// B.2.2: precision, height, width, components.
    fn read(marker: u8, body: &[u8]) -> Result<Self, RenderError> {
        let [8, high, low, wide, narrow, count, components @ ..] = body else { return Err(RenderError::Damaged) };
        let (components, _) = components.as_chunks::<3>();
        let sampling: Vec<_> =
            components.iter().take(usize::from(*count)).map(|[_, factors, _]| (u64::from(factors >> 4), u64::from(factors & 15))).collect();
        let is_whole = sampling.len() == usize::from(*count) && matches!(count, 1 | 3 | 4);
        if !is_whole || sampling.iter().any(|(across, down)| !(1..=4).contains(across) || !(1..=4).contains(down)) {
            return Err(RenderError::Damaged);
        }
        let number = |high: &u8, low: &u8| u32::from(*high) << 8 | u32::from(*low);
        Ok(Self { height: number(high, low), width: number(wide, narrow), is_progressive: marker == 0xc2, sampling })
    }

    /// What it takes to hold all coefficients of the picture.
    fn coefficient_bytes(&self) -> u64 {
        let across = self.sampling.iter().map(|(across, _)| *across).max().unwrap_or(1);
        let down = self.sampling.iter().map(|(_, down)| *down).max().unwrap_or(1);
        let units = u64::from(self.width).div_ceil(8 * across) * u64::from(self.height).div_ceil(8 * down);
        let blocks: u64 = self.sampling.iter().map(|(across, down)| across * down).sum();
        units * blocks * 64 * 2
    }
}

impl<'a> Outline<'a> {
    /// Walks through the segments.
    ///
    /// # Errors
    /// [`RenderError::Damaged`] when it cannot be decoded (arithmetic coding, lossless, a second frame), [`RenderError::TooLarge`] over the bounds of
    /// [`limits`](super::limits). That it is cut off is no error here.
    pub(super) fn of(raw: &'a [u8], walk: Walk) -> Result<Self, RenderError> {
        let mut outline = Self::default();
        let mut at = 2;
        for _ in 0..MAX_PARTS {
            let Some((marker, behind)) = next_marker(raw, at) else { return outline.finished(raw.len()) };
            match marker {
                0xd9 => return outline.finished(behind),
                // They stand alone.
                0x01 | 0xd8 => at = behind,
                _ => {
                    let length =
                        raw.get(behind..).and_then(|rest| rest.first_chunk()).map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
                    let Some(body) = length.checked_sub(2).and_then(|length| raw.get(behind + 2..)?.get(..length)) else {
                        return outline.finished(raw.len());
                    };
                    at = behind + length;
                    outline.note(marker, body)?;
                    if marker == 0xda && walk == Walk::Head {
                        return outline.finished(at);
                    }
                }
            }
        }
        Err(RenderError::TooLarge)
    }

    fn note(&mut self, marker: u8, body: &'a [u8]) -> Result<(), RenderError> {
        match marker {
            0xc0..=0xc2 if self.frame.is_none() => self.frame = Some(FrameHeader::read(marker, body)?),
            // Another frame, lossless, hierarchical or arithmetic coding, a height that is told later: no camera writes any.
            0xc0..=0xc3 | 0xc5..=0xcf | 0xdc..=0xdf => return Err(RenderError::Damaged),
            0xda => {
                self.scans += 1;
                if self.scans == 1 {
                    self.first_scan = body.first().copied().map_or(0, usize::from);
                }
            }
            0xe1 if self.exif.is_none() && self.scans == 0 => self.exif = body.strip_prefix(b"Exif\0\0"),
            0xe2 if self.scans == 0 => {
                if let Some([number, count, piece @ ..]) = body.strip_prefix(b"ICC_PROFILE\0") {
                    self.profile.push((*number, *count, piece));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn finished(mut self, end: usize) -> Result<Self, RenderError> {
        self.end = end;
        let frame = self.frame.as_ref().filter(|_| self.scans > 0).ok_or(RenderError::Damaged)?;
        // All coefficients are held until the last scan when each has only a part of them.
        let needs_all = frame.is_progressive || self.first_scan < frame.sampling.len();
        let coefficients = if needs_all { frame.coefficient_bytes() } else { 0 };
        let pixels = check_size(frame.width, frame.height, |pixels| pixels * CHANNELS as u64 + coefficients)?;
        let scanned = pixels.saturating_mul(self.scans as u64);
        if self.scans > 1 && (self.scans > MAX_SCANS || scanned > MAX_SCANNED_PIXELS) {
            return Err(RenderError::TooLarge);
        }
        Ok(self)
    }

    /// The EXIF block.
    pub(super) fn exif(&self) -> Option<&'a [u8]> {
        self.exif
    }

    /// The colour profile, put together (ICC.1:2022, annex B.4); `None` when a piece is missing or there are two of one.
    pub(super) fn profile(&self) -> Option<Vec<u8>> {
        let mut pieces = self.profile.clone();
        pieces.sort_by_key(|(number, _, _)| *number);
        let is_whole =
            pieces.iter().zip(1_usize..).all(|((number, count, _), at)| usize::from(*number) == at && usize::from(*count) == pieces.len());
        let length: usize = pieces.iter().map(|(_, _, piece)| piece.len()).sum();
        (is_whole && length > 0 && length <= MAX_ICC_BYTES).then(|| pieces.iter().flat_map(|(_, _, piece)| *piece).copied().collect())
    }

    /// The pixels.
    ///
    /// # Errors
    /// [`RenderError::Damaged`] when less than half of the rows are there.
    pub(super) fn decode(&self, raw: &[u8]) -> Result<Frame, RenderError> {
        let header = self.frame.as_ref().ok_or(RenderError::Damaged)?;
        let file = raw.get(..self.end).unwrap_or(raw);
        let mut frame = Frame::new(header.width, header.height)?;
        if decode_into(&mut frame, file, true).is_ok() {
            return Ok(frame);
        }
        frame.pixels.fill(CUT_OFF_GREY);
        decode_into(&mut frame, file, false)?;
        if frame.rows_there().saturating_mul(CUT_OFF_SHARE) < usize::try_from(frame.height).unwrap_or(usize::MAX) {
            return Err(RenderError::Damaged);
        }
        Ok(frame)
    }
}

/// Decodes; lenient, it makes what it can of damaged bytes.
fn decode_into(frame: &mut Frame, file: &[u8], strict: bool) -> Result<(), RenderError> {
    let side = usize::try_from(MAX_SIDE_PX).unwrap_or(usize::MAX);
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(side)
        .set_max_height(side)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(|_| RenderError::Damaged)?;
    // Both read the same header; that they agree is no matter of trust.
    if decoder.output_buffer_size() != Some(frame.pixels.len()) || decoder.output_colorspace() != Some(ColorSpace::RGB) {
        return Err(RenderError::Damaged);
    }
    decoder.decode_into(&mut frame.pixels).map_err(|_| RenderError::Damaged)
}

/// The next marker at or behind `at`, and where its segment begins. Passes over the pixels of a scan: in them an FF is followed by 00.
fn next_marker(raw: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += raw.get(at..)?.iter().position(|byte| *byte == 0xff)? + 1;
        let fill = raw.get(at..)?.iter().take_while(|byte| **byte == 0xff).count();
        at += fill;
        match raw.get(at)? {
            // A stuffed FF, or a restart: inside a scan thousands of them are usual, and they are no parts.
            0x00 | 0xd0..=0xd7 => at += 1,
            marker => return Some((*marker, at + 1)),
        }
    }
}
