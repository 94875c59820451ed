//! What happened to a case, and why it is with its owner.

use crate::words;
use lanterna_kit::i18n::{t, tf};
use lanterna_kit::parts::When;
use lanterna_shared::office::{TimelineEntry, TimelineEvent};
use lanterna_shared::routing::{TraceLine, Tried};
use leptos::prelude::*;

#[component]
pub fn Timeline(entries: Vec<TimelineEntry>) -> AnyView {
    let mut owner_before = None;
    let entries = entries.into_iter().map(move |entry| {
        let what = match entry.event {
            Some(TimelineEvent::Breached) => t("console.breached"),
            _ => entry.name.map_or_else(|| words::status(entry.status), words::moved),
        };
        let who = entry.actor.clone().unwrap_or_else(|| words::role(entry.role));
        let is_new = entry.owner != owner_before;
        owner_before.clone_from(&entry.owner);
        let owner = entry.owner.filter(|_| is_new).map(|owner| view! { " → "<b>{owner.name}</b> });
        view! {
            <li data-test="timeline-entry" data-status=entry.status.as_str()>
                <p><b>{what}</b>{owner}</p>
                <p class="hint">{who}" · "<When at=entry.at/></p>
            </li>
        }
    });
    view! { <section class="panel"><h2>{t("console.timeline")}</h2><ol class="timeline">{entries.collect_view()}</ol></section> }.into_any()
}

#[component]
pub fn Trace(lines: Vec<TraceLine>) -> AnyView {
    let has_match = lines.iter().any(|line| line.outcome == Tried::Matched);
    let none = (!has_match).then(|| view! { <p class="hint">{t("console.trace_none")}</p> });
    let lines = lines.into_iter().map(|line| {
        let sentence = tf("console.trace_line", &[("rule", &line.rule.to_string()), ("outcome", &words::tried(line.outcome))]);
        let class = if line.outcome == Tried::Matched { "matched" } else { "" };
        view! { <li class=class data-test="trace-line">{sentence}</li> }
    });
    view! { <section class="panel"><h2>{t("console.trace")}</h2><ul class="trace">{lines.collect_view()}</ul>{none}</section> }.into_any()
}
