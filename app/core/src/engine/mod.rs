//! The state machine: one input in, effects out.
//!
//! It owns what is under way (nothing of which needs to survive: a new engine over the same store goes on where the old one was cut off). Commands
//! are handled in [`capture`] and [`view`], results of effects where the effect was asked for, and after every input [`Engine::pump`] starts what
//! can start. It never waits.

pub mod capture;
pub mod enrolment;
pub mod rendering;
pub(crate) mod restored;
pub mod sync;
#[cfg(test)]
mod tests;
pub mod upload;
pub mod view;
mod voice;

use std::collections::{HashMap, HashSet, VecDeque};

use rusqlite::Connection;

use lanterna_bridge::{Command, Event, Refusal, Reply, SyncActivity, SyncState};
use lanterna_shared::id::{DraftId, OpId, PhotoId};
use lanterna_shared::photo::{PhotoHash, Rendition};
use lanterna_shared::report::Channel;
use lanterna_shared::wire::FIRST_BATCH;

use crate::backoff::{self, Backoff};
use crate::effect::{Effect, Input, Moment, Token};
use crate::entropy::Entropy;
use crate::error::{CommandError, StoreError};
use crate::store::{Device, Store, StoredRendition};

/// What differs between hosts.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How reports from here come in.
    pub channel: Channel,
    /// The most bytes of one upload request: 256 KiB in browsers, which cannot stream; as much as there is natively.
    pub upload_piece_bytes: u64,
    /// Whether to send by itself; otherwise nothing leaves before [`Command::SyncNow`].
    pub automatic: bool,
    /// How often to ask for changes when there is nothing to send, in milliseconds; `None` = only when asked.
    pub poll_ms: Option<u64>,
}

/// What a token's result is for.
enum Pending {
    RawWritten(capture::RawWritten),
    Render(PhotoId),
    RenditionWritten(PhotoId),
    PhotoRead {
        ticket: u64,
        media_type: String,
    },
    Register {
        /// Whether it carried an enrolment code.
        enrols: bool,
    },
    Sync(sync::InFlight),
    Upload(upload::InFlight),
}

/// A lane that has at most one request under way.
#[derive(Debug, Default)]
struct Lane {
    busy: bool,
    backoff: Backoff,
}

impl Lane {
    fn may_start(&self, up_ms: u64) -> bool {
        !self.busy && up_ms >= self.backoff.not_before_ms()
    }
}

/// The device engine.
pub struct Engine {
    store: Store,
    settings: Settings,
    entropy: Entropy,
    effects: Vec<Effect>,
    next_token: Token,
    pending: HashMap<Token, Pending>,
    /// Photos that wait for the one rendering that runs at a time.
    to_render: VecDeque<PhotoId>,
    rendering: Option<rendering::Rendering>,
    /// A one-time code that goes with the next registration.
    enrolling: Option<enrolment::Enrolling>,
    ops_lane: Lane,
    photo_lanes: [Lane; 3],
    /// Ops and bytes of the next batch.
    batch: (usize, usize),
    /// Whether anything may leave: at once where sending is automatic, else from the first request on.
    may_send: bool,
    /// Somebody asked for a sync, or the server said there is more.
    sync_wanted: bool,
    next_poll_ms: u64,
    /// Ops that the server deferred, until when.
    deferred: HashMap<OpId, u64>,
    /// Renditions that arrived since the last sync request left: its answer may not know of them yet.
    arrived: HashSet<PhotoHash>,
    /// Renditions that our server refused, until when each is left alone: one bad photo delays no other.
    held: HashMap<PhotoHash, Backoff>,
    /// Uploads of which the server has just said where it stands. Of any other, an earlier run's above all, it is asked before a byte is sent.
    certain: HashSet<PhotoHash>,
    announced: Option<SyncState>,
    wake_at: Option<u64>,
}

impl Engine {
    /// Opens an engine over a connection that the host made.
    ///
    /// # Errors
    /// [`StoreError`]; see [`Store::open`].
    pub fn open(connection: Connection, settings: Settings, seed: [u8; 32], moment: Moment) -> Result<Self, StoreError> {
        let mut entropy = Entropy::from_seed(seed);
        let store = Store::open(connection, moment.wall, &mut entropy)?;
        Ok(Self {
            store,
            settings,
            entropy,
            effects: Vec::new(),
            next_token: 1,
            pending: HashMap::new(),
            to_render: VecDeque::new(),
            rendering: None,
            enrolling: None,
            ops_lane: Lane::default(),
            photo_lanes: Default::default(),
            batch: FIRST_BATCH,
            may_send: settings.automatic,
            sync_wanted: false,
            next_poll_ms: 0,
            deferred: HashMap::new(),
            arrived: HashSet::new(),
            held: HashMap::new(),
            certain: HashSet::new(),
            announced: None,
            wake_at: None,
        })
    }

    /// Closes the store, so that another engine can open it. What was under way is forgotten; nothing that was promised is.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite will not let go.
    pub fn close(self) -> Result<(), StoreError> {
        self.store.close()
    }

    /// The store, for reading.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Takes one input and tells what to do. Never fails: what fails inside is answered to whom it concerns, and tried again where nobody asked.
    pub fn on(&mut self, input: Input, moment: Moment) -> Vec<Effect> {
        match input {
            Input::Start => self.start(moment),
            Input::Command { ticket, command, bytes } => self.command(ticket, command, bytes, moment),
            Input::Http { token, outcome } => match self.pending.remove(&token) {
                Some(Pending::Register { enrols }) => self.registered(enrols, &outcome, moment),
                Some(Pending::Sync(in_flight)) => self.synced(&in_flight, &outcome, moment),
                Some(Pending::Upload(in_flight)) => self.uploaded(&in_flight, &outcome, moment),
                _ => {}
            },
            Input::FileWritten { token, outcome } => match self.pending.remove(&token) {
                Some(Pending::RawWritten(written)) => self.raw_written(&written, outcome, moment),
                Some(Pending::RenditionWritten(photo)) => self.rendition_written(photo, outcome, moment),
                _ => {}
            },
            Input::FileRead { token, outcome } => {
                if let Some(Pending::PhotoRead { ticket, media_type }) = self.pending.remove(&token) {
                    match outcome {
                        Ok(bytes) => self.effects.push(Effect::Reply { ticket, reply: Reply::Photo { media_type }, bytes: Some(bytes) }),
                        Err(_) => self.reply(ticket, Err(CommandError::NotFound("photo"))),
                    }
                }
            }
            Input::Rendered { token, outcome } => {
                if let Some(Pending::Render(photo)) = self.pending.remove(&token) {
                    self.rendered(photo, outcome, moment);
                }
            }
            Input::Wake => self.wake_at = None,
        }
        self.pump(moment);
        std::mem::take(&mut self.effects)
    }

    fn start(&mut self, _moment: Moment) {
        if let Ok(names) = Store::file_names(self.store.connection()) {
            self.effects.push(Effect::KeepOnly { names });
        }
        if let Ok(photos) = Store::photos_to_render(self.store.connection()) {
            self.to_render.extend(photos);
        }
        self.sync_wanted = self.settings.poll_ms.is_some();
    }

    fn command(&mut self, ticket: u64, command: Command, bytes: Option<Vec<u8>>, moment: Moment) {
        let reply = match command {
            Command::Status => self.status().map(Reply::Status),
            // Answered when the server has answered.
            Command::Enrol { code } => match self.enrol(ticket, &code) {
                Ok(()) => return,
                Err(error) => Err(error),
            },
            Command::Services => self.services(),
            Command::ResumeDraft => self.resume_draft(moment),
            Command::NewDraft => self.new_draft(moment),
            Command::Drafts => self.drafts(),
            Command::UpdateDraft { draft, content } => self.update_draft(draft, &content, moment),
            // Answered when the bytes are durable.
            Command::AddPhoto { draft } => match self.add_photo(ticket, draft, bytes, moment) {
                Ok(()) => return,
                Err(error) => Err(error),
            },
            Command::RemovePhoto { draft, photo } => self.remove_photo(draft, photo, moment),
            Command::DiscardDraft { draft } => self.discard_draft(draft),
            Command::Send { draft } => self.send(draft, moment),
            Command::Reports => self.reports(),
            // Answered when the file is read.
            Command::Photo { photo, rendition } => match self.read_photo(ticket, photo, rendition) {
                Ok(()) => return,
                Err(error) => Err(error),
            },
            Command::Withdraw { report } => self.withdraw(report, moment),
            Command::Confirm { report } => self.confirm(report, moment),
            Command::Contest { report, reason } => self.contest(report, reason, moment),
            Command::Answer { report, text } => self.answer(report, text, moment),
            Command::Outbox => self.outbox(),
            Command::SyncNow => {
                self.may_send = true;
                self.try_again();
                self.sync_wanted = true;
                Ok(Reply::Done)
            }
            Command::Connectivity { online } => {
                if online {
                    self.try_again();
                    self.sync_wanted = true;
                }
                Ok(Reply::Done)
            }
        };
        self.reply(ticket, reply);
    }

    fn reply(&mut self, ticket: u64, reply: Result<Reply, CommandError>) {
        let reply = reply.unwrap_or_else(|error| Reply::Refused(Refusal::from(error)));
        self.effects.push(Effect::Reply { ticket, reply, bytes: None });
    }

    fn event(&mut self, event: Event) {
        self.effects.push(Effect::Event(event));
    }

    fn draft_changed(&mut self, draft: DraftId) {
        self.event(Event::DraftChanged { draft });
    }

    fn expect_result(&mut self, pending: Pending) -> Token {
        let token = self.next_token;
        self.next_token += 1;
        self.pending.insert(token, pending);
        token
    }

    fn try_again(&mut self) {
        self.ops_lane.backoff.reset();
        for lane in &mut self.photo_lanes {
            lane.backoff.reset();
        }
        self.deferred.clear();
        self.held.clear();
    }

    fn lane(&mut self, kind: Rendition) -> &mut Lane {
        let [thumb, screen, full] = &mut self.photo_lanes;
        match kind {
            Rendition::Thumb => thumb,
            Rendition::Screen => screen,
            Rendition::Full => full,
        }
    }

    /// Starts whatever can start now, and asks to be woken for the rest.
    fn pump(&mut self, moment: Moment) {
        self.render_next();
        // A store that cannot be read now is read again at the next input; the wake below makes sure that there is one.
        let waiting = self.pump_lanes(moment).is_err();
        self.announce(moment);
        self.ask_for_wake(moment, waiting);
    }

    fn pump_lanes(&mut self, moment: Moment) -> Result<(), StoreError> {
        if !self.may_send {
            return Ok(());
        }
        let device = Device::read(self.store.connection())?;
        self.deferred.retain(|_, until| *until > moment.up_ms);
        let has_ops = Store::ops_waiting(self.store.connection())? as usize > self.deferred.len();
        // No upload starts before the device is known, so photos that are alone in the outbox bring it to the server as ops do.
        self.sync_wanted |= !device.registered && Store::renditions_waiting(self.store.connection())?.0 > 0;
        let poll = self.settings.poll_ms.is_some() && moment.up_ms >= self.next_poll_ms;
        if self.ops_lane.may_start(moment.up_ms) && (has_ops || self.sync_wanted || poll) {
            if device.registered { self.start_sync(&device, moment)? } else { self.start_registration(&device, moment) }
        }
        if device.registered {
            for kind in Rendition::ALL {
                if self.lane(kind).may_start(moment.up_ms)
                    && let Some(rendition) = self.next_rendition(kind, moment)?
                {
                    self.start_upload(&device, rendition)?;
                }
            }
        }
        Ok(())
    }

    fn sync_state(&self, moment: Moment) -> Result<SyncState, StoreError> {
        let connection = self.store.connection();
        let ops_waiting = Store::ops_waiting(connection)?;
        let (photos_waiting, _) = Store::renditions_waiting(connection)?;
        let busy = self.ops_lane.busy || self.photo_lanes.iter().any(|lane| lane.busy);
        let waits = |lane: &Lane| lane.backoff.is_waiting().then_some(lane.backoff.not_before_ms());
        let next = waits(&self.ops_lane).into_iter().chain(self.photo_lanes.iter().filter_map(waits)).min();
        let activity = match (busy, next) {
            (true, _) => SyncActivity::Busy,
            (false, Some(_)) => SyncActivity::Waiting,
            (false, None) => SyncActivity::Idle,
        };
        let next_attempt = next.map(|at| {
            let wait = i64::try_from(at.saturating_sub(moment.up_ms)).unwrap_or(i64::MAX);
            moment.wall.plus_millis(wait)
        });
        Ok(SyncState { activity, ops_waiting, photos_waiting, last_success: Device::read(connection)?.last_success, next_attempt })
    }

    /// Tells the screens when something about the sync is different from what they were told.
    fn announce(&mut self, moment: Moment) {
        let Ok(state) = self.sync_state(moment) else { return };
        let is_news = self.announced.as_ref().is_none_or(|old| {
            (old.activity, old.ops_waiting, old.photos_waiting, old.last_success)
                != (state.activity, state.ops_waiting, state.photos_waiting, state.last_success)
        });
        if is_news {
            self.announced = Some(state.clone());
            self.event(Event::SyncChanged(state));
        }
    }

    fn ask_for_wake(&mut self, moment: Moment, store_failed: bool) {
        if !self.may_send {
            return;
        }
        let mut times = vec![];
        let connection = self.store.connection();
        let has_ops = Store::ops_waiting(connection).is_ok_and(|ops| ops > 0);
        if !self.ops_lane.busy {
            if has_ops || self.sync_wanted {
                times.push(self.ops_lane.backoff.not_before_ms());
            }
            if self.settings.poll_ms.is_some() {
                times.push(self.next_poll_ms.max(self.ops_lane.backoff.not_before_ms()));
            }
        }
        times.extend(self.deferred.values().copied());
        times.extend(self.held.values().map(Backoff::not_before_ms));
        times.extend(
            self.photo_lanes.iter().filter(|lane| !lane.busy && lane.backoff.is_waiting()).map(|lane| lane.backoff.not_before_ms()),
        );
        if store_failed {
            times.push(moment.up_ms + backoff::BASE_MS);
        }
        let next = times.into_iter().filter(|at| *at > moment.up_ms).min();
        if let Some(up_ms) = next
            && self.wake_at.is_none_or(|at| at > up_ms || at <= moment.up_ms)
        {
            self.wake_at = Some(up_ms);
            self.effects.push(Effect::WakeAt { up_ms });
        }
    }

    fn next_rendition(&self, kind: Rendition, moment: Moment) -> Result<Option<StoredRendition>, StoreError> {
        let is_held = |hash: &PhotoHash| self.held.get(hash).is_some_and(|backoff| backoff.not_before_ms() > moment.up_ms);
        // A small picture is its own screen size, and one picture can be on two reports: it is one upload, with one request at a time.
        let is_under_way =
            |hash: &PhotoHash| self.pending.values().any(|pending| matches!(pending, Pending::Upload(sent) if sent.is_of(*hash)));
        Store::next_rendition(self.store.connection(), kind, |hash| is_held(hash) || is_under_way(hash))
    }
}
