//! Starts everything and draws the screen that the address names.

use crate::banner::{Banners, Footer, Kept};
use crate::detail::OneReport;
use crate::editor::Editor;
use crate::engine::Engine;
use crate::home::Home;
use crate::report::WriteReport;
use crate::route::Route;
use crate::saved::Saved;
use lanterna_kit::i18n;
use lanterna_kit::page;
use leptos::mount::mount_to;
use leptos::prelude::*;

/// Fetches the messages, starts the engine and takes the place of what the shell painted.
pub fn start() {
    page::watch_panics();
    // The front end's own executor is there only once something is mounted.
    js_sys::futures::spawn_local(async {
        i18n::start().await;
        if let Some(root) = page::root() {
            root.set_inner_html("");
            mount_to(root, App).forget();
        }
    });
}

#[component]
fn App() -> impl IntoView {
    let engine = Engine::start();
    let kept = Kept::watch(engine);
    let editor = Editor::new(engine);
    let route = RwSignal::new(Route::now());
    // Counts the changes of language: everything is drawn anew.
    let drawn = RwSignal::new(0_u32);
    page::on_window("hashchange", move || {
        let next = Route::now();
        if route.get_untracked() != next {
            route.set(next);
            page::arrive();
        }
    });
    move || {
        drawn.track();
        let changed = move || drawn.update(|count| *count = count.wrapping_add(1));
        view! { <Screen engine kept editor route changed/> }
    }
}

#[component]
fn Screen(engine: Engine, kept: Kept, editor: Editor, route: RwSignal<Route>, changed: impl Fn() + Copy + Send + 'static) -> AnyView {
    let screen = move || match route.get() {
        Route::Home => view! { <Home engine/> }.into_any(),
        Route::Report => view! { <WriteReport editor/> }.into_any(),
        Route::Saved(report) => view! { <Saved engine report/> }.into_any(),
        Route::One(report) => view! { <OneReport engine report/> }.into_any(),
    };
    let city = move || engine.status.with(|status| status.as_ref().and_then(|status| status.jurisdiction.clone()));
    view! {
        <header class="top">
            <a href="#/" class="brand" data-test="home-link">
                <span class="logo" aria-hidden="true"></span>
                <span class="name">"Lanterna"</span>
                {move || city().map(|city| view! { <span class="city">{city}</span> })}
            </a>
        </header>
        <Banners engine kept/>
        <main id="main">{screen}</main>
        <Footer engine kept changed/>
    }
    .into_any()
}
