//! `cargo xtask bench`: the rows of the bar that exist, measured in a release build, each beside its limit.

use crate::command::{cargo, run as run_command};
use anyhow::Result;

/// Builds the bench of the tests crate in release and runs it with `args`.
///
/// # Errors
/// When it does not build or a measurement cannot be taken.
pub fn run(args: &[String]) -> Result<()> {
    run_command(cargo(["run", "--release", "-p", "lanterna-tests", "--bin", "bench", "--"]).args(args))
}
