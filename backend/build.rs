//! Builds the server again when the web bundles that it embeds have changed.

use std::path::Path;

/// The bundles of `src/web`.
const BUNDLES: [&str; 2] = ["../target/web/citizen", "../target/web/console"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The embedding macro settles the folders' real paths while it compiles and, in debug builds, reads them at every request: a folder that did
    // not exist yet would be refused for ever. On a fresh clone the server is compiled before the bundles are.
    for bundle in BUNDLES {
        if let Err(error) = std::fs::create_dir_all(Path::new(bundle)) {
            println!("cargo::warning=cannot make {bundle}: {error}; the server will say that its pages were not built");
        }
    }
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        for bundle in BUNDLES {
            println!("cargo::rerun-if-changed={bundle}");
        }
    }
}
