//! No Rust file over 700 lines; over 500 is said.

use crate::command::root;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

const LIMIT_LINES: usize = 700;
const SMELL_LINES: usize = 500;
/// Folders that hold nothing written by hand.
const SKIPPED: [&str; 4] = ["target", "node_modules", ".git", "gen"];

/// Counts the lines of every `.rs` file of the workspace.
///
/// # Errors
/// When a file is too long or cannot be read.
pub fn run() -> Result<()> {
    let mut long = Vec::new();
    walk(&root(), &mut long)?;
    long.sort();
    let mut too_long = 0;
    for (path, lines) in &long {
        println!("{lines:5} lines: {path}");
        too_long += usize::from(*lines > LIMIT_LINES);
    }
    if too_long > 0 {
        bail!("{too_long} files are over {LIMIT_LINES} lines: split them by what they do");
    }
    Ok(())
}

fn walk(folder: &Path, long: &mut Vec<(String, usize)>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if !SKIPPED.iter().any(|skipped| name == *skipped) {
                walk(&path, long)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?.lines().count();
            if lines > SMELL_LINES {
                long.push((path.strip_prefix(root()).unwrap_or(&path).display().to_string(), lines));
            }
        }
    }
    Ok(())
}
