//! Every bound of the photo pipeline, in one place. Each is checked before the memory is taken or the work is begun, and refused in words.
//!
//! What may come in is bounded in bytes by [`MAX_RAW_BYTES`]; what goes out by [`Rendition::max_bytes`](lanterna_shared::photo::Rendition::max_bytes).

pub use lanterna_shared::photo::MAX_RAW_BYTES;

/// The most pixels that are decoded: phones' largest common size is 108 megapixels (12,032 × 9,024). As RGB these are 343 MiB.
pub const MAX_PIXELS: u64 = 120_000_000;
/// The longest side: what a JPEG can name.
pub const MAX_SIDE_PX: u32 = 65_535;
/// The most bytes that decoding may need beside the file: the frame, and what a format has to hold until the frame is whole (the coefficients of a
/// progressive JPEG, the planes of a lossy WebP).
pub const MAX_WORKING_BYTES: u64 = 480 * 1024 * 1024;
/// The most parts (segments of a JPEG, chunks of PNG and WebP) that are walked through. Cameras write under 100; a colour profile alone may take 255.
pub const MAX_PARTS: usize = 8_192;
/// The most scans of a JPEG. Encoders write about 10.
pub const MAX_SCANS: usize = 100;
/// The most pixels that all scans of a JPEG pass over together: 16 scans of the largest picture, 100 of 20 megapixels.
pub const MAX_SCANNED_PIXELS: u64 = 2_000_000_000;
/// The largest block of EXIF that is read. A JPEG's is under 64 KB; a larger one is passed over.
pub const MAX_EXIF_BYTES: usize = 256 * 1024;
/// The largest colour profile that is kept. Cameras' are under 4 KB, printers' may have megabytes.
pub const MAX_ICC_BYTES: usize = 1024 * 1024;
/// How much of a rendition's bytes its colour profile may take, as 1/N; a larger one is left out of that rendition.
pub const ICC_SHARE: u64 = 4;
/// What a PNG's decoder may take for rows and profile.
pub const MAX_PNG_WORK_BYTES: usize = 16 * 1024 * 1024;
/// A picture that is cut off is worked on when at least 1/N of its rows are there; the rest is [`CUT_OFF_GREY`].
pub const CUT_OFF_SHARE: usize = 2;
/// What stands for pixels that are not there.
pub const CUT_OFF_GREY: u8 = 128;
/// JPEG qualities that are tried until the bytes fit; after the last the picture is made smaller.
pub const QUALITIES: [u8; 6] = [88, 80, 70, 58, 45, 30];
/// No picture is made smaller than this to fit.
pub const MIN_SIDE_PX: u32 = 16;
