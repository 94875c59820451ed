//! `cargo xtask test`: everything CI runs, in the order that fails fastest.
//!
//! Stages run one after the other and the first that fails ends the run. Each stage's time is printed when it ends and again in a table at the
//! end; the last line of all is the sum over every test run, alone on its line.

use crate::command::{cargo, shown};
use crate::need::{Need, ensure, on_path};
use crate::tally::Tally;
use crate::{android, arrows, deny, length, web};
use anyhow::{Context, Result, bail};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The crates that are compiled for the browser only.
const SCREENS: [&str; 2] = ["lanterna-ui", "lanterna-console"];

type Stage = (&'static str, fn(&mut Tally) -> Result<()>);

const STAGES: [Stage; 12] = [
    ("tools", |_| {
        ensure(&[Need::WasmTarget, Need::AndroidTarget, Need::Clang, Need::Node, Need::WebKit, Need::Chromium, Need::ArmHeaders])
    }),
    ("fmt", |_| crate::command::run(&mut cargo(["fmt", "--all", "--check"]))),
    ("file length", |_| length::run()),
    ("arrows", |_| arrows::run()),
    ("deny", |_| deny::run()),
    ("clippy, native", |_| {
        crate::command::run(cargo(["clippy", "--locked"]).args(native()).args(["--all-targets", "--", "-D", "warnings"]))
    }),
    ("clippy, browser", |_| {
        let mut clippy = cargo(["clippy", "--locked", "--target", "wasm32-unknown-unknown", "-p", "lanterna-kit", "-p", "lanterna-worker"]);
        clippy.args(SCREENS.iter().flat_map(|krate| ["-p", krate]));
        crate::command::run(clippy.args(["--", "-D", "warnings"]))
    }),
    ("unit tests", |tally| counted(&mut runner(Tests::Units), tally)),
    ("web bundles", |_| web::run(&[])),
    // In the profile of the tests, so that everything below them is compiled once.
    ("programs", |_| crate::command::run(cargo(["build", "--locked"]).args(native()))),
    ("android", |_| android::run()),
    ("whole system", |tally| counted(&mut runner(Tests::WholeSystem), tally)),
];

/// Runs every stage and prints the closing line.
pub fn run() -> ExitCode {
    let mut tally = Tally::default();
    let mut times: Vec<(&str, Duration)> = Vec::new();
    let start = Instant::now();
    let mut failure = None;
    for (name, stage) in STAGES {
        println!("\n== {name}");
        let failed_before = tally.failed;
        let stage_start = Instant::now();
        let outcome = stage(&mut tally);
        let time = stage_start.elapsed();
        times.push((name, time));
        if let Err(error) = outcome {
            println!("== {name}: failed after {}", seconds(time));
            // A stage that is no test run and fails counts as one failure: the closing line never looks green.
            if tally.failed == failed_before {
                tally.failed += 1;
            }
            failure = Some((name, error));
            break;
        }
        println!("== {name}: {}", seconds(time));
    }
    println!("\nstage                          time");
    for (name, time) in &times {
        println!("{name:<28} {:>8}", seconds(*time));
    }
    println!("{:<28} {:>8}", "all", seconds(start.elapsed()));
    if let Some((name, error)) = &failure {
        println!("\nstage `{name}` failed: {error:#}");
    }
    println!("\n{tally}");
    if failure.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Everything but the browser's crates. One selection for every stage: another one would resolve features anew and compile the heavy
/// dependencies twice.
fn native() -> impl Iterator<Item = &'static str> {
    std::iter::once("--workspace").chain(SCREENS.iter().flat_map(|krate| ["--exclude", krate]))
}

/// Which tests to run.
#[derive(Clone, Copy)]
enum Tests {
    /// Those of single crates, which need no program beside them.
    Units,
    /// Those that start the built programs.
    WholeSystem,
}

/// nextest where it is installed, cargo's own runner where it is not.
fn runner(tests: Tests) -> Command {
    let whole = ["lanterna-tests", "lanterna-shell"];
    if on_path("cargo-nextest") {
        let of_whole = whole.map(|krate| format!("package({krate})")).join(" + ");
        let filter = match tests {
            Tests::Units => format!("not ({of_whole})"),
            Tests::WholeSystem => of_whole,
        };
        let mut command = cargo(["nextest", "run", "--no-fail-fast", "--color", "never", "--locked"]);
        command.args(native()).args(["-E", &filter]);
        return command;
    }
    let mut command = cargo(["test", "--no-fail-fast", "--color", "never", "--locked"]);
    match tests {
        Tests::Units => command.args(native()).args(whole.iter().flat_map(|krate| ["--exclude", krate])),
        Tests::WholeSystem => command.args(whole.iter().flat_map(|krate| ["-p", krate])),
    };
    command
}

/// Runs tests, shows what they print as it comes, and adds up their counts.
fn counted(command: &mut Command, tally: &mut Tally) -> Result<()> {
    let line = shown(command);
    println!("$ {line}");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().with_context(|| format!("cannot start `{line}`"))?;
    let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
        bail!("`{line}` has no output to read");
    };
    // nextest counts on its error output, libtest on its output; each is read on a thread of its own so that neither blocks.
    let from_err = std::thread::spawn(move || follow(err));
    let from_out = follow(out);
    let from_err = from_err.join().unwrap_or_default();
    for part in [from_out, from_err] {
        tally.passed += part.passed;
        tally.failed += part.failed;
    }
    let status = child.wait().with_context(|| format!("lost `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed: {status}");
    }
    Ok(())
}

fn follow(stream: impl std::io::Read) -> Tally {
    let mut tally = Tally::default();
    let mut reader = BufReader::new(stream);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
        let line = String::from_utf8_lossy(&bytes);
        print!("{line}");
        tally.read(&line);
        bytes.clear();
    }
    tally
}
