//! How many simulated worlds a minute.

use std::time::Duration;

use super::{Row, float, on_core};
use crate::simulation;

/// For as long as this.
const SPAN: Duration = Duration::from_secs(10);

/// Measures on one core.
#[must_use]
pub fn rows() -> Vec<Row> {
    let start = on_core();
    let mut seeds = 0;
    while on_core().saturating_sub(start) < SPAN {
        seeds += 1;
        if let Err(broken) = simulation::run(1_000_000 + seeds) {
            panic!("{broken}");
        }
    }
    let a_minute = float(seeds) / on_core().saturating_sub(start).as_secs_f64() * 60.0;
    vec![Row::at_least("simulation, one core", a_minute, 1_000.0, "seeds/min")]
}
