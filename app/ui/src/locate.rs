//! Where the device is, as the browser says.

use js_sys::futures::JsFuture;
use js_sys::{Object, Promise, Reflect};
use lanterna_shared::position::{Position, PositionSource};
use wasm_bindgen::prelude::*;
use web_sys::{Navigator, PermissionState, PermissionStatus, PositionOptions};

/// How long a position may take; a cold receiver between houses needs its time.
const PATIENCE_MS: u32 = 20_000;
/// How old a position may be: nobody walks far in that time.
const MAX_AGE_MS: u32 = 10_000;
/// `GeolocationPositionError.PERMISSION_DENIED`.
const DENIED: f64 = 1.0;

/// Why there is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocateError {
    /// The person, or the browser for them, said no.
    Denied,
    /// None could be found now.
    NotFound,
}

fn navigator() -> Option<Navigator> {
    web_sys::window().map(|window| window.navigator())
}

/// Asks the device, and the person for permission where it was not given yet.
pub async fn here() -> Result<Position, LocateError> {
    let geolocation = navigator().and_then(|navigator| navigator.geolocation().ok()).ok_or(LocateError::NotFound)?;
    let options = PositionOptions::new();
    options.set_enable_high_accuracy(true);
    options.set_timeout(PATIENCE_MS);
    options.set_maximum_age(MAX_AGE_MS);
    let mut started = Ok(());
    let found = Promise::new(&mut |resolve, reject| {
        started = geolocation.get_current_position_with_error_callback_and_options(&resolve, Some(&reject), &options);
    });
    started.map_err(|_| LocateError::NotFound)?;
    let found = JsFuture::from(found).await.map_err(|error| {
        let is_denied = number(&error, "code") == Some(DENIED);
        if is_denied { LocateError::Denied } else { LocateError::NotFound }
    })?;
    let place = Reflect::get(&found, &"coords".into()).map_err(|_| LocateError::NotFound)?;
    let (Some(lat), Some(lon)) = (number(&place, "latitude"), number(&place, "longitude")) else { return Err(LocateError::NotFound) };
    Position::from_degrees(lat, lon, number(&place, "accuracy"), PositionSource::Gps).map_err(|_| LocateError::NotFound)
}

// The names of these types differ between browsers; their fields do not.
fn number(object: &JsValue, field: &str) -> Option<f64> {
    Reflect::get(object, &field.into()).ok()?.as_f64()
}

/// Whether the person allowed it before, so that asking the device asks nobody.
pub async fn is_allowed() -> bool {
    let Some(permissions) = navigator().and_then(|navigator| navigator.permissions().ok()) else { return false };
    let what = Object::new();
    let _ = Reflect::set(&what, &"name".into(), &"geolocation".into());
    let Ok(query) = permissions.query(&what) else { return false };
    let status = JsFuture::from(query).await.ok().and_then(|status| status.dyn_into::<PermissionStatus>().ok());
    status.is_some_and(|status| status.state() == PermissionState::Granted)
}
