//! One's own report in a few lines: what, who has it and until when, and how far it is on its way.

use crate::category::drawing;
use crate::engine::Engine;
use crate::picture::PhotoImage;
use crate::route::Route;
use crate::words;
use lanterna_bridge::{DeliveryState, ReportView};
use lanterna_kit::format;
use lanterna_kit::i18n::{self, t, tf};
use lanterna_shared::id::ReportId;
use lanterna_shared::photo::Rendition;
use leptos::prelude::*;

#[component]
pub fn Card(engine: Engine, report: ReportId) -> AnyView {
    let (content, view) = (engine.content(report), engine.report(report));
    let state = move || view.get().map(|view| view! { <State engine view/> }.into_any());
    let inside = move || content.get().map(|content| inside(engine, &content, state));
    view! { <a class="card" href=Route::One(report).hash() data-test="report-item">{inside}</a> }.into_any()
}

fn inside(engine: Engine, view: &ReportView, state: impl Fn() -> Option<AnyView> + Send + 'static) -> AnyView {
    let photo = view.photos.first().map_or_else(
        || drawing(&view.service),
        |photo| view! { <PhotoImage engine photo=*photo rendition=Rendition::Thumb alt=String::new()/> }.into_any(),
    );
    let text = (!view.text.is_empty()).then(|| view! { <span class="text" data-test="report-text">{view.text.clone()}</span> });
    view! {
        <span class="thumb" aria-hidden="true">{photo}</span>
        <span class="lines">
            <strong data-test="report-service">{engine.service_name(&view.service, &i18n::language())}</strong>
            {text}
            {state}
        </span>
    }
    .into_any()
}

/// Number or receipt, status, owner, due date and delivery: the same on the list and on the report's own screen.
#[component]
pub fn State(engine: Engine, view: ReportView) -> AnyView {
    let receipt = view.receipt.to_string();
    let name = match &view.case {
        Some(case) => {
            view! { <span class="number">{t("report.number")}" "<b data-test="report-number">{case.number.to_string()}</b></span> }
                .into_any()
        }
        None => view! { <span class="number">{t("report.receipt")}" "<b data-test="report-receipt">{receipt}</b></span> }.into_any(),
    };
    let (status, owner) = match &view.case {
        _ if view.withdrawn => (Some(status("withdrawn", t("status.withdrawn"))), None),
        Some(case) => {
            let owner = case.owner.clone().map(|owner| view! { <b data-test="report-owner">{owner}</b> });
            match words::status(case) {
                (before, Some(after)) => (Some(status(case.status.as_str(), view! { {before}{owner}{after} })), None),
                (sentence, None) => {
                    let owner = owner.map(|owner| view! { <span class="fact">{t("report.owner")}" "{owner}</span> });
                    (Some(status(case.status.as_str(), sentence)), owner)
                }
            }
        }
        None => (None, None),
    };
    let is_open = !view.withdrawn && view.case.as_ref().is_some_and(|case| case.status.is_open());
    let due = view.case.as_ref().and_then(|case| case.due_at).filter(|_| is_open).map(|due| {
        view! { <span class="fact" data-test="report-due">{tf("report.due", &[("date", &format::weekday(due))])}</span> }
    });
    view! { <span class="state">{name}{status}{owner}{due}<Delivery engine view/></span> }.into_any()
}

fn status(name: &'static str, sentence: impl IntoView + 'static) -> AnyView {
    view! { <span class="status" data-test="report-status" data-status=name>{sentence.into_any()}</span> }.into_any()
}

#[component]
fn Delivery(engine: Engine, view: ReportView) -> AnyView {
    let state = words::delivery_name(view.delivery);
    let shown = view.clone();
    let progress = (view.delivery == DeliveryState::Sending && view.photos_sent.1 > 0).then(|| {
        let (sent, all) = view.photos_sent;
        view! { <progress max=all.to_string() value=sent.to_string() aria-hidden="true"></progress> }
    });
    view! {
        <span class="delivery" data-test="delivery-state" data-state=state>{move || words::delivery(engine, &shown)}</span>
        {progress}
    }
    .into_any()
}
