//! Sees to it that there is a page to embed. `cargo xtask web` builds the real one; where it was not run yet, a page made here says so, outside the
//! folder of the real one, so that nothing mistakes the one for the other.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// As in `tauri.conf.json`.
const BUNDLE: &str = "../../target/web/citizen";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=capabilities");
    println!("cargo:rerun-if-changed=pages/unbuilt.html");
    println!("cargo:rerun-if-changed={BUNDLE}");
    println!("cargo:rerun-if-env-changed=LANTERNA_DEFAULT_SERVER");
    if !Path::new(BUNDLE).join("index.html").exists() && env::var_os("TAURI_CONFIG").is_none() {
        let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR for build scripts"))?;
        let page = PathBuf::from(out).join("unbuilt");
        fs::create_dir_all(&page)?;
        fs::copy("pages/unbuilt.html", page.join("index.html"))?;
        println!("cargo:rustc-env=TAURI_CONFIG={}", serde_json::json!({ "build": { "frontendDist": page } }));
    }
    tauri_build::try_build(tauri_build::Attributes::new()).map_err(|error| io::Error::other(format!("{error:#}")))
}
