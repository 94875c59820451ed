//! A phone: the real engine over a disk that survives, with a folder of photo files, two clocks, and what its screens were told.

use super::Checked;
use super::chance::{Chance, Roughness};
use super::ledger::Ledger;
use super::memory::{Disk, Fuse};
use super::network::Weather;
use lanterna_core::effect::{Effect, FileFailure, Input, Moment, Token};
use lanterna_core::{Engine, Settings};
use lanterna_shared::report::Channel;
use lanterna_shared::time::Timestamp;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// A file that is being written.
struct Writing {
    name: String,
    bytes: Vec<u8>,
    /// Asked to be deleted before it was written.
    is_unwanted: bool,
}

/// The photo files: those that are durable, and those that a power cut would take.
#[derive(Default)]
pub(super) struct Folder {
    files: BTreeMap<String, Vec<u8>>,
    writing: BTreeMap<Token, Writing>,
}

impl Folder {
    /// A whole file.
    pub(super) fn read(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Begins to write.
    pub(super) fn begin(&mut self, token: Token, name: String, bytes: Vec<u8>) {
        self.writing.insert(token, Writing { name, bytes, is_unwanted: false });
    }

    /// Ends what was begun: it is durable now, or nothing of it is there.
    pub(super) fn end(&mut self, token: Token, outcome: Result<(), FileFailure>) {
        if let Some(writing) = self.writing.remove(&token).filter(|writing| outcome.is_ok() && !writing.is_unwanted) {
            self.files.insert(writing.name, writing.bytes);
        }
    }

    /// Deletes a file, and one of that name that is still being written once it is.
    pub(super) fn delete(&mut self, name: &str) {
        self.files.remove(name);
        self.writing.values_mut().filter(|writing| writing.name == name).for_each(|writing| writing.is_unwanted = true);
    }

    /// Deletes all files but these.
    pub(super) fn keep_only(&mut self, names: &[String]) {
        self.files.retain(|name, _| names.contains(name));
    }

    /// Power is cut: what was being written is durable or was never there.
    fn cut(&mut self, chance: &mut Chance) {
        for (_, writing) in std::mem::take(&mut self.writing) {
            if chance.happens(500) {
                self.files.insert(writing.name, writing.bytes);
            }
        }
    }
}

/// What came of an input.
pub(super) enum Fed {
    /// The device is off.
    Nothing,
    /// This is to be done.
    Effects(Vec<Effect>),
    /// Power was cut before anything of it was done.
    PowerCut,
}

/// One phone with the person who holds it.
pub(super) struct SimDevice {
    /// From 0.
    pub(super) number: usize,
    /// How its engine behaves.
    pub(super) settings: Settings,
    disk: Disk,
    fuse: Fuse,
    engine: Option<Engine>,
    /// How often it was started; what belongs to an earlier start is lost.
    pub(super) start: u32,
    started_at: u64,
    /// The wall clock less the right time.
    pub(super) wall_error_ms: i64,
    /// Suspended until then.
    pub(super) paused_until: u64,
    /// Requests that were not answered, and whether they are of the ops' lane.
    pub(super) requests: BTreeMap<Token, bool>,
    /// By its own clock.
    pub(super) wake_at: Option<u64>,
    next_ticket: u64,
    /// Its photo files.
    pub(super) folder: Folder,
    /// Whether its storage failed since it was started: some things are only tried again at the next start.
    pub(super) needs_restart: bool,
    /// Its connection.
    pub(super) weather: Weather,
    /// What its screens were told.
    pub(super) ledger: Ledger,
}

impl SimDevice {
    /// A new phone, off. If it asks for changes by itself, then every `polls_ms`.
    pub(super) fn new(number: usize, polls_ms: u64, chance: &mut Chance) -> Checked<Self> {
        let settings = Settings {
            channel: *chance.pick(&[Channel::App, Channel::Web]),
            upload_piece_bytes: *chance.pick(&[20_000, 50_000, 256 * 1024]),
            automatic: !chance.happens(150),
            poll_ms: *chance.pick(&[None, Some(polls_ms)]),
        };
        Ok(Self {
            number,
            settings,
            disk: Disk::new()?,
            fuse: Fuse::default(),
            engine: None,
            start: 0,
            started_at: 0,
            wall_error_ms: 0,
            paused_until: 0,
            requests: BTreeMap::new(),
            wake_at: None,
            next_ticket: 1,
            folder: Folder::default(),
            needs_restart: false,
            weather: Weather::Usual,
            ledger: Ledger::default(),
        })
    }

    /// Its database, for looking.
    pub(super) fn look(&self) -> &Connection {
        self.disk.look()
    }

    /// Whether it is on.
    pub(super) fn is_on(&self) -> bool {
        self.engine.is_some()
    }

    /// The number of the next command.
    pub(super) fn take_ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// Its clock that only goes forward.
    pub(super) fn up_ms(&self, now: u64) -> u64 {
        now - self.started_at
    }

    fn moment(&self, now: u64) -> Moment {
        let wall = super::at(now).as_millis().saturating_add(self.wall_error_ms);
        Moment { wall: Timestamp::from_millis(wall), up_ms: self.up_ms(now) }
    }

    /// Starts it; `false` when power was cut at once.
    pub(super) fn boot(&mut self, now: u64, rough: &Roughness, chance: &mut Chance) -> Checked<bool> {
        self.start += 1;
        self.started_at = now;
        self.needs_restart = false;
        let connection = self.disk.connect(&self.fuse)?;
        if chance.happens(rough.cut_at_commit) {
            self.fuse.cut_after(chance.between(0, 1));
        }
        let engine = Engine::open(connection, self.settings, chance.bytes(), self.moment(now));
        match (engine, self.fuse.take().0) {
            (_, true) => Ok(false),
            (Ok(engine), false) => {
                self.engine = Some(engine);
                Ok(true)
            }
            (Err(error), false) => Err(format!("device {} cannot open its store: {error}", self.number)),
        }
    }

    /// Cuts its power.
    pub(super) fn kill(&mut self, chance: &mut Chance) {
        self.engine = None;
        self.requests.clear();
        self.wake_at = None;
        self.folder.cut(chance);
    }

    /// Gives its engine an input.
    pub(super) fn feed(&mut self, input: Input, now: u64, rough: &Roughness, chance: &mut Chance) -> Fed {
        let moment = self.moment(now);
        let Some(engine) = &mut self.engine else { return Fed::Nothing };
        if chance.happens(rough.cut_at_commit) {
            self.fuse.cut_after(chance.between(0, 2));
        } else if chance.happens(rough.failed_commit) {
            self.fuse.fail_after(chance.between(0, 2));
        }
        let effects = engine.on(input, moment);
        let (is_cut, has_failed) = self.fuse.take();
        self.needs_restart |= has_failed;
        if is_cut { Fed::PowerCut } else { Fed::Effects(effects) }
    }
}
