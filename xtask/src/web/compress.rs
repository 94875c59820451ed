//! A `.br` beside every file that gets smaller by it, and the table of sizes.

use super::module::collect;
use super::{Effort, cache_dir, copy, short_hash};
use crate::command::{program, root};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// What is compressed already.
const DENSE: [&str; 6] = [".png", ".jpg", ".webp", ".woff2", ".br", ".ico"];

/// Compresses both bundles below `web`.
///
/// # Errors
/// When Node cannot be run or a file cannot be read or written.
pub(crate) fn run(web: &Path, effort: Effort) -> Result<()> {
    let quality = if effort == Effort::Full { "11" } else { "5" };
    let mut files = BTreeMap::new();
    collect(web, web, &mut files)?;
    let cache = cache_dir()?;
    // By the name in the cache: a file that is in both bundles is compressed once.
    let mut todo = BTreeMap::new();
    let mut compressed = Vec::new();
    for (name, bytes) in files.iter().filter(|(name, _)| !DENSE.iter().any(|ending| name.ends_with(ending))) {
        let kept = cache.join(format!("{}-{quality}.br", short_hash(bytes)));
        if !kept.exists() {
            todo.insert(kept.clone(), web.join(name));
        }
        compressed.push((name, kept));
    }
    if !todo.is_empty() {
        brotli(quality, &todo)?;
    }
    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, kept) in &compressed {
        let small = std::fs::metadata(kept).with_context(|| format!("cannot read {}", kept.display()))?.len();
        if files.get(*name).is_some_and(|bytes| small < bytes.len() as u64) {
            copy(kept, &web.join(format!("{name}.br")))?;
            sizes.insert(name.as_str(), small);
        }
    }
    print_sizes(&files, &sizes);
    Ok(())
}

fn brotli(quality: &str, todo: &BTreeMap<PathBuf, PathBuf>) -> Result<()> {
    let mut node = program("node")
        .arg(root().join("xtask/node/compress.mjs"))
        .arg(quality)
        .stdin(Stdio::piped())
        .spawn()
        .context("cannot start node")?;
    if let Some(mut input) = node.stdin.take() {
        for (kept, source) in todo {
            writeln!(input, "{}\t{}", source.display(), kept.display()).context("node does not listen")?;
        }
    }
    let status = node.wait().context("lost node")?;
    if !status.success() {
        bail!("compressing failed: {status}");
    }
    Ok(())
}

fn print_sizes(files: &BTreeMap<String, Vec<u8>>, sizes: &BTreeMap<&str, u64>) {
    println!("{:<64} {:>10} {:>10}", "bytes", "raw", "brotli");
    let mut totals: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (name, bytes) in files {
        let raw = bytes.len() as u64;
        let small = sizes.get(name.as_str()).copied().unwrap_or(raw);
        println!("{name:<64} {raw:>10} {small:>10}");
        let total = totals.entry(name.split('/').next().unwrap_or_default()).or_default();
        total.0 += raw;
        total.1 += small;
    }
    for (bundle, (raw, small)) in totals {
        println!("{:<64} {raw:>10} {small:>10}", format!("{bundle}, all"));
    }
}
