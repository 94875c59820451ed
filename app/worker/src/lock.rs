//! The browser's lock that only one tab can hold, and the channel on which tabs ask each other for it.

use crate::page::object;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, BroadcastChannel, MessageEvent};

/// The name of the lock and of the channel.
const NAME: &str = "lanterna-engine";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request_lock(name: &str, options: &Object, granted: &Function) -> Result<Promise, JsValue>;
}

/// What the browser answers to a request for the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is held here until [`Lock::release`].
    Granted,
    /// Another tab has it (only when it was not to be waited for).
    Taken,
}

/// This tab's hand on the lock.
#[derive(Clone, Default)]
pub struct Lock {
    inner: Rc<RefCell<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// Lets go of the lock that is held.
    release: Option<Function>,
    /// Leaves the line.
    waiting: Option<AbortController>,
}

impl Lock {
    /// Takes the lock if nobody has it.
    pub fn try_take(&self, on_answer: impl FnOnce(Answer) + 'static) {
        let options = Object::new();
        let _ = Reflect::set(&options, &"ifAvailable".into(), &true.into());
        self.request(&options, on_answer);
    }

    /// Waits in line; [`Lock::leave`] gives up the place.
    pub fn queue(&self, on_answer: impl FnOnce(Answer) + 'static) {
        let options = Object::new();
        if let Ok(controller) = AbortController::new() {
            let _ = Reflect::set(&options, &"signal".into(), &controller.signal());
            self.inner.borrow_mut().waiting = Some(controller);
        }
        self.request(&options, on_answer);
    }

    /// Leaves the line. A lock that was granted in the same moment stays granted.
    pub fn leave(&self) {
        if let Some(controller) = self.inner.borrow_mut().waiting.take() {
            controller.abort();
        }
    }

    /// Lets go; nothing happens when it is not held.
    pub fn release(&self) {
        let release = self.inner.borrow_mut().release.take();
        if let Some(release) = release {
            let _ = release.call0(&JsValue::NULL);
        }
    }

    fn request(&self, options: &Object, on_answer: impl FnOnce(Answer) + 'static) {
        let inner = Rc::clone(&self.inner);
        let mut on_answer = Some(on_answer);
        // Held for as long as the promise that the browser gets here is open.
        let granted = Closure::once_into_js(move |lock: JsValue| -> Promise {
            let mut held = inner.borrow_mut();
            held.waiting = None;
            let is_granted = !lock.is_null();
            let promise = if is_granted {
                Promise::new(&mut |resolve, _| held.release = Some(resolve))
            } else {
                Promise::resolve(&JsValue::UNDEFINED)
            };
            drop(held);
            if let Some(on_answer) = on_answer.take() {
                on_answer(if is_granted { Answer::Granted } else { Answer::Taken });
            }
            promise
        });
        if let Ok(promise) = request_lock(NAME, options, granted.unchecked_ref()) {
            // Rejected when the line was left: nothing to do then.
            js_sys::futures::spawn_local(async move {
                let _ = promise.await;
            });
        }
    }
}

/// The channel between the tabs of one browser.
pub struct Channel {
    channel: BroadcastChannel,
    _heard: Closure<dyn Fn(MessageEvent)>,
}

impl Channel {
    /// Listens; `on_asked` is called when another tab asks for the engine.
    ///
    /// # Errors
    /// What the browser throws when it has no such channel.
    pub fn open(on_asked: impl Fn() + 'static) -> Result<Self, JsValue> {
        let channel = BroadcastChannel::new(NAME)?;
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            let kind = Reflect::get(&message.data(), &"type".into()).ok().and_then(|kind| kind.as_string());
            if kind.as_deref() == Some("ask") {
                on_asked();
            }
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        Ok(Self { channel, _heard: heard })
    }

    /// Asks the tab that has the engine to let go. Nobody answers but by letting go.
    pub fn ask(&self) {
        let _ = self.channel.post_message(&object("ask", &[]));
    }
}
