//! What a file is by its first bytes, never by its name.
//!
//! JPEG, PNG and WebP are read. Everything else that people hand over is recognised so that the refusal can say what it is and what to do.

use std::fmt;

/// How far into a file an `<svg` may stand behind comments.
const SVG_HEAD_BYTES: usize = 1_024;
/// The most entries that are looked at in a TIFF's first directory.
const MAX_TIFF_ENTRIES: usize = 256;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// JPEG: read.
    Jpeg,
    /// PNG, also animated: read, its first frame.
    Png,
    /// WebP, also animated: read, its first frame.
    WebP,
    /// HEIC or HEIF, as iPhones write by default.
    Heif,
    /// AVIF.
    Avif,
    /// JPEG XL.
    JpegXl,
    /// A camera's raw file: CR2, CR3, NEF, ARW, DNG, RAF, ORF, RW2.
    CameraRaw,
    /// MP4, `QuickTime`, 3GP, `WebM`, Matroska, AVI, MPEG.
    Video,
    /// GIF.
    Gif,
    /// TIFF that is no camera's raw file.
    Tiff,
    /// BMP.
    Bmp,
    /// SVG.
    Svg,
    /// PDF.
    Pdf,
    /// No byte at all.
    Empty,
    /// Anything else.
    Unknown,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Jpeg,
        Self::Png,
        Self::WebP,
        Self::Heif,
        Self::Avif,
        Self::JpegXl,
        Self::CameraRaw,
        Self::Video,
        Self::Gif,
        Self::Tiff,
        Self::Bmp,
        Self::Svg,
        Self::Pdf,
        Self::Empty,
        Self::Unknown,
    ];

    /// The media type as HTTP has it, of kinds that are read; `None` for all others.
    pub const fn media_type(self) -> Option<&'static str> {
        match self {
            Self::Jpeg => Some("image/jpeg"),
            Self::Png => Some("image/png"),
            Self::WebP => Some("image/webp"),
            _ => None,
        }
    }

    /// As it is stored and travels between workers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Heif => "heif",
            Self::Avif => "avif",
            Self::JpegXl => "jpeg_xl",
            Self::CameraRaw => "camera_raw",
            Self::Video => "video",
            Self::Gif => "gif",
            Self::Tiff => "tiff",
            Self::Bmp => "bmp",
            Self::Svg => "svg",
            Self::Pdf => "pdf",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
        }
    }

    /// Tells what the bytes are by their signature.
    pub fn of(bytes: &[u8]) -> Self {
        let at = |at: usize, what: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(what));
        match bytes {
            [] => Self::Empty,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Self::Png,
            [b'R', b'I', b'F', b'F', ..] if at(8, b"WEBP") => Self::WebP,
            [b'R', b'I', b'F', b'F', ..] if at(8, b"AVI ") => Self::Video,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'%', b'P', b'D', b'F', b'-', ..] => Self::Pdf,
            [0xff, 0x0a, ..] | [0, 0, 0, 0x0c, b'J', b'X', b'L', b' ', ..] => Self::JpegXl,
            // A BMP's header is 12 or more bytes long and says so, behind 14 bytes that anything could begin with.
            [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Self::Bmp,
            [0x1a, 0x45, 0xdf, 0xa3, ..] | [0, 0, 1, 0xba | 0xb3, ..] | [b'F', b'L', b'V', 1, ..] => Self::Video,
            // RAF, ORF, RW2.
            [b'F', b'U', b'J', b'I', b'F', b'I', b'L', b'M', ..]
            | [b'I', b'I', b'R', b'O' | b'S', ..]
            | [b'M', b'M', b'O', b'R', ..]
            | [b'I', b'I', b'U', 0, ..] => Self::CameraRaw,
            [b'I', b'I', b'*', 0, ..] => of_tiff(bytes, u16::from_le_bytes, u32::from_le_bytes),
            [b'M', b'M', 0, b'*', ..] => of_tiff(bytes, u16::from_be_bytes, u32::from_be_bytes),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => of_brands(bytes),
            // QuickTime of before there were brands.
            [_, _, _, _, b'm', b'o', b'o', b'v', ..] | [_, _, _, _, b'm', b'd', b'a', b't', ..] => Self::Video,
            _ if is_svg(bytes) => Self::Svg,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg | Self::Png | Self::WebP => "this picture cannot be worked on: choose another",
            Self::Heif => {
                "this is a HEIC picture, which cannot be read yet: save it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible) and choose that"
            }
            Self::Avif => "this is an AVIF picture, which cannot be read: save it as JPEG and choose that",
            Self::JpegXl => "this is a JPEG XL picture, which cannot be read: save it as JPEG and choose that",
            Self::CameraRaw => "this is a camera's raw file, which cannot be read: choose the JPEG of the same picture",
            Self::Video => "this is a film, and only photos can be sent: take a photo, or a picture of the screen",
            Self::Gif => "this is a GIF, which cannot be read: choose a photo as JPEG, PNG or WebP",
            Self::Tiff => "this is a TIFF picture, which cannot be read: save it as JPEG and choose that",
            Self::Bmp => "this is a BMP picture, which cannot be read: save it as JPEG or PNG and choose that",
            Self::Svg => "this is a drawing (SVG), and only photos can be sent: choose a photo",
            Self::Pdf => "this is a document (PDF), and only photos can be sent: take a picture of the page",
            Self::Empty => "this file is empty: it was not copied whole. Choose it again, or another",
            Self::Unknown => "this is no JPEG, PNG or WebP picture",
        })
    }
}

/// By the brands of an ISO base media file (ISO/IEC 14496-12, section 4.3): the major one first, then those it is compatible with.
fn of_brands(bytes: &[u8]) -> FileKind {
    let length = bytes.first_chunk().map_or(0, |length| u32::from_be_bytes(*length));
    let end = usize::try_from(length).unwrap_or(usize::MAX).clamp(16, 256);
    let brands = bytes.get(8..end.min(bytes.len())).unwrap_or_default().as_chunks::<4>().0;
    let is_any = |wanted: &[&[u8; 4]]| brands.iter().enumerate().any(|(at, brand)| at != 1 && wanted.contains(&brand));
    if is_any(&[b"avif", b"avis"]) {
        FileKind::Avif
    } else if is_any(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
        FileKind::Heif
    } else if is_any(&[b"crx "]) {
        FileKind::CameraRaw
    } else {
        FileKind::Video
    }
}

/// A TIFF is a camera's raw file when it is a DNG (has its version, tag 50706), a CR2 (says so in its head), or begins with a small preview (tag 254
/// is 1) beside pictures of its own (tag 330), as NEF, ARW and PEF do.
fn of_tiff(bytes: &[u8], short: fn([u8; 2]) -> u16, long: fn([u8; 4]) -> u32) -> FileKind {
    let number = |at: usize| bytes.get(at..)?.first_chunk().map(|two| short(*two));
    if bytes.get(8..10) == Some(b"CR") {
        return FileKind::CameraRaw;
    }
    let directory = bytes.get(4..).and_then(|rest| rest.first_chunk()).map_or(0, |four| long(*four));
    let start = usize::try_from(directory).unwrap_or(usize::MAX);
    let entries = number(start).map_or(0, usize::from).min(MAX_TIFF_ENTRIES);
    let (mut is_preview, mut has_others) = (false, false);
    for entry in 0..entries {
        let Some(at) = start.checked_add(2 + entry * 12) else { break };
        match number(at) {
            Some(50_706) => return FileKind::CameraRaw,
            Some(330) => has_others = true,
            Some(254) => {
                is_preview = bytes.get(at.saturating_add(8)..).and_then(|rest| rest.first_chunk()).is_some_and(|four| long(*four) == 1);
            }
            _ => {}
        }
    }
    if is_preview && has_others { FileKind::CameraRaw } else { FileKind::Tiff }
}

fn is_svg(bytes: &[u8]) -> bool {
    let head = bytes.get(..SVG_HEAD_BYTES.min(bytes.len())).unwrap_or_default();
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    text.starts_with(b"<") && text.windows(4).any(|window| window == b"<svg")
}
