//! What the tests stand on: real programs in real processes, a network that can be taken away, and photos as cameras make them.
//!
//! Waits are bounded polls; nothing sleeps for a fixed time and no timing is ever asserted. Only processes that were started here are ended.

pub mod device;
pub mod fixtures;
pub mod folder;
pub mod program;
pub mod proxy;
pub mod second_build;
pub mod server;

pub use device::Device;
pub use folder::Folder;
pub use proxy::{Fault, FaultProxy};
pub use second_build::SecondBuild;
pub use server::TestServer;

/// An HTTP client with a jar of its own for cookies.
#[must_use]
pub fn http_client() -> reqwest::Client {
    // Set once a process; the second time says only that it is set.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().cookie_store(true).no_proxy().build().unwrap()
}
