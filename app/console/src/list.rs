//! The list of cases: the newest first, more on demand, asked for again every 15 seconds while somebody looks.

use crate::api::{self, Failure};
use crate::screens::{Desk, case_hash};
use crate::words;
use lanterna_kit::format;
use lanterna_kit::i18n::{t, tf, tn};
use lanterna_kit::page;
use lanterna_kit::parts::{Busy, Button, Notice, Tone, When};
use lanterna_shared::office::{CasePage, CaseSummary};
use lanterna_shared::time::Timestamp;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How often the list is asked for again.
const POLL: Duration = Duration::from_secs(15);

#[derive(Clone, Copy)]
struct List {
    desk: Desk,
    cases: RwSignal<Option<Vec<CaseSummary>>>,
    next: RwSignal<Option<String>>,
    /// Pages that were asked for: a poll asks for all of them again.
    pages: RwSignal<usize>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    updated: RwSignal<Option<Timestamp>>,
}

#[component]
pub fn CaseList(desk: Desk) -> AnyView {
    page::set_title(&t("console.cases"));
    let list = List {
        desk,
        cases: RwSignal::new(None),
        next: RwSignal::new(None),
        pages: RwSignal::new(1),
        busy: RwSignal::new(false),
        failure: RwSignal::new(None),
        updated: RwSignal::new(None),
    };
    list.load();
    let poll = set_interval_with_handle(
        move || {
            if page::is_visible() {
                list.load();
            }
        },
        POLL,
    );
    on_cleanup(move || {
        if let Ok(poll) = poll {
            poll.clear();
        }
    });
    let failure =
        move || list.failure.get().map(|failure| view! { <Notice tone=Tone::Bad test="error"><p>{words::failure(failure)}</p></Notice> });
    let updated = move || {
        list.updated.get().map(|at| {
            let time = format::clock(at);
            view! { <p class="hint" data-test="updated">{tf("console.updated", &[("time", &time)])}</p> }
        })
    };
    let more = move || {
        list.next.with(Option::is_some).then(|| {
            view! { <Button text=t("console.more") test="more-cases" disabled=list.busy on_press=move || list.more()/> }
        })
    };
    view! {
        <div class="head"><h1 tabindex="-1">{t("console.cases")}</h1>{updated}</div>
        {failure}
        <Rows list/>
        {more}
    }
    .into_any()
}

impl List {
    fn load(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let answer = self.pages().await;
            // The screen may be gone by now.
            if self.busy.try_get_untracked().is_none() {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(page) => {
                    self.cases.set(Some(page.cases));
                    self.next.set(page.next);
                    self.failure.set(None);
                    self.updated.set(Some(format::now()));
                }
                Err(failure) => {
                    self.failure.set(Some(failure));
                    self.desk.note(failure);
                }
            }
        });
    }

    async fn pages(self) -> Result<CasePage, Failure> {
        let wanted = self.pages.get_untracked();
        let mut whole = api::cases(None).await?;
        for _ in 1..wanted {
            let Some(after) = whole.next.take() else { break };
            let page = api::cases(Some(&after)).await?;
            whole.cases.extend(page.cases);
            whole.next = page.next;
        }
        Ok(whole)
    }

    fn more(self) {
        self.pages.update(|pages| *pages = pages.saturating_add(1));
        self.load();
    }
}

#[component]
fn Rows(list: List) -> AnyView {
    let rows = move || match list.cases.get() {
        None if list.failure.with(Option::is_some) => ().into_any(),
        None => view! { <Busy text=t("console.loading")/> }.into_any(),
        Some(cases) if cases.is_empty() => view! { <p class="empty" data-test="cases-empty">{t("console.empty")}</p> }.into_any(),
        Some(_) => view! {
            <div class="table" role="table" aria-label=t("console.cases")>
                <div class="row heads" role="row">
                    <span role="columnheader">{t("console.number_column")}</span>
                    <span role="columnheader">{t("console.service_column")}</span>
                    <span role="columnheader">{t("console.status_column")}</span>
                    <span role="columnheader">{t("console.owner")}</span>
                    <span role="columnheader">{t("console.due_column")}</span>
                    <span role="columnheader">{t("console.received")}</span>
                </div>
                <For
                    each=move || list.cases.get().unwrap_or_default()
                    key=|case| (case.case, case.version, case.photos)
                    children=|case| row(&case)
                />
            </div>
        }
        .into_any(),
    };
    view! { {rows} }.into_any()
}

fn row(case: &CaseSummary) -> AnyView {
    let due = words::due(case, format::now());
    let class = if due.as_ref().is_some_and(|(_, is_over)| *is_over) { "over" } else { "" };
    let due = due.map(|(sentence, _)| sentence).unwrap_or_default();
    let area = case.area.clone().map(|area| view! { <span class="hint">{area}</span> });
    let photos = (case.photos > 0).then(|| view! { <span class="hint">{tn("console.photos", case.photos, &[])}</span> });
    view! {
        <div class="row" role="row">
            <span role="cell"><a href=case_hash(case.case) data-test="case-row"><b data-test="case-number">{case.number.to_string()}</b></a></span>
            <span role="cell">{case.service_name.clone()}{area}{photos}</span>
            <span role="cell"><span class="chip" data-test="case-status" data-status=case.status.as_str()>{words::status(case.status)}</span></span>
            <span role="cell" data-test="case-owner">{words::owner(case.owner.as_ref())}</span>
            <span role="cell" class=class data-test="case-due">{due}</span>
            <span role="cell"><When at=case.received_at/></span>
        </div>
    }
    .into_any()
}
