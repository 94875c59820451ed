//! What a task needs from the machine beyond a Rust toolchain: looked for, said, installed where that is allowed.
//!
//! The story: every missing thing is found first; targets of the toolchain come through rustup; everything else is collected into one
//! `apt-get install`, run as root or through a sudo that asks for no password. Where neither works the exact command is printed and the task
//! ends. Nothing is ever downloaded but through rustup, apt and npm.

use crate::command::{output, program, run, succeeds};
use anyhow::{Result, bail};
use std::path::Path;

/// One thing a task cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The standard library for the browser.
    WasmTarget,
    /// The standard library for Android phones.
    AndroidTarget,
    /// Compiles SQLite for the browser and for Android.
    Clang,
    /// Node and npm: run wasm-opt and compress the bundles.
    Node,
    /// Headers and driver of the desktop shell's web view, and a screen for it.
    WebKit,
    /// The browser and its driver.
    Chromium,
    /// C headers for aarch64.
    ArmHeaders,
    /// Python with virtual environments, for the bench's peers only.
    Python,
    /// `PostgreSQL` with `PostGIS`, for the bench's peers only.
    PostGis,
}

impl Need {
    fn reason(self) -> &'static str {
        match self {
            Self::WasmTarget => "the screens and the engine run in the browser as WebAssembly",
            Self::AndroidTarget => "the phone's shell is type-checked for Android",
            Self::Clang => "SQLite is compiled for the browser with clang",
            Self::Node => "the web bundles are made small with Node packages",
            Self::WebKit => "the desktop shell is built on WebKitGTK and driven under Xvfb",
            Self::Chromium => "journeys are driven through Chromium",
            Self::Python => "GEOS is measured through Python's Shapely",
            Self::PostGis => "PostGIS is measured beside us",
            Self::ArmHeaders => "SQLite's C is checked for Android with Debian's aarch64 headers",
        }
    }

    fn rust_target(self) -> Option<&'static str> {
        match self {
            Self::WasmTarget => Some("wasm32-unknown-unknown"),
            Self::AndroidTarget => Some("aarch64-linux-android"),
            _ => None,
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::WasmTarget | Self::AndroidTarget => &[],
            Self::Clang => &["clang"],
            Self::Node => &["nodejs", "npm"],
            Self::WebKit => &["libwebkit2gtk-4.1-dev", "webkit2gtk-driver", "xvfb", "xauth", "pkg-config"],
            Self::Chromium => &["chromium", "chromium-driver"],
            Self::Python => &["python3", "python3-venv"],
            Self::PostGis => &["postgresql-postgis"],
            Self::ArmHeaders => &["libc6-dev-arm64-cross"],
        }
    }

    fn is_met(self) -> bool {
        if let Some(target) = self.rust_target() {
            return has_target(target);
        }
        let runs = |name: &str| succeeds(program(name).arg("--version"));
        match self {
            Self::WasmTarget | Self::AndroidTarget => true,
            Self::Clang => runs("clang"),
            Self::Node => runs("node") && runs("npm"),
            Self::WebKit => {
                succeeds(program("pkg-config").args(["--exists", "webkit2gtk-4.1"])) && on_path("WebKitWebDriver") && on_path("Xvfb")
            }
            Self::Chromium => (on_path("chromium") || on_path("chromium-browser")) && on_path("chromedriver"),
            Self::Python => succeeds(program("python3").args(["-c", "import ensurepip, venv"])),
            Self::PostGis => {
                let has_postgis = |dir: std::fs::DirEntry| dir.path().join("extension/postgis.control").exists();
                std::fs::read_dir("/usr/share/postgresql").is_ok_and(|versions| versions.flatten().any(has_postgis))
            }
            Self::ArmHeaders => Path::new("/usr/aarch64-linux-gnu/include/stdio.h").exists(),
        }
    }
}

/// Sees to it that every need is met.
///
/// # Errors
/// When something is missing and may not be installed from here; the message holds the command that would do it.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let mut packages: Vec<&str> = Vec::new();
    for need in needs.iter().copied().filter(|need| !need.is_met()) {
        println!("missing: {need:?}, because {}", need.reason());
        match need.rust_target() {
            Some(target) => add_target(target)?,
            None => packages.extend(need.packages()),
        }
    }
    if packages.is_empty() {
        return Ok(());
    }
    install(&packages)?;
    match needs.iter().find(|need| !need.is_met()) {
        Some(need) => bail!("{need:?} is still missing after installing {}", need.packages().join(" ")),
        None => Ok(()),
    }
}

fn has_target(target: &str) -> bool {
    output(program("rustc").args(["--print", "target-libdir", "--target", target])).is_ok_and(|dir| Path::new(dir.trim()).exists())
}

fn add_target(target: &str) -> Result<()> {
    if !succeeds(program("rustup").arg("--version")) {
        bail!(
            "the toolchain lacks {target} and there is no rustup to add it: install the standard library for {target} as your toolchain came"
        );
    }
    run(program("rustup").args(["target", "add", target]))
}

fn install(packages: &[&str]) -> Result<()> {
    let line = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    if !on_path("apt-get") {
        bail!("please install what Debian calls: {}", packages.join(" "));
    }
    let is_root = output(program("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !is_root && !succeeds(program("sudo").args(["-n", "true"])) {
        bail!("please run: sudo apt-get update && sudo {line}");
    }
    let apt = |args: &[&str]| {
        let mut command = program(if is_root { "env" } else { "sudo" });
        if !is_root {
            command.arg("env");
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args);
        command
    };
    run(&mut apt(&["update"]))?;
    let mut args = vec!["install", "-y", "--no-install-recommends"];
    args.extend(packages);
    run(&mut apt(&args))
}

/// Whether a program of this name is on the search path.
pub fn on_path(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(name).is_file()))
}
