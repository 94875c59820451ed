//! How far something long has come: one line that is drawn over itself, on the error output, and only where a person looks at it.

use std::io::{IsTerminal, Write};

/// A line that counts up.
pub(super) struct Progress {
    what: &'static str,
    total: u64,
    done: u64,
    is_seen: bool,
}

impl Progress {
    /// Counts `what`, of which there will be about `total`.
    pub(super) fn new(what: &'static str, total: u64) -> Self {
        Self { what, total, done: 0, is_seen: std::io::stderr().is_terminal() }
    }

    /// So many more are done.
    pub(super) fn add(&mut self, more: u64) {
        self.done = self.done.saturating_add(more);
        if self.is_seen {
            let share = self.done.saturating_mul(100).checked_div(self.total).unwrap_or(100).min(100);
            let mut out = std::io::stderr().lock();
            let _ = write!(out, "\r{} of {} {} ({share} %)", self.done, self.total.max(self.done), self.what);
            let _ = out.flush();
        }
    }

    /// How many are done; the line is taken away.
    pub(super) fn end(self) -> u64 {
        if self.is_seen {
            let mut out = std::io::stderr().lock();
            // To the line's start, and everything after it away (ECMA-48, EL).
            let _ = write!(out, "\r\x1b[K");
            let _ = out.flush();
        }
        self.done
    }
}
