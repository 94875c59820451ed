//! What the bundles are made of besides compiled code: everything under `assets/`.

use super::module::collect;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The uncompiled half of both bundles. Texts may hold the places that [`super::bundle`] fills.
#[derive(Debug)]
pub(crate) struct Sources {
    /// `shell/citizen.html` and `shell/console.html`: what is painted before any script runs.
    pub(crate) citizen_shell: String,
    pub(crate) console_shell: String,
    /// `boot/page.js`: the first script of a page.
    pub(crate) page_boot: String,
    /// `boot/engine.js`: the first script of the engine's worker and of the photo worker.
    pub(crate) engine_boot: String,
    /// `sw.js`: the service worker of the citizen pages.
    pub(crate) service_worker: String,
    /// `manifest/manifest.webmanifest`: what an installed Lanterna is called and looks like.
    pub(crate) manifest: String,
    /// Style sheets by file name, in the order they are joined.
    pub(crate) styles: BTreeMap<String, String>,
    /// Messages, icons and fonts by their path under `assets/`, for example `i18n/it.json`.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// Folders whose files are copied as they are.
const COPIED: [&str; 3] = ["i18n", "icons", "fonts"];

/// Reads `assets`.
///
/// # Errors
/// When a file is missing, cannot be read, or should be text and is not.
pub(crate) fn read(assets: &Path) -> Result<Sources> {
    let text = |name: &str| {
        let path = assets.join(name);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut styles = BTreeMap::new();
    let mut sheets = BTreeMap::new();
    collect(&assets.join("styles"), &assets.join("styles"), &mut sheets)?;
    for (name, bytes) in sheets.into_iter().filter(|(name, _)| has_extension(name, "css")) {
        let sheet = String::from_utf8(bytes).with_context(|| format!("styles/{name} is not text"))?;
        styles.insert(name, sheet);
    }
    let mut files = BTreeMap::new();
    for folder in COPIED {
        let path = assets.join(folder);
        if path.exists() {
            collect(assets, &path, &mut files)?;
        }
    }
    // Sources of pictures and notes for people stay at home.
    files.retain(|name, _| !has_extension(name, "md"));
    Ok(Sources {
        citizen_shell: text("shell/citizen.html")?,
        console_shell: text("shell/console.html")?,
        page_boot: text("boot/page.js")?,
        engine_boot: text("boot/engine.js")?,
        service_worker: text("sw.js")?,
        manifest: text("manifest/manifest.webmanifest")?,
        styles,
        files,
    })
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

impl Sources {
    /// The style sheets of one bundle, joined: those named after the other bundle are left out.
    pub(crate) fn joined_styles(&self, other_bundle: &str) -> String {
        let own = self.styles.iter().filter(|(name, _)| !name.starts_with(other_bundle));
        own.fold(String::new(), |mut joined, (_, sheet)| {
            joined.push_str(sheet);
            joined.push('\n');
            joined
        })
    }
}
