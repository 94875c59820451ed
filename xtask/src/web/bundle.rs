//! Names, places and the one build id: what turns modules and sources into two folders a server can serve.
//!
//! The build id is the hash of everything that went in, before any place is filled; it then stands in the shell, in the boot script, in the
//! engine's boot script and in the service worker, so that none of them can be mixed with those of another build. Every file below `assets/` is
//! named by the hash of what it finally holds and may be cached for ever; `index.html`, `sw.js` and `manifest.webmanifest` keep their names and
//! must be asked for again each time.
//!
//! Places in texts: `{{build}}`, `{{asset:KEY}}` (the address of the asset with that key), `{{files}}` (in the service worker: a JSON list of
//! every address to keep), `{{head}}` and `{{boot}}` (in shells). A place that cannot be filled fails the build.

use super::module::Module;
use super::short_hash;
use super::sources::Sources;
use anyhow::{Context, Result, bail};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The compiled half of both bundles.
#[derive(Debug)]
pub(crate) struct Modules {
    pub(crate) ui: Module,
    pub(crate) console: Module,
    pub(crate) worker: Module,
}

/// One folder that is being filled, and what is in it so far.
struct Folder {
    /// Where it is on disk.
    dir: PathBuf,
    /// The address it is served under, with a slash at both ends.
    base: &'static str,
    build: String,
    /// Key → address, as the page gets to see it.
    addresses: BTreeMap<String, String>,
    /// Every address below it that a browser may ask for, in the order they were added.
    all: Vec<String>,
}

/// Writes both bundles below `out` and returns the build id.
///
/// # Errors
/// When a place cannot be filled or a file cannot be written.
pub(crate) fn write(out: &Path, sources: &Sources, modules: &Modules) -> Result<String> {
    let build = build_id(sources, modules);
    citizen(&out.join("citizen"), &build, sources, modules)?;
    console(&out.join("console"), &build, sources, modules)?;
    Ok(build)
}

fn citizen(dir: &Path, build: &str, sources: &Sources, modules: &Modules) -> Result<()> {
    let mut folder = Folder::new(dir, "/", build)?;
    folder.add_files(sources)?;
    folder.add_styles(&sources.joined_styles("console"))?;
    folder.add_module("ui", &modules.ui)?;
    folder.add_module("worker", &modules.worker)?;
    let engine = folder.fill(&sources.engine_boot)?;
    folder.add("engine.js", engine.as_bytes())?;
    let page = folder.fill(&sources.page_boot)?;
    folder.add("boot.js", page.as_bytes())?;
    let manifest = folder.fill(&sources.manifest)?;
    folder.put("manifest.webmanifest", manifest.as_bytes())?;
    folder.all.push(format!("{}manifest.webmanifest", folder.base));
    let shell = folder.shell(&sources.citizen_shell, true)?;
    folder.put("index.html", shell.as_bytes())?;
    let files = serde_json::to_string(&folder.all)?;
    let service_worker = folder.fill(&sources.service_worker.replace("{{files}}", &files))?;
    folder.put("sw.js", service_worker.as_bytes())
}

fn console(dir: &Path, build: &str, sources: &Sources, modules: &Modules) -> Result<()> {
    let mut folder = Folder::new(dir, "/console/", build)?;
    folder.add_files(sources)?;
    folder.add_styles(&sources.joined_styles("citizen"))?;
    folder.add_module("ui", &modules.console)?;
    let page = folder.fill(&sources.page_boot)?;
    folder.add("boot.js", page.as_bytes())?;
    let shell = folder.shell(&sources.console_shell, false)?;
    folder.put("index.html", shell.as_bytes())
}

impl Folder {
    fn new(dir: &Path, base: &'static str, build: &str) -> Result<Self> {
        let assets = dir.join("assets");
        fs::create_dir_all(&assets).with_context(|| format!("cannot make {}", assets.display()))?;
        Ok(Self { dir: dir.to_path_buf(), base, build: build.to_owned(), addresses: BTreeMap::new(), all: Vec::new() })
    }

    /// Writes a file under its own name.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.dir.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        }
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Writes a file under a name with its hash; `i18n/it.json` becomes `assets/it-0123456789abcdef.json`. The page finds it by `key`.
    fn add(&mut self, key: &str, bytes: &[u8]) -> Result<()> {
        let name = Path::new(key).file_name().unwrap_or_default().to_string_lossy();
        let (stem, extension) = name.rsplit_once('.').with_context(|| format!("{key} has no extension"))?;
        let path = format!("assets/{stem}-{}.{extension}", short_hash(bytes));
        self.put(&path, bytes)?;
        let address = format!("{}{path}", self.base);
        if !self.all.contains(&address) {
            self.all.push(address.clone());
        }
        if self.addresses.insert(key.to_owned(), address).is_some() {
            bail!("two assets are called {key}");
        }
        Ok(())
    }

    fn add_files(&mut self, sources: &Sources) -> Result<()> {
        sources.files.iter().try_for_each(|(key, bytes)| self.add(key, bytes))
    }

    fn add_styles(&mut self, joined: &str) -> Result<()> {
        let styles = self.fill(joined)?;
        self.add("style.css", styles.as_bytes())
    }

    fn add_module(&mut self, name: &str, module: &Module) -> Result<()> {
        self.add(&format!("{name}.wasm"), &module.wasm)?;
        let mut js = module.js.clone();
        if !module.snippets.is_empty() {
            let joined: Vec<u8> = module.snippets.values().flatten().copied().collect();
            let below = format!("snippets-{}", short_hash(&joined));
            js = js.replace("./snippets/", &format!("./{below}/"));
            for (path, bytes) in &module.snippets {
                let path = format!("assets/{below}/{path}");
                self.put(&path, bytes)?;
                self.all.push(format!("{}{path}", self.base));
            }
        }
        self.add(&format!("{name}.js"), js.as_bytes())
    }

    /// Fills the places of a text.
    fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (place, after) = after.split_once("}}").context("a place is not closed")?;
            filled.push_str(before);
            if place == "build" {
                filled.push_str(&self.build);
            } else if let Some(key) = place.strip_prefix("asset:") {
                filled.push_str(self.address(key)?);
            } else {
                bail!("nothing fills the place {{{{{place}}}}}");
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn address(&self, key: &str) -> Result<&str> {
        self.addresses.get(key).map(String::as_str).with_context(|| format!("there is no asset called {key}"))
    }

    /// The page: the shell with what the browser should fetch at once, and the table by which scripts find every other asset.
    fn shell(&self, template: &str, installable: bool) -> Result<String> {
        let table = json!({ "build": self.build, "base": self.base, "assets": self.addresses });
        let mut head = format!("<meta name=\"lanterna-build\" content=\"{}\">\n", self.build);
        head.push_str("<link rel=\"stylesheet\" href=\"{{asset:style.css}}\">\n");
        if installable {
            head.push_str("<link rel=\"manifest\" href=\"/manifest.webmanifest\">\n");
        }
        head.push_str("<link rel=\"modulepreload\" href=\"{{asset:ui.js}}\">\n");
        head.push_str("<link rel=\"preload\" href=\"{{asset:ui.wasm}}\" as=\"fetch\" type=\"application/wasm\" crossorigin>");
        // A data block is no script, so a policy without inline scripts lets it be; `<` must not end it.
        let table = table.to_string().replace('<', "\\u003c");
        let boot = format!(
            "<script type=\"application/json\" id=\"lanterna-build\">{table}</script>\n<script type=\"module\" src=\"{}\"></script>",
            self.address("boot.js")?
        );
        for place in ["{{head}}", "{{boot}}"] {
            if template.matches(place).count() != 1 {
                bail!("a shell needs {place} exactly once");
            }
        }
        self.fill(&template.replace("{{head}}", &head).replace("{{boot}}", &boot))
    }
}

/// One id for all of it: the first 16 hexadecimal digits of a SHA-256 over every name and content, in a fixed order.
fn build_id(sources: &Sources, modules: &Modules) -> String {
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("citizen", sources.citizen_shell.as_bytes()),
        ("console", sources.console_shell.as_bytes()),
        ("page", sources.page_boot.as_bytes()),
        ("engine", sources.engine_boot.as_bytes()),
        ("sw", sources.service_worker.as_bytes()),
        ("manifest", sources.manifest.as_bytes()),
    ];
    parts.extend(sources.styles.iter().map(|(name, sheet)| (name.as_str(), sheet.as_bytes())));
    parts.extend(sources.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    for module in [&modules.ui, &modules.console, &modules.worker] {
        parts.push(("js", module.js.as_bytes()));
        parts.push(("wasm", &module.wasm));
        parts.extend(module.snippets.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    }
    let mut all = Vec::new();
    for (name, bytes) in parts {
        all.extend_from_slice(&Sha256::digest(name.as_bytes()));
        all.extend_from_slice(&Sha256::digest(bytes));
    }
    short_hash(&all)
}
