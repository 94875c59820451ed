//! `lanterna`, the server's command line.

use clap::Parser;
use lanterna::cli::{Cli, run};
use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(run(cli)))
}
