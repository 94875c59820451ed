//! `cargo xtask deny`: licences, sources and bans by cargo-deny. Its advisories need the network and are a step by hand (CONTRIBUTING.md).

use crate::command::{cargo, run as run_command};
use crate::need::on_path;
use anyhow::Result;

/// Runs cargo-deny over deny.toml; says so and goes on where it is not installed.
///
/// # Errors
/// When cargo-deny finds a licence, a source or a crate that deny.toml does not allow.
pub fn run() -> Result<()> {
    if !on_path("cargo-deny") {
        println!("cargo-deny is not installed: skipped (`cargo install cargo-deny --locked` adds it)");
        return Ok(());
    }
    run_command(&mut cargo(["deny", "--all-features", "check", "bans", "licenses", "sources"]))
}
