//! `cargo xtask android`: the phone's shell type-checked for Android, with no Android SDK at hand.
//!
//! SQLite's C has to be compiled even for a check; clang does it against Debian's aarch64 headers, and nothing is ever linked.

use crate::command::{cargo, run as run_command};
use crate::need::{Need, ensure};
use anyhow::Result;

const TARGET: &str = "aarch64-linux-android";
const C_FLAGS: &str = "--target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include";

/// Checks lanterna-shell for Android.
///
/// # Errors
/// When the toolchain lacks something that may not be installed from here, or the shell does not type-check.
pub fn run() -> Result<()> {
    ensure(&[Need::AndroidTarget, Need::Clang, Need::ArmHeaders])?;
    run_command(
        cargo(["check", "--target", TARGET, "-p", "lanterna-shell"])
            .env("CC_aarch64_linux_android", "clang")
            .env("AR_aarch64_linux_android", "ar")
            .env("CFLAGS_aarch64_linux_android", C_FLAGS),
    )
}
