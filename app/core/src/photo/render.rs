//! The photo pipeline: decode once, scale twice, encode three times, upright.
//!
//! A pure function over bytes; hosts run it in a thread or worker of its own that ends with it, so that its memory is given back. What comes out is
//! written anew: pixels and the colour profile. No EXIF, XMP, IPTC, MPF or anything behind the end of the image can pass, because nothing is copied.
//! The facts that matter (which side is up, the position) are read first; the position travels as a field. The same file always gives the same bytes on
//! the same machine, so that a rendition that was lost can be made again under its hash.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lanterna_shared::duplicate::PerceptualHash;
use lanterna_shared::photo::{MAX_RAW_BYTES, PhotoHash, PhotoRef, Rendition};
use lanterna_shared::position::Position;

use super::alike::alike;
use super::encode::{Encoding, scaled};
use super::error::RenderError;
use super::exif::Facts;
use super::frame::Frame;
use super::jpeg::{self, Walk};
use super::sniff::FileKind;
use super::{icc, png, webp};

/// One finished rendition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedFile {
    /// SHA-256 of `bytes`.
    pub hash: PhotoHash,
    /// A JPEG.
    pub bytes: Vec<u8>,
}

impl RenderedFile {
    fn new(bytes: Vec<u8>) -> Self {
        Self { hash: PhotoHash::of(&bytes), bytes }
    }
}

/// The three renditions of one photo, and what its metadata said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// [`Rendition::Thumb`].
    pub thumb: RenderedFile,
    /// [`Rendition::Screen`].
    pub screen: RenderedFile,
    /// [`Rendition::Full`].
    pub full: RenderedFile,
    /// Where the photo says it was taken.
    pub position: Option<Position>,
    /// What it looks like.
    pub alike: Option<PerceptualHash>,
}

impl Rendered {
    /// What ops call the three.
    pub fn photo_ref(&self) -> PhotoRef {
        PhotoRef { thumb: self.thumb.hash, screen: self.screen.hash, full: self.full.hash, alike: self.alike }
    }
}

/// What the head of a file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examined {
    /// The media type as HTTP has it.
    pub media_type: &'static str,
    /// Where the photo says it was taken.
    pub position: Option<Position>,
}

/// Looks at the head of a file: enough to refuse at once what can never become a photo, while whoever chose it can choose another, and to know the
/// position the moment the photo is there. Damage is not looked for: what a camera gave is kept, and [`render`] says what can be made of it.
///
/// # Errors
/// [`RenderError::Unreadable`] and [`RenderError::TooLarge`].
pub fn examine(raw: &[u8]) -> Result<Examined, RenderError> {
    let kind = FileKind::of(raw);
    let media_type = kind.media_type().ok_or(RenderError::Unreadable(kind))?;
    if raw.len() as u64 > MAX_RAW_BYTES {
        return Err(RenderError::TooLarge);
    }
    let exif = match kind {
        FileKind::Jpeg => jpeg::Outline::of(raw, Walk::Head).map(|outline| outline.exif()),
        FileKind::Png => png::size(raw).map(|_| png::exif(raw)),
        _ => webp::Outline::of(raw).map(|outline| outline.exif()),
    };
    match exif {
        Ok(exif) => Ok(Examined { media_type, position: Facts::of(exif).position }),
        Err(RenderError::TooLarge) => Err(RenderError::TooLarge),
        Err(_) => Ok(Examined { media_type, position: None }),
    }
}

/// Makes the renditions of a raw photo.
///
/// # Errors
/// [`RenderError`]; never panics, whatever the bytes are.
pub fn render(raw: &[u8]) -> Result<Rendered, RenderError> {
    // The decoders are others' code over hostile bytes. A mistake in one costs that photo and not the engine.
    catch_unwind(AssertUnwindSafe(|| render_unguarded(raw))).unwrap_or(Err(RenderError::Damaged))
}

pub(super) fn render_unguarded(raw: &[u8]) -> Result<Rendered, RenderError> {
    let kind = FileKind::of(raw);
    if kind.media_type().is_none() {
        return Err(RenderError::Unreadable(kind));
    }
    if raw.len() as u64 > MAX_RAW_BYTES {
        return Err(RenderError::TooLarge);
    }
    let (mut frame, profile, facts) = decode(raw, kind)?;
    let profile = profile.and_then(icc::for_rgb);
    let encode = |frame: &mut Frame, rendition| {
        Encoding { rendition, orientation: facts.orientation, profile: profile.as_deref() }.fit(frame).map(RenderedFile::new)
    };
    // The largest comes last: to make it fit, its pixels may be given up.
    let mut screen = scaled(&frame, Rendition::Screen)?;
    let mut thumb = scaled(screen.as_ref().unwrap_or(&frame), Rendition::Thumb)?;
    let smallest = thumb.as_ref().or(screen.as_ref()).unwrap_or(&frame);
    let alike = alike(&smallest.upright(facts.orientation));
    let thumb = match (&mut thumb, &mut screen) {
        (Some(thumb), _) => encode(thumb, Rendition::Thumb)?,
        (None, _) => encode(&mut frame.clone(), Rendition::Thumb)?,
    };
    let screen = match &mut screen {
        Some(screen) => encode(screen, Rendition::Screen)?,
        None => encode(&mut frame.clone(), Rendition::Screen)?,
    };
    let full = encode(&mut frame, Rendition::Full)?;
    Ok(Rendered { thumb, screen, full, position: facts.position, alike })
}

/// The pixels as they lie, the colour profile as it stands there, and the facts.
fn decode(raw: &[u8], kind: FileKind) -> Result<(Frame, Option<Vec<u8>>, Facts), RenderError> {
    match kind {
        FileKind::Jpeg => {
            let outline = jpeg::Outline::of(raw, Walk::Whole)?;
            Ok((outline.decode(raw)?, outline.profile(), Facts::of(outline.exif())))
        }
        FileKind::Png => {
            let (frame, profile) = png::decode(raw)?;
            Ok((frame, profile, Facts::of(png::exif(raw))))
        }
        FileKind::WebP => {
            let outline = webp::Outline::of(raw)?;
            Ok((outline.decode()?, outline.profile(), Facts::of(outline.exif())))
        }
        _ => Err(RenderError::Unreadable(kind)),
    }
}
