//! The page and its place in the browser: which build it is of, where its files are, what the address says, what is kept between visits.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, Storage, VisibilityState, Window};

/// The table that the build writes into the page.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Build {
    /// One id over shell, screens, engine and service worker.
    pub build: String,
    /// Key → address, "i18n/it.json" → "/assets/it-….json".
    pub assets: BTreeMap<String, String>,
}

thread_local! {
    static BUILD: Rc<Build> = Rc::new(read_build().unwrap_or_default());
}

fn read_build() -> Option<Build> {
    let table = document()?.get_element_by_id("lanterna-build")?.text_content()?;
    serde_json::from_str(&table).ok()
}

/// The table of this page; empty where the page has none.
pub fn build() -> Rc<Build> {
    BUILD.with(Rc::clone)
}

impl Build {
    /// The address of an asset, or its key, which leads nowhere, where the table does not have it.
    pub fn asset<'a>(&'a self, key: &'a str) -> &'a str {
        self.assets.get(key).map_or(key, String::as_str)
    }
}

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

/// Whether the page runs in the Tauri shell.
pub fn in_shell() -> bool {
    window().is_some_and(|window| js_sys::Reflect::has(&window, &"__TAURI_INTERNALS__".into()).unwrap_or(false))
}

/// Whether anybody looks at the page.
pub fn is_visible() -> bool {
    document().is_none_or(|document| document.visibility_state() == VisibilityState::Visible)
}

/// Whether the browser believes to have a network. True says little; false is true.
pub fn is_online() -> bool {
    window().is_none_or(|window| window.navigator().on_line())
}

/// Where the screens are drawn.
pub fn root() -> Option<HtmlElement> {
    document()?.get_element_by_id("app")?.dyn_into().ok()
}

/// What the address says behind `#`.
pub fn hash() -> String {
    window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Goes to another screen; "back" leads here again.
pub fn go(hash: &str) {
    if let Some(window) = window() {
        // Refused by no browser for a hash; the person would stay where they are.
        let _ = window.location().set_hash(hash);
    }
}

/// Goes to another screen in place of this one: "back" skips this one.
pub fn go_instead(hash: &str) {
    if let Some(window) = window() {
        let _ = window.location().replace(hash);
    }
}

/// Loads the page again.
pub fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

/// Calls `then` for every `event` at the window, for as long as the page lives.
pub fn on_window(event: &str, then: impl Fn() + 'static) {
    if let Some(window) = window() {
        listen(&window, event, then);
    }
}

/// Calls `then` whenever somebody begins or ceases to look at the page; it is told which.
pub fn on_visibility(then: impl Fn(bool) + 'static) {
    if let Some(document) = document() {
        listen(&document, "visibilitychange", move || then(is_visible()));
    }
}

fn listen(target: &web_sys::EventTarget, event: &str, then: impl Fn() + 'static) {
    let listener = Closure::<dyn Fn()>::new(then);
    if target.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref()).is_ok() {
        listener.forget();
    }
}

/// Tells the boot script something; see `assets/boot/page.js` for what it listens to.
pub fn tell(event: &str) {
    if let (Some(window), Ok(event)) = (window(), web_sys::Event::new(event)) {
        let _ = window.dispatch_event(&event);
    }
}

/// What the boot script has noted about the page: "offline" or "update" is "ready".
pub fn noted(name: &str) -> Option<String> {
    html()?.dataset().get(name)
}

fn html() -> Option<HtmlElement> {
    document()?.document_element()?.dyn_into().ok()
}

/// Says in which language the page is, for screen readers, hyphenation and the direction of writing.
pub fn set_language(language: &str, right_to_left: bool) {
    if let Some(html) = html() {
        html.set_lang(language);
        html.set_dir(if right_to_left { "rtl" } else { "ltr" });
    }
}

/// What the tab is called.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Brings a new screen's heading to the eye and to the screen reader.
pub fn arrive() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
    focus("#app h1");
}

/// Puts the focus on the first element that matches a selector, scrolled into view.
pub fn focus(selector: &str) {
    let element = document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = element.and_then(|element: Element| element.dyn_into::<HtmlElement>().ok()) {
        // It may be gone again by the next frame; then there is nothing to focus.
        let _ = element.focus();
    }
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

/// A small thing kept between visits, where the browser keeps any.
pub fn remembered(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Keeps a small thing between visits; a browser that keeps nothing is no reason to stop.
pub fn remember(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(name, value);
    }
}

/// The languages that the person's browser asks for, "it-IT", the first first.
pub fn wanted_languages() -> Vec<String> {
    window().map(|window| window.navigator().languages().iter().filter_map(|language| language.as_string()).collect()).unwrap_or_default()
}

/// Writes a fault of the screens to the console and shows the shell's own way out (`html.failed`), should they ever stop.
pub fn watch_panics() {
    std::panic::set_hook(Box::new(|fault| {
        web_sys::console::error_1(&JsValue::from_str(&fault.to_string()));
        if let Some(html) = html() {
            let _ = html.class_list().add_1("failed");
        }
    }));
}
