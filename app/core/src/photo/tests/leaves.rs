//! What leaves the device: pixels and a colour profile. Everything else that cameras and tools put into files is put in here, and looked for.

use super::fixtures::*;
use super::*;
use lanterna_shared::position::PositionSource;

/// The parts of a JPEG, told by a reader of its own: markers in order with their bodies, and what stands behind the end.
fn parts(jpeg: &[u8]) -> (Vec<(u8, &[u8])>, &[u8]) {
    assert_eq!(jpeg[..2], [0xff, 0xd8], "SOI");
    let (mut parts, mut at) = (vec![(0xd8, &jpeg[..0])], 2);
    loop {
        assert_eq!(jpeg[at], 0xff, "a marker at {at}");
        let marker = jpeg[at + 1];
        if marker == 0xd9 {
            parts.push((marker, &jpeg[..0]));
            return (parts, &jpeg[at + 2..]);
        }
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        parts.push((marker, &jpeg[at + 4..at + 2 + length]));
        at += 2 + length;
        if marker == 0xda {
            while jpeg[at] != 0xff || jpeg[at + 1] == 0 {
                at += 1;
            }
        }
    }
}

/// Checks each rendition part by part. Returns the profile that each carries.
fn assert_bare(rendered: &Rendered, what: &str) -> [Option<Vec<u8>>; 3] {
    renditions(rendered).map(|(file, rendition)| {
        let (parts, behind) = parts(&file.bytes);
        assert!(behind.is_empty(), "{what}, {rendition:?}: {} bytes behind the end", behind.len());
        let mut profile = Vec::new();
        for (at, (marker, body)) in parts.iter().enumerate() {
            match marker {
                0xd8 | 0xd9 | 0xdb | 0xc0 | 0xc4 | 0xda => {}
                // JFIF: name, version, density; no thumbnail.
                0xe0 => assert!(at == 1 && body.starts_with(b"JFIF\0") && body.len() == 14 && body.ends_with(&[0, 0]), "{what}: {body:?}"),
                0xe2 => profile.extend(&body.strip_prefix(b"ICC_PROFILE\0").expect("no other use of APP2")[2..]),
                _ => panic!("{what}, {rendition:?}: segment {marker:x} of {} bytes", body.len()),
            }
        }
        for secret in [SECRET, b"Exif", b"http://", b"8BIM", b"MPF\0", b"ftyp", b"Lampione"] {
            assert!(!file.bytes.windows(secret.len()).any(|window| window == secret), "{what}, {rendition:?} holds {secret:?}");
        }
        (!profile.is_empty()).then_some(profile)
    })
}

/// Every part of a JPEG that holds something else than pixels.
fn talkative() -> Vec<(u8, Vec<u8>)> {
    let xmp = joined(&[b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>", SECRET, b"</x:xmpmeta>"]);
    let guid = b"0123456789ABCDEF0123456789ABCDEF";
    let extended = joined(&[b"http://ns.adobe.com/xmp/extension/\0", guid, &30_u32.to_be_bytes(), &[0; 4], SECRET]);
    let iptc = joined(&[b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x23\x1c\x02\x5a\0\x1e", SECRET]);
    let mpf = joined(&[b"MPF\0MM\0*\0\0\0\x08\0\x01\xb0\0\0\x07\0\0\0\x040100\0\0\0\0", SECRET]);
    vec![
        exif_segment(&exif(1)),
        (0xe1, xmp),
        (0xe1, extended),
        (0xed, iptc),
        (0xe2, mpf),
        (0xe4, joined(&[b"FLIR", SECRET])),
        (0xea, joined(&[b"Samsung", SECRET])),
        (0xfe, joined(&[b"Lampione ", SECRET])),
    ]
}

/// What a motion photo and a gain map leave behind the end.
fn behind_the_end(jpeg: &mut Vec<u8>) {
    let second = with_segments(&jpeg_of(&quarters(16, 16)), &talkative());
    jpeg.extend(second);
    jpeg.extend(joined(&[b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x40moovudta\xa9xyz", SECRET]));
}

#[test]
fn nothing_of_a_jpegs_metadata_leaves() {
    let profile = profile(b"RGB ", 600);
    let mut segments = talkative();
    segments.extend(profile_segments(&profile));
    let mut raw = with_segments(&jpeg_of(&quarters(1800, 1200)), &segments);
    behind_the_end(&mut raw);
    assert!(raw.windows(SECRET.len()).filter(|window| *window == SECRET).count() > 12, "the fixture is full of it");
    let rendered = render(&raw).unwrap();
    assert_eq!(assert_bare(&rendered, "JPEG"), [Some(profile.clone()), Some(profile.clone()), Some(profile)]);
    assert_corners(&rendered.full, CORNERS, "the first picture is the one that is seen");
}

#[test]
fn nothing_of_a_pngs_or_webps_metadata_leaves() {
    let picture = quarters(640, 400);
    let text = joined(&[
        &png_chunk(b"tEXt", &joined(&[b"Comment\0", SECRET])),
        &png_chunk(b"zTXt", &joined(&[b"Raw profile\0\0", &stored(SECRET)])),
        &png_chunk(b"iTXt", &joined(&[b"XML:com.adobe.xmp\0\0\0\0\0", SECRET])),
        &png_chunk(b"tIME", &[7, 234, 11, 24, 12, 0, 0]),
        &png_chunk(b"eXIf", &exif(1)),
        &png_chunk(b"caBX", SECRET),
    ]);
    let mut png = png_of(&png_head(640, 400, 8, 2, false), &text, &rgb_rows(&picture), &text);
    png.extend(SECRET);
    let mut webp = webp_of(&[
        (b"VP8X", vp8x(0x2c, 640, 400)),
        (b"ICCP", profile(b"RGB ", 501)),
        (b"VP8L", lossless(&picture)),
        (b"EXIF", exif(1)),
        (b"XMP ", joined(&[b"<x:xmpmeta>", SECRET])),
        (b"GPS ", SECRET.to_vec()),
    ]);
    webp.extend(SECRET);
    let rendered = render(&png).unwrap();
    assert!(rendered.position.is_some());
    assert_eq!(assert_bare(&rendered, "PNG"), [None, None, None]);
    let rendered = render(&webp).unwrap();
    assert!(rendered.position.is_some());
    assert_eq!(assert_bare(&rendered, "WebP")[2], Some(profile(b"RGB ", 501)));
}

#[test]
fn a_colour_profile_stays_in_one_piece_or_many() {
    let large = profile(b"RGB ", 200_000);
    let rendered = render(&with_segments(&jpeg_of(&quarters(400, 300)), &profile_segments(&large))).unwrap();
    let [thumb, screen, full] = assert_bare(&rendered, "four pieces");
    assert_eq!(full, Some(large), "put together again");
    assert_eq!((thumb, screen), (None, None), "no room for it there");

    let shuffled: Vec<_> = profile_segments(&profile(b"RGB ", 140_000)).into_iter().rev().collect();
    let rendered = render(&with_segments(&jpeg_of(&quarters(40, 30)), &shuffled)).unwrap();
    assert_eq!(assert_bare(&rendered, "out of order")[2], Some(profile(b"RGB ", 140_000)));

    let small = profile(b"RGB ", 548);
    let chunk = png_chunk(b"iCCP", &joined(&[b"Display P3\0\0", &stored(&small)]));
    let rendered = render(&png_of(&png_head(40, 30, 8, 2, false), &chunk, &rgb_rows(&quarters(40, 30)), &[])).unwrap();
    assert_eq!(assert_bare(&rendered, "PNG"), [Some(small.clone()), Some(small.clone()), Some(small)]);
}

#[test]
fn profiles_that_are_not_of_these_pixels_are_dropped() {
    let picture = jpeg_of(&quarters(40, 30));
    let mut short = profile(b"RGB ", 600);
    short.truncate(500);
    let mut unsigned = profile(b"RGB ", 600);
    unsigned[36] = b'x';
    let mut missing = profile_segments(&profile(b"RGB ", 200_000));
    missing.remove(1);
    let mut twice = profile_segments(&profile(b"RGB ", 600));
    twice.extend(profile_segments(&profile(b"RGB ", 600)));
    let files = [
        ("for CMYK", profile_segments(&profile(b"CMYK", 600))),
        ("for grey", profile_segments(&profile(b"GRAY", 600))),
        ("shorter than it says", profile_segments(&short)),
        ("unsigned", profile_segments(&unsigned)),
        ("garbage", profile_segments(b"a profile of its own")),
        ("too large", profile_segments(&profile(b"RGB ", limits::MAX_ICC_BYTES + 1))),
        ("a piece is missing", missing),
        ("twice", twice),
        ("a bomb of empty pieces", vec![(0xe2, b"ICC_PROFILE\0\x01\xff".to_vec()); 4_000]),
    ];
    for (what, segments) in files {
        assert_eq!(assert_bare(&render(&with_segments(&picture, &segments)).unwrap(), what), [None, None, None], "{what}");
    }
    let cmyk = Handmade { width: 16, height: 16, components: 4, progressive: false, empty_scans: 0, adobe: Some(2) };
    let raw = with_segments(&cmyk.bytes(|_, _| [9; 4]), &profile_segments(&profile(b"CMYK", 600)));
    assert_eq!(assert_bare(&render(&raw).unwrap(), "CMYK"), [None, None, None]);
}

#[test]
fn the_position_is_known_from_the_head_and_from_the_whole() {
    let raw = with_segments(&jpeg_of(&quarters(640, 480)), &[exif_segment(&exif(6))]);
    let rendered = render(&raw).unwrap();
    assert_eq!(examine(&raw), Ok(Examined { media_type: "image/jpeg", position: rendered.position }));
    assert_eq!(examine(&raw[..1_000]).map(|examined| examined.position), Ok(rendered.position), "the head is enough");
    let position = rendered.position.unwrap();
    assert!((position.lat_degrees() - 44.405_555).abs() < 1e-5 && (position.lon_degrees() - 8.946_111).abs() < 1e-5);
    assert_eq!(position.source(), PositionSource::Photo);
    let south_west = exif_at(1, (LAT, b'S'), (LON, b'w'));
    let position = render(&with_segments(&jpeg_of(&quarters(64, 48)), &[exif_segment(&south_west)])).unwrap().position.unwrap();
    assert!(position.lat_degrees() < -44.0 && position.lon_degrees() < -8.0);
}

#[test]
fn absurd_positions_are_as_if_there_were_none() {
    let picture = jpeg_of(&quarters(40, 24));
    let zero: Angle = [(0, 1), (0, 1), (0, 1)];
    let files = [
        ("0/0", exif_at(6, (zero, b'N'), (zero, b'E'))),
        ("denominators of 0", exif_at(6, ([(44, 0), (24, 0), (20, 0)], b'N'), (LON, b'E'))),
        ("0 by 0", exif_at(6, ([(0, 0); 3], b'N'), ([(0, 0); 3], b'E'))),
        ("seconds of 0 by 0", exif_at(6, ([(44, 1), (24, 1), (0, 0)], b'N'), (LON, b'E'))),
        ("latitude 200", exif_at(6, ([(200, 1), (0, 1), (0, 1)], b'N'), (LON, b'E'))),
        ("latitude of four thousand million", exif_at(6, ([(u32::MAX, 1), (0, 1), (0, 1)], b'N'), (LON, b'E'))),
        ("longitude 181", exif_at(6, (LAT, b'N'), ([(181, 1), (0, 1), (0, 1)], b'E'))),
        ("70 minutes", exif_at(6, ([(44, 1), (70, 1), (0, 1)], b'N'), (LON, b'E'))),
        ("no half of the earth", exif_at(6, (LAT, 0), (LON, b'E'))),
        ("a half that is none", exif_at(6, (LAT, b'N'), (LON, b'N'))),
        ("cut off", exif(6)[..100].to_vec()),
    ];
    for (what, block) in files {
        let raw = with_segments(&picture, &[exif_segment(&block)]);
        let rendered = render(&raw).unwrap();
        assert_eq!((rendered.position, examine(&raw).unwrap().position), (None, None), "{what}");
        assert_eq!(size(&rendered.full), (24, 40), "{what}: what can be read of the rest is read");
    }
    for garbage in [b"".as_slice(), b"MM", b"MM\0*\xff\xff\xff\xff", &[0xff; 300]] {
        let rendered = render(&with_segments(&picture, &[exif_segment(garbage)])).unwrap();
        assert_eq!((rendered.position, size(&rendered.full)), (None, (40, 24)));
    }
}
