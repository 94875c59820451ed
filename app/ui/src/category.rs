//! What it is: large buttons, one for each service of the catalogue.

use crate::editor::Editor;
use lanterna_kit::i18n::{self, t};
use lanterna_kit::page;
use lanterna_kit::parts::{Busy, Notice, Tone};
use lanterna_shared::service::{Service, ServiceCode};
use leptos::prelude::*;

/// The drawings that the sprite has; others get the general one.
const DRAWN: [&str; 8] = ["pothole", "street_lamp", "waste", "tree", "sign", "water_leak", "graffiti", "other"];

#[component]
pub fn Category(editor: Editor) -> AnyView {
    let choices = move || match editor.engine.services.get() {
        None => view! { <Busy text=t("category.loading")/> }.into_any(),
        Some(services) if services.is_empty() => {
            view! { <Notice tone=Tone::Warning test="services-missing"><p>{t("category.none")}</p></Notice> }.into_any()
        }
        Some(services) => services.into_iter().map(|service| choice(editor, service)).collect_view().into_any(),
    };
    view! {
        <section aria-labelledby="category">
            <h2 id="category" tabindex="-1">{t("category.title")}</h2>
            <div class="categories" role="group" aria-labelledby="category">{choices}</div>
        </section>
    }
    .into_any()
}

fn choice(editor: Editor, service: Service) -> AnyView {
    let name = service.name_in(&i18n::language()).to_owned();
    let test = format!("category-{}", service.code);
    let drawing = drawing(&service.code);
    let (code, chosen) = (service.code.clone(), service.code);
    let pressed = move || if editor.service.with(|now| now.as_ref() == Some(&code)) { "true" } else { "false" };
    view! {
        <button type="button" class="category" data-test=test aria-pressed=pressed on:click=move |_| editor.set_service(chosen.clone())>
            {drawing}
            <span>{name}</span>
        </button>
    }
    .into_any()
}

/// The drawing of a service. It says nothing that the name beside it does not say.
pub fn drawing(service: &ServiceCode) -> AnyView {
    let name = DRAWN.into_iter().find(|name| *name == service.as_str()).unwrap_or("other");
    let address = format!("{}#{name}", page::build().asset("icons/services.svg"));
    view! { <svg aria-hidden="true" viewBox="0 0 48 48"><use href=address></use></svg> }.into_any()
}
