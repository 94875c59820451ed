//! How page and worker speak: plain objects with a `type`; commands, replies and events are JSON texts of `lanterna-bridge`.
//!
//! page → worker
//! - `{type: "start", build, visible}` is the first message. Another build than this worker's is answered by the event `reload_needed`, and nothing
//!   else is done.
//! - `{type: "command", id, command, bytes?}`: answered by exactly one reply with the same `id`. `bytes` is an `ArrayBuffer`, handed over.
//! - `{type: "visible"}`, `{type: "hidden"}`: whether somebody looks at the page.
//! - `{type: "claim"}`: the person wants the engine here.
//!
//! worker → page
//! - `{type: "reply", id, reply, bytes?}`; `bytes` is an `ArrayBuffer`, handed over.
//! - `{type: "event", event}`.
//!
//! Commands that come before it is known which tab has the engine are kept; then they are answered, or refused with `not_owner`.

use crate::scope::scope;
use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use lanterna_bridge::{Command, Event, Refusal, RefusalCode, Reply};
use wasm_bindgen::prelude::*;

/// A message of the page.
#[derive(Debug)]
pub enum FromPage {
    /// The first one.
    Start {
        /// The page's build id.
        build: String,
        /// Whether somebody looks at it.
        visible: bool,
    },
    /// A command.
    Command(Asked),
    /// A command that cannot be read: of another build.
    Unreadable {
        /// The page's number for it.
        id: f64,
    },
    /// Somebody looks at the page.
    Visible,
    /// Nobody does.
    Hidden,
    /// "Use it here".
    Claim,
}

/// A command as the page asked it.
#[derive(Debug)]
pub struct Asked {
    /// The page's number for it.
    pub id: f64,
    /// What is asked.
    pub command: Command,
    /// The bytes that travel beside it.
    pub bytes: Option<Vec<u8>>,
}

/// Reads a message; `None` for anything else.
pub fn read(data: &JsValue) -> Option<FromPage> {
    let get = |name: &str| Reflect::get(data, &name.into()).ok();
    match get("type")?.as_string()?.as_str() {
        "start" => Some(FromPage::Start { build: get("build")?.as_string()?, visible: get("visible")?.is_truthy() }),
        "visible" => Some(FromPage::Visible),
        "hidden" => Some(FromPage::Hidden),
        "claim" => Some(FromPage::Claim),
        "command" => {
            let id = get("id")?.as_f64()?;
            let bytes = get("bytes").and_then(|bytes| bytes.dyn_into::<ArrayBuffer>().ok());
            let bytes = bytes.map(|buffer| Uint8Array::new(&buffer).to_vec());
            match serde_json::from_str(&get("command")?.as_string()?) {
                Ok(command) => Some(FromPage::Command(Asked { id, command, bytes })),
                Err(_) => Some(FromPage::Unreadable { id }),
            }
        }
        _ => None,
    }
}

/// Answers a command.
pub fn reply(id: f64, reply: &Reply, bytes: Option<Vec<u8>>) {
    let Ok(json) = serde_json::to_string(reply) else { return };
    let message = object("reply", &[("id", id.into()), ("reply", json.into())]);
    let transfer = Array::new();
    if let Some(bytes) = bytes {
        let buffer = Uint8Array::from(bytes.as_slice()).buffer();
        transfer.push(&buffer);
        let _ = Reflect::set(&message, &"bytes".into(), &buffer);
    }
    // A page that is gone needs no answer.
    let _ = scope().post_message_with_transfer(&message, &transfer);
}

/// Refuses a command because the engine is not here.
pub fn refuse(id: f64, code: RefusalCode) {
    let detail = match code {
        RefusalCode::NewerStore => "page and engine are of two builds: reload the page",
        _ => "the engine is in another tab: use Lanterna there, or ask for it here",
    };
    reply(id, &Reply::Refused(Refusal { code, detail: detail.to_owned() }), None);
}

/// Tells the page.
pub fn tell(event: &Event) {
    if let Ok(json) = serde_json::to_string(event) {
        // A page that is gone needs no news.
        let _ = scope().post_message(&object("event", &[("event", json.into())]));
    }
}

/// A plain object with a `type`.
pub fn object(kind: &str, fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    let _ = Reflect::set(&object, &"type".into(), &kind.into());
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}
