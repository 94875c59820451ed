//! How far something long has come: one line that is drawn over itself, on the error output, and only where a person looks at it.

use std::io::{IsTerminal, Write, stderr};

/// How wide the bar is, in characters.
const WIDTH: u64 = 30;

/// A line that is drawn anew when a percent more is done, and taken away at the end.
pub(super) struct Progress {
    what: &'static str,
    done: u64,
    shown: Option<u64>,
    is_seen: bool,
}

impl Progress {
    /// `what` is done, as in "42 % saved".
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, done: 0, shown: None, is_seen: stderr().is_terminal() }
    }

    /// `more` of `total` are done beside those before.
    pub(super) fn add(&mut self, more: u64, total: u64) {
        self.show(self.done.saturating_add(more), total);
    }

    /// So many of `total` are done.
    pub(super) fn show(&mut self, done: u64, total: u64) {
        self.done = done;
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100).min(100);
        if !self.is_seen || self.shown == Some(percent) {
            return;
        }
        self.shown = Some(percent);
        let filled = usize::try_from(percent.saturating_mul(WIDTH) / 100).unwrap_or(0);
        let empty = usize::try_from(WIDTH).unwrap_or(0).saturating_sub(filled);
        let mut out = stderr().lock();
        let _ = write!(out, "\r[{}{}] {percent} % {}", "#".repeat(filled), ".".repeat(empty), self.what);
        let _ = out.flush();
    }

    /// How many are done.
    pub(super) const fn done(&self) -> u64 {
        self.done
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let mut out = stderr().lock();
            // To the line's start, and everything after it away (ECMA-48, EL).
            let _ = write!(out, "\r\x1b[K");
            let _ = out.flush();
        }
    }
}
