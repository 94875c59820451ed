//! The one frame in which commands and replies cross to the Tauri shell: a length, JSON, and raw bytes behind it.
//!
//! `[u32 little endian: bytes of JSON][JSON][photo bytes, or nothing]`. JSON alone could not carry a photo without making it a third larger.

/// Bytes of the length in front.
pub const PREFIX_BYTES: u32 = 4;

/// The prefix of a frame whose JSON takes `json_bytes`.
pub const fn prefix(json_bytes: u32) -> [u8; 4] {
    json_bytes.to_le_bytes()
}

/// Where the JSON of a frame of `total_bytes` ends and its raw bytes begin, counted from the frame's start; `None` for a frame that is cut short.
pub fn json_end(prefix: [u8; 4], total_bytes: u32) -> Option<u32> {
    PREFIX_BYTES.checked_add(u32::from_le_bytes(prefix)).filter(|end| *end <= total_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_taken_apart_where_it_was_put_together() {
        assert_eq!(json_end(prefix(300), 304), Some(304));
        assert_eq!(json_end(prefix(300), 5_000_000), Some(304));
    }

    #[test]
    fn a_frame_that_is_cut_short_is_refused() {
        assert_eq!(json_end(prefix(300), 303), None);
        assert_eq!(json_end(prefix(u32::MAX), 400), None);
    }
}
