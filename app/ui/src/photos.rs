//! The photos of a report that is being written: from the camera or the gallery, at most eight, each removable.

use crate::editor::Editor;
use crate::picture::PhotoImage;
use crate::words;
use lanterna_kit::file;
use lanterna_kit::i18n::{t, tf};
use lanterna_kit::parts::{Notice, Tone};
use lanterna_shared::photo::{MAX_PHOTOS, Rendition};
use leptos::prelude::*;

#[component]
pub fn Photos(editor: Editor) -> AnyView {
    let is_full = move || editor.photos.with(Vec::len).saturating_add(editor.adding.get()) >= MAX_PHOTOS;
    let add = move |event| editor.add_photos(file::chosen(&event));
    let inputs = move || {
        if is_full() {
            return view! { <p class="hint">{t("photos.full")}</p> }.into_any();
        }
        view! {
            <div class="actions">
                <label class="button primary file">
                    <input type="file" accept="image/*" capture="environment" data-test="photo-input" on:change=add/>
                    <span class="camera" aria-hidden="true"></span>
                    {t("photos.take")}
                </label>
                <label class="button file">
                    <input type="file" accept="image/*" multiple data-test="gallery-input" on:change=add/>
                    {t("photos.choose")}
                </label>
            </div>
        }
        .into_any()
    };
    let shots = move || {
        let count = editor.photos.with(Vec::len);
        editor.photos.get().into_iter().zip(1..).map(|(photo, place): (_, usize)| {
            let numbers = [("photo", place.to_string()), ("photos", count.to_string())];
            let numbers: Vec<_> = numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let remove = move |_| editor.remove_photo(photo);
            view! {
                <li data-test="photo">
                    <PhotoImage engine=editor.engine photo rendition=Rendition::Thumb alt=tf("photos.alt", &numbers)/>
                    <button type="button" class="remove" data-test="photo-remove" aria-label=tf("photos.remove", &numbers) on:click=remove>"×"</button>
                </li>
            }
        }).collect_view()
    };
    let adding = move || {
        (0..editor.adding.get())
            .map(|_| view! { <li class="wait" data-test="photo-busy"><span class="spinner" aria-hidden="true"></span><span>{t("photos.adding")}</span></li> })
            .collect_view()
    };
    let failure = move || {
        editor.photo_failure.get().map(|failure| view! { <Notice tone=Tone::Bad test="error"><p>{words::failure(failure)}</p></Notice> })
    };
    view! {
        <section aria-labelledby="photos">
            <h2 id="photos">{t("photos.title")}</h2>
            <ul class="photos" aria-live="polite">{shots}{adding}</ul>
            {inputs}
            {failure}
        </section>
    }
    .into_any()
}
