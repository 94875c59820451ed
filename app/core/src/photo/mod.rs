//! Photos: from the camera's bytes to three renditions that are pixels and a colour profile and nothing else.
//!
//! The story in order: [`FileKind`] tells what the bytes are; the outline of a JPEG, PNG or WebP is walked through and held against [`limits`] before
//! memory is taken; one decoder makes RGB pixels of it; they are scaled, read upright and encoded within each rendition's bytes. What cannot be worked on
//! is refused by a [`RenderError`] that says what it is, and is kept as it came where it was accepted before.

mod alike;
mod encode;
mod error;
mod exif;
mod frame;
mod icc;
mod jpeg;
pub mod limits;
mod png;
mod render;
mod sniff;
mod webp;

#[cfg(test)]
mod tests;

pub use alike::alike;
pub use error::RenderError;
pub use render::{Examined, Rendered, RenderedFile, examine, render};
pub use sniff::FileKind;
