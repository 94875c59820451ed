//! The photo pipeline in a worker of its own, which ends with the photo so that its memory is given back.
//!
//! Both ends are here: [`render`] starts the worker from the engine's, [`run_photo`] is what runs in it. The raw photo is handed over in the
//! browser's own buffer and never enters the engine's memory.

use crate::page::object;
use crate::scope::scope;
use js_sys::{Array, ArrayBuffer, Promise, Reflect, Uint8Array};
use lanterna_core::photo::{RenderError, Rendered, RenderedFile, render as render_bytes};
use lanterna_shared::position::Position;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions};

/// Starts photo workers.
#[derive(Clone)]
pub struct Darkroom {
    /// This module, compiled.
    pub module: JsValue,
    /// The address of the boot script that this worker was started from.
    pub script: String,
}

impl Darkroom {
    /// Makes the renditions of a raw photo.
    ///
    /// # Errors
    /// [`RenderError`]; [`RenderError::Host`] when the worker could not be started or ended early.
    pub async fn render(&self, raw: ArrayBuffer) -> Result<Rendered, RenderError> {
        let options = WorkerOptions::new();
        options.set_name("lanterna-photo");
        let worker = Worker::new_with_options(&self.script, &options).map_err(|_| RenderError::Host)?;
        let answer = answer_of(&worker, &self.module, &raw).await;
        worker.terminate();
        read(&answer.map_err(|_| RenderError::Host)?)
    }
}

/// What the worker says; an error when it fails.
async fn answer_of(worker: &Worker, module: &JsValue, raw: &ArrayBuffer) -> Result<JsValue, JsValue> {
    let (mut heard, mut failed) = (None, None);
    let promise = Promise::new(&mut |resolve, reject| {
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let _ = resolve.call1(&JsValue::NULL, &message.data());
        });
        let on_error = Closure::<dyn FnMut()>::new(move || {
            let _ = reject.call0(&JsValue::NULL);
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        (heard, failed) = (Some(on_message), Some(on_error));
    });
    let message = object("photo", &[("module", module.clone()), ("bytes", raw.into())]);
    worker.post_message_with_transfer(&message, &Array::of1(raw))?;
    let answer = promise.await;
    drop((heard, failed));
    answer
}

/// Runs in the photo worker: renders `raw` and posts the result to whoever started it.
///
/// # Errors
/// What the browser throws when the result cannot be posted.
#[wasm_bindgen]
pub fn run_photo(raw: &[u8]) -> Result<(), JsValue> {
    let (fields, transfer) = match render_bytes(raw) {
        Ok(rendered) => {
            let buffer = |file: &RenderedFile| Uint8Array::from(file.bytes.as_slice()).buffer();
            let files = [buffer(&rendered.thumb), buffer(&rendered.screen), buffer(&rendered.full)];
            let position = rendered.position.and_then(|position| serde_json::to_string(&position).ok());
            let alike = rendered.alike.map(|alike| alike.to_string());
            let [thumb, screen, full] = &files;
            let fields = vec![
                ("thumb", thumb.into()),
                ("screen", screen.into()),
                ("full", full.into()),
                ("position", position.into()),
                ("alike", alike.into()),
            ];
            (fields, files.iter().collect::<Array>())
        }
        Err(error) => (vec![("refused", error.as_str().into())], Array::new()),
    };
    scope().post_message_with_transfer(&object("photo", &fields), &transfer)
}

fn read(answer: &JsValue) -> Result<Rendered, RenderError> {
    let get = |name: &str| Reflect::get(answer, &name.into()).unwrap_or_default();
    if let Some(name) = get("refused").as_string() {
        return Err(RenderError::from_name(&name));
    }
    let file = |name: &str| {
        let buffer: ArrayBuffer = get(name).dyn_into().map_err(|_| RenderError::Host)?;
        let bytes = Uint8Array::new(&buffer).to_vec();
        Ok(RenderedFile { hash: lanterna_shared::photo::PhotoHash::of(&bytes), bytes })
    };
    let position = get("position").as_string().and_then(|position| serde_json::from_str::<Position>(&position).ok());
    let alike = get("alike").as_string().and_then(|alike| alike.parse().ok());
    Ok(Rendered { thumb: file("thumb")?, screen: file("screen")?, full: file("full")?, position, alike })
}
