//! `cargo xtask simulate`: runs of the simulator. Not optimised, so that one seed is there as soon as the tests are.

use crate::command::{cargo, run as run_command};
use anyhow::Result;

/// Builds the simulator and runs it with `args`: `--seed N [--tell]` or `--seeds N [--from S]`.
///
/// # Errors
/// When it does not build, or a seed shows a broken promise.
pub fn run(args: &[String]) -> Result<()> {
    run_command(cargo(["run", "-p", "lanterna-tests", "--bin", "simulate", "--"]).args(args))
}
