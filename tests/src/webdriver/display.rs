//! A screen for windows where there is none: Xvfb on a display that it finds itself.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::failure::Failure;
use super::process::Process;

const PROGRAM: &str = "Xvfb";
const START: Duration = Duration::from_secs(30);

/// A screen to draw on.
pub(super) struct Display {
    /// What `DISPLAY` is to be.
    pub(super) name: String,
    _server: Option<Process>,
}

impl Display {
    /// The display that there is, or a new one.
    pub(super) async fn open() -> Result<Self, Failure> {
        match std::env::var("DISPLAY") {
            Ok(name) if !name.is_empty() => Ok(Self { name, _server: None }),
            _ => Self::start().await,
        }
    }

    async fn start() -> Result<Self, Failure> {
        let mut command = Command::new(PROGRAM);
        command.args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = Process::start(PROGRAM, command, true)?;
        let output = server.output().ok_or_else(|| Failure::program(PROGRAM, "its output cannot be read"))?;
        // It says the number of its display once it can be used.
        let mut line = String::new();
        let said = tokio::time::timeout(START, BufReader::new(output).read_line(&mut line)).await;
        match (said, line.trim().parse::<u32>()) {
            (Ok(Ok(_)), Ok(number)) => Ok(Self { name: format!(":{number}"), _server: Some(server) }),
            _ => Err(Failure::program(PROGRAM, format!("it names no display. {}", server.last_words()))),
        }
    }
}
