//! The loop of a native host: one input at a time into the engine, every effect run for real.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{mpsc, oneshot};

use lanterna_bridge::{Command, Event, Reply};
use lanterna_shared::time::Timestamp;

use super::files::PhotoFolder;
use super::home::{Home, HostError};
use super::http::Client;
use crate::effect::{Effect, Input, Moment};
use crate::engine::{Engine, Settings};
use crate::photo::{self, RenderError};

/// The host's two clocks, read here and nowhere else.
#[expect(clippy::disallowed_methods, reason = "the one place where a native host reads its clock")]
pub(super) fn now() -> Moment {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = *START.get_or_init(Instant::now);
    let wall =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    Moment { wall: Timestamp::from_millis(wall), up_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX) }
}

/// An answer with the bytes that travel beside it.
pub type Answer = (Reply, Option<Vec<u8>>);

/// One question to a host that runs in a task of its own.
pub struct Request {
    /// What is asked.
    pub command: Command,
    /// The bytes that travel beside.
    pub bytes: Option<Vec<u8>>,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Answer>,
}

/// A running engine with its files and its network.
pub struct Host {
    engine: Engine,
    photos: PhotoFolder,
    client: Client,
    inputs_tx: mpsc::UnboundedSender<Input>,
    inputs: mpsc::UnboundedReceiver<Input>,
    wake_at: Option<u64>,
    next_ticket: u64,
    replies: Vec<(u64, Reply, Option<Vec<u8>>)>,
    events: VecDeque<Event>,
    set_aside: Option<PathBuf>,
    _home: Home,
}

impl Host {
    /// Opens the device at `home`, which must know its server, and starts its engine.
    ///
    /// # Errors
    /// [`HostError`].
    pub fn open(home: &Path, settings: Settings) -> Result<Self, HostError> {
        let home = Home::open(home)?;
        let server = home.server()?;
        let (engine, set_aside) = home.engine(settings)?;
        let photos = home.photos()?;
        let client = Client::new(server, photos.clone())?;
        let (inputs_tx, inputs) = mpsc::unbounded_channel();
        let mut host = Self {
            engine,
            photos,
            client,
            inputs_tx,
            inputs,
            wake_at: None,
            next_ticket: 1,
            replies: Vec::new(),
            events: VecDeque::new(),
            set_aside,
            _home: home,
        };
        host.feed(Input::Start);
        Ok(host)
    }

    /// Where a damaged store was moved to at opening, if one was.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// Asks the engine and runs it until it answers.
    pub async fn call(&mut self, command: Command, bytes: Option<Vec<u8>>) -> Answer {
        let ticket = self.ask(command, bytes);
        loop {
            if let Some(at) = self.replies.iter().position(|(found, ..)| *found == ticket) {
                let (_, reply, bytes) = self.replies.swap_remove(at);
                return (reply, bytes);
            }
            self.step(None).await;
        }
    }

    /// Runs the engine until something happened or `patience` is over; tells what it said meanwhile.
    pub async fn run_for(&mut self, patience: Duration) -> Vec<Event> {
        if self.events.is_empty() {
            self.step(Some(patience)).await;
        }
        self.events.drain(..).collect()
    }

    /// Runs the engine until the last sender of requests is gone.
    pub async fn serve(mut self, mut requests: mpsc::Receiver<Request>, mut on_event: impl FnMut(Event)) {
        let mut waiting: Vec<(u64, oneshot::Sender<Answer>)> = Vec::new();
        loop {
            for event in self.events.drain(..) {
                on_event(event);
            }
            for (ticket, reply, bytes) in self.replies.drain(..) {
                if let Some(at) = waiting.iter().position(|(found, _)| *found == ticket) {
                    // Who asked may be gone; that is no matter of the engine's.
                    let _ = waiting.swap_remove(at).1.send((reply, bytes));
                }
            }
            tokio::select! {
                request = requests.recv() => match request {
                    Some(Request { command, bytes, answer }) => {
                        let ticket = self.ask(command, bytes);
                        waiting.push((ticket, answer));
                    }
                    None => return,
                },
                () = self.step(None) => {}
            }
        }
    }

    fn ask(&mut self, command: Command, bytes: Option<Vec<u8>>) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.feed(Input::Command { ticket, command, bytes });
        ticket
    }

    /// Waits for one input, or for the time to wake, or for `patience`.
    async fn step(&mut self, patience: Option<Duration>) {
        let wake = self.wake_at.map(|at| Duration::from_millis(at.saturating_sub(now().up_ms)));
        let sleep = [wake, patience].into_iter().flatten().min().unwrap_or(Duration::from_hours(1));
        let input = tokio::select! {
            input = self.inputs.recv() => input,
            () = tokio::time::sleep(sleep) => None,
        };
        if let Some(input) = input {
            self.feed(input);
        } else if self.wake_at.is_some_and(|at| at <= now().up_ms) {
            self.wake_at = None;
            self.feed(Input::Wake);
        }
    }

    fn feed(&mut self, input: Input) {
        for effect in self.engine.on(input, now()) {
            self.run_effect(effect);
        }
    }

    fn run_effect(&mut self, effect: Effect) {
        match effect {
            Effect::Reply { ticket, reply, bytes } => self.replies.push((ticket, reply, bytes)),
            Effect::Event(event) => self.events.push_back(event),
            Effect::Http { token, request } => {
                let (client, inputs) = (self.client.clone(), self.inputs_tx.clone());
                tokio::spawn(async move {
                    let outcome = client.run(request).await;
                    let _ = inputs.send(Input::Http { token, outcome });
                });
            }
            Effect::WriteFile { token, name, bytes } => {
                let outcome = self.photos.write(&name, &bytes);
                let _ = self.inputs_tx.send(Input::FileWritten { token, outcome });
            }
            Effect::ReadFile { token, name } => {
                let outcome = self.photos.read(&name);
                let _ = self.inputs_tx.send(Input::FileRead { token, outcome });
            }
            Effect::DeleteFile { name } => self.photos.delete(&name),
            Effect::KeepOnly { names } => self.photos.keep_only(&names),
            Effect::Render { token, name } => {
                let (photos, inputs) = (self.photos.clone(), self.inputs_tx.clone());
                tokio::task::spawn_blocking(move || {
                    let outcome = photos.read(&name).map_err(|_| RenderError::Host).and_then(|raw| photo::render(&raw));
                    let _ = inputs.send(Input::Rendered { token, outcome });
                });
            }
            Effect::WakeAt { up_ms } => self.wake_at = Some(up_ms),
        }
    }
}
