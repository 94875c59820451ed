//! What the citizen's pages and the back office share: the way to the engine, messages in the person's language, and a few small parts.
//!
//! Screens ask and show; this crate must never decide anything about reports or cases, and never holds a text that a person reads: those are in
//! `assets/i18n`, one file a language. Photo bytes stay in the browser's own buffers and are never copied into this module's memory.
//!
//! The story in order: [`page`] knows the build the page is of and its place in the browser; [`i18n`] fetches the messages ([`message`] is their
//! form) and [`format`](mod@format) writes dates and numbers; [`client`] finds the engine, in a worker ([`worker`]) or behind Tauri ([`tauri`], in
//! the frames of [`frame`]); [`parts`] draws what every screen needs; [`file`] hands over what a camera made; [`fetch`] asks a server.

pub mod frame;
pub mod message;

#[cfg(test)]
mod keys;

#[cfg(target_arch = "wasm32")]
pub mod client;
#[cfg(target_arch = "wasm32")]
pub mod fetch;
#[cfg(target_arch = "wasm32")]
pub mod file;
#[cfg(target_arch = "wasm32")]
pub mod format;
#[cfg(target_arch = "wasm32")]
pub mod i18n;
#[cfg(target_arch = "wasm32")]
pub mod page;
#[cfg(target_arch = "wasm32")]
pub mod parts;
#[cfg(target_arch = "wasm32")]
pub mod tauri;
#[cfg(target_arch = "wasm32")]
pub mod worker;
