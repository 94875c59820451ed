//! Which colour profiles stay with the pixels: whole ones, of a bearable size, for RGB.

use super::limits::MAX_ICC_BYTES;

/// Where the header ends and the tags begin (ICC.1:2022, section 7.2).
const HEADER_BYTES: usize = 128;

/// The profile, where it is one that may stand beside RGB pixels: its header says so (ICC.1:2022, section 7.2: size at 0, colour space at 16, `acsp` at
/// 36). One for grey or CMYK describes pixels that are no longer there.
pub(super) fn for_rgb(profile: Vec<u8>) -> Option<Vec<u8>> {
    let says = |at: usize, what: &[u8; 4]| profile.get(at..).is_some_and(|rest| rest.starts_with(what));
    let size = profile.first_chunk().map(|size| u32::from_be_bytes(*size))?;
    let is_usable = profile.len() > HEADER_BYTES
        && profile.len() <= MAX_ICC_BYTES
        && usize::try_from(size) == Ok(profile.len())
        && says(16, b"RGB ")
        && says(36, b"acsp");
    is_usable.then_some(profile)
}
