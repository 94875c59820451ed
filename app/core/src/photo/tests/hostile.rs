//! Files that are no photo, claim to be larger than they are, or are damaged: each refused in words, within bounded time and memory.

use super::fixtures::*;
use super::*;
use std::time::{Duration, Instant};

/// What the worst of these files may take here, with room for a busy machine. What is refused is refused in milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

fn refused(raw: &[u8], wanted: RenderError, what: &str) {
    let start = Instant::now();
    assert_eq!(render(raw), Err(wanted), "{what}");
    assert!(start.elapsed() < PATIENCE, "{what} took {:?}", start.elapsed());
}

/// A TIFF's first directory, little-endian, with these tags and values.
fn tiff(tags: &[(u16, u32)]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend(u16::try_from(tags.len()).unwrap().to_le_bytes());
    for (tag, value) in tags {
        bytes.extend(joined(&[&tag.to_le_bytes(), &4_u16.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()]));
    }
    bytes.extend([0; 4]);
    bytes
}

fn ftyp(major: &[u8], compatible: &[&[u8; 4]]) -> Vec<u8> {
    let mut bytes = u32::try_from(16 + 4 * compatible.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(joined(&[b"ftyp", major, &[0; 4], &compatible.iter().copied().flatten().copied().collect::<Vec<u8>>()]));
    bytes.extend([0; 64]);
    bytes
}

#[test]
fn every_other_file_is_told_by_what_it_is() {
    let files: [(FileKind, Vec<u8>); 40] = [
        (FileKind::Empty, vec![]),
        (FileKind::Heif, ftyp(b"heic", &[b"mif1", b"heic"])),
        (FileKind::Heif, ftyp(b"mif1", &[b"heic"])),
        (FileKind::Heif, ftyp(b"heix", &[])),
        (FileKind::Avif, ftyp(b"avif", &[b"mif1", b"miaf"])),
        (FileKind::Avif, ftyp(b"mif1", &[b"avif"])),
        (FileKind::CameraRaw, ftyp(b"crx ", &[b"crx ", b"isom"])),
        (FileKind::CameraRaw, b"II*\0\x10\0\0\0CR\x02\0".to_vec()),
        (FileKind::CameraRaw, tiff(&[(254, 1), (330, 99)])),
        (FileKind::CameraRaw, tiff(&[(254, 0), (50_706, 1)])),
        (FileKind::CameraRaw, b"FUJIFILMCCD-RAW 0201".to_vec()),
        (FileKind::CameraRaw, b"IIRO\x08\0\0\0".to_vec()),
        (FileKind::CameraRaw, b"MMOR\0\0\0\x08".to_vec()),
        (FileKind::CameraRaw, b"IIU\0\x18\0\0\0".to_vec()),
        (FileKind::Tiff, tiff(&[(254, 0), (256, 10)])),
        (FileKind::Tiff, b"MM\0*\xff\xff\xff\xff".to_vec()),
        (FileKind::Tiff, b"II*\0".to_vec()),
        (FileKind::Video, ftyp(b"isom", &[b"mp42"])),
        (FileKind::Video, ftyp(b"qt  ", &[])),
        (FileKind::Video, ftyp(b"3gp4", &[b"isom"])),
        (FileKind::Video, b"\0\0\0\x20moov".to_vec()),
        (FileKind::Video, b"\0\0\0\x08ftyp".to_vec()),
        (FileKind::Video, b"\x1a\x45\xdf\xa3\x01\0\0\0webm".to_vec()),
        (FileKind::Video, b"RIFF\0\0\0\0AVI LIST".to_vec()),
        (FileKind::Video, b"\0\0\x01\xba\x44".to_vec()),
        (FileKind::Gif, b"GIF89a\x01\0\x01\0".to_vec()),
        (FileKind::Gif, b"GIF87a".to_vec()),
        (FileKind::Bmp, b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".to_vec()),
        (FileKind::JpegXl, b"\xff\x0a\xfa\x7f".to_vec()),
        (FileKind::JpegXl, b"\0\0\0\x0cJXL \r\n\x87\n".to_vec()),
        (FileKind::Svg, b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
        (FileKind::Svg, b"\xef\xbb\xbf \n<?xml version='1.0'?><!-- --><svg/>".to_vec()),
        (FileKind::Pdf, b"%PDF-1.7".to_vec()),
        (FileKind::Unknown, b"<html><body>Please log in</body></html>".to_vec()),
        (FileKind::Unknown, b"Monday we walked".to_vec()),
        (FileKind::Unknown, b"\xff\xd8".to_vec()),
        (FileKind::Unknown, b"\x89PNG".to_vec()),
        (FileKind::Unknown, b"RIFF\0\0\0\0WAVE".to_vec()),
        (FileKind::Unknown, vec![0; 4_096]),
        (FileKind::Unknown, b"BM".to_vec()),
    ];
    for (kind, raw) in files {
        assert_eq!(FileKind::of(&raw), kind, "{raw:?}");
        refused(&raw, RenderError::Unreadable(kind), kind.as_str());
        assert_eq!(examine(&raw), Err(RenderError::Unreadable(kind)));
    }
    let mut sentences: Vec<_> = FileKind::ALL.into_iter().skip(3).map(|kind| kind.to_string()).collect();
    sentences.sort();
    sentences.dedup();
    assert_eq!(sentences.len(), FileKind::ALL.len() - 3, "each has a sentence of its own");
}

#[test]
fn what_claims_to_be_larger_than_can_be_is_refused_before_memory_is_taken() {
    let made = |width, height, components, progressive| {
        let made = Handmade { width: 8, height: 8, components, progressive, empty_scans: 0, adobe: None };
        let mut raw = made.bytes(|_, _| [9; 4]);
        let marker = if progressive { 0xc2 } else { 0xc0 };
        let at = raw.windows(2).position(|window| window == [0xff, marker]).unwrap();
        raw[at + 5..at + 7].copy_from_slice(&u16::to_be_bytes(height));
        raw[at + 7..at + 9].copy_from_slice(&u16::to_be_bytes(width));
        raw
    };
    let vp8 = |width: u16, height: u16| joined(&[b"\x30\x01\0\x9d\x01\x2a", &width.to_le_bytes(), &height.to_le_bytes(), &[0; 12]]);
    let vp8l = |width: u32, height: u32| joined(&[&[0x2f], &((width - 1) | (height - 1) << 14).to_le_bytes(), &[0; 12]]);
    let still = |canvas: (u32, u32), lossy: Vec<u8>| webp_of(&[(b"VP8X", vp8x(0, canvas.0, canvas.1)), (b"VP8 ", lossy)]);
    let bomb = |width, height| joined(&[&png_head(width, height, 8, 2, false), &png_chunk(b"IDAT", &[0x78, 1]), &png_chunk(b"IEND", &[])]);
    let files = [
        ("JPEG of 65,535 × 65,535", made(65_535, 65_535, 3, false), RenderError::TooLarge),
        ("progressive JPEG of 100 MP, all colours whole", made(10_000, 10_000, 3, true), RenderError::TooLarge),
        ("JPEG without height", made(64, 0, 3, false), RenderError::Damaged),
        ("JPEG of 0 × 0", made(0, 0, 1, false), RenderError::Damaged),
        ("PNG of 50,000 × 50,000", bomb(50_000, 50_000), RenderError::TooLarge),
        ("PNG of 100,000,000 × 1", bomb(100_000_000, 1), RenderError::TooLarge),
        ("PNG of 2,147,483,647 squared", bomb(0x7fff_ffff, 0x7fff_ffff), RenderError::TooLarge),
        ("PNG of 0 × 0", bomb(0, 0), RenderError::Damaged),
        ("WebP of 16,383 × 16,383", webp_of(&[(b"VP8 ", vp8(16_383, 16_383))]), RenderError::TooLarge),
        ("lossless WebP of 16,384 × 16,384", webp_of(&[(b"VP8L", vp8l(16_384, 16_384))]), RenderError::TooLarge),
        ("WebP that is larger inside than outside", still((1, 1), vp8(16_383, 16_383)), RenderError::Damaged),
        ("WebP that is larger outside than inside", still((16_777_216, 16_777_216), LOSSY_PIXEL.to_vec()), RenderError::Damaged),
        ("WebP of 0 × 0", webp_of(&[(b"VP8 ", vp8(0, 0))]), RenderError::Damaged),
        (
            "animated WebP on a canvas of 281 million million pixels",
            webp_of(&[(b"VP8X", vp8x(2, 16_777_216, 16_777_216)), (b"ANMF", anmf((0, 0), (4, 4), &lossless(&quarters(4, 4))))]),
            RenderError::TooLarge,
        ),
        (
            "animated WebP with a frame beside its canvas",
            webp_of(&[(b"VP8X", vp8x(2, 10, 10)), (b"ANMF", anmf((8, 8), (4, 4), &lossless(&quarters(4, 4))))]),
            RenderError::Damaged,
        ),
        ("WebP with nothing in it", webp_of(&[(b"VP8X", vp8x(0, 4, 4))]), RenderError::Damaged),
    ];
    for (what, raw, wanted) in files {
        refused(&raw, wanted, what);
        let at_the_door = if wanted == RenderError::TooLarge { Err(wanted) } else { Ok(None) };
        assert_eq!(examine(&raw).map(|examined| examined.position), at_the_door, "{what}: damage is kept, what is too large is not");
    }
    refused(&vec![0xff; 64 * 1024 * 1024 + 1], RenderError::Unreadable(FileKind::Unknown), "64 MB of nothing");
    let mut large = jpeg_of(&quarters(8, 8));
    large.resize(64 * 1024 * 1024 + 1, 0);
    refused(&large, RenderError::TooLarge, "a byte over 64 MB");
}

#[test]
fn pictures_as_wide_as_can_be_are_worked_on() {
    let made = Handmade { width: 65_535, height: 4, components: 3, progressive: false, empty_scans: 0, adobe: None };
    let rendered = render(&made.bytes(|_, _| [90, 128, 128, 0])).unwrap();
    assert_eq!((size(&rendered.full), size(&rendered.screen), size(&rendered.thumb)), ((65_535, 4), (1_600, 1), (320, 1)));
    let made = Handmade { width: 1, height: 65_535, ..made };
    assert_eq!(size(&render(&made.bytes(|_, _| [90, 128, 128, 0])).unwrap().screen), (1, 1_600));
    assert_eq!(size(&render(&jpeg_of(&quarters(1, 1))).unwrap().thumb), (1, 1));
}

#[test]
fn scans_and_parts_without_end_are_refused() {
    let made = |width, height, empty_scans| {
        Handmade { width, height, components: 1, progressive: true, empty_scans, adobe: None }.bytes(|_, _| [77; 4])
    };
    assert!(render(&made(64, 64, limits::MAX_SCANS - 1)).is_ok(), "as many as are allowed");
    refused(&made(64, 64, limits::MAX_SCANS), RenderError::TooLarge, "a scan too many");
    refused(&made(64, 64, 5_000), RenderError::TooLarge, "5,000 scans");
    refused(&made(9_000, 9_000, 60), RenderError::TooLarge, "60 scans over 81 megapixels");
    let comments = vec![(0xfe, vec![]); limits::MAX_PARTS];
    refused(&with_segments(&jpeg_of(&quarters(8, 8)), &comments), RenderError::TooLarge, "8,192 comments");
    let picture = jpeg_of(&quarters(8, 8));
    refused(&joined(&[&[0xff, 0xd8], &vec![0xff; 8 * 1024 * 1024]]), RenderError::Damaged, "8 MB of fill bytes");
    let filled = joined(&[&picture[..2], &vec![0xff; 1024 * 1024], &picture[2..]]);
    assert!(matches!(render(&filled), Ok(_) | Err(RenderError::Damaged)));
}

/// Deflated zeros, 258 for every 13 bits: a block with the fixed code (RFC 1951, section 3.2.6) that says "zero" and then "the same again".
fn swelling(repeats: usize) -> Vec<u8> {
    let bits = [1, 1, 0].into_iter().chain([0, 0, 1, 1, 0, 0, 0, 0]);
    let again = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    let bits: Vec<u8> = bits.chain(std::iter::repeat_n(again, repeats).flatten()).chain([0; 7]).collect();
    let packed = bits.chunks(8).map(|eight| eight.iter().rev().fold(0, |byte, bit| byte << 1 | bit));
    [0x78, 0x01].into_iter().chain(packed).collect()
}

#[test]
fn profiles_and_texts_that_swell_are_left_out() {
    let swollen = swelling(1_200_000);
    let chunk = joined(&[
        &png_chunk(b"iCCP", &joined(&[b"bomb\0\0", &swollen])),
        &png_chunk(b"zTXt", &joined(&[b"bomb\0\0", &swollen])),
        &png_chunk(b"iTXt", &joined(&[b"bomb\0\x01\0\0\0", &swollen])),
    ]);
    let raw = png_of(&png_head(40, 30, 8, 2, false), &chunk, &rgb_rows(&quarters(40, 30)), &[]);
    let start = Instant::now();
    assert_corners(&render(&raw).unwrap().full, CORNERS, "the picture is worked on without it");
    assert!(start.elapsed() < PATIENCE);
}

#[test]
fn a_photo_that_is_cut_off_is_worked_on_when_half_of_it_is_there() {
    let whole = jpeg_of(&noise(400, 400));
    let most = render(&whole[..whole.len() * 9 / 10]).unwrap();
    let seen = decoded(&most.full);
    assert_eq!(seen.dimensions(), (400, 400));
    assert!((0..400).all(|x| is_near(seen.get_pixel(x, 398).0, [limits::CUT_OFF_GREY; 3])), "what is missing is grey");
    assert!((0..400).any(|x| !is_near(seen.get_pixel(x, 300).0, [limits::CUT_OFF_GREY; 3])));
    refused(&whole[..whole.len() / 3], RenderError::Damaged, "a third");
    refused(&whole[..60], RenderError::Damaged, "60 bytes");

    let rows = rgb_rows(&noise(400, 400));
    let png = png_of(&png_head(400, 400, 8, 2, false), &[], &rows, &[]);
    let seen = decoded(&render(&png[..png.len() * 3 / 4]).unwrap().full);
    assert!(is_near(seen.get_pixel(7, 390).0, [limits::CUT_OFF_GREY; 3]) && seen.dimensions() == (400, 400));
    refused(&png[..png.len() / 3], RenderError::Damaged, "a third of a PNG");
    let interlaced = png_of(&png_head(400, 400, 8, 2, true), &[], &interlaced_rows(&noise(400, 400)), &[]);
    refused(&interlaced[..interlaced.len() * 3 / 4], RenderError::Damaged, "most of an interlaced PNG");
    let webp = webp_of(&[(b"VP8L", lossless(&noise(200, 200)))]);
    refused(&webp[..webp.len() * 9 / 10], RenderError::Damaged, "most of a WebP");

    let halves = |x: usize, _: usize| if x < 20 { [60, 128, 128, 0] } else { [200, 128, 128, 0] };
    let progressive = Handmade { width: 320, height: 320, components: 3, progressive: true, empty_scans: 4, adobe: None }.bytes(halves);
    let rendered = render(&progressive[..progressive.len() - 400]).unwrap();
    assert_corners(&rendered.full, [[60; 3], [200; 3], [60; 3], [200; 3]], "a progressive JPEG without its last scans");
}

#[test]
fn codings_that_no_camera_writes_are_called_damaged() {
    let picture = jpeg_of(&quarters(16, 16));
    let at = picture.windows(2).position(|window| window == [0xff, 0xc0]).unwrap();
    for marker in [0xc3, 0xc5, 0xc9, 0xca, 0xcf] {
        let mut raw = picture.clone();
        raw[at + 1] = marker;
        refused(&raw, RenderError::Damaged, "arithmetic coding or lossless");
    }
    let mut deep = picture.clone();
    deep[at + 4] = 12;
    refused(&deep, RenderError::Damaged, "12 bits");
    let frame = picture[at + 4..at + 4 + 15].to_vec();
    refused(&with_segments(&picture, &[(0xc0, frame)]), RenderError::Damaged, "two frames");
}
