//! `cargo xtask web`: both web bundles, from sources to `target/web/citizen` and `target/web/console`.
//!
//! The story in order:
//! 1. one cargo run compiles the screens, the console and the engine for the browser (profile `browser`);
//! 2. [`module`] puts the JavaScript glue beside each and makes it small with wasm-opt; a module that has not changed comes from the cache;
//! 3. [`sources`] reads what is not compiled: shells, styles, messages, icons, boot scripts, the service worker;
//! 4. [`bundle`] mints **one build id** over all of it, gives every file a name with the hash of its content, and writes both folders;
//! 5. [`compress`] writes a `.br` beside every file that gets smaller by it and prints the sizes;
//! 6. only then what was there before is replaced, so that a run that is stopped leaves the old bundles whole.
//!
//! It must never write outside the target folder.

mod bundle;
mod compress;
mod module;
mod sources;

use crate::command::{cargo, program, root, run as run_command, target_dir};
use crate::need::{Need, ensure};
use anyhow::{Context, Result, bail};
use module::Glue;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How much is spent on making the bundles small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// wasm-opt, brotli at its best: what is released.
    Full,
    /// No wasm-opt, quick brotli: for trying a change.
    Fast,
}

/// Builds both bundles. `--fast` leaves out what only makes them smaller.
///
/// # Errors
/// When a tool is missing and may not be installed, something does not build, or a file cannot be read or written.
pub fn run(args: &[String]) -> Result<()> {
    let effort = match args {
        [] => Effort::Full,
        [flag] if flag == "--fast" => Effort::Fast,
        _ => bail!("web takes `--fast` or nothing"),
    };
    ensure(&[Need::WasmTarget, Need::Clang, Need::Node])?;
    let start = Instant::now();
    run_command(&mut cargo([
        "build",
        "--locked",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        "browser",
        "-p",
        "lanterna-ui",
        "-p",
        "lanterna-console",
        "-p",
        "lanterna-worker",
    ]))?;
    let compiled = start.elapsed();
    // Two runs at once would write into each other's folders: the second waits. The lock goes with the process.
    let lock = cache_dir()?.join("lock");
    let lock = fs::File::create(&lock).with_context(|| format!("cannot write {}", lock.display()))?;
    lock.lock().context("cannot wait for another run")?;
    let tools = if effort == Effort::Full { Some(node_packages()?) } else { None };
    let ui = module::build("lanterna-ui", Glue::Module, tools.as_deref())?;
    let console = module::build("lanterna-console", Glue::Module, tools.as_deref())?;
    // A classic script: Firefox knows module workers only since 114.
    let worker = module::build("lanterna-worker", Glue::Script, tools.as_deref())?;
    let sources = sources::read(&root().join("assets"))?;
    let (web, part) = (target_dir().join("web"), target_dir().join("web.part"));
    remove(&part)?;
    let build = bundle::write(&part, &sources, &bundle::Modules { ui, console, worker })?;
    compress::run(&part, effort)?;
    remove(&web)?;
    fs::rename(&part, &web).with_context(|| format!("cannot rename {}", part.display()))?;
    println!("build {build}: {:.1} s, of which cargo {:.1} s", start.elapsed().as_secs_f64(), compiled.as_secs_f64());
    Ok(())
}

/// The first 16 hexadecimal digits of the content's SHA-256: enough to name a file by.
pub(crate) fn short_hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Where results that depend on their input only are kept between runs.
pub(crate) fn cache_dir() -> Result<PathBuf> {
    let dir = target_dir().join("web-cache");
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}

/// Installs the locked Node packages of xtask/package.json under the target folder, unless they are there, and returns that folder.
fn node_packages() -> Result<PathBuf> {
    let dir = target_dir().join("npm");
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let lock = root().join("xtask/package-lock.json");
    let installed = dir.join("node_modules/.lanterna-lock");
    let wanted = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    if fs::read(&installed).is_ok_and(|have| have == wanted) {
        return Ok(dir);
    }
    for name in ["package.json", "package-lock.json"] {
        copy(&root().join("xtask").join(name), &dir.join(name))?;
    }
    println!("installing the front-end packages of xtask/package-lock.json");
    run_command(program("npm").current_dir(&dir).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]))?;
    fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(dir)
}

/// Removes a folder and all that is in it, if it is there.
pub(crate) fn remove(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
