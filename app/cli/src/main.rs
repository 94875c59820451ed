//! `lanterna-device`: the headless device, for kiosks, scripts and load tests. The same engine as in the app, driven from a shell.
//!
//! `init` meets the server once; from then on `capture` works without a network and exits 0 only when what it saved would survive a power cut.
//! Everything that prints takes `--json`. Exit codes: 0 done, 1 not done (a sentence on standard error says why and what to do), 2 wrong usage.

mod capture;
mod print;
mod sync;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};

use lanterna_bridge::{Command, Reply};
use lanterna_core::Settings;
use lanterna_core::native::{Home, Host};
use lanterna_shared::id::ReportId;
use lanterna_shared::report::Channel;

/// One upload request natively: large enough that a photo goes in one, small enough to be held in memory.
const UPLOAD_PIECE_BYTES: u64 = 4 * 1024 * 1024;

/// A Lanterna device without a screen.
#[derive(Parser)]
#[command(name = "lanterna-device", version, about)]
struct Arguments {
    /// The folder in which this device keeps everything.
    #[arg(long, env = "LANTERNA_HOME", value_name = "DIR")]
    home: PathBuf,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Meet a server once: its services and areas are kept for working without a network.
    Init {
        /// The server's address, `https://…`.
        #[arg(long, value_name = "URL")]
        server: String,
        /// Join a crew with the one-time code that `lanterna enrol` printed.
        #[arg(long, value_name = "CODE")]
        enrol: Option<String>,
    },
    /// Save a report. Needs no network.
    Capture(capture::Arguments),
    /// The services to choose from.
    Services,
    /// Send what waits and fetch what changed.
    Sync(sync::Arguments),
    /// What waits to be sent.
    Outbox,
    /// Own reports, unsent ones too, newest first.
    Reports,
    /// Take a report back.
    Withdraw {
        /// Its receipt code.
        receipt: String,
    },
    /// Say that it is done. Needs no network, as the two below.
    Confirm {
        /// The report's receipt code.
        receipt: String,
    },
    /// Say that it is not done.
    Contest {
        /// The report's receipt code.
        receipt: String,
        /// What is still wrong, in words.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Answer the office's question.
    Answer {
        /// The report's receipt code.
        receipt: String,
        /// The answer.
        text: String,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

#[expect(clippy::print_stderr, reason = "where a command line tells what went wrong")]
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("lanterna-device: {error:#}");
    ExitCode::FAILURE
}

async fn run(Arguments { home, json, action }: Arguments) -> Result<()> {
    if let Action::Init { server, .. } = &action {
        Home::open(&home)?.set_server(server)?;
    }
    let settings = Settings { channel: Channel::App, upload_piece_bytes: UPLOAD_PIECE_BYTES, automatic: false, poll_ms: None };
    let mut host = Host::open(&home, settings)?;
    if let Some(aside) = host.set_aside() {
        print::warning(&format!("the store was damaged. It and its photos are kept in {}; a new one was made", aside.display()));
    }
    match action {
        Action::Init { server, enrol } => {
            if let Some(code) = enrol {
                ask(&mut host, Command::Enrol { code }).await?;
            }
            sync::init(&mut host, &server, json).await
        }
        Action::Capture(arguments) => capture::run(&mut host, arguments, json).await,
        Action::Services => match ask(&mut host, Command::Services).await? {
            Reply::Services { services } => print::services(&services, json),
            other => unexpected(&other),
        },
        Action::Sync(arguments) => sync::run(&mut host, &arguments, json).await,
        Action::Outbox => match ask(&mut host, Command::Outbox).await? {
            Reply::Outbox(outbox) => print::outbox(&outbox, json),
            other => unexpected(&other),
        },
        Action::Reports => match ask(&mut host, Command::Reports).await? {
            Reply::Reports { reports } => print::reports(&reports, json),
            other => unexpected(&other),
        },
        Action::Withdraw { receipt } => {
            let report = named(&mut host, &receipt).await?;
            say(&mut host, Command::Withdraw { report }, "Withdrawn. The city is told at the next sync.", json).await
        }
        Action::Confirm { receipt } => {
            let report = named(&mut host, &receipt).await?;
            say(&mut host, Command::Confirm { report }, "Saved: it is done. The city is told at the next sync.", json).await
        }
        Action::Contest { receipt, reason } => {
            let report = named(&mut host, &receipt).await?;
            say(&mut host, Command::Contest { report, reason }, "Saved: it is not done. The city is told at the next sync.", json).await
        }
        Action::Answer { receipt, text } => {
            let report = named(&mut host, &receipt).await?;
            say(&mut host, Command::Answer { report, text }, "Saved. The office gets your answer at the next sync.", json).await
        }
    }
}

/// The report of that receipt code.
async fn named(host: &mut Host, receipt: &str) -> Result<ReportId> {
    let receipt: lanterna_shared::check::ReceiptCode = receipt.parse()?;
    let Reply::Reports { reports } = ask(host, Command::Reports).await? else { bail!("the reports cannot be read") };
    let Some(report) = reports.into_iter().find(|report| report.receipt == receipt) else {
        bail!("this device has no report {receipt}: `reports` lists those it has");
    };
    Ok(report.report)
}

async fn say(host: &mut Host, command: Command, said: &str, json: bool) -> Result<()> {
    ask(host, command).await?;
    print::done(said, json)
}

/// Asks without bytes; a refusal is an error.
async fn ask(host: &mut Host, command: Command) -> Result<Reply> {
    accepted(host.call(command, None).await.0)
}

fn accepted(reply: Reply) -> Result<Reply> {
    match reply {
        Reply::Refused(refusal) => bail!("{}", refusal.detail),
        reply => Ok(reply),
    }
}

fn unexpected<T>(reply: &Reply) -> Result<T> {
    bail!("the engine answered something else than was asked ({reply:?}): this is a mistake in Lanterna, please report it")
}
