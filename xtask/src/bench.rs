//! `cargo xtask bench`: the rows of the bar that exist, measured in a release build, each beside its limit.

use crate::command::{cargo, program, run as run_command, succeeds, target_dir};
use crate::need::{Need, ensure};
use anyhow::Result;
use std::path::PathBuf;

/// Builds the bench of the tests crate in release and runs it with `args`; with `--peers` among them, other programs do the same in the same run.
///
/// # Errors
/// When it does not build, a peer cannot be installed or a measurement cannot be taken.
pub fn run(args: &[String]) -> Result<()> {
    let groups = args.iter().filter(|arg| *arg != "--peers");
    // The server is measured as a process of its own: it must be the one of these sources.
    run_command(&mut cargo(["build", "--release", "-p", "lanterna", "-p", "lanterna-tests", "--bin", "lanterna", "--bin", "bench"]))?;
    let mut bench = program(target_dir().join("release/bench"));
    bench.args(groups);
    if args.iter().any(|arg| arg == "--peers") {
        bench.env("LANTERNA_PEERS_PYTHON", peers()?);
    }
    run_command(&mut bench)
}

/// Installs GEOS (with Shapely, in a folder of its own below target) and `PostGIS`; returns the Python that has Shapely.
fn peers() -> Result<PathBuf> {
    ensure(&[Need::Python, Need::PostGis])?;
    let folder = target_dir().join("peers");
    let python = folder.join("bin/python");
    if !succeeds(program(&python).args(["-c", "import shapely"])) {
        run_command(program("python3").args(["-m", "venv"]).arg(&folder))?;
        run_command(program(&python).args(["-m", "pip", "install", "--quiet", "shapely==2.2.0"]))?;
    }
    Ok(python)
}
