//! One compiled crate made ready for the browser: its JavaScript glue and its small WebAssembly.
//!
//! Both depend on nothing but the compiled file and the tools' versions, so they are kept under a key made of exactly that.

use super::{cache_dir, copy, remove, short_hash};
use crate::command::{program, run as run_command, target_dir};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use wasm_bindgen_cli_support::Bindgen;

/// Whether the glue is an ES module (pages) or a classic script (workers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Glue {
    Module,
    Script,
}

/// What the browser loads for one crate.
#[derive(Debug)]
pub(crate) struct Module {
    /// The glue's text.
    pub(crate) js: String,
    /// The WebAssembly.
    pub(crate) wasm: Vec<u8>,
    /// Scripts the glue imports from `./snippets/`, by their path below it.
    pub(crate) snippets: BTreeMap<String, Vec<u8>>,
}

/// What is asked of wasm-opt. The features are those of the compiler's own default for browsers and SIMD, all older than the oldest supported
/// browser; they are named because the section that lists them is stripped.
const WASM_OPT: [&str; 11] = [
    "-Os",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-simd",
    "--strip-debug",
    "--strip-producers",
];

/// Makes the module of the crate called `krate` that cargo has compiled. `tools` is the folder of the Node packages; without it the file is not
/// made smaller.
pub(crate) fn build(krate: &str, glue: Glue, tools: Option<&Path>) -> Result<Module> {
    let compiled = target_dir().join("wasm32-unknown-unknown/browser").join(format!("{krate}.wasm"));
    let input = fs::read(&compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let recipe = format!("{glue:?} {WASM_OPT:?} {} {}", tools.is_some(), include_str!("../../package-lock.json"));
    let key = format!("{krate}-{}-{}", short_hash(&input), short_hash(recipe.as_bytes()));
    let dir = cache_dir()?.join(key);
    if !dir.exists() {
        let start = Instant::now();
        make(krate, glue, tools, input, &dir)?;
        println!("{krate}: glue{} {:.1} s", if tools.is_some() { " and wasm-opt" } else { "" }, start.elapsed().as_secs_f64());
    }
    load(krate, &dir)
}

fn make(krate: &str, glue: Glue, tools: Option<&Path>, input: Vec<u8>, dir: &Path) -> Result<()> {
    // Made beside and renamed, so that a run that is stopped leaves nothing half done behind.
    let part = dir.with_extension("part");
    remove(&part)?;
    let mut bindgen = Bindgen::new();
    match glue {
        Glue::Module => bindgen.web(true)?,
        Glue::Script => bindgen.no_modules(true)?,
    };
    bindgen
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .input_bytes(krate, input)
        .generate(&part)
        .with_context(|| format!("no glue for {krate}"))?;
    if let Some(tools) = tools {
        let wasm = wasm_path(krate, &part);
        let small = wasm.with_extension("small");
        let mut optimiser = program("node");
        optimiser.arg(tools.join("node_modules/binaryen/bin/wasm-opt")).arg(&wasm).arg("-o").arg(&small).args(WASM_OPT);
        run_command(&mut optimiser)?;
        copy(&small, &wasm)?;
        fs::remove_file(&small).with_context(|| format!("cannot remove {}", small.display()))?;
    }
    fs::rename(&part, dir).with_context(|| format!("cannot rename {}", part.display()))
}

fn wasm_path(krate: &str, dir: &Path) -> PathBuf {
    dir.join(format!("{krate}_bg.wasm"))
}

fn load(krate: &str, dir: &Path) -> Result<Module> {
    let js = dir.join(format!("{krate}.js"));
    let wasm = wasm_path(krate, dir);
    let mut snippets = BTreeMap::new();
    let folder = dir.join("snippets");
    if folder.exists() {
        collect(&folder, &folder, &mut snippets)?;
    }
    Ok(Module {
        js: fs::read_to_string(&js).with_context(|| format!("cannot read {}", js.display()))?,
        wasm: fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))?,
        snippets,
    })
}

/// Reads every file below `folder`, keyed by its path below `base` with forward slashes.
pub(crate) fn collect(base: &Path, folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(base, &path, into)?;
        } else {
            let name = path.strip_prefix(base).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            into.insert(name, fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
        }
    }
    Ok(())
}
