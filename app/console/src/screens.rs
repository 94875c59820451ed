//! Finds out who is logged in and draws the screen that the address names.

use crate::api::{self, Failure};
use crate::case::OneCase;
use crate::list::CaseList;
use crate::login::LogInForm;
use crate::words;
use lanterna_kit::i18n::{self, t};
use lanterna_kit::page;
use lanterna_kit::parts::{Busy, Button, LanguageSwitch};
use lanterna_shared::id::CaseId;
use lanterna_shared::office::Session;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Who sits before the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Not known yet.
    Unknown,
    /// Nobody; where a session ended by itself, or asking failed, with the reason.
    Nobody(Option<Failure>),
    /// This person.
    Somebody(Session),
}

/// A handle on who is logged in: copies are the same.
#[derive(Clone, Copy)]
pub struct Desk {
    pub who: RwSignal<Who>,
}

impl Desk {
    /// Takes note of a failure: whoever is logged out has to log in again.
    pub fn note(self, failure: Failure) {
        if failure == Failure::LoggedOut {
            self.who.set(Who::Nobody(Some(failure)));
        }
    }
}

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route {
    List,
    Case(CaseId),
}

impl Route {
    fn now() -> Self {
        page::hash().strip_prefix("#/cases/").and_then(|case| case.parse().ok()).map_or(Self::List, Self::Case)
    }
}

/// The address of a case.
pub fn case_hash(case: CaseId) -> String {
    format!("#/cases/{case}")
}

/// Fetches the messages and takes the place of what the shell painted.
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
    let desk = Desk { who: RwSignal::new(Who::Unknown) };
    spawn_local(async move {
        desk.who.set(match api::session().await {
            Ok(session) => Who::Somebody(session),
            Err(Failure::LoggedOut) => Who::Nobody(None),
            Err(failure) => Who::Nobody(Some(failure)),
        });
    });
    let route = RwSignal::new(Route::now());
    page::on_window("hashchange", move || {
        let next = Route::now();
        if route.get_untracked() != next {
            route.set(next);
            page::arrive();
        }
    });
    // Counts the changes of language: everything is drawn anew.
    let drawn = RwSignal::new(0_u32);
    move || {
        drawn.track();
        let changed = move || drawn.update(|count| *count = count.wrapping_add(1));
        view! { <Screen desk route changed/> }
    }
}

#[component]
fn Screen(desk: Desk, route: RwSignal<Route>, changed: impl Fn() + Copy + Send + 'static) -> AnyView {
    let screen = move || match desk.who.get() {
        Who::Unknown => view! { <Busy text=t("console.loading")/> }.into_any(),
        Who::Nobody(failure) => view! { <LogInForm desk failure/> }.into_any(),
        Who::Somebody(_) => match route.get() {
            Route::List => view! { <CaseList desk/> }.into_any(),
            Route::Case(case) => view! { <OneCase desk case/> }.into_any(),
        },
    };
    let log_out = move || {
        spawn_local(async move {
            match api::log_out().await {
                Ok(()) | Err(Failure::LoggedOut) => desk.who.set(Who::Nobody(None)),
                Err(failure) => desk.who.set(Who::Nobody(Some(failure))),
            }
        });
    };
    let who = move || match desk.who.get() {
        Who::Somebody(session) => {
            let place = session.department.map_or_else(|| words::role(session.role), |department| department.name);
            view! {
                <span class="who" data-test="who"><b>{session.name}</b>" · "{place}</span>
                <Button text=t("console.log_out") test="log-out" class="quiet" on_press=log_out/>
            }
            .into_any()
        }
        Who::Unknown | Who::Nobody(_) => ().into_any(),
    };
    view! {
        <header class="top">
            <a href="#/" class="brand"><span class="logo" aria-hidden="true"></span><span class="name">"Lanterna"</span></a>
            {who}
        </header>
        <main id="main">{screen}</main>
        <footer><LanguageSwitch changed/></footer>
    }
    .into_any()
}
