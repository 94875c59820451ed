//! The log-in.

use crate::api::{self, Failure};
use crate::screens::{Desk, Who};
use crate::words;
use lanterna_kit::i18n::t;
use lanterna_kit::page;
use lanterna_kit::parts::{Notice, Tone};
use lanterna_shared::office::MAX_LOGIN_CHARS;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub fn LogInForm(desk: Desk, failure: Option<Failure>) -> AnyView {
    page::set_title(&t("console.log_in_title"));
    let name = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let sentence = RwSignal::new(failure.map(words::failure));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        sentence.set(None);
        spawn_local(async move {
            let answer = api::log_in(name.get_untracked(), password.get_untracked()).await;
            password.set(String::new());
            busy.set(false);
            match answer {
                Ok(session) => desk.who.set(Who::Somebody(session)),
                // Here it means that they do not match, not that a session is over.
                Err(Failure::LoggedOut) => sentence.set(Some(t("console_error.log_in"))),
                Err(failure) => sentence.set(Some(words::failure(failure))),
            }
        });
    };
    let label = move || if busy.get() { t("console.logging_in") } else { t("console.log_in") };
    let error = move || sentence.get().map(|sentence| view! { <Notice tone=Tone::Bad test="error"><p>{sentence}</p></Notice> });
    view! {
        <form class="login" on:submit=submit>
            <h1 tabindex="-1">{t("console.log_in_title")}</h1>
            {error}
            <label>{t("console.name")}
                <input
                    type="text" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required
                    maxlength=MAX_LOGIN_CHARS.to_string() data-test="login-name"
                    prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event))
                />
            </label>
            <label>{t("console.password")}
                <input
                    type="password" name="password" autocomplete="current-password" required
                    maxlength=MAX_LOGIN_CHARS.to_string() data-test="login-password"
                    prop:value=move || password.get() on:input=move |event| password.set(event_target_value(&event))
                />
            </label>
            <button type="submit" class="primary" data-test="login-button" disabled=move || busy.get()>{label}</button>
        </form>
    }
    .into_any()
}
