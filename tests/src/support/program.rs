//! The programs under test, found beside the test itself.

use std::path::PathBuf;

/// The path of a program of this workspace, built in the same profile as the test.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/PROFILE/deps/test → target/PROFILE/name; a bin stands one folder higher.
    let found = test.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("{name} is not built beside {}: run `cargo build -p {name}` (or `cargo xtask test`) first", test.display())
    })
}
