//! Asking a server over the browser's `fetch`: text up, text down, the person's own cookies with it, and an end to waiting.

use js_sys::futures::JsFuture;
use wasm_bindgen::JsCast as _;
use web_sys::{AbortSignal, Headers, RequestCredentials, RequestInit, Response};

/// How long an answer may take, in milliseconds.
const PATIENCE_MS: u32 = 30_000;

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub text: String,
}

/// No answer came: no network, or none in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnswer;

/// `GET`.
///
/// # Errors
/// [`NoAnswer`].
pub async fn get(address: &str) -> Result<Fetched, NoAnswer> {
    ask("GET", address, None).await
}

/// Any method, with a JSON body where there is one.
///
/// # Errors
/// [`NoAnswer`].
pub async fn ask(method: &str, address: &str, json: Option<&str>) -> Result<Fetched, NoAnswer> {
    let request = RequestInit::new();
    request.set_method(method);
    request.set_credentials(RequestCredentials::SameOrigin);
    request.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
    if let Some(json) = json {
        let headers = Headers::new().map_err(|_| NoAnswer)?;
        headers.set("content-type", "application/json").map_err(|_| NoAnswer)?;
        request.set_headers_headers(&headers);
        request.set_body_opt_str(Some(json));
    }
    let window = web_sys::window().ok_or(NoAnswer)?;
    let response = JsFuture::from(window.fetch_with_str_and_init(address, &request)).await.map_err(|_| NoAnswer)?;
    let response: Response = response.dyn_into().map_err(|_| NoAnswer)?;
    let text = JsFuture::from(response.text().map_err(|_| NoAnswer)?).await.map_err(|_| NoAnswer)?;
    Ok(Fetched { status: response.status(), text: text.as_string().unwrap_or_default() })
}
