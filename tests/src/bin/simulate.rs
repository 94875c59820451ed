//! Runs simulations: `--seed N [--tell]` one, twice, to prove that it repeats; `--seeds N [--from S]` many, with seeds per minute.

use anyhow::{Context, Result, bail};
use lanterna_tests::simulation::{run, run_telling};
use std::time::Instant;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| -> Result<Option<u64>> {
        let Some(at) = args.iter().position(|arg| arg == name) else { return Ok(None) };
        let value = args.get(at + 1).with_context(|| format!("{name} needs a number"))?;
        Ok(Some(value.parse().with_context(|| format!("{name} {value} is no number"))?))
    };
    if let Some(seed) = number("--seed")? {
        return once(seed, args.iter().any(|arg| arg == "--tell"));
    }
    many(number("--from")?.unwrap_or(1), number("--seeds")?.unwrap_or(200))
}

fn once(seed: u64, is_loud: bool) -> Result<()> {
    let first = run_telling(seed, is_loud).map_err(anyhow::Error::msg)?;
    println!("{first}");
    if run(seed).map_err(anyhow::Error::msg)? != first {
        bail!("seed {seed} was another run the second time");
    }
    Ok(())
}

fn many(from: u64, seeds: u64) -> Result<()> {
    let start = Instant::now();
    let (mut failed, mut reports, mut photos, mut cuts) = (Vec::new(), 0, 0, 0);
    for seed in from..from + seeds {
        match run(seed) {
            Ok(summary) => {
                reports += summary.reports;
                photos += summary.photos;
                cuts += summary.kills + summary.server_kills;
            }
            Err(what) => {
                println!("{what}\n");
                failed.push(seed);
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let per_minute = f64::from(u32::try_from(seeds)?) * 60.0 / seconds;
    println!(
        "{seeds} seeds from {from}: {reports} reports, {photos} photos, {cuts} power cuts, {seconds:.0} s, {per_minute:.0} seeds a minute"
    );
    if !failed.is_empty() {
        bail!("{} failed: {failed:?}", failed.len());
    }
    Ok(())
}
