//! The rows of the bar that exist, each measured beside its limit or its peer in the same run.
//!
//! A benchmark reports and asserts nothing: what is slower than the bar is printed, not failed. The server is the real program in a process of its
//! own, the device the real engine with its native host; pictures are procedural, of a camera's size.

pub mod area;
pub mod bundle;
pub mod ingest;
pub mod load;
pub mod memory;
mod meter;
mod peers;
pub mod push;
mod raw;
pub mod render;
pub mod saved;
pub mod simulate;
pub mod wire;

use std::time::Duration;

/// What is wanted of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    AtMost,
    AtLeast,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    what: String,
    measured: f64,
    limit: f64,
    wanted: Wanted,
    unit: &'static str,
    beside: String,
}

impl Row {
    /// A figure that is to be at most `limit`.
    pub fn at_most(what: impl Into<String>, measured: f64, limit: f64, unit: &'static str) -> Self {
        Self { what: what.into(), measured, limit, wanted: Wanted::AtMost, unit, beside: String::new() }
    }

    /// A figure that is to be at least `limit`.
    pub fn at_least(what: impl Into<String>, measured: f64, limit: f64, unit: &'static str) -> Self {
        Self { wanted: Wanted::AtLeast, ..Self::at_most(what, measured, limit, unit) }
    }

    /// With what it was measured beside, or how.
    #[must_use]
    pub fn beside(self, beside: impl Into<String>) -> Self {
        Self { beside: beside.into(), ..self }
    }

    /// How much of what the bar allows is used up: up to 1 it is kept.
    fn share(&self) -> f64 {
        match self.wanted {
            Wanted::AtMost => self.measured / self.limit,
            Wanted::AtLeast => self.limit / self.measured,
        }
    }
}

/// How busy the machine is, in words: rates over both cores mean little on a busy one.
#[must_use]
pub fn machine() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{cores} cores, load average {}", load.split(' ').take(3).collect::<Vec<_>>().join(" "))
}

/// The table, ratios first.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let number = |value: f64| if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") };
    let width = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    let mut text = format!("{:>6}       {:<width$}  {:>12}  {:>13}  unit\n", "ratio", "row", "measured", "limit");
    for row in rows {
        let share = row.share();
        let verdict = if share <= 1.0 { "kept" } else { "OVER" };
        let sign = if row.wanted == Wanted::AtMost { '≤' } else { '≥' };
        let line = format!(
            "{share:>6.2} {verdict}  {:<width$}  {:>12}  {sign} {:>11}  {}",
            row.what,
            number(row.measured),
            number(row.limit),
            row.unit
        );
        text.push_str(line.trim_end());
        if !row.beside.is_empty() {
            text.push_str("  | ");
            text.push_str(&row.beside);
        }
        text.push('\n');
    }
    text
}

/// The middle one; the list must not be empty.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// How long this thread has had a core to itself: what "one core" is measured by where others use the machine, too.
fn on_core() -> Duration {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(times.split(' ').next().unwrap().parse().unwrap())
}

/// Counts and bytes as floating point, exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn float(value: u64) -> f64 {
    value as f64
}
