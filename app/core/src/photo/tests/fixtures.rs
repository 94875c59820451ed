//! Files made by hand, byte by byte: no camera's file is needed, and every part that must not leave is known.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, RgbaImage};
use std::io::Cursor;

/// What no rendition may hold: stands in every part of the fixtures that is not pixels.
pub(super) const SECRET: &[u8] = b"44.405N 8.946E Via Garibaldi 9";

/// Four corners of four colours, wider than high, so that every turn and mirror can be told apart.
pub(super) const CORNERS: [[u8; 3]; 4] = [[220, 30, 30], [30, 200, 30], [30, 30, 220], [230, 220, 40]];

pub(super) fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb(CORNERS[usize::from(x >= width / 2) + 2 * usize::from(y >= height / 2)]))
}

pub(super) fn noise(width: u32, height: u32) -> RgbImage {
    let shade = |x: u32, y: u32, of: u32| ((x * 31 + y * 17 + of).wrapping_mul(2_654_435_761) >> 24).to_le_bytes()[0];
    RgbImage::from_fn(width, height, |x, y| Rgb([shade(x, y, 1), shade(y, x, 3), shade(x, y, 5)]))
}

pub(super) fn jpeg_of(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90)
        .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

/// Puts segments behind the start of a JPEG.
pub(super) fn with_segments(jpeg: &[u8], segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    for (marker, body) in segments {
        bytes.extend([0xff, *marker]);
        bytes.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
        bytes.extend(body);
    }
    bytes.extend(&jpeg[2..]);
    bytes
}

pub(super) fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Degrees, minutes and seconds with their denominators, as three fractions.
pub(super) type Angle = [(u32, u32); 3];

pub(super) const LAT: Angle = [(44, 1), (24, 1), (20, 1)];
pub(super) const LON: Angle = [(8, 1), (56, 1), (46, 1)];

/// A TIFF block with an orientation, a position and a maker's text, big-endian, as a camera writes it.
pub(super) fn exif(orientation: u8) -> Vec<u8> {
    exif_at(orientation, (LAT, b'N'), (LON, b'E'))
}

pub(super) fn exif_at(orientation: u8, (lat, half): (Angle, u8), (lon, side): (Angle, u8)) -> Vec<u8> {
    let entry =
        |tag: u16, kind: u16, count: u32, value: [u8; 4]| joined(&[&tag.to_be_bytes(), &kind.to_be_bytes(), &count.to_be_bytes(), &value]);
    let gps: u32 = 8 + 2 + 3 * 12 + 4;
    let numbers = gps + 2 + 4 * 12 + 4;
    let text = numbers + 48;
    let mut tiff = b"MM\0*\0\0\0\x08\0\x03".to_vec();
    tiff.extend(entry(0x010f, 2, u32::try_from(SECRET.len()).unwrap(), text.to_be_bytes()));
    tiff.extend(entry(0x0112, 3, 1, [0, orientation, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, gps.to_be_bytes()));
    tiff.extend([0; 4]);
    tiff.extend([0, 4]);
    tiff.extend(entry(1, 2, 2, [half, 0, 0, 0]));
    tiff.extend(entry(2, 5, 3, numbers.to_be_bytes()));
    tiff.extend(entry(3, 2, 2, [side, 0, 0, 0]));
    tiff.extend(entry(4, 5, 3, (numbers + 24).to_be_bytes()));
    tiff.extend([0; 4]);
    for (value, of) in lat.into_iter().chain(lon) {
        tiff.extend(value.to_be_bytes());
        tiff.extend(of.to_be_bytes());
    }
    assert_eq!(tiff.len(), usize::try_from(text).unwrap());
    tiff.extend(SECRET);
    tiff
}

pub(super) fn exif_segment(tiff: &[u8]) -> (u8, Vec<u8>) {
    (0xe1, joined(&[b"Exif\0\0", tiff]))
}

/// A colour profile of `length` bytes for pixels of `space`.
pub(super) fn profile(space: &[u8], length: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..length).map(|at| (at % 251).to_le_bytes()[0]).collect();
    bytes[..4].copy_from_slice(&u32::try_from(length).unwrap().to_be_bytes());
    bytes[12..16].copy_from_slice(b"mntr");
    bytes[16..20].copy_from_slice(space);
    bytes[36..40].copy_from_slice(b"acsp");
    bytes
}

pub(super) fn profile_segments(profile: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let pieces: Vec<_> = profile.chunks(65_000).collect();
    let count = u8::try_from(pieces.len()).unwrap();
    pieces.iter().zip(1..).map(|(piece, number)| (0xe2, joined(&[b"ICC_PROFILE\0", &[number, count], piece]))).collect()
}

/// A JPEG made bit by bit: blocks of one colour each, so that it can have any components, be progressive, and have as many scans as wanted.
pub(super) struct Handmade {
    pub(super) width: u16,
    pub(super) height: u16,
    /// What `color` gives for a block, one value a component.
    pub(super) components: usize,
    pub(super) progressive: bool,
    /// Scans behind the first of a progressive one, each a few bytes long whatever the size.
    pub(super) empty_scans: usize,
    /// The transform in an Adobe segment, where there is one.
    pub(super) adobe: Option<u8>,
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, length: u32) {
        for at in (0..length).rev() {
            self.pending = self.pending << 1 | (value >> at & 1);
            self.count += 1;
            if self.count == 8 {
                let byte = self.pending.to_le_bytes()[0];
                self.bytes.push(byte);
                self.bytes.extend((byte == 0xff).then_some(0));
                (self.pending, self.count) = (0, 0);
            }
        }
    }

    fn finished(mut self) -> Vec<u8> {
        let missing = (8 - self.count) % 8;
        self.put((1 << missing) - 1, missing);
        self.bytes
    }
}

impl Handmade {
    pub(super) fn bytes(&self, color: impl Fn(usize, usize) -> [u8; 4]) -> Vec<u8> {
        let (across, down) = (usize::from(self.width).div_ceil(8), usize::from(self.height).div_ceil(8));
        let ids = || (1..=self.components).map(|id| u8::try_from(id).unwrap());
        let mut file = vec![0xff, 0xd8];
        let put = |file: &mut Vec<u8>, marker: u8, body: &[u8]| {
            file.extend([0xff, marker]);
            file.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
            file.extend(body);
        };
        if let Some(transform) = self.adobe {
            put(&mut file, 0xee, &joined(&[b"Adobe\0\x64\0\0\0\0", &[transform]]));
        }
        put(&mut file, 0xdb, &joined(&[&[0], &[1; 64]]));
        let frame: Vec<u8> = ids().flat_map(|id| [id, 0x11, 0]).collect();
        let count = u8::try_from(self.components).unwrap();
        let marker = if self.progressive { 0xc2 } else { 0xc0 };
        put(&mut file, marker, &joined(&[&[8], &self.height.to_be_bytes(), &self.width.to_be_bytes(), &[count], &frame]));
        // Differences of 0 to 11 bits, each named by 4; then "end of block" by 0 and "nothing in the next blocks" by 10.
        put(&mut file, 0xc4, &joined(&[&[0, 0, 0, 0, 12], &[0; 12], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]]));
        put(&mut file, 0xc4, &joined(&[&[0x10, 1, 1], &[0; 14], &[0x00, 0xe0]]));
        let scan: Vec<u8> = ids().flat_map(|id| [id, 0]).collect();
        put(&mut file, 0xda, &joined(&[&[count], &scan, &[0, if self.progressive { 0 } else { 63 }, 0]]));
        let mut bits = Bits::default();
        let mut before = [0_i32; 4];
        for y in 0..down {
            for x in 0..across {
                for (value, before) in color(x, y).into_iter().zip(&mut before).take(self.components) {
                    let now = (i32::from(value) - 128) * 8;
                    let difference = now - std::mem::replace(before, now);
                    let length = 32 - difference.unsigned_abs().leading_zeros();
                    bits.put(length, 4);
                    let value = if difference < 0 { difference - 1 } else { difference };
                    bits.put(value.cast_unsigned() & ((1 << length) - 1), length);
                    if !self.progressive {
                        bits.put(0, 1);
                    }
                }
            }
        }
        file.extend(bits.finished());
        for _ in 0..self.empty_scans {
            put(&mut file, 0xda, &[1, 1, 0, 1, 63, 0]);
            let mut bits = Bits::default();
            let mut left = across * down;
            while left > 0 {
                if left >= 1 << 14 {
                    let run = left.min((1 << 15) - 1);
                    bits.put(0b10, 2);
                    bits.put(u32::try_from(run - (1 << 14)).unwrap(), 14);
                    left -= run;
                } else {
                    bits.put(0, 1);
                    left -= 1;
                }
            }
            file.extend(bits.finished());
        }
        file.extend([0xff, 0xd9]);
        file
    }
}

/// A chunk of a PNG, with its checksum.
pub(super) fn png_chunk(name: &[u8], body: &[u8]) -> Vec<u8> {
    let named = joined(&[name, body]);
    let mut crc = u32::MAX;
    for byte in &named {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    joined(&[&u32::try_from(body.len()).unwrap().to_be_bytes(), &named, &(!crc).to_be_bytes()])
}

/// Zlib without compression.
pub(super) fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = vec![0x78, 0x01];
    let pieces: Vec<_> = bytes.chunks(65_535).collect();
    for (at, piece) in pieces.iter().enumerate() {
        let length = u16::try_from(piece.len()).unwrap();
        zlib.push(u8::from(at + 1 == pieces.len()));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(*piece);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    zlib.extend((b << 16 | a).to_be_bytes());
    zlib
}

pub(super) fn png_head(width: u32, height: u32, depth: u8, color: u8, interlaced: bool) -> Vec<u8> {
    let body = joined(&[&width.to_be_bytes(), &height.to_be_bytes(), &[depth, color, 0, 0, u8::from(interlaced)]]);
    joined(&[b"\x89PNG\r\n\x1a\n", &png_chunk(b"IHDR", &body)])
}

/// A PNG of these rows (each without its filter byte), with `before` and `behind` the pixels.
pub(super) fn png_of(head: &[u8], before: &[u8], rows: &[Vec<u8>], behind: &[u8]) -> Vec<u8> {
    let raw: Vec<u8> = rows.iter().flat_map(|row| [&[0], row.as_slice()].concat()).collect();
    joined(&[head, before, &png_chunk(b"IDAT", &stored(&raw)), behind, &png_chunk(b"IEND", &[])])
}

pub(super) fn rgb_rows(picture: &RgbImage) -> Vec<Vec<u8>> {
    picture.rows().map(|row| row.flat_map(|pixel| pixel.0).collect()).collect()
}

/// The rows of Adam7's seven passes, one after the other (ISO/IEC 15948, section 8.2).
pub(super) fn interlaced_rows(picture: &RgbImage) -> Vec<Vec<u8>> {
    let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut rows = Vec::new();
    for (x, y, across, down) in passes {
        for row in (y..picture.height()).step_by(down) {
            let pixels: Vec<u8> = (x..picture.width()).step_by(across).flat_map(|column| picture.get_pixel(column, row).0).collect();
            if !pixels.is_empty() {
                rows.push(pixels);
            }
        }
    }
    rows
}

/// The chunks of a RIFF as a WebP.
pub(super) fn webp_of(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, bytes) in chunks {
        body.extend(*name);
        body.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
        body.extend(bytes);
        body.extend((bytes.len() % 2 == 1).then_some(0));
    }
    joined(&[b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes(), &body])
}

/// The one chunk of a lossless WebP.
pub(super) fn lossless(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::WebP).unwrap();
    vp8l(&bytes.into_inner())
}

pub(super) fn lossless_alpha(picture: &RgbaImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::WebP).unwrap();
    vp8l(&bytes.into_inner())
}

fn vp8l(file: &[u8]) -> Vec<u8> {
    assert_eq!(&file[12..16], b"VP8L");
    let length = usize::try_from(u32::from_le_bytes(file[16..20].try_into().unwrap())).unwrap();
    file[20..20 + length].to_vec()
}

/// The head of an extended WebP: flags (ICC 0x20, alpha 0x10, EXIF 8, XMP 4, animation 2) and the canvas.
pub(super) fn vp8x(flags: u8, width: u32, height: u32) -> Vec<u8> {
    joined(&[&[flags, 0, 0, 0], &(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]])
}

/// A frame of an animation.
pub(super) fn anmf((x, y): (u32, u32), (width, height): (u32, u32), vp8l: &[u8]) -> Vec<u8> {
    let numbers = [x / 2, y / 2, width - 1, height - 1, 100].map(|number| number.to_le_bytes()[..3].to_vec()).concat();
    joined(&[
        &numbers,
        &[0],
        b"VP8L",
        &u32::try_from(vp8l.len()).unwrap().to_le_bytes(),
        vp8l,
        if vp8l.len() % 2 == 1 { &[0] } else { &[] },
    ])
}

/// The smallest lossy picture: one pixel.
pub(super) const LOSSY_PIXEL: &[u8] = b"\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00\x0e\xc0\xfe\x25\xa4\x00\x03\x70\x00\x00\x00\x00";
/// The same with transparency: its alpha chunk, and its pixels.
pub(super) const LOSSY_ALPHA: (&[u8], &[u8]) = (
    b"\x11\x07\x10\x11\xfd\x0f\x44\x44\xff\x03\x00\x00",
    b"\x14\x01\x00\x9d\x01\x2a\x01\x00\x01\x00\x00\x00\xfe\x00\x00\x0d\xc0\x00\xfe\xe6\xb5\x00\x00\x00",
);
