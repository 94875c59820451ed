//! The simulator over fixed seeds: the same ones every run, and each prints the command that replays it when it fails.

use lanterna_tests::simulation;

/// Seeds a test process runs; four of them share the two cores with the rest.
const EACH: u64 = 40;

fn hold(from: u64) {
    for seed in from..from + EACH {
        simulation::run(seed).unwrap_or_else(|violation| panic!("{violation}"));
    }
}

#[test]
fn nothing_is_lost_or_doubled_in_forty_bad_worlds() {
    hold(1);
}

#[test]
fn nor_in_forty_more() {
    hold(1_001);
}

#[test]
fn nor_in_forty_others() {
    hold(2_001);
}

#[test]
fn nor_in_the_last_forty() {
    hold(3_001);
}

/// Seeds that showed a broken promise once. What a seed does changes with the simulator, so each bug has a test of its own beside its code, too.
const ONCE_BROKEN: [(u64, &str); 1] = [(5_742, "photos that were alone in the outbox of a device that the server forgot waited for ever")];

#[test]
fn what_once_was_broken_holds() {
    for (seed, what) in ONCE_BROKEN {
        simulation::run(seed).unwrap_or_else(|violation| panic!("{what}: {violation}"));
    }
}
