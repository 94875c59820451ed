//! Small parts that every screen needs. Each has a `data-test` hook where a test may look for it.

use crate::format;
use crate::i18n::{self, t};
use lanterna_shared::time::Timestamp;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How a notice is meant. Never told by colour alone: a bad one is also announced at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Calm,
    /// It worked.
    Good,
    /// Something waits for you.
    Warning,
    /// It did not work.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Calm => "notice calm",
            Self::Good => "notice good",
            Self::Warning => "notice warning",
            Self::Bad => "notice bad",
        }
    }
}

/// A framed sentence, with what can be done about it inside.
#[component]
pub fn Notice(
    /// How it is meant.
    tone: Tone,
    /// Its hook for tests.
    test: &'static str,
    /// The sentence, and buttons.
    children: Children,
) -> AnyView {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    view! { <div class=tone.class() role=role data-test=test>{children()}</div> }.into_any()
}

/// Says what is being waited for.
#[component]
pub fn Busy(
    /// The sentence.
    text: String,
) -> AnyView {
    view! { <p class="busy" role="status" data-test="busy"><span class="spinner" aria-hidden="true"></span>{text}</p> }.into_any()
}

/// A button.
#[component]
pub fn Button(
    /// Its words.
    text: String,
    /// Its hook for tests.
    #[prop(into)]
    test: String,
    /// "primary", "plain", "danger", …
    #[prop(default = "plain")]
    class: &'static str,
    /// While true it cannot be pressed.
    #[prop(into, optional)]
    disabled: Signal<bool>,
    /// What it does.
    on_press: impl Fn() + 'static,
) -> AnyView {
    view! {
        <button type="button" class=class data-test=test disabled=move || disabled.get() on:click=move |_| on_press()>
            {text}
        </button>
    }
    .into_any()
}

/// A moment as people read it, with the form machines read.
#[component]
pub fn When(
    /// The moment.
    at: Timestamp,
) -> AnyView {
    view! { <time datetime=format::machine(at)>{format::moment(at)}</time> }.into_any()
}

/// The choice of a language, each called as it calls itself. `changed` is told when another is there.
#[component]
pub fn LanguageSwitch(
    /// Draws the screens anew.
    changed: impl Fn() + Copy + 'static,
) -> AnyView {
    let now = i18n::language();
    let languages = i18n::languages();
    let choices = languages.into_iter().map(|code| {
        let pressed = if code == now { "true" } else { "false" };
        let (name, lang, test) = (format::language_name(&code), code.clone(), format!("language-{code}"));
        let choose = move |_| {
            let code = code.clone();
            spawn_local(async move {
                if i18n::switch(&code).await {
                    changed();
                }
            });
        };
        view! { <button type="button" class="quiet" lang=lang aria-pressed=pressed data-test=test on:click=choose>{name}</button> }
    });
    view! { <div class="languages" role="group" aria-label=t("language.choose")>{choices.collect_view()}</div> }.into_any()
}
