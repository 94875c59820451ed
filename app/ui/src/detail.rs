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
    let (content, view) = (engine.content(report), engine.report(report));
    let screen = move || match content.get() {
        Some(content) => whole(engine, &content, view),
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

fn whole(engine: Engine, content: &ReportView, view: Memo<Option<ReportView>>) -> AnyView {
    let refused = Memo::new(move |_| view.get().and_then(|view| view.refused));
    let refused = move || {
        refused.get().map(|(code, detail)| {
            let sentence = words::server_refusal(code);
            view! { <Notice tone=Tone::Bad test="report-refused"><p>{sentence}</p><p class="hint" lang="en">{detail}</p></Notice> }
        })
    };
    let state = move || view.get().map(|view| view! { <State engine view/> });
    let count = content.photos.len();
    let photos = content.photos.iter().zip(1..).map(|(photo, place): (_, usize)| {
        let alt = tf("photos.alt", &[("photo", &place.to_string()), ("photos", &count.to_string())]);
        view! { <li data-test="report-photo"><PhotoImage engine photo=*photo rendition=Rendition::Screen alt/></li> }
    });
    let photos = (count > 0).then(|| view! { <ul class="photos large">{photos.collect_view()}</ul> });
    let text = if content.text.is_empty() { t("report.no_text") } else { content.text.clone() };
    let place = content.position.as_ref().map_or_else(|| t("report.no_place"), words::position);
    let area = Memo::new(move |_| view.get().and_then(|view| view.case).and_then(|case| case.area));
    let area = move || area.get().map(|area| view! { <dt>{t("report.area")}</dt><dd data-test="report-area">{area}</dd> });
    view! {
        <h1 tabindex="-1" data-test="report-service">{engine.service_name(&content.service, &i18n::language())}</h1>
        {refused}
        <div class="panel">{state}</div>
        {photos}
        <dl>
            <dt>{t("report.text")}</dt><dd data-test="report-text" class="words">{text}</dd>
            <dt>{t("report.place")}</dt><dd>{place}</dd>
            {area}
            <dt>{t("report.sent")}</dt><dd><When at=content.sent_at/></dd>
            <dt>{t("report.receipt")}</dt><dd class="code" data-test="receipt">{content.receipt.to_string()}</dd>
        </dl>
        <Withdraw engine report=content.report view/>
    }
    .into_any()
}

/// Whether a report was taken back already, or can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Back {
    Taken,
    Possible,
    TooLate,
}

#[component]
fn Withdraw(engine: Engine, report: ReportId, view: Memo<Option<ReportView>>) -> AnyView {
    // Drawn anew only when this changes: a photo's progress must not take the button from under the finger.
    let back = Memo::new(move |_| {
        view.with(|view| match view {
            Some(view) if view.withdrawn => Back::Taken,
            // What is over cannot be taken back; a joined report still can.
            Some(view) if view.case.as_ref().is_none_or(|case| case.status.is_open() || case.status == CaseStatus::Duplicate) => {
                Back::Possible
            }
            _ => Back::TooLate,
        })
    });
    let way = move || match back.get() {
        Back::Taken => view! { <p class="hint" data-test="withdrawn">{t("withdraw.done")}</p> }.into_any(),
        Back::Possible => view! { <TakeBack engine report/> }.into_any(),
        Back::TooLate => ().into_any(),
    };
    view! { {way} }.into_any()
}

#[component]
fn TakeBack(engine: Engine, report: ReportId) -> AnyView {
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
