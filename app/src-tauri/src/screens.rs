//! The one window and where it may go.

use tauri::webview::WebviewWindowBuilder;
use tauri::{AppHandle, Runtime, Url, WebviewUrl, WebviewWindow};

use crate::first;

/// What the window is called, in the capabilities too.
pub const WINDOW: &str = "main";

/// Whether this system serves schemes of one's own as hosts of http.
pub const IS_HTTP: bool = cfg!(any(windows, target_os = "android"));

/// Where the screens are.
#[expect(clippy::expect_used, reason = "two constants that are addresses; the test reads the one of its system")]
pub fn address() -> Url {
    Url::parse(if IS_HTTP { "http://tauri.localhost/" } else { "tauri://localhost/" }).expect("a constant address")
}

/// Opens the window: on the screens, or on the page that asks for the server.
///
/// # Errors
/// What the web view says when it cannot be made.
pub fn open<R: Runtime>(app: &AppHandle<R>, is_first: bool) -> tauri::Result<WebviewWindow<R>> {
    let url = match first::address() {
        Some(url) if is_first => WebviewUrl::CustomProtocol(url),
        _ => WebviewUrl::App("index.html".into()),
    };
    let window = WebviewWindowBuilder::new(app, WINDOW, url).on_navigation(may_go);
    #[cfg(desktop)]
    let window = window.title("Lanterna").inner_size(430.0, 860.0).min_inner_size(320.0, 480.0);
    window.build()
}

/// Nothing but the program's own pages is ever shown in the window.
fn may_go(url: &Url) -> bool {
    let own = [Some(address()), first::address()];
    own.iter().flatten().any(|own| own.scheme() == url.scheme() && own.host_str() == url.host_str()) || url.as_str() == "about:blank"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_on_its_own_pages() {
        assert!(may_go(&address().join("assets/x.js").unwrap()));
        assert!(may_go(&first::address().unwrap()));
        for elsewhere in ["https://example.it/", "file:///etc/passwd", "tel:112", "tauri://elsewhere/", "data:text/html,x"] {
            assert!(!may_go(&Url::parse(elsewhere).unwrap()), "{elsewhere}");
        }
    }
}
