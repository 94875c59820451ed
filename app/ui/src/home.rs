//! Home: one large way to report, help in danger, and one's own reports.

use crate::card::Card;
use crate::engine::{Engine, Host};
use crate::route::Route;
use crate::words;
use lanterna_bridge::{Command, SyncActivity};
use lanterna_kit::i18n::{t, tn};
use lanterna_kit::parts::{Busy, Button};
use lanterna_shared::id::ReportId;
use leptos::prelude::*;

/// How many reports are shown at first, and more each time.
const STEP: usize = 20;

#[component]
pub fn Home(engine: Engine) -> AnyView {
    lanterna_kit::page::set_title("Lanterna");
    let label = move || if engine.drafts.with(Vec::is_empty) { t("home.report") } else { t("home.resume") };
    let draft =
        move || (!engine.drafts.with(Vec::is_empty)).then(|| view! { <p class="hint" data-test="draft-open">{t("home.draft_open")}</p> });
    view! {
        <div class="home">
            <section class="start">
                <h1 tabindex="-1">{t("home.title")}</h1>
                <a class="report" href=Route::Report.hash() data-test="report-button">
                    <span class="camera" aria-hidden="true"></span>
                    {label}
                </a>
                {draft}
                <Emergency/>
            </section>
            <section class="mine" aria-labelledby="mine">
                <h2 id="mine">{t("home.mine")}</h2>
                <SyncLine engine/>
                <Reports engine/>
            </section>
        </div>
    }
    .into_any()
}

/// Help that must not wait for a city.
#[component]
pub fn Emergency() -> AnyView {
    view! {
        <p class="emergency" data-test="emergency">{t("home.danger")}" "<a href="tel:112">{t("home.call_112")}</a></p>
        <p class="hint">{t("home.prefer_to_talk")}</p>
    }
    .into_any()
}

#[component]
fn SyncLine(engine: Engine) -> AnyView {
    let sync = Memo::new(move |_| engine.status.with(|status| status.as_ref().map(|status| status.sync.clone())));
    let is_busy = Memo::new(move |_| sync.with(|sync| sync.as_ref().is_some_and(|sync| sync.activity == SyncActivity::Busy)));
    let waiting =
        Memo::new(move |_| sync.with(|sync| sync.as_ref().map_or(0, |sync| sync.ops_waiting.saturating_add(sync.photos_waiting))));
    let has_any = Memo::new(move |_| waiting.get() > 0);
    let sentence = move || {
        if is_busy.get() {
            t("sync.busy")
        } else if words::waits_for_signal(engine) {
            t("sync.waiting")
        } else {
            tn("sync.queued", waiting.get(), &[])
        }
    };
    // The button stays the same element while numbers change, so that no tap is lost.
    let line = move || {
        has_any.get().then(|| {
            let now = move || engine.tell(Command::SyncNow);
            view! {
                <div class="sync">
                    <p role="status" data-test="sync-state">{sentence}</p>
                    <Button text=t("sync.now") test="sync-now" class="quiet" disabled=is_busy on_press=now/>
                </div>
            }
        })
    };
    view! { {line} }.into_any()
}

#[component]
fn Reports(engine: Engine) -> AnyView {
    let shown = RwSignal::new(STEP);
    let ids = Memo::new(move |_| {
        engine.reports.with(|reports| {
            let reports = reports.as_ref()?;
            Some(reports.iter().take(shown.get()).map(|view| view.report).collect::<Vec<ReportId>>())
        })
    });
    let has_more = move || engine.reports.with(|reports| reports.as_ref().is_some_and(|reports| reports.len() > shown.get()));
    let list = move || match ids.get() {
        None if matches!(engine.host.get(), Host::Failed | Host::Reload) => ().into_any(),
        None => view! { <Busy text=t("home.loading")/> }.into_any(),
        Some(ids) if ids.is_empty() => view! { <p class="empty" data-test="reports-empty">{t("home.empty")}</p> }.into_any(),
        Some(_) => view! {
            <ul class="cards">
                <For each=move || ids.get().unwrap_or_default() key=|report| *report let(report)>
                    <li><Card engine report/></li>
                </For>
            </ul>
        }
        .into_any(),
    };
    let more = move || {
        has_more().then(|| {
            view! { <Button text=t("home.more") test="more-reports" on_press=move || shown.update(|shown| *shown = shown.saturating_add(STEP))/> }
        })
    };
    view! { {list}{more} }.into_any()
}
