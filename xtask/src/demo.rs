//! `cargo xtask demo`: from a clean clone to a city one can try, with one command.

use crate::command::{cargo, program, run as run_command, shown, target_dir};
use crate::web;
use anyhow::{Context, Result};

/// Builds the web bundles and the server and becomes `lanterna demo` with `args`. Needs neither WebKit nor Chromium.
///
/// # Errors
/// When something is missing, does not build, or the server cannot be started or ends with an error.
pub fn run(args: &[String]) -> Result<()> {
    web::run(&[])?;
    run_command(&mut cargo(["build", "--release", "--bin", "lanterna"]))?;
    let mut server = program(target_dir().join("release/lanterna"));
    // The folder the person is in, so that `--data` means what it says.
    server.current_dir(std::env::current_dir().context("the current folder is gone")?);
    server.arg("demo").args(args);
    println!("$ {}", shown(&server));
    become_server(&mut server)
}

/// Replaces this process, so that a signal meant for the demo reaches the server.
#[cfg(unix)]
fn become_server(server: &mut std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(server.exec()).context("cannot start the server")
}

#[cfg(not(unix))]
fn become_server(server: &mut std::process::Command) -> Result<()> {
    run_command(server)
}
