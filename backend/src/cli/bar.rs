//! A bar on a terminal; nothing where a script reads.

use crate::keeping::Progress;
use std::io::{IsTerminal, Write, stderr};

/// How wide the bar is, in characters.
const WIDTH: u64 = 30;

/// A line that is drawn anew when a percent more is done, and wiped at the end.
pub(super) struct Bar {
    what: &'static str,
    shown: Option<u64>,
    is_seen: bool,
}

impl Bar {
    /// `what` is done, as in "42 % saved".
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, shown: None, is_seen: stderr().is_terminal() }
    }

    pub(super) fn show(&mut self, progress: Progress) {
        let percent = progress.done.saturating_mul(100).checked_div(progress.of).unwrap_or(100).min(100);
        if !self.is_seen || self.shown == Some(percent) {
            return;
        }
        self.shown = Some(percent);
        let filled = usize::try_from(percent.saturating_mul(WIDTH) / 100).unwrap_or(0);
        let empty = usize::try_from(WIDTH).unwrap_or(0).saturating_sub(filled);
        let _ = write!(stderr(), "\r[{}{}] {percent} % {}", "#".repeat(filled), ".".repeat(empty), self.what);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(stderr(), "\r{}\r", " ".repeat(60));
        }
    }
}
