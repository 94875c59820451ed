//! Writing a report, all on one screen: photo, place, what it is, words, send. Three taps are enough.

use crate::category::Category;
use crate::editor::Editor;
use crate::engine::{Failure, Host};
use crate::home::Emergency;
use crate::photos::Photos;
use crate::place::Place;
use crate::words;
use lanterna_bridge::RefusalCode;
use lanterna_kit::i18n::t;
use lanterna_kit::page;
use lanterna_kit::parts::{Busy, Button, Notice, Tone};
use lanterna_shared::text::MAX_DESCRIPTION_CHARS;
use leptos::prelude::*;

#[component]
pub fn WriteReport(editor: Editor) -> AnyView {
    page::set_title(&t("write.title"));
    // Again when the engine comes (back) to this tab: another may have gone on writing.
    Effect::new(move |_| {
        if editor.engine.host.get() == Host::Here {
            editor.open();
        }
    });
    let form = move || {
        if editor.draft.get().is_some() {
            view! { <Form editor/> }.into_any()
        } else if matches!(editor.engine.host.get(), Host::Starting | Host::Here) {
            view! { <Busy text=t("write.opening")/> }.into_any()
        } else {
            // What is wrong, and what to do, stands above.
            ().into_any()
        }
    };
    view! {
        <article class="write">
            <a class="back" href="#/">{t("nav.back")}</a>
            <h1 tabindex="-1">{t("write.title")}</h1>
            {form}
        </article>
    }
    .into_any()
}

#[component]
fn Form(editor: Editor) -> AnyView {
    let kept = move || {
        let sentence = if editor.is_kept.get() { t("write.draft_kept") } else { t("write.draft_keeping") };
        view! { <p class="hint" data-test="draft-kept" data-kept=editor.is_kept.get().to_string()>{sentence}</p> }
    };
    view! {
        <Photos editor/>
        <Place editor/>
        <Category editor/>
        <section aria-labelledby="words">
            <h2 id="words">{t("write.words")}</h2>
            <p class="hint" id="words-hint">{t("write.words_hint")}</p>
            <textarea
                rows="4" maxlength=MAX_DESCRIPTION_CHARS.to_string() data-test="text" aria-labelledby="words" aria-describedby="words-hint"
                prop:value=move || editor.text.get()
                on:input=move |event| editor.set_text(event_target_value(&event))
                on:change=move |_| editor.hurry()
            ></textarea>
        </section>
        <Emergency/>
        {kept}
        <Discard editor/>
        <SendBar editor/>
    }
    .into_any()
}

#[component]
fn SendBar(editor: Editor) -> AnyView {
    let is_busy = Signal::derive(move || editor.sending.get() || editor.adding.get() > 0);
    let failure =
        move || editor.failure.get().map(|failure| view! { <Notice tone=Tone::Bad test="error"><p>{words::failure(failure)}</p></Notice> });
    let label = move || match (editor.sending.get(), editor.adding.get()) {
        (true, _) => t("write.saving"),
        (false, 0) => t("write.send"),
        (false, _) => t("photos.adding"),
    };
    let send = move |_| {
        if editor.service.with_untracked(Option::is_none) {
            editor.failure.set(Some(Failure::Refused(RefusalCode::ServiceMissing)));
            page::focus("#category");
        } else {
            editor.send();
        }
    };
    view! {
        <div class="send-bar" class:ready=move || editor.service.with(Option::is_some)>
            {failure}
            <button type="button" class="primary" data-test="send-button" disabled=move || is_busy.get() on:click=send>{label}</button>
        </div>
    }
    .into_any()
}

#[component]
fn Discard(editor: Editor) -> AnyView {
    let asking = RwSignal::new(false);
    let step = move || {
        if asking.get() {
            view! {
                <div class="confirm" role="group" aria-label=t("discard.ask")>
                    <p>{t("discard.ask")}</p>
                    <Button text=t("discard.yes") test="discard-confirm" class="danger" on_press=move || editor.discard()/>
                    <Button text=t("discard.no") test="discard-cancel" on_press=move || asking.set(false)/>
                </div>
            }
            .into_any()
        } else {
            view! { <Button text=t("discard.button") test="discard-button" class="quiet" on_press=move || asking.set(true)/> }.into_any()
        }
    };
    view! { {step} }.into_any()
}
