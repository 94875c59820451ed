//! The device engine: everything that happens on a citizen's device, as a state machine over one SQLite database.
//!
//! It owns the drafts, the outbox, the photos' way and the mirror of what the server said. It calls SQLite synchronously and never the network, a
//! file, a clock or a source of randomness: [`Engine::on`] takes an [`Input`] and gives [`Effect`]s, which the hosts (Tauri, a browser worker, a
//! shell, the simulator) run. It is single-threaded, nothing in it needs Send, and no transaction spans an effect.
//!
//! The story of one report, in order:
//! 1. [`engine::capture`]: a draft is made; the camera's bytes go to the host to be written durably, and only then is their row committed.
//! 2. [`photo::render`] makes three renditions, pixels and colour profile only, in a thread or worker of its own; they become files and rows.
//! 3. "Send" turns the draft into a report and an op, in one transaction. That commit is what "Saved on this phone" means.
//! 4. [`engine::sync`] sends what waits in the outbox and applies verdicts, rows and cursor in one transaction.
//! 5. [`engine::upload`] sends the renditions by tus, thumbnails of all reports first, each size in a lane of its own.
//! 6. When the server has them all, the raw file goes. The list of reports ([`engine::view`]) is what the store says, nothing else.

pub mod backoff;
pub mod effect;
pub mod engine;
pub mod entropy;
pub mod error;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
pub mod native;
pub mod photo;
pub mod store;

pub use effect::{Effect, Input, Moment};
pub use engine::{Engine, Settings};
