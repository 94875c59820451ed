//! What may be done with a case now: exactly the moves that the server lists, with what they ask for.

use crate::case::Open;
use crate::words;
use lanterna_kit::i18n::{t, tf};
use lanterna_kit::parts::Button;
use lanterna_shared::moves::Ask;
use lanterna_shared::office::{LegalMove, MoveRequest};
use lanterna_shared::service::DepartmentCode;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The longest reason, in characters.
const MAX_REASON_CHARS: &str = "1000";

/// A move that is being filled in, and what it wants.
#[derive(Clone, Debug)]
pub struct Asking {
    legal: LegalMove,
    wanted: Wanted,
}

/// What a person has to give for a move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wanted {
    owner: bool,
    reason: bool,
    question: bool,
}

/// What the move asks the person for; `None` where this screen has no field for it.
fn wanted(asks: &[Ask]) -> Option<Wanted> {
    let mut wanted = Wanted::default();
    for ask in asks {
        match ask {
            Ask::Owner | Ask::NextOwner => wanted.owner = true,
            Ask::Reason => wanted.reason = true,
            Ask::Question => wanted.question = true,
            // Facts that the server knows by itself.
            Ask::AtArbiter | Ask::AtDispatcher | Ask::LastReporter => {}
            Ask::ReasonCode | Ask::Date | Ask::WhomAndUntil | Ask::Evidence | Ask::LeadCase => return None,
        }
    }
    Some(wanted)
}

#[component]
pub fn Moves(open: Open, moves: Vec<LegalMove>, base: u64) -> AnyView {
    let offered: Vec<_> = moves.into_iter().filter_map(|legal| wanted(&legal.asks).map(|wanted| (legal, wanted))).collect();
    if offered.is_empty() {
        return view! { <section class="panel"><h2>{t("console.moves")}</h2><p class="hint" data-test="no-moves">{t("console.no_moves")}</p></section> }
            .into_any();
    }
    let buttons = move || {
        let buttons = offered.clone().into_iter().zip(0..).map(|((legal, wanted), place)| {
            let class = if place == 0 { "primary" } else { "plain" };
            let test = format!("move-{}", legal.name.as_str());
            let text = words::move_name(legal.name);
            let press = move || {
                if wanted == Wanted::default() {
                    open.make(MoveRequest::new(legal.name, base));
                } else {
                    open.asking.set(Some(Asking { legal: legal.clone(), wanted }));
                }
            };
            view! { <Button text test class disabled=open.busy on_press=press/> }
        });
        view! { <div class="actions">{buttons.collect_view()}</div> }.into_any()
    };
    let step = move || open.asking.get().map_or_else(&buttons, |asking| view! { <AskFor open asking base/> }.into_any());
    view! { <section class="panel" aria-live="polite"><h2>{t("console.moves")}</h2>{step}</section> }.into_any()
}

#[component]
fn AskFor(open: Open, asking: Asking, base: u64) -> AnyView {
    let Asking { legal, wanted } = asking;
    let owner = RwSignal::new(String::new());
    let reason = RwSignal::new(String::new());
    let name = legal.name;
    let code = move || owner.with(|owner| DepartmentCode::new(owner.trim())).ok();
    let is_ready = move || {
        (!wanted.owner || code().is_some()) && (!(wanted.reason || wanted.question) || reason.with(|reason| !reason.trim().is_empty()))
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let words = reason.get_untracked().trim().to_owned();
        open.make(MoveRequest {
            owner: untrack(code).filter(|_| wanted.owner),
            reason: wanted.reason.then(|| words.clone()),
            question: wanted.question.then_some(words),
            ..MoveRequest::new(name, base)
        });
    };
    let owner_field = wanted.owner.then(|| {
        view! {
            <label>{t("console.owner_code")}
                <input type="text" autocapitalize="none" spellcheck="false" maxlength="48" required data-test="move-owner"
                    on:input=move |event| owner.set(event_target_value(&event))/>
            </label>
        }
    });
    let reason_field = (wanted.reason || wanted.question).then(|| {
        let label = if wanted.question { t("console.question") } else { t("console.reason") };
        view! {
            <label>{label}
                <textarea rows="3" maxlength=MAX_REASON_CHARS required data-test="move-reason"
                    on:input=move |event| reason.set(event_target_value(&event))></textarea>
            </label>
        }
    });
    let confirm = tf("console.move_confirm", &[("move", &words::move_name(name))]);
    view! {
        <form class="ask" on:submit=submit>
            {owner_field}
            {reason_field}
            <div class="actions">
                <button type="submit" class="primary" data-test="move-confirm" disabled=move || open.busy.get() || !is_ready()>{confirm}</button>
                <Button text=t("console.move_cancel") test="move-cancel" on_press=move || open.asking.set(None)/>
            </div>
        </form>
    }
    .into_any()
}
