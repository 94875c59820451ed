//! Photos: from the camera's bytes to three renditions that are pixels and a colour profile and nothing else.

mod alike;
mod render;
mod sniff;

pub use alike::alike;
pub use render::{RenderError, Rendered, RenderedFile, position_in, render};
pub use sniff::{MediaType, sniff};
