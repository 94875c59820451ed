//! The engine's requests over the browser's `fetch`.
//!
//! A request ends when nothing moves for too long, never because the whole takes long. The browser does not say how an upload moves, so a body is
//! given the time that the slowest usable line needs for it.

use crate::photos::Photos;
use crate::scope::{Timer, scope};
use js_sys::{Array, Object, Reflect, Uint8Array};
use lanterna_core::effect::{Body, HttpFailure, HttpReply, HttpRequest};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortController, Blob, Headers, ReadableStream, ReadableStreamDefaultReader, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect, Response, WritableStream,
};

/// JSON over this many bytes is compressed.
const COMPRESS_FROM_BYTES: usize = 1024;
/// A line that carries less than this is taken for a stalled one while a body goes up, in bytes a millisecond (2 KB/s).
const SLOWEST_BYTES_PER_MS: u64 = 2;
/// The most headers of a reply that are read.
const MAX_HEADERS: u32 = 64;

#[wasm_bindgen]
extern "C" {
    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn readable(this: &CompressionStream) -> ReadableStream;
    #[wasm_bindgen(method, getter)]
    fn writable(this: &CompressionStream) -> WritableStream;
}

/// Makes a request. `controller` ends it from outside.
///
/// # Errors
/// [`HttpFailure`].
pub async fn send(request: &HttpRequest, photos: &Photos, controller: &AbortController) -> Result<HttpReply, HttpFailure> {
    let headers = Headers::new().map_err(|_| HttpFailure::Unreachable)?;
    for (name, value) in &request.headers {
        headers.set(name, value).map_err(|_| HttpFailure::Unreachable)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    // Our server does not redirect; what does is a captive portal.
    init.set_redirect(RequestRedirect::Error);
    init.set_signal(Some(&controller.signal()));
    let body_bytes = set_body(&init, &headers, &request.body, photos).await?;
    init.set_headers_headers(&headers);

    let stalled = Rc::new(Cell::new(false));
    let patience = |extra_ms: u64| {
        let (stalled, controller) = (Rc::clone(&stalled), controller.clone());
        let delay_ms = i32::try_from(request.stall_ms.saturating_add(extra_ms)).unwrap_or(i32::MAX);
        Timer::start(delay_ms, move || {
            stalled.set(true);
            controller.abort();
        })
    };
    let failed = |otherwise| if stalled.get() { HttpFailure::Stalled } else { otherwise };

    let timer = patience(body_bytes / SLOWEST_BYTES_PER_MS);
    let response = scope().fetch_with_str_and_init(&request.path, &init).await;
    drop(timer);
    let response: Response = response.map_err(|_| failed(HttpFailure::Unreachable))?.unchecked_into();
    let mut body = Vec::new();
    if let Some(stream) = response.body() {
        let reader = ReadableStreamDefaultReader::new(&stream).map_err(|_| HttpFailure::Broken)?;
        loop {
            let timer = patience(0);
            let chunk = reader.read().await.map_err(|_| failed(HttpFailure::Broken))?;
            drop(timer);
            let Some(chunk) = value_of(&chunk) else { break };
            if body.len() + chunk.length() as usize > request.max_reply_bytes {
                controller.abort();
                return Err(HttpFailure::Broken);
            }
            body.extend_from_slice(&chunk.to_vec());
        }
    }
    Ok(HttpReply { status: response.status(), headers: headers_of(&response), body })
}

/// Sets the body and what describes it; tells how many bytes go up.
async fn set_body(init: &RequestInit, headers: &Headers, body: &Body, photos: &Photos) -> Result<u64, HttpFailure> {
    let set = |name, value| headers.set(name, value).map_err(|_| HttpFailure::Unreachable);
    match body {
        Body::Empty => Ok(0),
        Body::Json(json) => {
            set("content-type", "application/json")?;
            if json.len() >= COMPRESS_FROM_BYTES
                && let Ok(small) = compressed(json).await
            {
                set("content-encoding", "gzip")?;
                init.set_body_opt_u8_array(Some(&small));
                return Ok(u64::from(small.length()));
            }
            init.set_body_opt_str(Some(json));
            Ok(json.len() as u64)
        }
        Body::FilePiece { name, offset, length } => {
            let file = photos.blob(name).await.map_err(|_| HttpFailure::FileUnreadable)?;
            let piece = piece(&file, *offset, *length).map_err(|_| HttpFailure::FileUnreadable)?;
            init.set_body_opt_blob(Some(&piece));
            Ok(*length)
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "photo files are far below 2^53 bytes")]
fn piece(file: &Blob, offset: u64, length: u64) -> Result<Blob, JsValue> {
    let piece = file.slice_with_f64_and_f64(offset as f64, offset.saturating_add(length) as f64)?;
    if piece.size() < length as f64 { Err(JsValue::UNDEFINED) } else { Ok(piece) }
}

/// By gzip. Firefox knows it only since 113: then the text goes as it is.
async fn compressed(text: &str) -> Result<Uint8Array, JsValue> {
    let stream = CompressionStream::new("gzip")?;
    let writer = stream.writable().get_writer()?;
    // Not awaited before somebody reads: writing ends only then.
    let written = writer.write_with_chunk(&Uint8Array::from(text.as_bytes()));
    let closed = writer.close();
    let response = Response::new_with_opt_readable_stream(Some(&stream.readable()))?;
    let buffer = response.array_buffer()?.await?;
    written.await?;
    closed.await?;
    Ok(Uint8Array::new(&buffer))
}

/// The bytes of what a reader gave; `None` at the end.
fn value_of(chunk: &JsValue) -> Option<Uint8Array> {
    let get = |name: &str| Reflect::get(chunk, &name.into()).ok();
    if get("done")?.is_truthy() {
        return None;
    }
    get("value")?.dyn_into().ok()
}

fn headers_of(response: &Response) -> Vec<(String, String)> {
    let entries = response.headers().entries();
    let mut headers = Vec::new();
    for _ in 0..MAX_HEADERS {
        let Ok(next) = entries.next() else { break };
        if next.done() {
            break;
        }
        let pair: Array = Object::from(next.value()).unchecked_into();
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) {
            headers.push((name, value));
        }
    }
    headers
}
