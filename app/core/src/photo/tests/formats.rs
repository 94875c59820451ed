//! Every kind of JPEG, PNG and WebP, turned upright, within its bytes.

use super::fixtures::*;
use super::*;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, Rgba, RgbaImage};

#[test]
fn three_sizes_come_out_within_their_bytes() {
    let rendered = render(&jpeg_of(&noise(2400, 1800))).unwrap();
    assert_eq!(size(&rendered.full), (2400, 1800));
    for (file, rendition) in renditions(&rendered) {
        assert!(file.bytes.len() as u64 <= rendition.max_bytes(), "{rendition:?} has {} bytes", file.bytes.len());
        let (width, height) = size(file);
        assert!(rendition.max_side_px().is_none_or(|side| width.max(height) <= side));
        assert!(width * 3 == height * 4 || width.abs_diff(height * 4 / 3) <= 2, "{width}×{height} is not 4:3");
    }
    let plain = render(&jpeg_of(&quarters(2400, 1800))).unwrap();
    assert_eq!((size(&plain.thumb), size(&plain.screen)), ((320, 240), (1600, 1200)), "what fits is not made smaller");
}

#[test]
fn noise_is_made_smaller_where_no_quality_fits() {
    // 320 × 320 of pure noise has more than 24 KB at the lowest quality.
    let rendered = render(&jpeg_of(&noise(320, 320))).unwrap();
    assert!(rendered.thumb.bytes.len() as u64 <= Rendition::Thumb.max_bytes());
    assert_eq!(size(&rendered.thumb), (160, 160));
    assert_eq!(size(&rendered.screen), (320, 320), "only the thumbnail has to give way");
}

#[test]
fn the_same_file_gives_the_same_bytes() {
    let raw = with_segments(&jpeg_of(&noise(700, 500)), &[exif_segment(&exif(6))]);
    assert_eq!(render(&raw), render(&raw));
}

#[test]
fn every_orientation_is_burned_in_whatever_the_format() {
    let picture = quarters(40, 24);
    for number in 1..=8 {
        let mut upright = DynamicImage::from(picture.clone());
        upright.apply_orientation(image::metadata::Orientation::from_exif(number).unwrap());
        let (upright, block) = (upright.into_rgb8(), exif(number));
        let jpeg = with_segments(&jpeg_of(&picture), &[exif_segment(&block)]);
        let head = png_head(40, 24, 8, 2, false);
        let before = png_of(&head, &png_chunk(b"eXIf", &block), &rgb_rows(&picture), &[]);
        let behind = png_of(&head, &[], &rgb_rows(&picture), &png_chunk(b"eXIf", &block));
        let webp = |exif: Vec<u8>| webp_of(&[(b"VP8X", vp8x(8, 40, 24)), (b"VP8L", lossless(&picture)), (b"EXIF", exif)]);
        let named = webp(joined(&[b"Exif\0\0", &block]));
        for (raw, what) in [(jpeg, "JPEG"), (before, "PNG"), (behind, "PNG behind"), (webp(block.clone()), "WebP"), (named, "WebP named")] {
            let rendered = render(&raw).unwrap();
            assert_eq!(size(&rendered.full), upright.dimensions(), "{what} {number}");
            assert_corners(&rendered.full, corners(&upright), &format!("{what} {number}"));
            assert!(rendered.position.is_some(), "{what} {number}");
        }
    }
    let odd = with_segments(&jpeg_of(&picture), &[exif_segment(&exif(9))]);
    assert_corners(&render(&odd).unwrap().full, CORNERS, "an orientation that is none");
}

#[test]
fn large_pictures_are_turned_in_every_size() {
    let raw = with_segments(&jpeg_of(&quarters(2000, 1000)), &[exif_segment(&exif(6))]);
    let rendered = render(&raw).unwrap();
    assert_eq!((size(&rendered.thumb), size(&rendered.screen), size(&rendered.full)), ((160, 320), (800, 1600), (1000, 2000)));
    let turned = [CORNERS[2], CORNERS[0], CORNERS[3], CORNERS[1]];
    for (file, rendition) in renditions(&rendered) {
        assert_corners(file, turned, rendition.as_str());
    }
}

#[test]
fn grey_and_progressive_jpegs_are_read() {
    let mut grey = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut grey).write_image(&[77; 24 * 16], 24, 16, ExtendedColorType::L8).unwrap();
    assert_corners(&render(&grey).unwrap().full, [[77; 3]; 4], "grey");

    // Luma in two halves, chroma neutral.
    let halves = |x: usize, _: usize| if x < 2 { [60, 128, 128, 0] } else { [200, 128, 128, 0] };
    for empty_scans in [1, 9] {
        let made = Handmade { width: 32, height: 16, components: 3, progressive: true, empty_scans, adobe: None };
        let rendered = render(&made.bytes(halves)).unwrap();
        assert_corners(&rendered.full, [[60; 3], [200; 3], [60; 3], [200; 3]], "progressive");
    }
    let made = Handmade { width: 32, height: 16, components: 3, progressive: false, empty_scans: 0, adobe: None };
    assert_corners(&render(&made.bytes(halves)).unwrap().full, [[60; 3], [200; 3], [60; 3], [200; 3]], "baseline");
}

#[test]
fn cmyk_and_ycck_become_the_colours_they_print() {
    // Adobe's are inverted: 255 is no ink. Full cyan ink on white paper is cyan.
    let cmyk = Handmade { width: 16, height: 16, components: 4, progressive: false, empty_scans: 0, adobe: Some(0) };
    assert_corners(&render(&cmyk.bytes(|_, _| [0, 255, 255, 255])).unwrap().full, [[0, 255, 255]; 4], "CMYK");
    assert_corners(&render(&cmyk.bytes(|_, _| [255, 255, 255, 0])).unwrap().full, [[0, 0, 0]; 4], "CMYK, only black");
    // Neutral chroma and luma of 55: as much of each ink; no black.
    let ycck = Handmade { adobe: Some(2), ..cmyk };
    let found = corners(&decoded(&render(&ycck.bytes(|_, _| [55, 128, 128, 255])).unwrap().full));
    assert!(found.iter().all(|[red, green, blue]| red.abs_diff(*green) < 6 && green.abs_diff(*blue) < 6), "{found:?} is grey");
}

#[test]
fn every_kind_of_png_is_read_over_white() {
    let row = |bytes: &[u8]| vec![bytes.repeat(8); 8];
    let files = [
        ("grey, 1 bit", png_of(&png_head(8, 8, 1, 0, false), &[], &vec![vec![0xff]; 8], &[]), [255; 3]),
        ("grey, 16 bit", png_of(&png_head(8, 8, 16, 0, false), &[], &row(&[0x50, 0x99]), &[]), [80; 3]),
        ("grey, clear by half", png_of(&png_head(8, 8, 8, 4, false), &[], &row(&[0, 128]), &[]), [127; 3]),
        ("colour, 16 bit", png_of(&png_head(8, 8, 16, 2, false), &[], &row(&[200, 1, 100, 2, 50, 3]), &[]), [200, 100, 50]),
        ("clear", png_of(&png_head(8, 8, 8, 6, false), &[], &row(&[10, 20, 30, 0]), &[]), [255; 3]),
        ("clear, 16 bit", png_of(&png_head(8, 8, 16, 6, false), &[], &row(&[10, 0, 20, 0, 30, 0, 0, 0]), &[]), [255; 3]),
        ("palette", png_of(&png_head(8, 8, 8, 3, false), &png_chunk(b"PLTE", &[1, 2, 3, 40, 90, 160]), &row(&[1]), &[]), [40, 90, 160]),
        (
            "palette, clear",
            png_of(
                &png_head(8, 8, 4, 3, false),
                &joined(&[&png_chunk(b"PLTE", &[1, 2, 3, 40, 90, 160]), &png_chunk(b"tRNS", &[255, 0])]),
                &vec![vec![0x11; 4]; 8],
                &[],
            ),
            [255; 3],
        ),
        (
            "one colour that is clear",
            png_of(&png_head(8, 8, 8, 2, false), &png_chunk(b"tRNS", &[0, 9, 0, 9, 0, 9]), &row(&[9, 9, 9]), &[]),
            [255; 3],
        ),
    ];
    for (what, raw, wanted) in files {
        assert_corners(&render(&raw).unwrap().full, [wanted; 4], what);
    }
}

#[test]
fn interlaced_and_animated_pngs_show_their_first_picture() {
    let picture = quarters(37, 23);
    let raw = png_of(&png_head(37, 23, 8, 2, true), &[], &interlaced_rows(&picture), &[]);
    assert_corners(&render(&raw).unwrap().full, CORNERS, "interlaced");

    let control = |sequence: u32| {
        let body = joined(&[&sequence.to_be_bytes(), &37_u32.to_be_bytes(), &23_u32.to_be_bytes(), &[0; 8], &[0, 1, 0, 10, 0, 0]]);
        png_chunk(b"fcTL", &body)
    };
    let other: Vec<u8> = vec![[&[0_u8][..], &[9; 37 * 3]].concat(); 23].concat();
    let second = joined(&[&control(1), &png_chunk(b"fdAT", &joined(&[&2_u32.to_be_bytes(), &stored(&other)]))]);
    let before = joined(&[&png_chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), &control(0)]);
    let raw = png_of(&png_head(37, 23, 8, 2, false), &before, &rgb_rows(&picture), &second);
    assert_corners(&render(&raw).unwrap().full, CORNERS, "animated");
}

#[test]
fn every_kind_of_webp_is_read_over_white() {
    let picture = quarters(33, 21);
    assert_corners(&render(&webp_of(&[(b"VP8L", lossless(&picture))])).unwrap().full, CORNERS, "lossless");
    let clear = RgbaImage::from_fn(33, 21, |x, _| if x < 16 { Rgba([10, 20, 30, 0]) } else { Rgba([10, 120, 30, 255]) });
    let raw = webp_of(&[(b"VP8X", vp8x(0x10, 33, 21)), (b"VP8L", lossless_alpha(&clear))]);
    assert_corners(&render(&raw).unwrap().full, [[255; 3], [10, 120, 30], [255; 3], [10, 120, 30]], "lossless, clear");
    assert_eq!(size(&render(&webp_of(&[(b"VP8 ", LOSSY_PIXEL.to_vec())])).unwrap().full), (1, 1), "lossy");
    let (alpha, pixels) = LOSSY_ALPHA;
    let raw = webp_of(&[(b"VP8X", vp8x(0x10, 1, 1)), (b"ALPH", alpha.to_vec()), (b"VP8 ", pixels.to_vec())]);
    let seen = *decoded(&render(&raw).unwrap().full).get_pixel(0, 0);
    assert!(is_near(seen.0, [255; 3]), "lossy and clear is white: {seen:?}");
}

#[test]
fn an_animated_webp_shows_its_first_frame_where_it_lies() {
    let (first, second) = (lossless(&quarters(20, 10)), lossless(&noise(40, 30)));
    let raw = webp_of(&[
        (b"VP8X", vp8x(2, 40, 30)),
        (b"ANIM", vec![0; 6]),
        (b"ANMF", anmf((20, 20), (20, 10), &first)),
        (b"ANMF", anmf((0, 0), (40, 30), &second)),
    ]);
    let seen = decoded(&render(&raw).unwrap().full);
    assert_eq!(seen.dimensions(), (40, 30));
    assert!(is_near(seen.get_pixel(3, 3).0, [255; 3]), "white around it");
    assert!(is_near(seen.get_pixel(23, 22).0, CORNERS[0]) && is_near(seen.get_pixel(37, 28).0, CORNERS[3]));
}
