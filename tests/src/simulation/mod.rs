//! The simulator: several real engines and the real store in one thread, in virtual time, with everything going wrong that can.
//!
//! It owns a world of its own and reads no clock, no network and no file: the databases lie in memory and survive a kill, photo files and uploads
//! are bytes with the durability that the hosts promise, and all chance comes from the seed. What HTTP does between a device and the store is done
//! by direct calls with the same meaning. It must never be right for another reason than the code under test: checks look into the two databases
//! and at what screens were told, not at what the simulator meant to happen.
//!
//! The story of a run, in order:
//! 1. [`chance`] draws how rough this run is; [`world`] starts 2 to 6 phones ([`device`]) and a [`city_server`].
//! 2. People do things ([`acts`]); requests and replies are lost, late, doubled, cut off or answered by strangers ([`network`]); power is cut
//!    between effects, at commits ([`memory`]), in the middle of an upload ([`uploads`]); clocks jump; disks are full.
//! 3. After every input [`watch`] holds the device to what must hold always, and after every start [`ledger`] to what its screens were told.
//! 4. [`healing`] repairs everything, waits in bounded time until all has arrived by itself, and compares each device with the server.
//!
//! `cargo xtask simulate --seed N` replays one run; the same seed is the same run, event by event.

mod acts;
mod chance;
mod city_server;
mod device;
mod healing;
mod ledger;
mod memory;
mod network;
mod pictures;
mod uploads;
mod watch;
mod world;

use lanterna_shared::time::Timestamp;
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Something that holds, or the sentence that says what did not.
type Checked<T = ()> = Result<T, String>;

/// A Thursday at nine in the morning in Genoa: 2026-11-26T08:00:00Z.
const START: Timestamp = Timestamp::from_millis(1_795_680_000_000);

/// The right time after so many virtual milliseconds.
fn at(now: u64) -> Timestamp {
    START.plus_millis(i64::try_from(now).unwrap())
}

/// What happened in a run that held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The run's.
    pub seed: u64,
    /// Phones that took part.
    pub devices: usize,
    /// Reports that were saved.
    pub reports: u64,
    /// Photos that the server has of them.
    pub photos: usize,
    /// Ops that the server has judged.
    pub ops: usize,
    /// Requests that left a device.
    pub requests: u64,
    /// Times that a device's power was cut.
    pub kills: u64,
    /// Times that the server's was.
    pub server_kills: u64,
    /// Moves that were made at desks.
    pub moves: u64,
    /// Steps of the loop.
    pub happenings: u64,
    /// Virtual time that passed, in milliseconds.
    pub virtual_ms: u64,
    /// Over every line of the story: two runs with the same digest were the same.
    pub digest: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, devices, reports, photos, ops, requests, kills, server_kills, moves, happenings, virtual_ms, digest } = self;
        write!(
            f,
            "seed {seed}: {devices} devices, {reports} reports, {photos} photos, {ops} ops, {requests} requests, {kills} + {server_kills} power \
             cuts, {moves} moves, {happenings} happenings in {} virtual minutes, digest {digest:016x}",
            virtual_ms / 60_000
        )
    }
}

/// Runs one simulation.
///
/// # Errors
/// What did not hold, with the last lines of the story and the command that replays it.
pub fn run(seed: u64) -> Result<Summary, String> {
    run_telling(seed, false)
}

/// The same, with the whole story on standard output where `is_loud`.
///
/// # Errors
/// See [`run`].
pub fn run_telling(seed: u64, is_loud: bool) -> Result<Summary, String> {
    let mut world = world::World::new(seed, is_loud)?;
    // A panic of the code under test is a finding like any other.
    let outcome =
        catch_unwind(AssertUnwindSafe(|| whole_run(&mut world))).unwrap_or_else(|cause| Err(format!("panic: {}", message(&*cause))));
    outcome.map_err(|what| format!("seed {seed}: {what}\n\n{}\nreplay: cargo xtask simulate --seed {seed}", world.story()))?;
    Ok(Summary { virtual_ms: world.now, ..world.summary })
}

fn whole_run(world: &mut world::World) -> Checked {
    while world.step(world.acts_until)? {}
    world.heal()
}

fn message(cause: &(dyn Any + Send)) -> &str {
    cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}
