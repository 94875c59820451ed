//! `cargo xtask`: the one way to build, try, test and measure Lanterna, the same here as in CI.
//!
//! It needs a Rust toolchain and nothing else to be compiled; what a sub-command needs beyond that it looks for ([`need`]),
//! installs where it may after saying so, and otherwise prints the exact command. It must never change the sources.

mod android;
mod arrows;
mod bench;
mod command;
mod demo;
mod deny;
mod length;
mod need;
mod simulate;
mod tally;
mod test;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask demo [ARGS…]   build everything and run `lanterna demo` (ARGS go to it: --listen ADDR, --data DIR)
cargo xtask test           everything CI runs, fail fast, with the time of each stage
cargo xtask ci             the same
cargo xtask web [--fast]   build both web bundles into target/web (--fast: not made small)
cargo xtask bench [ARGS…]  measure the rows of the bar, each beside its limit (--peers: other programs in the same run; names of groups)
cargo xtask simulate [ARGS…]  many devices and a server in virtual time (ARGS: --seed N [--tell], or --seeds N --from S)
cargo xtask arrows         prove the arrows of ARCHITECTURE.md between the crates
cargo xtask deny           licences, sources and doubled versions (needs cargo-deny)
cargo xtask android        type-check the phone's shell for Android";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let name = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let outcome = match name.as_str() {
        "demo" => demo::run(&rest),
        "test" | "ci" => return test::run(),
        "web" => web::run(&rest),
        "bench" => bench::run(&rest),
        "simulate" => simulate::run(&rest),
        "arrows" => arrows::run(),
        "deny" => deny::run(),
        "android" => android::run(),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
