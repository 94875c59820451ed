//! How each of the two browsers is started.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use thirtyfour::Capabilities;

use super::display::Display;
use super::driver::Driver;
use super::failure::Failure;
use super::process::Process;
use super::{Browser, Kind};

/// The desktop app beside the test that asks, in the same build.
///
/// # Errors
/// [`Failure::Program`] where it is not built.
pub fn desktop_app() -> Result<PathBuf, Failure> {
    let test = std::env::current_exe().map_err(|why| Failure::program(DESKTOP_APP, why))?;
    let app = test.parent().and_then(Path::parent).map(|folder| folder.join(DESKTOP_APP));
    app.filter(|app| app.is_file()).ok_or_else(|| Failure::program(DESKTOP_APP, "it is not built; run: cargo build -p lanterna-shell"))
}

/// What a browser pretends to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// 390 × 844 points, two pixels each, touched.
    Phone,
    /// 1280 × 900 pixels, with a mouse.
    Desktop,
}

const DESKTOP_APP: &str = "lanterna-shell";

/// Quiet, without sandbox where the tests run as root, and never talking to anybody but the server under test.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
];

impl Browser {
    /// Starts Chromium with the profile in a folder, made where it is missing; `flags` come on top of the harness's own.
    ///
    /// # Errors
    /// [`Failure::Program`].
    pub async fn chromium(form: Form, profile: &Path, flags: &[&str]) -> Result<Self, Failure> {
        std::fs::create_dir_all(profile).map_err(Failure::file(profile))?;
        let mut arguments: Vec<String> = FLAGS.iter().chain(flags).map(|flag| (*flag).to_owned()).collect();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        let mut options = json!({ "args": arguments });
        if let Some(binary) = binary("chromium").or_else(|| binary("chromium-browser")) {
            set(&mut options, "binary", json!(binary));
        }
        if form == Form::Phone {
            let metrics = json!({ "width": 390, "height": 844, "pixelRatio": 2.0, "touch": true });
            set(&mut options, "mobileEmulation", json!({ "deviceMetrics": metrics }));
        }
        let capabilities = capabilities(json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
        }));
        let driver = Driver::start("chromedriver", |_| {}).await?;
        let session = driver.session(capabilities).await?;
        let process = session.capabilities().get("goog:processID").and_then(Value::as_u64);
        Ok(Self { session: Some(session), chromium: process, driver, _display: None, kind: Kind::Chromium })
    }

    /// Starts the desktop app at `binary` for the device in the folder `home`; `server` is its server's address, where it is not to ask. What the
    /// web view keeps goes below `home`, too.
    ///
    /// # Errors
    /// [`Failure::Program`].
    pub async fn tauri(binary: &Path, home: &Path, server: Option<&str>) -> Result<Self, Failure> {
        if !binary.is_file() {
            return Err(Failure::program(&binary.display().to_string(), "there is no such program"));
        }
        let view = home.join("webview");
        std::fs::create_dir_all(&view).map_err(Failure::file(&view))?;
        let display = Display::open().await?;
        let driver = Driver::start("WebKitWebDriver", |command| {
            command.env("DISPLAY", &display.name).env("GDK_BACKEND", "x11").env("NO_AT_BRIDGE", "1");
            // There is no graphics card to draw with.
            command.env("LIBGL_ALWAYS_SOFTWARE", "1");
            command.env("LANTERNA_HOME", home).env_remove("LANTERNA_SERVER").envs(server.map(|server| ("LANTERNA_SERVER", server)));
            for name in ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] {
                command.env(name, &view);
            }
            // The shell lets itself be driven only when it is asked to.
            command.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        })
        .await?;
        let capabilities = capabilities(json!({ "webkitgtk:browserOptions": { "binary": binary, "args": [] } }));
        let session = driver.session(capabilities).await?;
        Ok(Self { session: Some(session), chromium: None, driver, _display: Some(display), kind: Kind::Tauri })
    }

    /// The driver's process, for who wants to know what it says.
    pub(super) fn process(&self) -> &Process {
        &self.driver.process
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

fn capabilities(value: Value) -> Capabilities {
    match value {
        Value::Object(map) => Capabilities::from(map),
        _ => Capabilities::new(),
    }
}

fn binary(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}
