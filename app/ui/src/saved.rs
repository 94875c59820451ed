//! After sending: the one screen that says "saved", and only about what the engine has saved.

use crate::engine::Engine;
use crate::route::Route;
use crate::words;
use lanterna_bridge::DeliveryState;
use lanterna_kit::i18n::t;
use lanterna_kit::page;
use lanterna_kit::parts::Busy;
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::id::ReportId;
use leptos::prelude::*;

#[component]
pub fn Saved(engine: Engine, report: ReportId) -> AnyView {
    page::set_title(&t("saved.title"));
    let view = engine.report(report);
    // Either the engine just said so, or it lists the report: both mean that it would survive a power cut.
    let receipt = Memo::new(move |_| {
        let just_now = engine.saved.get().filter(|(saved, _)| *saved == report).map(|(_, receipt)| receipt);
        just_now.or_else(|| view.with(|view| view.as_ref().map(|view| view.receipt)))
    });
    let delivery = move || {
        view.get().map(|view| {
            let state = words::delivery_name(view.delivery);
            view! { <p class="delivery" data-test="delivery-state" data-state=state role="status">{words::delivery(engine, &view)}</p> }
        })
    };
    let notice = move |receipt: ReceiptCode| {
        let sentence = if engine.keeps_nothing.get() { t("saved.sent_at_once") } else { t("saved.on_this_phone") };
        view! {
            <div class="saved" role="status" data-test="saved-notice">
                <span class="tick" aria-hidden="true"></span>
                <h1 tabindex="-1">{sentence}</h1>
                <p>{t("saved.receipt")}</p>
                <p class="code big" data-test="receipt">{receipt.to_string()}</p>
            </div>
        }
    };
    let screen = move || match receipt.get() {
        Some(receipt) => notice(receipt).into_any(),
        None => view! { <h1 tabindex="-1">{t("report.title")}</h1><Busy text=t("home.loading")/> }.into_any(),
    };
    let is_delivered = move || view.with(|view| view.as_ref().is_some_and(|view| view.delivery == DeliveryState::Delivered));
    let next = move || (!is_delivered()).then(|| view! { <p class="hint">{t("saved.next")}</p> });
    view! {
        <article class="report-page">
            {screen}
            {delivery}
            {next}
            <div class="actions">
                <a class="button primary" href=Route::Home.hash() data-test="saved-home">{t("saved.home")}</a>
                <a class="button" href=Route::Report.hash() data-test="saved-again">{t("saved.again")}</a>
            </div>
        </article>
    }
    .into_any()
}
