//! One case: state, reports with photos, what may be done with it, what happened, and why it is here.

use crate::api::{self, Failure};
use crate::history::{Timeline, Trace};
use crate::moves::{Asking, Moves};
use crate::reports::Reports;
use crate::screens::Desk;
use crate::words;
use lanterna_kit::format;
use lanterna_kit::i18n::{t, tf};
use lanterna_kit::page;
use lanterna_kit::parts::{Busy, Notice, Tone, When};
use lanterna_shared::id::CaseId;
use lanterna_shared::office::{CaseDetail, MoveRequest};
use lanterna_shared::problem::ProblemCode;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How often the case is asked for again.
const POLL: Duration = Duration::from_secs(15);

/// The case on the screen. A handle: copies are the same.
#[derive(Clone, Copy)]
pub struct Open {
    desk: Desk,
    case: CaseId,
    pub detail: RwSignal<Option<CaseDetail>>,
    pub busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    /// Somebody else was faster: said until the next move.
    stale: RwSignal<bool>,
    /// The move that a person is filling in: until then the case is not drawn anew below their hands.
    pub asking: RwSignal<Option<Asking>>,
}

impl Open {
    fn load(self) {
        spawn_local(async move {
            let answer = api::case(self.case).await;
            self.take(answer);
        });
    }

    fn take(self, answer: Result<CaseDetail, Failure>) {
        match answer {
            Ok(detail) => {
                // What did not change is not drawn again: a person may be typing.
                if self.detail.try_with_untracked(|now| now.as_ref() != Some(&detail)) == Some(true) {
                    self.detail.set(Some(detail));
                }
                self.failure.set(None);
            }
            Err(failure) => {
                self.failure.set(Some(failure));
                self.desk.note(failure);
            }
        }
    }

    /// Makes a move against the version that is on the screen.
    pub fn make(self, request: MoveRequest) {
        self.busy.set(true);
        self.stale.set(false);
        spawn_local(async move {
            let answer = api::make(self.case, &request).await;
            self.busy.set(false);
            if matches!(answer, Ok(_) | Err(Failure::LoggedOut | Failure::Refused(ProblemCode::Stale | ProblemCode::IllegalMove))) {
                self.asking.set(None);
            }
            if matches!(answer, Err(Failure::Refused(ProblemCode::Stale | ProblemCode::IllegalMove))) {
                self.stale.set(true);
                self.load();
            } else {
                self.take(answer);
            }
        });
    }
}

#[component]
pub fn OneCase(desk: Desk, case: CaseId) -> AnyView {
    let open = Open {
        desk,
        case,
        detail: RwSignal::new(None),
        busy: RwSignal::new(false),
        failure: RwSignal::new(None),
        stale: RwSignal::new(false),
        asking: RwSignal::new(None),
    };
    open.load();
    let poll = set_interval_with_handle(
        move || {
            if page::is_visible() && !open.busy.get_untracked() && open.asking.with_untracked(Option::is_none) {
                open.load();
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
        move || open.failure.get().map(|failure| view! { <Notice tone=Tone::Bad test="error"><p>{words::failure(failure)}</p></Notice> });
    let stale =
        move || open.stale.get().then(|| view! { <Notice tone=Tone::Warning test="case-stale"><p>{t("console_error.stale")}</p></Notice> });
    let screen = move || match open.detail.get() {
        Some(detail) => whole(open, &detail),
        None if open.failure.with(Option::is_some) => ().into_any(),
        None => view! { <Busy text=t("console.loading")/> }.into_any(),
    };
    view! { <a class="back" href="#/">{t("console.back")}</a>{failure}{stale}{screen} }.into_any()
}

fn whole(open: Open, detail: &CaseDetail) -> AnyView {
    let summary = &detail.summary;
    let number = summary.number.to_string();
    let title = tf("console.case", &[("number", &number)]);
    page::set_title(&title);
    let due = words::due(summary, format::now()).map(|(sentence, is_over)| {
        view! { <p class=if is_over { "over" } else { "" } data-test="case-due">{sentence}</p> }
    });
    let area = summary.area.clone().map(|area| view! { <dt>{t("console.area")}</dt><dd data-test="case-area">{area}</dd> });
    view! {
        <div class="head">
            <h1 tabindex="-1">{summary.service_name.clone()}" "<span class="number" data-test="case-number">{number}</span></h1>
            <span class="chip" data-test="case-status" data-status=summary.status.as_str()>{words::status(summary.status)}</span>
        </div>
        <div class="case">
            <div class="main-column">
                <Reports reports=detail.reports.clone()/>
            </div>
            <div class="side-column">
                <section class="panel">
                    <dl>
                        <dt>{t("console.owner")}</dt><dd data-test="case-owner">{words::owner(summary.owner.as_ref())}</dd>
                        {area}
                        <dt>{t("console.received")}</dt><dd><When at=summary.received_at/></dd>
                    </dl>
                    {due}
                </section>
                <Moves open moves=detail.moves.clone() base=summary.version/>
                <Timeline entries=detail.timeline.clone()/>
                <Trace lines=detail.trace.clone()/>
            </div>
        </div>
    }
    .into_any()
}
