//! The headless device, `lanterna-device`, over a home of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::program;

/// A device without a screen.
#[derive(Clone, Debug)]
pub struct Device {
    home: PathBuf,
}

impl Device {
    /// A device that has met the server at `url`.
    #[must_use]
    pub fn init(home: &Path, url: &str) -> Self {
        let device = Self { home: home.to_owned() };
        device.done(&["init", "--server", url]);
        device
    }

    /// Its home.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The command, ready to be started.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program::path("lanterna-device"));
        command.arg("--home").arg(&self.home).arg("--json").args(arguments).stdin(Stdio::null());
        command
    }

    /// Starts the command and leaves it running, with its output piped.
    #[must_use]
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs the command to its end.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the command, which must succeed, and reads what it prints.
    pub fn done(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs the command, which must fail with exit code 1, and reads the sentence that it says.
    #[must_use]
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?} was to be refused: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Saves a report with a description that names it, and photos.
    pub fn capture(&self, text: &str, photos: &[&Path]) -> Value {
        let mut arguments =
            vec!["capture", "--service", "pothole", "--lat", "44.4072", "--lon", "8.9340", "--accuracy", "8", "--text", text];
        for photo in photos {
            arguments.extend(["--photo", photo.to_str().unwrap()]);
        }
        self.done(&arguments)
    }

    /// Sends and fetches; everything must go through.
    pub fn sync(&self) -> Value {
        self.done(&["sync"])
    }

    /// Own reports, newest first.
    #[must_use]
    pub fn reports(&self) -> Vec<Value> {
        self.done(&["reports"]).as_array().unwrap().clone()
    }

    /// What waits.
    #[must_use]
    pub fn outbox(&self) -> Value {
        self.done(&["outbox"])
    }
}

impl Device {
    /// The sentence that `init` says when the server at `url` is not to be met.
    #[must_use]
    pub fn init_refused(home: &Path, url: &str) -> String {
        Self { home: home.to_owned() }.refused(&["init", "--server", url])
    }
}
