//! What is printed: sentences for people, or one JSON object a line for scripts.

use super::CliError;
use serde_json::Value;
use std::io::Write;

/// Where results go.
pub(super) struct Output {
    json: bool,
}

impl Output {
    pub(super) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints a result in one of its two forms.
    pub(super) fn say(&self, text: &str, json: &Value) {
        let mut out = std::io::stdout().lock();
        // A reader that went away is no reason to stop what runs.
        let _ = if self.json { writeln!(out, "{json}") } else { writeln!(out, "{text}") };
        let _ = out.flush();
    }

    /// Prints why something was not done: to the error output for people, to the output for scripts.
    pub(super) fn error(&self, error: &CliError) {
        if self.json {
            self.say("", &serde_json::json!({ "event": "error", "error": error.to_string() }));
        } else {
            let _ = writeln!(std::io::stderr(), "lanterna: {error}");
        }
    }
}
