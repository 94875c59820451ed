//! Every test of the whole system, in one binary: linking is dear.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a failure here is a failed test")]

mod browser;
mod contract;
mod desktop;
mod faults;
mod keeping;
mod kills;
mod people;
mod simulation;
mod story;
mod webdriver;
mod window;
