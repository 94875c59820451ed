//! The worker's own surroundings: clocks, randomness, timers.

use js_sys::{Date, Function, Promise};
use lanterna_core::Moment;
use lanterna_shared::time::Timestamp;
use wasm_bindgen::prelude::*;
use web_sys::DedicatedWorkerGlobalScope;

/// The worker's global object.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Now, by both clocks.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds, far below 2^53 and never negative")]
pub fn moment() -> Moment {
    let up_ms = scope().performance().map_or(0.0, |clock| clock.now());
    Moment { wall: Timestamp::from_millis(Date::now() as i64), up_ms: up_ms as u64 }
}

/// 32 bytes of the browser's randomness.
///
/// # Errors
/// What the browser throws when it has none.
pub fn seed() -> Result<[u8; 32], JsValue> {
    let mut seed = [0; 32];
    scope().crypto()?.get_random_values_with_u8_array(&mut seed)?;
    Ok(seed)
}

/// Calls `then` once after `delay_ms`, unless it is dropped before.
pub struct Timer {
    handle: i32,
    /// The browser calls it as long as it is alive.
    _then: Closure<dyn FnMut()>,
}

impl Timer {
    /// Starts it. Where the browser refuses, it never rings.
    pub fn start(delay_ms: i32, then: impl FnMut() + 'static) -> Self {
        let then = Closure::<dyn FnMut()>::new(then);
        let handle =
            scope().set_timeout_with_callback_and_timeout_and_arguments_0(then.as_ref().unchecked_ref(), delay_ms).unwrap_or_default();
        Self { handle, _then: then }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        scope().clear_timeout_with_handle(self.handle);
    }
}

/// Waits.
pub async fn sleep(delay_ms: i32) {
    let promise = Promise::new(&mut |resolve: Function, _| {
        let _ = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, delay_ms);
    });
    // It is never rejected.
    let _ = promise.await;
}

/// The name of a thrown thing, `QuotaExceededError` and the like; empty where it has none.
pub fn error_name(error: &JsValue) -> String {
    js_sys::Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}
