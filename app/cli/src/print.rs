//! What the commands print: lines for people, JSON for scripts. Moments are RFC 3339.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Value, json};

use lanterna_bridge::{Outbox, ReportView, SyncState};
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::clock::{DueMoved, DueWhy};
use lanterna_shared::id::ReportId;
use lanterna_shared::service::notice::Notice;
use lanterna_shared::service::question::Question;
use lanterna_shared::service::{Service, words_in};
use lanterna_shared::time::Timestamp;
use lanterna_shared::wire::ReportMore;

fn line(text: &str) -> Result<()> {
    match writeln!(io::stdout(), "{text}") {
        // Whoever read had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn either(json: bool, value: &Value, text: impl FnOnce() -> String) -> Result<()> {
    line(&if json { value.to_string() } else { text() })
}

/// Something that a person should know, beside the answer.
pub fn warning(text: &str) {
    let _ = writeln!(io::stderr(), "lanterna-device: {text}");
}

/// Something was done.
pub fn done(text: &str, json: bool) -> Result<()> {
    either(json, &json!({ "done": true }), || text.to_owned())
}

/// `init` met a server.
pub fn met(jurisdiction: &str, server: &str, json: bool) -> Result<()> {
    either(json, &json!({ "jurisdiction": jurisdiction, "server": server }), || {
        format!("This device reports to {jurisdiction} ({server}). It works without a network from now on.")
    })
}

/// `capture` saved a report.
pub fn saved(report: ReportId, receipt: ReceiptCode, notice: Option<&Notice>, json: bool) -> Result<()> {
    let value = match notice {
        Some(notice) => json!({ "id": report, "receipt": receipt, "notice": notice }),
        None => json!({ "id": report, "receipt": receipt }),
    };
    either(json, &value, || format!("Saved on this device. Receipt {receipt}."))
}

/// `services`.
pub fn services(services: &[Service], json: bool) -> Result<()> {
    either(json, &json!(services), || {
        let (mut lines, mut group) = (Vec::new(), "");
        for service in services {
            let under = words_in(&service.group, "en").unwrap_or_default();
            if under != group {
                group = under;
                lines.push(format!("{under}:"));
            }
            lines.push(format!("{:<20} {}", service.code.as_str(), service.name_in("en")));
            lines.extend(service.questions.iter().map(question_line));
        }
        lines.join("\n")
    })
}

fn question_line(question: &Question) -> String {
    let choices: Vec<_> = question.choices.iter().map(|choice| choice.code.as_str()).collect();
    let kind = if choices.is_empty() { json!(question.kind).as_str().unwrap_or_default().to_owned() } else { choices.join("|") };
    let when = question.shown_when.as_ref().map(|when| {
        let any: Vec<_> = when.any_of.iter().map(lanterna_shared::service::ChoiceCode::as_str).collect();
        format!(" (when {} is {})", when.question, any.join(" or "))
    });
    let required = if question.required { " *" } else { "" };
    format!("  {}={kind}  {}{required}{}", question.code, question.label_in("en"), when.unwrap_or_default())
}

/// Whom to call, before anything is saved.
pub fn notice(notice: &Notice) {
    let text = notice.text_in("en");
    // Most texts say the number themselves.
    let call = notice.call.as_ref().filter(|number| !text.contains(number.as_str()));
    warning(&format!("{text}{}", call.map(|number| format!(" Call {number}.")).unwrap_or_default()));
}

/// `sync`.
pub fn synced(state: &SyncState, json: bool) -> Result<()> {
    let value = json!({
        "ops_waiting": state.ops_waiting,
        "photos_waiting": state.photos_waiting,
        "last_success": state.last_success.map(Timestamp::to_rfc3339),
    });
    either(json, &value, || match (state.ops_waiting, state.photos_waiting) {
        (0, 0) => "Everything is sent.".to_owned(),
        (ops, photos) => format!("{ops} to be sent, {photos} sizes of photos on their way."),
    })
}

/// `outbox`.
pub fn outbox(outbox: &Outbox, json: bool) -> Result<()> {
    let ops: Vec<_> =
        outbox.ops.iter().map(|op| json!({ "id": op.op, "name": op.name, "at": op.at.to_rfc3339(), "refused": op.refused })).collect();
    either(json, &json!({ "ops": ops, "photos": outbox.photos, "bytes": outbox.bytes }), || {
        let mut lines: Vec<_> = outbox
            .ops
            .iter()
            .map(|op| {
                let why = op.refused.as_ref().map(|(_, detail)| format!("  refused: {detail}")).unwrap_or_default();
                format!("{}  {:<14} {}{why}", op.at.to_rfc3339(), op.name, op.op)
            })
            .collect();
        lines.push(format!("{} ops and {} sizes of photos wait, {} bytes.", outbox.ops.len(), outbox.photos, outbox.bytes));
        lines.join("\n")
    })
}

/// `reports`.
pub fn reports(reports: &[ReportView], json: bool) -> Result<()> {
    let value = reports.iter().map(report_json).collect();
    either(json, &value, || {
        if reports.is_empty() {
            "No reports on this device.".to_owned()
        } else {
            reports.iter().map(report_line).collect::<Vec<_>>().join("\n")
        }
    })
}

fn report_json(report: &ReportView) -> Value {
    let case = report.case.as_ref();
    json!({
        "id": report.report,
        "receipt": report.receipt,
        "service": report.service,
        "text": report.text,
        "sent_at": report.sent_at.to_rfc3339(),
        "position": report.position.map(|position| json!({
            "lat": position.lat_degrees(), "lon": position.lon_degrees(), "accuracy_m": position.accuracy_m(), "source": position.source(),
        })),
        "photos": report.photos.len(),
        "photos_unusable": report.unusable,
        "delivery": report.delivery,
        "photos_sent": report.photos_sent.0,
        "photos_in_all": report.photos_sent.1,
        "refused": report.refused,
        "withdrawn": report.withdrawn,
        "follow": report.follow,
        "number": case.map(|case| case.number),
        "status": case.map(|case| case.status),
        "since": case.map(|case| case.since.to_rfc3339()),
        "owner": case.and_then(|case| case.owner.clone()),
        "area": case.and_then(|case| case.area.clone()),
        "due_at": case.and_then(|case| case.due_at).map(Timestamp::to_rfc3339),
        "due_moved": case.and_then(|case| case.due_moved),
        "at_arbiter": case.is_some_and(|case| case.more.at_arbiter),
        "code": case.and_then(|case| case.more.code.clone()),
        "question": case.and_then(|case| case.more.question.clone()),
        "waits_for": case.and_then(|case| case.more.waits_for.clone()),
        "why": case.and_then(|case| case.more.why.clone()),
        "planned_for": case.and_then(|case| case.more.planned_for).map(Timestamp::to_rfc3339),
        "contest_until": case.and_then(|case| case.more.contest_until).map(Timestamp::to_rfc3339),
        "may": case.map(|case| case.more.may.clone()).unwrap_or_default(),
    })
}

/// What a person should read or do beside that.
fn more_line(more: &ReportMore) -> String {
    let mut line = String::new();
    let mut say = |text: &str| {
        line.push_str("; ");
        line.push_str(text);
    };
    if more.at_arbiter {
        say("the arbiter decides whose it is");
    }
    if let Some(question) = &more.question {
        say(&format!("the office asks: {question} (`answer`)"));
    }
    if let Some(whom) = &more.waits_for {
        say(&format!("it waits for {whom}, because: {}", more.why.as_deref().unwrap_or("-")));
    }
    if let Some(date) = more.planned_for {
        say(&format!("planned for {}", date.to_rfc3339()));
    }
    if let Some(until) = more.contest_until {
        say(&format!("is it so? `confirm` or `contest` until {}", until.to_rfc3339()));
    }
    line
}

fn report_line(report: &ReportView) -> String {
    let state = match (&report.case, &report.refused) {
        (_, Some((_, detail))) => format!("refused: {detail}"),
        (None, None) => "waits to be sent".to_owned(),
        (Some(case), None) => {
            let owner = case.owner.as_deref().unwrap_or("triage");
            let due = case.due_at.map(|due| format!(", until {}{}", due.to_rfc3339(), moved_words(case.due_moved))).unwrap_or_default();
            format!("case {} is {} with {owner}{due}{}", case.number, case.status.as_str(), more_line(&case.more))
        }
    };
    format!("{}  {:<14} {state}", report.receipt, report.service.as_str())
}

fn moved_words(moved: Option<DueMoved>) -> String {
    let Some(moved) = moved else { return String::new() };
    let why = match moved.why {
        DueWhy::WaitedReporter => "after a question to you",
        DueWhy::WaitedOther => "after waiting for somebody else",
        DueWhy::ServiceChanged => "for another service",
        DueWhy::Contested | DueWhy::Reopened => "because it goes on",
        DueWhy::Promised | DueWhy::Other => "by the office",
    };
    format!(" (moved {} times, last {why})", moved.times)
}
