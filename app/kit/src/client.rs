//! The screens' way to the engine, whichever host it runs in.

use crate::page;
use crate::tauri::TauriClient;
use crate::worker::WorkerClient;
use js_sys::ArrayBuffer;
use lanterna_bridge::{Command, Event, Reply};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// Why no reply came. The engine's own refusals are replies ([`Reply::Refused`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientError {
    /// The engine's host is not there (any more): load the page again.
    Gone,
    /// What came cannot be read: page and engine are of two builds, load the page again.
    Unreadable,
}

/// A reply and the bytes that came beside it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The reply.
    pub reply: Reply,
    /// A photo's bytes, with [`Reply::Photo`].
    pub bytes: Option<ArrayBuffer>,
}

/// An answer to come.
pub type Answering = Pin<Box<dyn Future<Output = Result<Answer, ClientError>>>>;
/// Who is told of events.
pub type Listener = Rc<dyn Fn(Event)>;

/// The screens' way to the engine.
pub trait Client {
    /// Sends a command, with a photo's bytes beside it where it asks for them; the buffer is handed over and empty afterwards. Commands arrive in
    /// the order in which they were sent.
    fn send(&self, command: Command, bytes: Option<ArrayBuffer>) -> Answering;

    /// Asks for the engine although another tab has it. Answered by an event, not here.
    fn claim(&self);
}

/// Starts the engine of this host: Tauri's where the page is in its shell, else a worker of the browser.
///
/// # Errors
/// [`ClientError::Gone`] where no engine can be started.
pub fn connect(listener: Listener) -> Result<Rc<dyn Client>, ClientError> {
    if page::in_shell() {
        return TauriClient::start(listener).map(|client| Rc::new(client) as Rc<dyn Client>);
    }
    WorkerClient::start(listener).map(|client| Rc::new(client) as Rc<dyn Client>)
}
