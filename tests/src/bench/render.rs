//! 12 megapixels to three stripped renditions, beside decoding, scaling and encoding alone; and the memory of it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use lanterna_core::photo;

use super::memory::{mib, status_bytes};
use super::{Row, median};
use crate::support::{Folder, fixtures};

const ROUNDS: usize = 7;

/// The work that nobody can do without: decode, scale twice, encode three times at the first quality.
fn alone(raw: &[u8]) -> usize {
    let mut decoder = zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(raw));
    let pixels = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let picture = |pixels, width: usize, height: usize| {
        Image::from_vec_u8(u32::try_from(width).unwrap(), u32::try_from(height).unwrap(), pixels, PixelType::U8x3).unwrap()
    };
    let full = picture(pixels, width, height);
    let scaled = |from: &Image<'_>, side: u32| {
        let longest = from.width().max(from.height());
        let mut to = Image::new(from.width() * side / longest, from.height() * side / longest, PixelType::U8x3);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
        Resizer::new().resize(from, &mut to, &options).unwrap();
        to
    };
    let screen = scaled(&full, 1600);
    let thumb = scaled(&screen, 320);
    [&full, &screen, &thumb].into_iter().map(encoded).sum()
}

fn encoded(picture: &Image<'_>) -> usize {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 88);
    encoder.write_image(picture.buffer(), picture.width(), picture.height(), ExtendedColorType::Rgb8).unwrap();
    bytes.len()
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed()
}

/// Renders one file and prints what it needed: bytes of memory above what the file itself takes, and whether it was rendered. Run in a process of its
/// own, so that nothing else is counted.
pub fn once(file: &Path) {
    let raw = std::fs::read(file).unwrap();
    let before = status_bytes("self", "VmRSS");
    let rendered = photo::render(&raw);
    let peak = status_bytes("self", "VmHWM").saturating_sub(before);
    println!("{peak} {}", rendered.map_or_else(|error| error.to_string(), |_| "rendered".to_owned()));
}

fn peak_of(file: &Path) -> (u64, String) {
    let output = Command::new(std::env::current_exe().unwrap()).arg("render-once").arg(file).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (peak, outcome) = said.trim().split_once(' ').unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
    (peak.parse().unwrap(), outcome.to_owned())
}

/// Measures both, in turns, and the memory.
#[must_use]
pub fn rows() -> Vec<Row> {
    let file = fixtures::camera_jpeg();
    let raw = std::fs::read(&file).unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(time(|| alone(&raw)));
        ours.push(time(|| photo::render(&raw).unwrap()));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let frame = 4000 * 3000 * 3;
    let (peak, _) = peak_of(&file);
    let folder = Folder::new("bench-render");
    let large = folder.join("large.jpg");
    std::fs::write(&large, fixtures::jpeg(12_000, 9_000, 1)).unwrap();
    let (large_peak, outcome) = peak_of(&large);
    let beside = format!("{:.0} ms beside {:.0} ms, medians of {ROUNDS}", ours.as_secs_f64() * 1e3, theirs.as_secs_f64() * 1e3);
    vec![
        Row::at_most("12 MP → three renditions ÷ decode, scale, encode alone", ours.as_secs_f64() / theirs.as_secs_f64(), 1.3, "×")
            .beside(beside),
        Row::at_most("  its peak memory ÷ the decoded frame", mib(peak) / mib(frame), 2.5, "×").beside(format!("{:.0} MiB", mib(peak))),
        Row::at_most("108 MP, peak memory", mib(large_peak), 512.0, "MiB").beside(outcome),
    ]
}
