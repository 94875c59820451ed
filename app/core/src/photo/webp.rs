//! WebP (RFC 9649): walked through first, so that what the container claims and what the pictures inside say agree before memory is taken; then the one
//! still picture that is wanted (an animation's first frame) is decoded alone, by image-webp.

use std::io::Cursor;

use image_webp::WebPDecoder;

use super::error::RenderError;
use super::frame::{CHANNELS, Frame, buffer, check_size};
use super::limits::{MAX_ICC_BYTES, MAX_PARTS};
use super::png::blended;

/// Says that a lossless picture has transparency, in the byte behind its size.
const LOSSLESS_ALPHA: u8 = 0x10;

/// What a walk found.
#[derive(Debug)]
pub(super) struct Outline<'a> {
    canvas: (u32, u32),
    profile: Option<&'a [u8]>,
    exif: Option<&'a [u8]>,
    picture: Picture<'a>,
    /// Where it lies on the canvas.
    offset: (u32, u32),
}

/// One still picture.
#[derive(Debug, Default)]
struct Picture<'a> {
    size: (u32, u32),
    bits: Bits<'a>,
    alpha: Option<&'a [u8]>,
}

#[derive(Debug, Default)]
enum Bits<'a> {
    #[default]
    None,
    Lossy(&'a [u8]),
    Lossless(&'a [u8]),
}

/// Chunks: name, bytes.
struct Chunks<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Chunks<'a> {
    fn of(rest: &'a [u8]) -> Self {
        Self { rest, left: MAX_PARTS }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let (name, rest) = self.rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let body = rest.get(..length)?;
        // Padded to an even length; the last one's padding is often missing.
        self.rest = rest.get(length + length % 2..).unwrap_or_default();
        Some((name, body))
    }
}

/// A number of three bytes, low one first.
fn three(body: &[u8], at: usize) -> Option<u32> {
    body.get(at..)?.first_chunk().map(|[low, middle, high]| u32::from_le_bytes([*low, *middle, *high, 0]))
}

impl<'a> Picture<'a> {
    /// Takes a chunk that belongs to a picture; the first of each kind counts.
    fn take(&mut self, name: &[u8], body: &'a [u8]) -> Result<(), RenderError> {
        match (name, &self.bits) {
            (b"ALPH", Bits::None) if self.alpha.is_none() => self.alpha = Some(body),
            (b"VP8 ", Bits::None) => {
                // RFC 6386, section 9.1: a key frame's tag, start code, 14 bits each for width and height.
                let [tag, _, _, 0x9d, 0x01, 0x2a, width @ ..] = body else { return Err(RenderError::Damaged) };
                let [wide, width, high, height, ..] = width else { return Err(RenderError::Damaged) };
                if tag & 1 != 0 {
                    return Err(RenderError::Damaged);
                }
                let number = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
                self.size = (number(*wide, *width), number(*high, *height));
                self.bits = Bits::Lossy(body);
            }
            (b"VP8L", Bits::None) => {
                // RFC 9649, section 3.4: signature, then 14 bits each for width and height less one.
                let [0x2f, head @ ..] = body else { return Err(RenderError::Damaged) };
                let head = head.first_chunk().map(|head| u32::from_le_bytes(*head)).ok_or(RenderError::Damaged)?;
                self.size = ((head & 0x3fff) + 1, (head >> 14 & 0x3fff) + 1);
                self.bits = Bits::Lossless(body);
            }
            _ => {}
        }
        Ok(())
    }
}

impl<'a> Outline<'a> {
    /// Walks through the chunks.
    ///
    /// # Errors
    /// [`RenderError::Damaged`] when there is no picture or sizes do not agree, [`RenderError::TooLarge`] over the bounds of
    /// [`limits`](super::limits).
    pub(super) fn of(raw: &'a [u8]) -> Result<Self, RenderError> {
        let length = raw.get(4..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_le_bytes(*four));
        let end = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(8).min(raw.len());
        let mut canvas = None;
        let (mut profile, mut exif, mut frame) = (None, None, None);
        let mut picture = Picture::default();
        for (name, body) in Chunks::of(raw.get(12..end).unwrap_or_default()) {
            match name {
                b"VP8X" if canvas.is_none() => {
                    canvas = Some((three(body, 4).ok_or(RenderError::Damaged)? + 1, three(body, 7).ok_or(RenderError::Damaged)? + 1));
                }
                b"ICCP" if profile.is_none() => profile = Some(body).filter(|body| body.len() <= MAX_ICC_BYTES),
                b"EXIF" if exif.is_none() => exif = Some(body),
                b"ANMF" if frame.is_none() => frame = Some(body),
                _ => picture.take(name, body)?,
            }
        }
        let mut offset = (0, 0);
        if let Some(frame) = frame {
            let numbers = [0, 3, 6, 9].map(|at| three(frame, at));
            let [Some(x), Some(y), Some(width), Some(height)] = numbers else { return Err(RenderError::Damaged) };
            offset = (x * 2, y * 2);
            picture = Picture::default();
            for (name, body) in Chunks::of(frame.get(16..).unwrap_or_default()) {
                picture.take(name, body)?;
            }
            let canvas = canvas.ok_or(RenderError::Damaged)?;
            let fits = offset.0 + width < canvas.0 && offset.1 + height < canvas.1;
            if !fits || picture.size != (width + 1, height + 1) {
                return Err(RenderError::Damaged);
            }
        } else if canvas.is_some_and(|canvas| canvas != picture.size) {
            return Err(RenderError::Damaged);
        }
        let outline = Self { canvas: canvas.unwrap_or(picture.size), profile, exif, picture, offset };
        outline.check()?;
        Ok(outline)
    }

    /// What decoding takes, in half bytes a pixel: lossless pictures are decoded as RGBA in place (4). Lossy ones are held as planes (1.5) and written as
    /// RGB (3) or RGBA (4), beside transparency that is decoded as a lossless picture (4) and kept (1).
    fn check(&self) -> Result<(), RenderError> {
        let halves = match (&self.picture.bits, self.picture.alpha) {
            (Bits::None, _) => return Err(RenderError::Damaged),
            (Bits::Lossless(_), _) => 8,
            (Bits::Lossy(_), None) => 9,
            (Bits::Lossy(_), Some(_)) => 21,
        };
        let on_canvas = if self.picture.size == self.canvas { 0 } else { 2 * CHANNELS as u64 };
        check_size(self.picture.size.0, self.picture.size.1, |pixels| pixels * halves / 2)?;
        check_size(self.canvas.0, self.canvas.1, |pixels| pixels * (halves + on_canvas) / 2)?;
        Ok(())
    }

    /// The EXIF chunk.
    pub(super) fn exif(&self) -> Option<&'a [u8]> {
        self.exif
    }

    /// The colour profile.
    pub(super) fn profile(&self) -> Option<Vec<u8>> {
        self.profile.map(<[u8]>::to_vec)
    }

    /// The pixels, over white.
    ///
    /// # Errors
    /// [`RenderError::Damaged`]; also when it is cut off: its compression does not go from the top to the bottom.
    pub(super) fn decode(&self) -> Result<Frame, RenderError> {
        let picture = self.picture.decode()?;
        if picture.width == self.canvas.0 && picture.height == self.canvas.1 {
            return Ok(picture);
        }
        let mut canvas = Frame::new(self.canvas.0, self.canvas.1)?;
        canvas.pixels.fill(u8::MAX);
        let indent = usize::try_from(self.offset.0).unwrap_or(usize::MAX).saturating_mul(CHANNELS);
        let stride = canvas.stride();
        let rows = canvas.pixels.chunks_exact_mut(stride).skip(usize::try_from(self.offset.1).unwrap_or(usize::MAX));
        for (to, from) in rows.zip(picture.pixels.chunks_exact(picture.stride())) {
            to.iter_mut().skip(indent).zip(from).for_each(|(to, from)| *to = *from);
        }
        Ok(canvas)
    }
}

impl Picture<'_> {
    fn decode(&self) -> Result<Frame, RenderError> {
        let (width, height) = self.size;
        let file = self.alone();
        let mut decoder = WebPDecoder::new(Cursor::new(file.as_slice())).map_err(|_| RenderError::Damaged)?;
        let pixels = check_size(width, height, |_| 0)?;
        let is_rgba = decoder.has_alpha();
        let mut bytes = buffer(pixels * if is_rgba { 4 } else { CHANNELS as u64 })?;
        if decoder.dimensions() != self.size || decoder.output_buffer_size() != Some(bytes.len()) {
            return Err(RenderError::Damaged);
        }
        decoder.read_image(&mut bytes).map_err(|_| RenderError::Damaged)?;
        if is_rgba {
            self.flatten(&mut bytes);
        }
        Ok(Frame { width, height, pixels: bytes })
    }

    /// From RGBA to RGB over white, in the same memory.
    fn flatten(&self, bytes: &mut Vec<u8>) {
        let claims_none = matches!(self.bits, Bits::Lossless([_, _, _, _, head, ..]) if head & LOSSLESS_ALPHA == 0);
        let (mut from, mut to) = (0, 0);
        while let Some([red, green, blue, alpha]) = bytes.get(from..).and_then(|rest| rest.first_chunk()).copied() {
            let alpha = if claims_none { u8::MAX } else { alpha };
            if let Some(pixel) = bytes.get_mut(to..).and_then(|rest| rest.first_chunk_mut()) {
                *pixel = [red, green, blue].map(|value| blended(value, alpha));
            }
            from += 4;
            to += CHANNELS;
        }
        bytes.truncate(to);
    }

    /// A file with this picture and nothing else. A lossless one is said to have transparency: then it is decoded in place and not by way of a copy.
    fn alone(&self) -> Vec<u8> {
        let (lossy, body): (&[u8], &[u8]) = match self.bits {
            Bits::None => (b"VP8 ", &[]),
            Bits::Lossy(body) => (b"VP8 ", body),
            Bits::Lossless(body) => (b"VP8L", body),
        };
        let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
        let put = |file: &mut Vec<u8>, name: &[u8], body: &[u8]| {
            file.extend(name);
            file.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
            file.extend(body);
            file.extend((body.len() % 2 == 1).then_some(0));
        };
        if let (Bits::Lossy(_), Some(alpha)) = (&self.bits, self.alpha) {
            let mut head = vec![0x10, 0, 0, 0];
            let side = |head: &mut Vec<u8>, length: u32| head.extend(length.saturating_sub(1).to_le_bytes().iter().take(3));
            side(&mut head, self.size.0);
            side(&mut head, self.size.1);
            put(&mut file, b"VP8X", &head);
            put(&mut file, b"ALPH", alpha);
        }
        let at = file.len() + 8;
        put(&mut file, lossy, body);
        if let (Bits::Lossless(_), Some(head)) = (&self.bits, file.get_mut(at + 4)) {
            *head |= LOSSLESS_ALPHA;
        }
        let length = u32::try_from(file.len().saturating_sub(8)).unwrap_or(u32::MAX);
        file.iter_mut().skip(4).zip(length.to_le_bytes()).for_each(|(to, from)| *to = from);
        file
    }
}
