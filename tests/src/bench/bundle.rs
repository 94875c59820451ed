//! What a first visit costs in bytes: the citizen's bundle as it is served, compressed.

use std::path::Path;

use super::{Row, float};

/// The bytes of every file that `is_of` picks, compressed where it is served compressed.
fn bytes(folder: &Path, is_of: impl Fn(&str) -> bool) -> u64 {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_file() && path.extension().is_none_or(|ending| ending != "br") && is_of(&name) {
            let dense = folder.join(format!("{name}.br"));
            sum += std::fs::metadata(if dense.is_file() { dense } else { path }).map_or(0, |file| file.len());
        }
    }
    sum
}

/// Adds up; nothing where the bundles are not built.
#[must_use]
pub fn rows() -> Vec<Row> {
    let citizen = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/web/citizen");
    let assets = citizen.join("assets");
    if !assets.is_dir() {
        return Vec::new();
    }
    let page = bytes(&citizen, |name| name == "index.html");
    let home = page + bytes(&assets, |name| name.starts_with("style-") || name.starts_with("lanterna-"));
    let screens = home + bytes(&assets, |name| ["boot-", "ui-", "it-"].iter().any(|start| name.starts_with(start)));
    let engine = bytes(&assets, |name| name.starts_with("worker-") || name.starts_with("engine-"));
    vec![
        Row::at_most("citizen's static home, compressed", float(home) / 1024.0, 60.0, "KiB"),
        Row::at_most("citizen's screens until interactive, compressed", float(screens) / 1024.0, 350.0, "KiB")
            .beside(format!("and {:.0} KiB of engine behind them", float(engine) / 1024.0)),
    ]
}
