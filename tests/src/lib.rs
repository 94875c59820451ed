//! What the tests of the whole system stand on, the contract that every store keeps, and the simulator.
//!
//! One test binary (`tests/all`) uses it: linking is dear. Here, as in tests, what must not happen panics with a sentence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "support for tests: a failure here is a failed test"
)]

pub mod bench;
pub mod contract;
pub mod simulation;
pub mod support;
pub mod webdriver;
