//! The engine behind the Tauri shell: one command, `engine`, that takes and gives the frames of [`crate::frame`], and one event, `lanterna`.

use crate::client::{Answer, Answering, Client, ClientError, Listener};
use crate::frame;
use js_sys::futures::{JsFuture, spawn_local};
use js_sys::{Array, ArrayBuffer, Function, JSON, Object, Promise, Reflect, Uint8Array};
use lanterna_bridge::{Command, Event};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The shell's engine.
pub struct TauriClient {
    internals: JsValue,
    invoke: Function,
}

impl TauriClient {
    /// Listens to the shell's events and says [`Event::EngineHere`] once it does: the shell has one window and one engine.
    ///
    /// # Errors
    /// [`ClientError::Gone`] outside the shell.
    pub fn start(listener: Listener) -> Result<Self, ClientError> {
        let window = web_sys::window().ok_or(ClientError::Gone)?;
        let internals = get(&window, "__TAURI_INTERNALS__").ok_or(ClientError::Gone)?;
        let invoke = function(&internals, "invoke").ok_or(ClientError::Gone)?;
        let client = Self { internals, invoke };
        let told = Rc::clone(&listener);
        let heard = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            let payload = get(&event, "payload").and_then(|payload| match payload.as_string() {
                Some(text) => Some(text),
                None => JSON::stringify(&payload).ok().map(String::from),
            });
            listener(payload.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Event::ReloadNeeded));
        });
        let transform = function(&client.internals, "transformCallback").ok_or(ClientError::Gone)?;
        let handler = transform.call1(&client.internals, heard.as_ref()).map_err(|_| ClientError::Gone)?;
        heard.forget();
        let target = object(&[("kind", &"Any".into())]);
        let arguments = object(&[("event", &"lanterna".into()), ("target", &target), ("handler", &handler)]);
        let listening = client.call("plugin:event|listen", &arguments)?;
        spawn_local(async move {
            // Only now no event can be missed: from here on screens may ask.
            let heard = JsFuture::from(listening).await;
            told(if heard.is_ok() { Event::EngineHere } else { Event::EngineStuck });
        });
        Ok(client)
    }

    fn call(&self, name: &str, body: &JsValue) -> Result<Promise, ClientError> {
        let called = self.invoke.call2(&self.internals, &name.into(), body).map_err(|_| ClientError::Gone)?;
        called.dyn_into().map_err(|_| ClientError::Gone)
    }
}

impl Client for TauriClient {
    fn send(&self, command: Command, bytes: Option<ArrayBuffer>) -> Answering {
        let called = put_together(&command, bytes.as_ref()).and_then(|body| self.call("engine", &body));
        Box::pin(async move {
            let answer = JsFuture::from(called?).await.map_err(|_| ClientError::Gone)?;
            // A buffer; where the shell had to fall back to messages, a list of numbers: both make the same bytes.
            take_apart(&Uint8Array::new(&answer))
        })
    }

    // There is no other tab.
    fn claim(&self) {}
}

fn put_together(command: &Command, bytes: Option<&ArrayBuffer>) -> Result<Uint8Array, ClientError> {
    let json = serde_json::to_vec(command).map_err(|_| ClientError::Unreadable)?;
    let json_bytes = u32::try_from(json.len()).map_err(|_| ClientError::Unreadable)?;
    let start = frame::PREFIX_BYTES.saturating_add(json_bytes);
    let body = Uint8Array::new_with_length(start.saturating_add(bytes.map_or(0, ArrayBuffer::byte_length)));
    body.set(&Uint8Array::from(frame::prefix(json_bytes).as_slice()), 0);
    body.set(&Uint8Array::from(json.as_slice()), frame::PREFIX_BYTES);
    if let Some(bytes) = bytes {
        body.set(&Uint8Array::new(bytes), start);
    }
    Ok(body)
}

fn take_apart(whole: &Uint8Array) -> Result<Answer, ClientError> {
    let total = whole.length();
    let prefix: [u8; 4] = whole.subarray(0, frame::PREFIX_BYTES).to_vec().try_into().map_err(|_| ClientError::Unreadable)?;
    let end = frame::json_end(prefix, total).ok_or(ClientError::Unreadable)?;
    let json = whole.subarray(frame::PREFIX_BYTES, end).to_vec();
    let reply = serde_json::from_slice(&json).map_err(|_| ClientError::Unreadable)?;
    let bytes = (end < total).then(|| whole.slice(end, total).buffer());
    Ok(Answer { reply, bytes })
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined())
}

fn function(object: &JsValue, name: &str) -> Option<Function> {
    get(object, name)?.dyn_into().ok()
}

fn object(fields: &[(&str, &JsValue)]) -> Object {
    let entries: Array = fields.iter().map(|(name, value)| Array::of2(&(*name).into(), value)).collect();
    // Fails for no list of pairs.
    Object::from_entries(&entries).unwrap_or_else(|_| Object::new())
}
