//! `sync` and `init`: talk to the server until there is nothing left to say, or until it does not answer.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use tokio::time::Instant;

use lanterna_bridge::{Command, Event, Reply, SyncActivity, SyncState};
use lanterna_core::native::Host;

use crate::{ask, print};

/// How `sync` behaves.
#[derive(Args)]
pub struct Arguments {
    /// Give up when nothing has gone forward for so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    patience: u64,
}

/// Meets the server and prints what it is.
pub async fn init(host: &mut Host, server: &str, json: bool) -> Result<()> {
    let end = talk(host, Duration::from_secs(10)).await?;
    let Reply::Status(status) = ask(host, Command::Status).await? else { bail!("the status cannot be read") };
    match status.jurisdiction {
        Some(jurisdiction) => print::met(&jurisdiction, server, json),
        None if end.last_success.is_some() => bail!("{server} answered, but it has no services yet: set it up first"),
        None => bail!("{server} does not answer as a Lanterna server: check the address and the network, then run `init` again"),
    }
}

/// Sends and fetches; prints what is left.
pub async fn run(host: &mut Host, arguments: &Arguments, json: bool) -> Result<()> {
    let end = talk(host, Duration::from_secs(arguments.patience)).await?;
    print::synced(&end, json)?;
    if end.activity == SyncActivity::Waiting || end.ops_waiting > 0 || end.photos_waiting > 0 {
        bail!("the server did not take everything. All of it is safe on this device: run `sync` again when there is a network");
    }
    Ok(())
}

/// Runs the engine until all is sent and fetched, or nothing has gone forward for `patience`.
async fn talk(host: &mut Host, patience: Duration) -> Result<SyncState> {
    let Reply::Status(before) = ask(host, Command::Status).await? else { bail!("the status cannot be read") };
    let mut state = before.sync;
    let total = state.ops_waiting + state.photos_waiting;
    // Moments are whole milliseconds: a sync in the very one of the last is a new one all the same.
    let mut answered = false;
    ask(host, Command::SyncNow).await?;
    let mut deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        for event in host.run_for(left.min(Duration::from_millis(200))).await {
            if let Event::SyncChanged(now) = event {
                answered |= now.last_success != state.last_success;
                if answered && progress(&now) != progress(&state) {
                    deadline = Instant::now() + patience;
                }
                state = now;
                show(total, &state);
            }
        }
        let done = answered && state.ops_waiting == 0 && state.photos_waiting == 0 && state.activity == SyncActivity::Idle;
        if done || Instant::now() >= deadline {
            show_end();
            return Ok(state);
        }
    }
}

fn progress(state: &SyncState) -> (u32, u32, Option<lanterna_shared::time::Timestamp>) {
    (state.ops_waiting, state.photos_waiting, state.last_success)
}

/// A bar on a terminal; nothing where a script reads.
fn show(total: u32, state: &SyncState) {
    if total == 0 || !stderr().is_terminal() {
        return;
    }
    let left = state.ops_waiting + state.photos_waiting;
    let done = total.saturating_sub(left);
    let filled = usize::try_from(done * 30 / total).unwrap_or(0);
    let _ = write!(stderr(), "\r[{}{}] {done}/{total} sent", "#".repeat(filled), ".".repeat(30_usize.saturating_sub(filled)));
}

fn show_end() {
    if stderr().is_terminal() {
        let _ = write!(stderr(), "\r{}\r", " ".repeat(60));
    }
}
