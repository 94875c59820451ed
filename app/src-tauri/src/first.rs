//! The first start of a device that knows no server: one page that asks for its address.
//!
//! The page lives behind a scheme of its own, has no script, and sends its one field back to itself. A good address is kept in the home, the
//! engine started, and the window goes on to the screens. Once an engine is started the page changes nothing any more.

use std::thread;

use lanterna_core::native::Home;
use tauri::http::{Response, StatusCode};
use tauri::{AppHandle, Manager, Runtime, Url};

use crate::engine::{Engine, say};
use crate::{screens, server};

/// The scheme behind which the page lives.
pub const SCHEME: &str = "lanterna-first";

const PAGE: &str = include_str!("../pages/server.html");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
const NO_ADDRESS: &str = r#"<p class="wrong" role="alert" data-test="server-wrong">Questo non è un indirizzo web: comincia con https://. <span lang="en">This is no web address: it begins with https://.</span></p>"#;
const NOT_KEPT: &str = r#"<p class="wrong" role="alert" data-test="server-wrong">L’indirizzo non si può salvare: controlla che ci sia spazio libero. <span lang="en">The address cannot be saved: check that there is free space.</span></p>"#;

/// Answers the page's requests. `query` is what stands behind `?` in the address.
pub fn answer<R: Runtime>(app: &AppHandle<R>, query: Option<&str>) -> Response<Vec<u8>> {
    let Some(address) = query.and_then(field) else { return page("", "") };
    if !server::is_address(&address) {
        return page(NO_ADDRESS, &address);
    }
    let engine = app.state::<Engine>();
    if !engine.is_started() {
        let kept = Home::open(engine.home()).and_then(|home| home.set_server(&address));
        if let Err(error) = kept {
            say(&error.to_string());
            return page(NOT_KEPT, &address);
        }
        if let Err(error) = engine.start() {
            say(&format!("the engine cannot start: {error}"));
        }
    }
    go_on(app);
    page("", &address)
}

/// Opening a home may wait for its lock, which must not stop the window: every request has its thread.
pub fn answer_beside<R: Runtime>(app: &AppHandle<R>, query: Option<String>, respond: impl FnOnce(Response<Vec<u8>>) + Send + 'static) {
    let app = app.clone();
    thread::spawn(move || respond(answer(&app, query.as_deref())));
}

fn go_on<R: Runtime>(app: &AppHandle<R>) {
    let gone = app.get_webview_window(screens::WINDOW).map(|window| window.navigate(screens::address()));
    if !matches!(gone, Some(Ok(()))) {
        say("the window cannot be led to the screens: close Lanterna and open it again");
    }
}

/// The field `server` of a form that was sent.
fn field(query: &str) -> Option<String> {
    let mut url = screens::address();
    url.set_query(Some(query));
    url.query_pairs().find(|(name, _)| name == "server").map(|(_, value)| value.trim().to_owned())
}

fn page(notice: &str, address: &str) -> Response<Vec<u8>> {
    let shown: String = address.chars().take(server::MAX_ADDRESS_BYTES).collect();
    let html = PAGE.replace("{{notice}}", notice).replace("{{address}}", &escape(&shown));
    Response::builder()
        .status(StatusCode::OK)
        .header("content-type", "text/html; charset=utf-8")
        .header("content-security-policy", POLICY)
        .body(html.into_bytes())
        .unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Where the page is.
pub fn address() -> Option<Url> {
    Url::parse(&if screens::IS_HTTP { format!("http://{SCHEME}.localhost/") } else { format!("{SCHEME}://localhost/") }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_shown_again_and_never_becomes_markup() {
        let typed = field("server=%22%3E%3Cscript%3E&x=1").unwrap();
        assert_eq!(typed, "\"><script>");
        let html = String::from_utf8(page(NO_ADDRESS, &typed).into_body()).unwrap();
        assert!(html.contains("value=\"&quot;&gt;&lt;script&gt;\""));
        assert!(html.contains("server-wrong") && !html.contains("{{"));
    }
}
