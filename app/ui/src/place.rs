//! The place of a report that is being written: where the person stands, or where the photo was taken.

use crate::editor::Editor;
use crate::locate::LocateError;
use crate::words;
use lanterna_kit::i18n::{t, tn};
use lanterna_kit::parts::{Button, Notice, Tone};
use lanterna_shared::position::Position;
use leptos::prelude::*;

/// Metres in one degree of latitude (mean earth radius 6,371,009 m).
const METERS_IN_DEGREE: f64 = 111_195.0;
/// A photo's place is offered when it is farther off than this and both accuracies together.
const SAME_PLACE_M: f64 = 25.0;

/// Metres between two positions on a plane that touches the earth between them: right to a metre within a city.
fn distance_m(a: &Position, b: &Position) -> f64 {
    let middle = f64::midpoint(a.lat_degrees(), b.lat_degrees()).to_radians();
    let north = (a.lat_degrees() - b.lat_degrees()) * METERS_IN_DEGREE;
    let east = (a.lon_degrees() - b.lon_degrees()) * METERS_IN_DEGREE * middle.cos();
    north.hypot(east)
}

/// How far the photo's place is off, where that is worth a question.
fn differs_by(chosen: Option<Position>, photo: Option<Position>) -> Option<(Position, Option<f64>)> {
    let photo = photo?;
    let Some(chosen) = chosen else { return Some((photo, None)) };
    let blur: u32 = [&chosen, &photo].iter().filter_map(|position| position.accuracy_m()).sum();
    let distance = distance_m(&chosen, &photo);
    (distance > SAME_PLACE_M + f64::from(blur)).then_some((photo, Some(distance)))
}

#[component]
pub fn Place(editor: Editor) -> AnyView {
    let chosen = move || match editor.position.get() {
        Some(position) => view! {
            <div class="place" data-test="place">
                <span class="pin" aria-hidden="true"></span>
                <p>{words::position(&position)}<br/><span class="hint">{words::position_source(position.source())}</span></p>
                <Button text=t("place.remove") test="place-remove" class="quiet" on_press=move || editor.set_position(None)/>
            </div>
        }
        .into_any(),
        None => view! { <p class="hint">{t("place.none")}</p> }.into_any(),
    };
    let label = move || if editor.locating.get() { t("place.locating") } else { t("place.here") };
    let error = move || {
        editor.locate_error.get().map(|error| {
            let sentence = t(match error {
                LocateError::Denied => "place.denied",
                LocateError::NotFound => "place.not_found",
            });
            view! { <Notice tone=Tone::Warning test="place-error"><p>{sentence}</p></Notice> }
        })
    };
    let offer = move || {
        differs_by(editor.position.get(), editor.photo_position.get()).map(|(photo, distance)| {
            let text = distance.map_or_else(|| t("place.of_photo"), |metres| tn("place.of_photo_away", whole_meters(metres), &[]));
            view! { <Button text test="photo-place" on_press=move || editor.set_position(Some(photo))/> }
        })
    };
    view! {
        <section aria-labelledby="place">
            <h2 id="place">{t("place.title")}</h2>
            {chosen}
            <div class="actions">
                <button type="button" data-test="here-button" disabled=move || editor.locating.get() on:click=move |_| editor.locate(true)>{label}</button>
                {offer}
            </div>
            {error}
        </section>
    }
    .into_any()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a distance on earth in metres fits and is not negative")]
fn whole_meters(metres: f64) -> u32 {
    metres.round() as u32
}
