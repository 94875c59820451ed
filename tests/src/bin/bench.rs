//! Measures the rows of the bar that exist and prints them, ratios first. Arguments name groups to measure; without any, all are.

use anyhow::{Result, bail};
use lanterna_tests::bench::{Row, area, bundle, ingest, load, machine, memory, push, render, saved, simulate, table, wire};

const GROUPS: [&str; 10] = ["saved", "render", "wire", "push", "load", "ingest", "area", "memory", "bundle", "simulate"];

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [name, file] = args.as_slice()
        && name == "render-once"
    {
        render::once(file.as_ref());
        return Ok(());
    }
    if let Some(unknown) = args.iter().find(|arg| !GROUPS.contains(&arg.as_str())) {
        bail!("there is no group {unknown}: choose of {}", GROUPS.join(", "));
    }
    if cfg!(debug_assertions) {
        println!("This is not an optimised build: the figures say nothing. Run `cargo xtask bench`.");
    }
    println!("{}", machine());
    let mut rows: Vec<Row> = Vec::new();
    for group in GROUPS.into_iter().filter(|group| args.is_empty() || args.iter().any(|arg| arg == group)) {
        eprintln!("measuring: {group}");
        rows.extend(match group {
            "saved" => tokio::task::block_in_place(saved::rows),
            "render" => tokio::task::block_in_place(render::rows),
            "wire" => wire::rows().await,
            "push" => push::rows().await,
            "load" => load::rows().await,
            "ingest" => ingest::rows().await,
            "area" => tokio::task::block_in_place(area::rows),
            "memory" => [memory::idle(), load::memory().await].concat(),
            "bundle" => bundle::rows(),
            _ => tokio::task::block_in_place(simulate::rows),
        });
    }
    print!("{}", table(&rows));
    Ok(())
}
