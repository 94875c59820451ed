//! A photo of a draft or report on the screen, fetched from the engine. Small ones are kept, so that a list that is drawn again does not flicker.

use crate::engine::Engine;
use lanterna_bridge::{Command, Reply};
use lanterna_kit::file::Picture;
use lanterna_shared::id::PhotoId;
use lanterna_shared::photo::Rendition;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The largest picture that is kept, in bytes: a thumbnail.
const MAX_KEPT_BYTES: u32 = 24 * 1024;
/// The most pictures that are kept.
const MAX_KEPT: usize = 64;

thread_local! {
    static KEPT: RefCell<BTreeMap<PhotoId, Rc<Picture>>> = const { RefCell::new(BTreeMap::new()) };
}

async fn fetch(engine: Engine, photo: PhotoId, rendition: Rendition) -> Option<Rc<Picture>> {
    if rendition == Rendition::Thumb
        && let Some(kept) = KEPT.with_borrow(|kept| kept.get(&photo).map(Rc::clone))
    {
        return Some(kept);
    }
    let answer = engine.ask(Command::Photo { photo, rendition }, None).await.ok()?;
    let (Reply::Photo { media_type }, Some(bytes)) = (answer.reply, answer.bytes) else { return None };
    let picture = Rc::new(Picture::new(&bytes, &media_type)?);
    if rendition == Rendition::Thumb && bytes.byte_length() <= MAX_KEPT_BYTES {
        KEPT.with_borrow_mut(|kept| {
            if kept.len() >= MAX_KEPT {
                kept.pop_first();
            }
            kept.insert(photo, Rc::clone(&picture));
        });
    }
    Some(picture)
}

/// The photo, or a quiet place for it until it is there.
#[component]
pub fn PhotoImage(
    engine: Engine,
    photo: PhotoId,
    rendition: Rendition,
    /// What it shows, for those who do not see it; empty beside words that say the same.
    alt: String,
) -> AnyView {
    let picture = RwSignal::new_local(None::<Rc<Picture>>);
    Effect::new(move |_| {
        // A draft's photo is shown as the camera gave it first, and small once that is made.
        engine.draft_changed.track();
        engine.host.track();
        spawn_local(async move {
            if let Some(found) = fetch(engine, photo, rendition).await {
                picture.set(Some(found));
            }
        });
    });
    let image = move || {
        picture.with(|picture| picture.as_ref().map(|picture| picture.url().to_owned())).map_or_else(
            || view! { <span class="photo-wait" aria-hidden="true"></span> }.into_any(),
            |url| view! { <img src=url alt=alt.clone() decoding="async"/> }.into_any(),
        )
    };
    view! { {image} }.into_any()
}
