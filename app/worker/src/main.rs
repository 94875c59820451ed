//! The device engine's host in the browser: a worker of the page, with SQLite and photo files in the origin's private file system (OPFS).
//!
//! It owns what the engine may not touch: the clock, randomness, the network, files, timers and the photo pipeline's worker. It must never decide
//! anything about reports, and never open an engine while another tab may have one.
//!
//! The story in order:
//! 1. `assets/boot/engine.js` compiles this module and calls [`run_engine`] with the build id; [`page`] speaks with the page.
//! 2. [`turn`] decides which tab has the engine; [`lock`] is the browser's lock and the tabs' way to ask each other for it.
//! 3. [`host`] holds the lock, opens [`database`] (SQLite's pool of files) and [`photos`] (a folder), and then the engine.
//! 4. Every input of the engine goes through [`host`], and every effect is run: [`http`], [`photos`], [`render`], timers, replies and events.
//! 5. When another tab asks, the engine is closed, the files are let go and then the lock; this tab follows.
//!
//! Where the browser keeps nothing (private browsing without OPFS), the same engine runs over memory and the page is told so.

#![cfg_attr(not(target_arch = "wasm32"), allow(missing_docs, reason = "outside a browser only the tests of `turn` are built"))]

#[cfg(any(target_arch = "wasm32", test))]
mod turn;

#[cfg(target_arch = "wasm32")]
mod database;
#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(target_arch = "wasm32")]
mod http;
#[cfg(target_arch = "wasm32")]
mod lock;
#[cfg(target_arch = "wasm32")]
mod page;
#[cfg(target_arch = "wasm32")]
mod photos;
#[cfg(target_arch = "wasm32")]
mod render;
#[cfg(target_arch = "wasm32")]
mod scope;

#[cfg(target_arch = "wasm32")]
pub use host::run_engine;
#[cfg(target_arch = "wasm32")]
pub use render::run_photo;

fn main() {
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("this program runs in a browser's worker: build it with `cargo xtask web`");
}
