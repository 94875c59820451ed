//! `cargo xtask arrows`: the dependency arrows of ARCHITECTURE.md, proved against what cargo resolves.
//!
//! Three rules:
//! 1. a crate of ours depends directly on those crates of ours only that the table names;
//! 2. `backend` and `app` never meet, except in `tests`;
//! 3. what must stay pure or small does not reach, the whole way down, the crates that would make it otherwise.

use crate::command::{cargo, output};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Crate → the crates of ours it may name in its manifest, for building, running or testing.
const ARROWS: [(&str, &[&str]); 12] = [
    ("lanterna-shared", &[]),
    ("lanterna", &["lanterna-shared"]),
    ("lanterna-bridge", &["lanterna-shared"]),
    ("lanterna-core", &["lanterna-shared", "lanterna-bridge"]),
    ("lanterna-device", &["lanterna-shared", "lanterna-bridge", "lanterna-core"]),
    ("lanterna-worker", &["lanterna-shared", "lanterna-bridge", "lanterna-core"]),
    ("lanterna-shell", &["lanterna-shared", "lanterna-bridge", "lanterna-core"]),
    ("lanterna-kit", &["lanterna-shared", "lanterna-bridge"]),
    ("lanterna-ui", &["lanterna-shared", "lanterna-bridge", "lanterna-kit"]),
    ("lanterna-console", &["lanterna-shared", "lanterna-bridge", "lanterna-kit"]),
    ("lanterna-tests", &["lanterna", "lanterna-shared", "lanterna-bridge", "lanterna-core"]),
    ("xtask", &[]),
];

const BACKEND: &str = "lanterna";
const APP: [&str; 8] = [
    "lanterna-bridge",
    "lanterna-core",
    "lanterna-device",
    "lanterna-worker",
    "lanterna-shell",
    "lanterna-kit",
    "lanterna-ui",
    "lanterna-console",
];

/// A crate and what it must not reach in a normal build.
struct Bound {
    krate: &'static str,
    /// For which target; "all" for every one.
    target: &'static str,
    banned: &'static [&'static str],
    reason: &'static str,
}

const BROWSER: &str = "wasm32-unknown-unknown";

const BOUNDS: [Bound; 5] = [
    Bound {
        krate: "lanterna-shared",
        target: "all",
        banned: &["tokio", "rusqlite", "reqwest", "axum", "getrandom", "web-sys", "leptos"],
        reason: "the rules know no network, no file, no clock and no chance",
    },
    Bound {
        krate: "lanterna-bridge",
        target: "all",
        banned: &["tokio", "rusqlite", "reqwest", "axum", "getrandom", "web-sys", "leptos"],
        reason: "the bridge is types only",
    },
    Bound {
        krate: "lanterna-core",
        target: "all",
        banned: &["tokio", "reqwest", "axum", "leptos"],
        reason: "hosts run the engine's effects",
    },
    Bound {
        krate: "lanterna-ui",
        target: BROWSER,
        banned: &["rusqlite", "image", "tokio"],
        reason: "the screens reach the engine through the bridge only",
    },
    Bound {
        krate: "lanterna-console",
        target: BROWSER,
        banned: &["rusqlite", "image", "tokio"],
        reason: "the console talks to the server only",
    },
];

/// Proves the three rules.
///
/// # Errors
/// When an arrow goes where none may go; every wrong one is named.
pub fn run() -> Result<()> {
    let text = output(&mut cargo(["metadata", "--format-version", "1", "--locked", "--no-deps"]))?;
    let metadata: Value = serde_json::from_str(&text).context("cargo metadata is not JSON")?;
    let named = named_dependencies(&metadata);
    let mut wrong = direct(&named);
    wrong.extend(meeting(&named));
    for Bound { krate, target, banned, reason } in BOUNDS {
        let reached = reached_by(krate, target)?;
        wrong.extend(
            banned
                .iter()
                .filter(|name| reached.contains(**name))
                .map(|name| format!("{krate} reaches {name}, but {reason} (cargo tree -p {krate} -i {name} --target {target})")),
        );
    }
    if !wrong.is_empty() {
        bail!("{} arrows are wrong:\n  {}", wrong.len(), wrong.join("\n  "));
    }
    println!("all arrows hold: {} crates", named.len());
    Ok(())
}

/// Every crate of the workspace with the names in its manifest, of whatever kind.
fn named_dependencies(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
            (text(&package["name"]), dependencies.iter().map(|dependency| text(&dependency["name"])).collect())
        })
        .collect()
}

fn direct(named: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (krate, dependencies) in named {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| name == krate) else {
            wrong.push(format!("{krate} is not in the table of arrows: give it its place in xtask/src/arrows.rs"));
            continue;
        };
        for dependency in dependencies.iter().filter(|dependency| named.contains_key(*dependency)) {
            if !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("{krate} -> {dependency}"));
            }
        }
    }
    wrong
}

/// The same thing once more without the table, so that a slip in the table does not join the two halves.
fn meeting(named: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let names_app = |krate: &str| {
        let dependencies = named.get(krate)?;
        APP.iter().find(|name| dependencies.contains(**name))
    };
    let mut wrong: Vec<String> = names_app(BACKEND).map(|name| format!("{BACKEND} -> {name}: backend meets app")).into_iter().collect();
    wrong.extend(
        APP.iter()
            .filter(|krate| named.get(**krate).is_some_and(|dependencies| dependencies.contains(BACKEND)))
            .map(|krate| format!("{krate} -> {BACKEND}: app meets backend")),
    );
    wrong
}

/// The names of everything a crate is built from.
fn reached_by(krate: &str, target: &str) -> Result<BTreeSet<String>> {
    let tree = output(&mut cargo(["tree", "--locked", "-p", krate, "-e", "normal", "--target", target, "--prefix", "none", "-f", "{p}"]))?;
    Ok(tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}
