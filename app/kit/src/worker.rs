//! The engine in a worker of the browser: messages with numbers, photo bytes handed over instead of copied.
//!
//! The worker settles by itself which tab has the engine; it has to be told only whether anybody looks at this one. First message
//! `{type: "start", build, visible}`, then `{type: "command", id, command, bytes?}`, `{type: "visible" | "hidden"}` and `{type: "claim"}`; what comes
//! back is `{type: "reply", id, reply, bytes?}` and `{type: "event", event}`. Commands, replies and events are JSON texts.

use crate::client::{Answer, Answering, Client, ClientError, Listener};
use crate::page;
use js_sys::futures::JsFuture;
use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect};
use lanterna_bridge::{Command, Event};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions};

/// The engine of this tab.
pub struct WorkerClient {
    inner: Rc<Inner>,
}

struct Inner {
    worker: Worker,
    listener: Listener,
    /// The number of the next command.
    next: Cell<u32>,
    /// Who waits for which reply.
    waiting: RefCell<BTreeMap<u32, Function>>,
    /// Set once the worker failed: it answers nothing any more.
    broken: Cell<bool>,
}

impl WorkerClient {
    /// Starts the worker and tells it of which build this page is.
    ///
    /// # Errors
    /// [`ClientError::Gone`] where the browser starts no worker.
    pub fn start(listener: Listener) -> Result<Self, ClientError> {
        let build = page::build();
        let options = WorkerOptions::new();
        options.set_name("lanterna-engine");
        let worker = Worker::new_with_options(build.asset("engine.js"), &options).map_err(|_| ClientError::Gone)?;
        let inner = Rc::new(Inner { worker, listener, next: Cell::new(1), waiting: RefCell::default(), broken: Cell::new(false) });
        inner.listen();
        inner.post(&message("start", &[("build", build.build.as_str().into()), ("visible", page::is_visible().into())]))?;
        let told = Rc::clone(&inner);
        page::on_visibility(move |visible| told.tell(if visible { "visible" } else { "hidden" }));
        // A page that is put away for "back" must not keep a frozen engine, nor its lock; `boot/page.js` loads such a page anew.
        let left = Rc::clone(&inner);
        page::on_window("pagehide", move || left.worker.terminate());
        Ok(Self { inner })
    }
}

impl Client for WorkerClient {
    fn send(&self, command: Command, bytes: Option<ArrayBuffer>) -> Answering {
        let inner = Rc::clone(&self.inner);
        // Posted here and not when the future is first polled: commands keep their order.
        let reply = inner.command(&command, bytes);
        Box::pin(async move {
            let reply = JsFuture::from(reply?).await.map_err(|_| ClientError::Gone)?;
            let text = text_of(&reply, "reply").ok_or(ClientError::Gone)?;
            let bytes = Reflect::get(&reply, &"bytes".into()).ok().and_then(|bytes| bytes.dyn_into().ok());
            serde_json::from_str(&text).map(|reply| Answer { reply, bytes }).map_err(|_| ClientError::Unreadable)
        })
    }

    fn claim(&self) {
        self.inner.tell("claim");
    }
}

impl Inner {
    fn command(&self, command: &Command, bytes: Option<ArrayBuffer>) -> Result<Promise, ClientError> {
        if self.broken.get() {
            return Err(ClientError::Gone);
        }
        let id = self.next.replace(self.next.get().wrapping_add(1));
        let json = serde_json::to_string(command).map_err(|_| ClientError::Unreadable)?;
        let message = message("command", &[("id", id.into()), ("command", json.into())]);
        match bytes {
            None => self.post(&message)?,
            Some(bytes) => {
                let _ = Reflect::set(&message, &"bytes".into(), &bytes);
                self.worker.post_message_with_transfer(&message, &Array::of1(&bytes)).map_err(|_| ClientError::Gone)?;
            }
        }
        Ok(Promise::new(&mut |resolve, _| {
            self.waiting.borrow_mut().insert(id, resolve);
        }))
    }

    fn post(&self, message: &Object) -> Result<(), ClientError> {
        self.worker.post_message(message).map_err(|_| ClientError::Gone)
    }

    fn tell(&self, kind: &str) {
        if self.post(&message(kind, &[])).is_err() {
            self.fail();
        }
    }

    fn listen(self: &Rc<Self>) {
        let inner = Rc::clone(self);
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| inner.hear(&event.data()));
        self.worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
        let inner = Rc::clone(self);
        let failed = Closure::<dyn Fn()>::new(move || inner.fail());
        self.worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        self.worker.set_onmessageerror(Some(failed.as_ref().unchecked_ref()));
        failed.forget();
    }

    fn hear(&self, data: &JsValue) {
        match text_of(data, "type").as_deref() {
            Some("reply") => {
                let id = Reflect::get(data, &"id".into()).ok().and_then(|id| id.as_f64());
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was made from a u32 here")]
                let waiting = id.and_then(|id| self.waiting.borrow_mut().remove(&(id as u32)));
                if let Some(resolve) = waiting {
                    let _ = resolve.call1(&JsValue::NULL, data);
                }
            }
            Some("event") => match text_of(data, "event").map(|event| serde_json::from_str(&event)) {
                Some(Ok(event)) => (self.listener)(event),
                // An event of a build that this page does not know.
                _ => (self.listener)(Event::ReloadNeeded),
            },
            _ => {}
        }
    }

    /// The worker has failed: whoever waits is told so.
    fn fail(&self) {
        self.broken.set(true);
        for resolve in std::mem::take(&mut *self.waiting.borrow_mut()).into_values() {
            let _ = resolve.call0(&JsValue::NULL);
        }
        (self.listener)(Event::EngineStuck);
    }
}

fn message(kind: &str, fields: &[(&str, JsValue)]) -> Object {
    let message = Object::new();
    let _ = Reflect::set(&message, &"type".into(), &kind.into());
    for (name, value) in fields {
        let _ = Reflect::set(&message, &(*name).into(), value);
    }
    message
}

fn text_of(data: &JsValue, field: &str) -> Option<String> {
    Reflect::get(data, &field.into()).ok()?.as_string()
}
