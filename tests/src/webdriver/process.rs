//! Programs beside a test: started in a process group of their own, ended with it when dropped.
//!
//! Only the group that was made here is ever ended, by its number.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, ChildStdout, Command};

use super::failure::Failure;
use super::pictures;

/// How often something is looked at that is waited for.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long a program has to start.
const START: Duration = Duration::from_secs(30);

/// A running program.
pub(super) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program. What it says to standard error, and to standard output unless that is wanted here, goes to a file beside the pictures.
    pub(super) fn start(name: &'static str, mut command: Command, wants_output: bool) -> Result<Self, Failure> {
        let folder = pictures::folder()?.join("logs");
        fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
        let log = folder.join(format!("{name}-{}-{}.log", std::process::id(), pictures::next_number()));
        let file = File::create(&log).map_err(Failure::file(&log))?;
        let copy = file.try_clone().map_err(Failure::file(&log))?;
        command.stdin(Stdio::null()).stderr(file).process_group(0);
        command.stdout(if wants_output { Stdio::piped() } else { copy.into() });
        let child = command.spawn().map_err(|why| Failure::program(name, why))?;
        Ok(Self { name, child, log })
    }

    /// What it says, where that was wanted.
    pub(super) fn output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Asks `is_ready` until it says yes; fails when the program ends before, or takes too long.
    pub(super) async fn wait_until(&mut self, mut is_ready: impl AsyncFnMut() -> bool) -> Result<(), Failure> {
        let start = Instant::now();
        while !is_ready().await {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(Failure::program(self.name, format!("it ended at once ({status}). {}", self.last_words())));
            }
            if start.elapsed() > START {
                return Err(Failure::program(self.name, format!("it is not ready after {} s. {}", START.as_secs(), self.last_words())));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// The end of its log.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(8)..).unwrap_or_default();
        format!("Its log ({}) ends: {}", self.log.display(), tail.join(" | "))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let Some(id) = self.child.id() else { return };
        kill(&format!("-{id}"));
        // Killed for good, so this does not take long; it keeps the process table clean.
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < Duration::from_secs(2) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Ends a process, or with a `-` before it a process group, at once and for good.
pub(super) fn kill(target: &str) {
    // Nothing to end is as good.
    let _ = std::process::Command::new("kill").args(["-KILL", "--", target]).stderr(Stdio::null()).status();
}
