//! The engine in a thread of its own, and the one way to ask it.
//!
//! The story: [`Engine::start`] makes a thread with a runtime of one thread, because the engine is single-threaded everywhere. The thread opens the
//! home and serves until the program ends. Where the home cannot be opened (another engine has it, a newer version made it, the disk is full) the
//! window is there all the same: every command is refused with the reason, the screens are told by an event, and each `Status`, which is what a
//! reloaded page asks first, tries again. It must never end the program and never leave a command without an answer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use lanterna_bridge::{Command, Event, Refusal, RefusalCode};
use lanterna_core::Settings;
use lanterna_core::error::StoreError;
use lanterna_core::native::{Answer, Home, Host, HostError, Request};
use lanterna_shared::report::Channel;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};

use crate::{frame, server};

/// What a window may have asked and not been answered yet. A page asks a handful of things at a time.
const MAX_WAITING: usize = 256;

/// As a phone or desktop runs it: all of a photo in a few requests, and a look for news every five minutes.
const SETTINGS: Settings =
    Settings { channel: Channel::App, upload_piece_bytes: 4 * 1024 * 1024, automatic: true, poll_ms: Some(5 * 60 * 1000) };

type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// The one engine of this program.
pub struct Engine {
    home: PathBuf,
    listener: Listener,
    /// Empty until the engine was started.
    requests: Mutex<Option<mpsc::Sender<Request>>>,
}

impl Engine {
    /// An engine for the device at `home` that is not started yet. `listener` hears its events, in its thread.
    pub fn new(home: PathBuf, listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self { home, listener: Arc::new(listener), requests: Mutex::new(None) }
    }

    /// Where the device keeps everything.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Starts the engine's thread, once; a second start does nothing.
    ///
    /// # Errors
    /// What the system says when it gives no thread.
    pub fn start(&self) -> std::io::Result<()> {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.is_none() {
            let (asking, asked) = mpsc::channel(MAX_WAITING);
            let (home, listener) = (self.home.clone(), Arc::clone(&self.listener));
            thread::Builder::new().name("engine".to_owned()).spawn(move || run(&home, &listener, asked))?;
            *requests = Some(asking);
        }
        Ok(())
    }

    /// Whether the engine was started.
    pub fn is_started(&self) -> bool {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Puts a command behind all that were asked before it, at once, and gives the answer to wait for.
    pub fn ask(&self, command: Command, bytes: Option<Vec<u8>>) -> impl Future<Output = Answer> + Send + use<> {
        let (answer, answered) = oneshot::channel();
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let asked = match requests {
            None => Err(storage("no server is known yet: say which one")),
            Some(requests) => requests.try_send(Request { command, bytes, answer }).map_err(|failure| match failure {
                mpsc::error::TrySendError::Full(_) => storage("too much was asked at once: wait and try again"),
                mpsc::error::TrySendError::Closed(_) => stopped(),
            }),
        };
        async move {
            match asked {
                Ok(()) => answered.await.unwrap_or_else(|_| frame::refused(stopped())),
                Err(refusal) => frame::refused(refusal),
            }
        }
    }
}

fn storage(detail: &str) -> Refusal {
    Refusal { code: RefusalCode::Storage, detail: detail.to_owned() }
}

fn stopped() -> Refusal {
    storage("the engine has stopped: close Lanterna and open it again")
}

/// The thread.
fn run(home: &Path, listener: &Listener, mut requests: mpsc::Receiver<Request>) {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        // Dropping the receiver answers all that is asked from now on.
        Err(error) => return say(&format!("the engine cannot start: {error}")),
    };
    runtime.block_on(async {
        loop {
            match open(home) {
                Ok(host) => {
                    if let Some(aside) = host.set_aside() {
                        say(&format!("the store was damaged. It and its photos are kept in {}; a new one was made", aside.display()));
                    }
                    listener(Event::EngineHere);
                    return host.serve(requests, |event| listener(event)).await;
                }
                Err(error) => {
                    say(&error.to_string());
                    let (refusal, event) = closed(&error);
                    listener(event);
                    if !refuse(&refusal, &mut requests).await {
                        return;
                    }
                }
            }
        }
    });
}

fn open(home: &Path) -> Result<Host, HostError> {
    server::settle(&Home::open(home)?)?;
    Host::open(home, SETTINGS)
}

/// What is answered while the home cannot be opened, and what the screens are told.
fn closed(error: &HostError) -> (Refusal, Event) {
    let (code, event) = match error {
        HostError::InUse(_) => (RefusalCode::NotOwner, Event::EngineElsewhere),
        HostError::Store(StoreError::Newer { .. }) => (RefusalCode::NewerStore, Event::ReloadNeeded),
        HostError::Store(StoreError::Full) => (RefusalCode::StorageFull, Event::EngineStuck),
        _ => (RefusalCode::Storage, Event::EngineStuck),
    };
    (Refusal { code, detail: error.to_string() }, event)
}

/// Refuses all that is asked until it is time to try again; false when nobody is left to ask.
async fn refuse(refusal: &Refusal, requests: &mut mpsc::Receiver<Request>) -> bool {
    while let Some(Request { command, answer, .. }) = requests.recv().await {
        // Who asked may be gone already.
        let _ = answer.send(frame::refused(refusal.clone()));
        if command == Command::Status {
            return true;
        }
    }
    false
}

/// What a person who looks into the log should know.
pub fn say(sentence: &str) {
    eprintln!("lanterna: {sentence}");
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc as events;
    use std::time::Duration;

    use lanterna_bridge::Reply;

    use super::*;

    /// A server that nobody can be: nothing listens on the port 1.
    const NOBODY: &str = "http://127.0.0.1:1";
    const PATIENCE: Duration = Duration::from_secs(20);

    fn home(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("lanterna-shell-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Home::open(&path).unwrap().set_server(NOBODY).unwrap();
        path
    }

    fn started(home: PathBuf) -> (Engine, events::Receiver<Event>) {
        let (told, hears) = events::channel();
        let engine = Engine::new(home, move |event| {
            let _ = told.send(event);
        });
        engine.start().unwrap();
        (engine, hears)
    }

    fn ask(engine: &Engine, command: Command) -> Reply {
        Builder::new_current_thread().build().unwrap().block_on(engine.ask(command, None)).0
    }

    fn first_event(hears: &events::Receiver<Event>) -> Event {
        hears.recv_timeout(PATIENCE).unwrap()
    }

    #[test]
    fn it_answers_without_a_network_and_says_that_it_is_there() {
        let (engine, hears) = started(home("offline"));
        assert_eq!(ask(&engine, Command::Services), Reply::Services { services: Vec::new() });
        assert!(matches!(ask(&engine, Command::NewDraft), Reply::Draft(_)));
        assert_eq!(first_event(&hears), Event::EngineHere);
    }

    #[test]
    fn a_store_of_a_newer_version_is_left_alone_and_every_command_refused() {
        let home = home("newer");
        {
            let (engine, hears) = started(home.clone());
            assert_eq!(first_event(&hears), Event::EngineHere);
            assert!(matches!(ask(&engine, Command::Status), Reply::Status(_)));
        }
        // Waits until the first engine has let go of its home.
        drop(Home::open(&home).unwrap());
        make_newer(&home.join("lanterna.db"));
        let (engine, hears) = started(home);
        assert_eq!(first_event(&hears), Event::ReloadNeeded);
        for command in [Command::Status, Command::NewDraft, Command::SyncNow] {
            assert!(matches!(ask(&engine, command), Reply::Refused(Refusal { code: RefusalCode::NewerStore, .. })));
        }
    }

    /// The schema's number is the database's user version: four bytes, big endian, 60 bytes into the file.
    fn make_newer(store: &Path) {
        let mut bytes = std::fs::read(store).unwrap();
        bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
        std::fs::write(store, bytes).unwrap();
    }

    #[test]
    fn a_home_in_use_is_somebody_elses_engine() {
        let (refusal, event) = closed(&HostError::InUse(PathBuf::from("/home")));
        assert_eq!((refusal.code, event), (RefusalCode::NotOwner, Event::EngineElsewhere));
    }

    #[test]
    fn a_home_that_cannot_be_made_refuses_and_does_not_end_the_program() {
        let file = home("file").join("server");
        let (engine, hears) = started(file.join("below"));
        assert_eq!(first_event(&hears), Event::EngineStuck);
        assert!(matches!(ask(&engine, Command::Reports), Reply::Refused(Refusal { code: RefusalCode::Storage, .. })));
    }

    #[test]
    fn an_engine_that_was_not_started_answers_too() {
        let engine = Engine::new(home("idle"), |_| {});
        assert!(matches!(ask(&engine, Command::Status), Reply::Refused(Refusal { code: RefusalCode::Storage, .. })));
    }
}
