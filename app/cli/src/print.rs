//! What the commands print: lines for people, JSON for scripts. Moments are RFC 3339.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Value, json};

use lanterna_bridge::{Outbox, ReportView, SyncState};
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::id::ReportId;
use lanterna_shared::service::Service;
use lanterna_shared::time::Timestamp;

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
pub fn saved(report: ReportId, receipt: ReceiptCode, json: bool) -> Result<()> {
    either(json, &json!({ "id": report, "receipt": receipt }), || format!("Saved on this device. Receipt {receipt}."))
}

/// `services`.
pub fn services(services: &[Service], json: bool) -> Result<()> {
    let value = services.iter().map(|service| json!({ "code": service.code, "name": service.name })).collect();
    either(json, &value, || {
        services.iter().map(|service| format!("{:<16} {}", service.code.as_str(), service.name_in("en"))).collect::<Vec<_>>().join("\n")
    })
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
    })
}

fn report_line(report: &ReportView) -> String {
    let state = match (&report.case, &report.refused) {
        (_, Some((_, detail))) => format!("refused: {detail}"),
        (None, None) => "waits to be sent".to_owned(),
        (Some(case), None) => {
            let owner = case.owner.as_deref().unwrap_or("triage");
            let due = case.due_at.map(|due| format!(", until {}", due.to_rfc3339())).unwrap_or_default();
            format!("case {} is {} with {owner}{due}", case.number, case.status.as_str())
        }
    };
    format!("{}  {:<14} {state}", report.receipt, report.service.as_str())
}
