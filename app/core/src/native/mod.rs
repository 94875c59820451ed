//! The host for a shell and for Tauri: one thread that owns the engine, real files, real HTTP.
//!
//! Everything a device keeps is in one folder, its home: `lanterna.db`, `photos/`, `server` (the server's address) and `lock`. The lock is held while
//! an engine is open, so that there is never a second one.

mod files;
mod home;
mod host;
mod http;

pub use files::PhotoFolder;
pub use home::{Home, HostError};
pub use host::{Answer, Host, Request};
