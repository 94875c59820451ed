//! Builds the server again when the web bundles that it embeds have changed.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Debug builds read the bundles from their folder at every request.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../target/web/citizen");
        println!("cargo::rerun-if-changed=../target/web/console");
    }
}
