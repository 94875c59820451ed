//! The host: holds the engine while it is this tab's turn, feeds it and runs its effects.
//!
//! Opening and closing wait for the browser and happen strictly one after the other ([`Host::act`]). An engine has a generation; what comes back for
//! an earlier one is dropped, as it would be had the process ended. Nothing here is borrowed across a wait.

use crate::database::{DatabaseError, Pool};
use crate::http;
use crate::lock::{Answer, Channel, Lock};
use crate::page::{self, Asked, FromPage};
use crate::photos::Photos;
use crate::render::Darkroom;
use crate::scope::{Timer, moment, scope, seed, sleep};
use crate::turn::{Act, PATIENCE_MS, Sign, Standing, Turn};
use js_sys::Reflect;
use js_sys::futures::spawn_local;
use lanterna_bridge::{Event, RefusalCode};
use lanterna_core::effect::{HttpFailure, HttpRequest};
use lanterna_core::error::StoreError;
use lanterna_core::photo::RenderError;
use lanterna_core::{Effect, Engine, Input, Settings};
use lanterna_shared::report::Channel as ReportChannel;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::AbortController;

const SETTINGS: Settings = Settings { channel: ReportChannel::Web, upload_piece_bytes: 256 * 1024, poll_ms: Some(60_000), automatic: true };
/// The most commands that are kept before it is known which tab has the engine.
const MAX_EARLY: usize = 256;
/// How long to wait between looks at whether the last file job has ended, in milliseconds.
const DRAIN_MS: i32 = 10;

struct Host {
    build: String,
    darkroom: Darkroom,
    turn: RefCell<Turn>,
    lock: Lock,
    channel: RefCell<Option<Channel>>,
    patience: RefCell<Option<Timer>>,
    acts: RefCell<VecDeque<Act>>,
    is_acting: Cell<bool>,
    /// Away while it is opened or closed.
    pool: Cell<Option<Pool>>,
    running: RefCell<Option<Running>>,
    generation: Cell<u64>,
    early: RefCell<VecDeque<Asked>>,
    /// This browser keeps nothing: every tab has an engine of its own, over memory.
    is_alone: Cell<bool>,
    /// The page is of another build: nothing is done for it.
    is_foreign: Cell<bool>,
}

struct Running {
    engine: Engine,
    generation: u64,
    photos: Photos,
    /// Ticket → the page's number.
    tickets: HashMap<u64, f64>,
    next_ticket: u64,
    /// Requests under way, by token.
    requests: HashMap<u64, AbortController>,
    wake: Option<Timer>,
    file_jobs: VecDeque<FileJob>,
    is_filing: Rc<Cell<bool>>,
}

enum FileJob {
    Write { token: u64, name: String, bytes: Vec<u8> },
    Read { token: u64, name: String },
    Delete { name: String },
    KeepOnly { names: Vec<String> },
}

/// Starts the host. `module` is this module compiled, `script` the address of the boot script; what it returns takes the page's messages.
#[wasm_bindgen]
pub fn run_engine(build: String, module: JsValue, script: String) -> JsValue {
    std::panic::set_hook(Box::new(|fault| {
        web_sys::console::error_1(&fault.to_string().into());
        page::tell(&Event::EngineStuck);
        // The browser takes lock and files back, so that the page can be loaded again and another tab can go on.
        scope().close();
    }));
    let host = Rc::new(Host {
        build,
        darkroom: Darkroom { module, script },
        turn: RefCell::new(Turn::new()),
        lock: Lock::default(),
        channel: RefCell::default(),
        patience: RefCell::default(),
        acts: RefCell::default(),
        is_acting: Cell::default(),
        pool: Cell::new(Some(Pool::default())),
        running: RefCell::default(),
        generation: Cell::default(),
        early: RefCell::default(),
        is_alone: Cell::default(),
        is_foreign: Cell::default(),
    });
    Closure::<dyn Fn(JsValue)>::new(move |data: JsValue| host.hear(&data)).into_js_value()
}

impl Host {
    fn hear(self: &Rc<Self>, data: &JsValue) {
        match page::read(data) {
            Some(FromPage::Start { build, .. }) if build != self.build => {
                self.is_foreign.set(true);
                page::tell(&Event::ReloadNeeded);
                self.settle_early();
            }
            Some(FromPage::Start { visible, .. }) => self.start(visible),
            Some(FromPage::Visible) => self.sign(Sign::Visible),
            Some(FromPage::Hidden) => self.sign(Sign::Hidden),
            Some(FromPage::Claim) => self.sign(Sign::Claim),
            Some(FromPage::Command(asked)) => {
                let mut early = self.early.borrow_mut();
                if early.len() < MAX_EARLY {
                    early.push_back(asked);
                    drop(early);
                    self.settle_early();
                } else {
                    page::refuse(asked.id, RefusalCode::NotOwner);
                }
            }
            Some(FromPage::Unreadable { id }) => page::refuse(id, RefusalCode::NewerStore),
            None => {}
        }
    }

    fn start(self: &Rc<Self>, visible: bool) {
        let host = Rc::clone(self);
        spawn_local(async move {
            let asked = Rc::clone(&host);
            let channel = Channel::open(move || asked.sign(Sign::Asked));
            if let (true, Ok(channel)) = (can_keep().await, channel) {
                *host.channel.borrow_mut() = Some(channel);
                host.sign(Sign::Start { visible });
            } else {
                host.run_alone();
            }
        });
    }

    /// Feeds or refuses what was kept, if it is known by now which.
    fn settle_early(self: &Rc<Self>) {
        let is_open = self.running.borrow().is_some();
        let standing = if self.is_alone.get() { Standing::Here } else { self.turn.borrow().standing() };
        loop {
            let refusal = match standing {
                _ if self.is_foreign.get() => Some(RefusalCode::NewerStore),
                Standing::Elsewhere => Some(RefusalCode::NotOwner),
                Standing::Here if is_open => None,
                Standing::Here | Standing::Unknown => return,
            };
            let Some(asked) = self.early.borrow_mut().pop_front() else { return };
            match refusal {
                Some(code) => page::refuse(asked.id, code),
                None => self.ask(asked),
            }
        }
    }

    fn sign(self: &Rc<Self>, sign: Sign) {
        if self.is_alone.get() {
            return;
        }
        let acts = self.turn.borrow_mut().on(sign);
        self.acts.borrow_mut().extend(acts);
        self.settle_early();
        if self.is_acting.replace(true) {
            return;
        }
        let host = Rc::clone(self);
        spawn_local(async move {
            loop {
                let act = host.acts.borrow_mut().pop_front();
                match act {
                    Some(act) => host.act(act).await,
                    None => break,
                }
            }
            host.is_acting.set(false);
        });
    }

    async fn act(self: &Rc<Self>, act: Act) {
        let answered = |host: Rc<Self>| move |answer| host.sign(if answer == Answer::Granted { Sign::Granted } else { Sign::Taken });
        match act {
            Act::TryLock => self.lock.try_take(answered(Rc::clone(self))),
            Act::QueueForLock => self.lock.queue(answered(Rc::clone(self))),
            Act::LeaveQueue => self.lock.leave(),
            Act::Ask => {
                if let Some(channel) = &*self.channel.borrow() {
                    channel.ask();
                }
            }
            Act::Wait => {
                let host = Rc::clone(self);
                *self.patience.borrow_mut() = Some(Timer::start(PATIENCE_MS, move || host.sign(Sign::PatienceOver)));
            }
            Act::Open => self.open().await,
            Act::Close => {
                self.close().await;
                self.lock.release();
                self.sign(Sign::Released);
            }
            Act::Tell(event) => page::tell(&event),
        }
    }

    async fn open(self: &Rc<Self>) {
        let Some(mut pool) = self.pool.take() else { return };
        let opened = open_kept(&mut pool).await;
        if opened.is_err() {
            pool.release();
        }
        self.pool.set(Some(pool));
        match opened {
            Ok((engine, photos)) => {
                page::tell(&Event::EngineHere);
                self.run_over(engine, photos);
            }
            Err(NotOpened::Newer) => self.fail(&Event::ReloadNeeded),
            Err(NotOpened::Locked) => self.fail(&Event::EngineStuck),
            Err(NotOpened::NothingIsKept) => {
                self.lock.release();
                self.run_alone();
            }
        }
    }

    fn fail(self: &Rc<Self>, event: &Event) {
        self.lock.release();
        page::tell(event);
        self.sign(Sign::Failed);
    }

    /// Goes on over memory, apart from all other tabs.
    fn run_alone(self: &Rc<Self>) {
        self.is_alone.set(true);
        let engine = rusqlite::Connection::open_in_memory()
            .map_err(StoreError::from)
            .and_then(|connection| Engine::open(connection, SETTINGS, seed().unwrap_or_default(), moment()));
        match engine {
            Ok(engine) => {
                page::tell(&Event::NothingIsKept);
                page::tell(&Event::EngineHere);
                self.run_over(engine, Photos::memory());
            }
            Err(_) => page::tell(&Event::EngineStuck),
        }
    }

    fn run_over(self: &Rc<Self>, engine: Engine, photos: Photos) {
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        *self.running.borrow_mut() = Some(Running {
            engine,
            generation,
            photos,
            tickets: HashMap::new(),
            next_ticket: 1,
            requests: HashMap::new(),
            wake: None,
            file_jobs: VecDeque::new(),
            is_filing: Rc::default(),
        });
        self.feed(generation, Input::Start);
        self.settle_early();
    }

    /// Closes the engine and lets its files go. What was asked and is not answered is refused: the screens ask the tab that has it next.
    async fn close(self: &Rc<Self>) {
        let Some(running) = self.running.borrow_mut().take() else { return };
        for request in running.requests.values() {
            request.abort();
        }
        for id in running.tickets.values() {
            page::refuse(*id, RefusalCode::NotOwner);
        }
        // A file that is being written is written to its end, so that two tabs never write in the folder at once.
        while running.is_filing.get() {
            sleep(DRAIN_MS).await;
        }
        // SQLite lets go of the files whatever it says.
        let _ = running.engine.close();
        if let Some(pool) = self.pool.take() {
            pool.release();
            self.pool.set(Some(pool));
        }
    }

    fn ask(self: &Rc<Self>, asked: Asked) {
        let mut running = self.running.borrow_mut();
        let Some(open) = running.as_mut() else { return };
        let ticket = open.next_ticket;
        open.next_ticket += 1;
        open.tickets.insert(ticket, asked.id);
        let generation = open.generation;
        drop(running);
        self.feed(generation, Input::Command { ticket, command: asked.command, bytes: asked.bytes });
    }

    /// Feeds the engine, if it still is the one of this generation, and runs what it wants done.
    fn feed(self: &Rc<Self>, generation: u64, input: Input) {
        let mut running = self.running.borrow_mut();
        let Some(open) = running.as_mut().filter(|open| open.generation == generation) else { return };
        let effects = open.engine.on(input, moment());
        drop(running);
        for effect in effects {
            self.run(generation, effect);
        }
    }

    fn run(self: &Rc<Self>, generation: u64, effect: Effect) {
        let mut running = self.running.borrow_mut();
        let Some(open) = running.as_mut() else { return };
        let host = Rc::clone(self);
        match effect {
            Effect::Reply { ticket, reply, bytes } => {
                if let Some(id) = open.tickets.remove(&ticket) {
                    page::reply(id, &reply, bytes);
                }
            }
            Effect::Event(event) => page::tell(&event),
            Effect::WakeAt { up_ms } => {
                let wait_ms = i32::try_from(up_ms.saturating_sub(moment().up_ms)).unwrap_or(i32::MAX);
                open.wake = Some(Timer::start(wait_ms, move || {
                    // From a task of its own: feeding replaces the timer that is ringing.
                    let host = Rc::clone(&host);
                    spawn_local(async move { host.feed(generation, Input::Wake) });
                }));
            }
            Effect::Http { token, request } => {
                let photos = open.photos.clone();
                let Ok(controller) = AbortController::new() else { return };
                open.requests.insert(token, controller.clone());
                spawn_local(host.request(generation, token, request, photos, controller));
            }
            Effect::Render { token, name } => {
                let photos = open.photos.clone();
                spawn_local(async move {
                    let outcome = match photos.buffer(&name).await {
                        Ok(raw) => host.darkroom.render(raw).await,
                        Err(_) => Err(RenderError::Host),
                    };
                    host.feed(generation, Input::Rendered { token, outcome });
                });
            }
            Effect::WriteFile { token, name, bytes } => open.file(&host, FileJob::Write { token, name, bytes }),
            Effect::ReadFile { token, name } => open.file(&host, FileJob::Read { token, name }),
            Effect::DeleteFile { name } => open.file(&host, FileJob::Delete { name }),
            Effect::KeepOnly { names } => open.file(&host, FileJob::KeepOnly { names }),
        }
    }

    async fn request(self: Rc<Self>, generation: u64, token: u64, request: HttpRequest, photos: Photos, controller: AbortController) {
        let outcome =
            if scope().navigator().on_line() { http::send(&request, &photos, &controller).await } else { Err(HttpFailure::Unreachable) };
        if let Some(open) = self.running.borrow_mut().as_mut().filter(|open| open.generation == generation) {
            open.requests.remove(&token);
        }
        self.feed(generation, Input::Http { token, outcome });
    }

    fn next_file_job(&self, generation: u64) -> Option<FileJob> {
        let mut running = self.running.borrow_mut();
        running.as_mut().filter(|open| open.generation == generation)?.file_jobs.pop_front()
    }
}

impl Running {
    /// Appends a job; they run one after the other.
    fn file(&mut self, host: &Rc<Host>, job: FileJob) {
        self.file_jobs.push_back(job);
        if self.is_filing.replace(true) {
            return;
        }
        let (host, photos, is_filing, generation) = (Rc::clone(host), self.photos.clone(), Rc::clone(&self.is_filing), self.generation);
        spawn_local(async move {
            while let Some(job) = host.next_file_job(generation) {
                match job {
                    FileJob::Write { token, name, bytes } => {
                        let outcome = photos.write(&name, bytes).await;
                        host.feed(generation, Input::FileWritten { token, outcome });
                    }
                    FileJob::Read { token, name } => {
                        let outcome = photos.buffer(&name).await.map(|buffer| js_sys::Uint8Array::new(&buffer).to_vec());
                        host.feed(generation, Input::FileRead { token, outcome });
                    }
                    FileJob::Delete { name } => photos.delete(&name).await,
                    FileJob::KeepOnly { names } => photos.keep_only(names).await,
                }
            }
            is_filing.set(false);
        });
    }
}

enum NotOpened {
    Newer,
    Locked,
    NothingIsKept,
}

/// Opens the newest database with its photos; a damaged one is left as it is and the next number begun.
async fn open_kept(pool: &mut Pool) -> Result<(Engine, Photos), NotOpened> {
    pool.acquire().await.map_err(|error| match error {
        DatabaseError::Locked => NotOpened::Locked,
        DatabaseError::NothingIsKept | DatabaseError::Other(_) => NotOpened::NothingIsKept,
    })?;
    let newest = pool.newest();
    let mut opened = try_open(newest).await;
    if matches!(opened, Err(StoreError::Damaged(_))) && pool.make_room().await.is_ok() {
        opened = try_open(newest + 1).await;
    }
    opened.map_err(|error| match error {
        StoreError::Newer { .. } => NotOpened::Newer,
        other => {
            web_sys::console::error_1(&other.to_string().into());
            NotOpened::NothingIsKept
        }
    })
}

async fn try_open(number: u32) -> Result<(Engine, Photos), StoreError> {
    let photos = Photos::folder(number).await.map_err(|_| StoreError::Unreadable("folder"))?;
    let seed = seed().map_err(|_| StoreError::Unreadable("seed"))?;
    let engine = Engine::open(Pool::open(number)?, SETTINGS, seed, moment())?;
    Ok((engine, photos))
}

/// Whether this browser has everything that is needed to keep something, and lets us.
async fn can_keep() -> bool {
    let navigator: JsValue = scope().navigator().into();
    let has = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).is_ok_and(|value| value.is_truthy());
    let storage = Reflect::get(&navigator, &"storage".into()).unwrap_or_default();
    has(&navigator, "locks") && has(&storage, "getDirectory") && scope().navigator().storage().get_directory().await.is_ok()
}
