//! One report whole: state, photos, words, place, and the way to take it back.

use crate::card::State;
use crate::engine::{Engine, Failure};
use crate::picture::PhotoImage;
use crate::words;
use lanterna_bridge::{Command, ReportView};
use lanterna_kit::i18n::{self, t, tf};
use lanterna_kit::page;
use lanterna_kit::parts::{Busy, Button, Notice, Tone, When};
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::ReportId;
use lanterna_shared::photo::Rendition;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub fn OneReport(engine: Engine, report: ReportId) -> AnyView {
    page::set_title(&t("report.title"));
    let view = engine.report(report);
    let screen = move || match view.get() {
        Some(view) => whole(engine, &view),
        None if engine.reports.with(Option::is_none) => {
            view! { <h1 tabindex="-1">{t("report.title")}</h1><Busy text=t("home.loading")/> }.into_any()
        }
        None => view! {
            <h1 tabindex="-1">{t("report.title")}</h1>
            <Notice tone=Tone::Warning test="report-missing"><p>{t("report.missing")}</p></Notice>
        }
        .into_any(),
    };
    view! { <article class="report-page"><a class="back" href="#/">{t("nav.back")}</a>{screen}</article> }.into_any()
}

fn whole(engine: Engine, view: &ReportView) -> AnyView {
    let refused = view.refused.as_ref().map(|(code, detail)| {
        let (sentence, detail) = (words::server_refusal(*code), detail.clone());
        view! { <Notice tone=Tone::Bad test="report-refused"><p>{sentence}</p><p class="hint" lang="en">{detail}</p></Notice> }
    });
    let count = view.photos.len();
    let photos = view.photos.iter().zip(1..).map(|(photo, place): (_, usize)| {
        let alt = tf("photos.alt", &[("photo", &place.to_string()), ("photos", &count.to_string())]);
        view! { <li data-test="report-photo"><PhotoImage engine photo=*photo rendition=Rendition::Screen alt/></li> }
    });
    let photos = (count > 0).then(|| view! { <ul class="photos large">{photos.collect_view()}</ul> });
    let text = if view.text.is_empty() { t("report.no_text") } else { view.text.clone() };
    let place = view.position.as_ref().map_or_else(|| t("report.no_place"), words::position);
    let area = view
        .case
        .as_ref()
        .and_then(|case| case.area.clone())
        .map(|area| view! { <dt>{t("report.area")}</dt><dd data-test="report-area">{area}</dd> });
    view! {
        <h1 tabindex="-1" data-test="report-service">{engine.service_name(&view.service, &i18n::language())}</h1>
        {refused}
        <div class="panel"><State engine view=view.clone()/></div>
        {photos}
        <dl>
            <dt>{t("report.text")}</dt><dd data-test="report-text" class="words">{text}</dd>
            <dt>{t("report.place")}</dt><dd>{place}</dd>
            {area}
            <dt>{t("report.sent")}</dt><dd><When at=view.sent_at/></dd>
            <dt>{t("report.receipt")}</dt><dd class="code" data-test="receipt">{view.receipt.to_string()}</dd>
        </dl>
        <Withdraw engine view=view.clone()/>
    }
    .into_any()
}

#[component]
fn Withdraw(engine: Engine, view: ReportView) -> AnyView {
    if view.withdrawn {
        return view! { <p class="hint" data-test="withdrawn">{t("withdraw.done")}</p> }.into_any();
    }
    // What is over cannot be taken back; a joined report still can.
    let can = view.case.as_ref().is_none_or(|case| case.status.is_open() || case.status == CaseStatus::Duplicate);
    if !can {
        return ().into_any();
    }
    let report = view.report;
    let asking = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let withdraw = move || {
        busy.set(true);
        spawn_local(async move {
            let done = engine.ask(Command::Withdraw { report }, None).await;
            busy.set(false);
            failure.set(done.err());
            asking.set(false);
            engine.refresh_reports();
        });
    };
    let step = move || {
        if asking.get() {
            view! {
                <div class="confirm" role="group" aria-label=t("withdraw.ask")>
                    <p>{t("withdraw.ask")}</p>
                    <Button text=t("withdraw.yes") test="withdraw-confirm" class="danger" disabled=busy on_press=withdraw/>
                    <Button text=t("withdraw.no") test="withdraw-cancel" on_press=move || asking.set(false)/>
                </div>
            }
            .into_any()
        } else {
            view! { <Button text=t("withdraw.button") test="withdraw-button" class="quiet" on_press=move || asking.set(true)/> }.into_any()
        }
    };
    let sentence =
        move || failure.get().map(|failure| view! { <Notice tone=Tone::Bad test="error"><p>{words::failure(failure)}</p></Notice> });
    view! { <div class="withdraw">{step}{sentence}</div> }.into_any()
}
