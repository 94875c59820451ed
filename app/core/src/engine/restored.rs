//! The server goes on from a backup: what it has forgotten is offered to it again.
//!
//! A reply with another epoch than before says so. In the transaction that applies the reply, the device forgets how far it had mirrored, and records
//! anew, under new ids, what it holds of every report that the server once knew: the report, each of its photos, and whether it was taken back. The
//! server answers what it still knows by `exists`, so nothing is doubled. Ops that wait keep their meaning: those about a report that is offered again
//! are replaced by the new ones, which say the same; a report that was never sent stays as it is.

use rusqlite::Connection;

use lanterna_shared::id::{OpId, ReportId};
use lanterna_shared::op::{Op, OpBody, SCHEMA};
use lanterna_shared::report::{NewReport, ReportKind};

use crate::effect::Moment;
use crate::entropy::Entropy;
use crate::error::StoreError;
use crate::store::{Device, Store};

/// Starts a new epoch and offers everything again. The caller holds a transaction.
pub(super) fn offer_again(connection: &Connection, epoch: u64, entropy: &mut Entropy, moment: Moment) -> Result<(), StoreError> {
    Device::start_epoch(connection, epoch)?;
    for report in Store::known_reports(connection)? {
        offer_report(connection, report, entropy, moment)?;
    }
    Ok(())
}

fn offer_report(connection: &Connection, report: ReportId, entropy: &mut Entropy, moment: Moment) -> Result<(), StoreError> {
    let Some(stored) = Store::report(connection, report)? else { return Ok(()) };
    Store::replace_ops_of(connection, report)?;
    let mut record = |body: OpBody, after: Option<OpId>| -> Result<OpId, StoreError> {
        let op_id = OpId::mint(moment.wall, entropy.bytes());
        let device_seq = Device::take_seq(connection)?;
        let op = Op { op_id, device_seq, schema: SCHEMA, at: moment.wall, up_ms: moment.up_ms, base: None, after, body };
        Store::record(connection, &op)?;
        Ok(op_id)
    };
    // Without its photos: of a report that the server still knows it looks at nothing else, and a photo may be what it forgot.
    let new = NewReport {
        follow: stored.follow.map(|secret| secret.hash()),
        joins: None,
        report,
        receipt: stored.receipt,
        kind: ReportKind::Report,
        service: stored.service,
        text: stored.text,
        answers: stored.answers,
        position: stored.position,
        sent_at: stored.sent_at,
        photos: Vec::new(),
    };
    let mut last = record(OpBody::CreateReport(new), None)?;
    for stored in Store::photos_of_report(connection, report)? {
        // One that has no renditions yet follows when it has, as always.
        if let Some(photo) = Store::photo_ref(connection, stored.photo)? {
            last = record(OpBody::AddPhoto { report, photo }, Some(last))?;
            Store::set_photo_op(connection, stored.photo, last)?;
        }
    }
    if stored.withdrawn {
        record(OpBody::Withdraw { report }, Some(last))?;
    }
    Ok(())
}
