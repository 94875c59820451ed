//! Whole files with bytes changed, cut out and put in at random: never a panic, never more than the limits.

use super::fixtures::*;
use super::*;
use proptest::prelude::*;
use std::sync::OnceLock;

fn whole() -> &'static [Vec<u8>] {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let picture = quarters(48, 40);
        let mut segments = vec![exif_segment(&exif(7))];
        segments.extend(profile_segments(&profile(b"RGB ", 300)));
        let color = |x: usize, y: usize| [(x * 40).to_le_bytes()[0], (y * 50).to_le_bytes()[0], 90, 200];
        let made = |components, progressive, empty_scans, adobe| {
            Handmade { width: 45, height: 37, components, progressive, empty_scans, adobe }.bytes(color)
        };
        let chunks = joined(&[&png_chunk(b"eXIf", &exif(5)), &png_chunk(b"iCCP", &joined(&[b"p\0\0", &stored(&profile(b"RGB ", 200))]))]);
        let (alpha, lossy) = LOSSY_ALPHA;
        vec![
            with_segments(&jpeg_of(&picture), &segments),
            jpeg_of(&noise(40, 24)),
            made(3, true, 3, None),
            made(4, false, 0, Some(2)),
            made(1, true, 2, None),
            png_of(&png_head(48, 40, 8, 2, false), &chunks, &rgb_rows(&picture), &[]),
            png_of(&png_head(48, 40, 8, 2, true), &chunks, &interlaced_rows(&picture), &[]),
            webp_of(&[(b"VP8L", lossless(&noise(24, 16)))]),
            webp_of(&[(b"VP8X", vp8x(0x18, 1, 1)), (b"ALPH", alpha.to_vec()), (b"VP8 ", lossy.to_vec()), (b"EXIF", exif(3))]),
            webp_of(&[(b"VP8X", vp8x(2, 40, 30)), (b"ANIM", vec![0; 6]), (b"ANMF", anmf((2, 2), (20, 10), &lossless(&quarters(20, 10))))]),
        ]
    })
}

fn check(raw: &[u8]) -> Result<(), TestCaseError> {
    let _ = examine(raw);
    // Without the guard: a decoder that panics is to be seen here.
    match render::render_unguarded(raw) {
        Ok(rendered) => {
            for (file, rendition) in renditions(&rendered) {
                prop_assert!(file.bytes.len() as u64 <= rendition.max_bytes());
                prop_assert_eq!(&file.bytes[..2], &[0xff, 0xd8]);
            }
        }
        Err(error) => prop_assert!(error != RenderError::Host),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn damaged_files_never_panic_and_never_exceed_the_limits(
        which in 0..10_usize,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..12),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut raw = whole()[which].clone();
        for (at, byte) in changes {
            let at = at.index(raw.len());
            raw[at] = byte;
        }
        if let Some(cut) = cut {
            raw.truncate(cut.index(raw.len()));
        }
        check(&raw)?;
    }

    #[test]
    fn spliced_files_never_panic(
        (one, other) in (0..10_usize, 0..10_usize),
        (from, to) in any::<(proptest::sample::Index, proptest::sample::Index)>(),
    ) {
        let (one, other) = (&whole()[one], &whole()[other]);
        let raw = [&one[..from.index(one.len())], &other[to.index(other.len())..]].concat();
        check(&raw)?;
    }
}
