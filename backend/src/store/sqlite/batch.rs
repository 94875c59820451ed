//! A batch of ops: each takes effect exactly once, whoever sends it how often, and one that cannot delays no other.
//!
//! [`apply_batch`] has no savepoints, because they cost as much as everything in them: an op that breaks off by a defect breaks off the batch, whose
//! transaction the caller takes back. Then [`apply_batch_carefully`] does it again with a savepoint for each op.
//!
//! For each op in order: an id that is known answers what it answered then, if the bytes are the same, and goes to quarantine if they are not; an op
//! that names a predecessor nobody knows waits; the others are planned and applied, together with the row that remembers the verdict.

use super::row::damaged;
use super::writer::Caution;
use super::{add_photo, create_report, moving};
use crate::store::Sha256Hash;
use crate::store::batch::{Device, OpBatch, PreparedOp, Refusal};
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::id::{Lineage, OpId};
use lanterna_shared::op::{Op, OpBody};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::{OpReply, Verdict};
use rusqlite::{Connection, OptionalExtension, params};

/// Seconds after which an op whose predecessor is missing may come again.
const MISSING_PREDECESSOR_S: u32 = 30;

/// Seconds after which an op that broke off by a defect may come again.
const BROKEN_OFF_S: u32 = 15 * 60;

/// What an op's effects need to know of its request.
pub(super) struct Sender {
    /// Who sent it.
    pub device: Device,
    /// The history it belongs to.
    pub lineage: Lineage,
    /// The server's clock less the device's.
    pub clock_offset_ms: i64,
    /// The server's clock.
    pub now: Timestamp,
}

/// What becomes of one op.
pub(super) type Outcome = Result<Verdict, Refusal>;

/// Lets ops take effect; see [`crate::store::Store::apply_ops`]. The caller holds a transaction and commits it before anybody is answered.
///
/// # Errors
/// What the engine said, or what one op broke off with: the caller takes the transaction back and calls [`apply_batch_carefully`] in a new one.
pub fn apply_batch(conn: &Connection, city: &City, batch: &OpBatch, now: Timestamp) -> Result<Vec<OpReply>, StoreError> {
    apply(conn, city, batch, Caution::Swift, now)
}

/// As [`apply_batch`], with a savepoint for each op: one that breaks off by a defect is taken back alone and deferred.
///
/// # Errors
/// What the engine said, when it cannot write at all.
pub fn apply_batch_carefully(conn: &Connection, city: &City, batch: &OpBatch, now: Timestamp) -> Result<Vec<OpReply>, StoreError> {
    apply(conn, city, batch, Caution::Careful, now)
}

pub(super) fn apply(conn: &Connection, city: &City, batch: &OpBatch, caution: Caution, now: Timestamp) -> Result<Vec<OpReply>, StoreError> {
    let sender = Sender { device: batch.device, lineage: batch.lineage, clock_offset_ms: now.millis_since(batch.device_now), now };
    let apply_one = |op: &PreparedOp| match caution {
        Caution::Swift => apply_op(conn, city, &sender, op),
        Caution::Careful => apply_op_carefully(conn, city, &sender, op),
    };
    batch.ops.iter().map(|op| Ok(OpReply { op_id: op.op_id, verdict: apply_one(op)? })).collect()
}

fn apply_op(conn: &Connection, city: &City, sender: &Sender, prepared: &PreparedOp) -> Result<Verdict, StoreError> {
    if let Some(known) = known_op(conn, city, prepared.op_id)? {
        return repeat(conn, city, sender, prepared, known);
    }
    let waits_for = prepared.content.as_ref().ok().and_then(|op| op.after);
    if let Some(before) = waits_for {
        match known_op(conn, city, before)?.map(|known| known.verdict) {
            None => return Ok(Verdict::Deferred { retry_after_s: MISSING_PREDECESSOR_S }),
            Some(Verdict::Rejected { code, .. }) => {
                let refusal = Refusal::new(code, "What this builds on was refused: look at that first.");
                return remember(conn, city, sender, prepared, rejected(refusal));
            }
            Some(_) => {}
        }
    }
    let outcome = match &prepared.content {
        Ok(op) => effects(conn, city, sender, op)?,
        Err(refusal) => Err(refusal.clone()),
    };
    remember(conn, city, sender, prepared, outcome.unwrap_or_else(rejected))
}

fn apply_op_carefully(conn: &Connection, city: &City, sender: &Sender, prepared: &PreparedOp) -> Result<Verdict, StoreError> {
    conn.prepare_cached("SAVEPOINT op")?.execute([])?;
    let applied = apply_op(conn, city, sender, prepared);
    if let Err(error) = &applied {
        if error.is_transient() || conn.is_autocommit() {
            // Nobody can write now: the whole request fails, and the device sends it again.
            return applied;
        }
        tracing::error!(op = %prepared.op_id, %error, cause = ?error, "an op broke off and was taken back");
        conn.prepare_cached("ROLLBACK TO op")?.execute([])?;
    }
    conn.prepare_cached("RELEASE op")?.execute([])?;
    Ok(applied.unwrap_or(Verdict::Deferred { retry_after_s: BROKEN_OFF_S }))
}

fn effects(conn: &Connection, city: &City, sender: &Sender, op: &Op) -> Result<Outcome, StoreError> {
    match &op.body {
        OpBody::CreateReport(new) => create_report::create_report(conn, city, sender, new),
        OpBody::AddPhoto { report, photo } => add_photo::add_photo(conn, city, sender, *report, photo),
        OpBody::Withdraw { report } => moving::withdraw(conn, city, sender, *report),
        OpBody::Confirm { report } => moving::confirm(conn, city, sender, *report),
        OpBody::Contest { report, reason } => moving::contest(conn, city, sender, *report, reason),
        OpBody::Answer { report, text } => moving::answer(conn, city, sender, *report, text),
    }
}

fn rejected(refusal: Refusal) -> Verdict {
    Verdict::Rejected { code: refusal.code, detail: refusal.detail }
}

/// What is remembered of an op.
struct KnownOp {
    payload_sha256: Sha256Hash,
    verdict: Verdict,
    is_of_subject: [u8; 16],
}

fn known_op(conn: &Connection, city: &City, op: OpId) -> Result<Option<KnownOp>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT o.payload_sha256, o.verdict, o.code, o.detail, d.subject_id FROM op o
         JOIN device d ON d.jurisdiction = o.jurisdiction AND d.install_id = o.install_id WHERE o.jurisdiction = ?1 AND o.op_id = ?2",
    )?;
    let known = find
        .query_row(params![city.jurisdiction, op.as_bytes()], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get(3)?, row.get(4)?))
        })
        .optional()?;
    let Some((payload_sha256, verdict, code, detail, is_of_subject)) = known else { return Ok(None) };
    let verdict = match verdict.as_str() {
        "applied" => Verdict::Applied,
        "merged" => Verdict::Merged,
        "exists" => Verdict::Exists,
        "review" => Verdict::Review,
        "rejected" => {
            let code = ProblemCode::ALL.iter().copied().find(|known| known.as_str() == code);
            Verdict::Rejected { code: code.ok_or_else(|| damaged("the code of a verdict"))?, detail }
        }
        _ => return Err(damaged("a verdict")),
    };
    Ok(Some(KnownOp { payload_sha256, verdict, is_of_subject }))
}

/// Answers an op whose id is known.
fn repeat(conn: &Connection, city: &City, sender: &Sender, prepared: &PreparedOp, known: KnownOp) -> Result<Verdict, StoreError> {
    if known.payload_sha256 == prepared.payload_sha256 && known.is_of_subject == *sender.device.subject.as_bytes() {
        return Ok(known.verdict);
    }
    conn.prepare_cached(
        "INSERT INTO op_quarantine (jurisdiction, op_id, payload_sha256, install_id, received_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![
        city.jurisdiction,
        prepared.op_id.as_bytes(),
        prepared.payload_sha256,
        sender.device.install.as_bytes(),
        sender.now.as_millis()
    ])?;
    Ok(rejected(Refusal::new(ProblemCode::IdReused, "Another message came under this one's id: write it again.")))
}

/// Keeps the verdict, in the same transaction as the effects.
fn remember(conn: &Connection, city: &City, sender: &Sender, prepared: &PreparedOp, verdict: Verdict) -> Result<Verdict, StoreError> {
    let (name, code, detail) = match &verdict {
        Verdict::Applied => ("applied", "", ""),
        Verdict::Merged => ("merged", "", ""),
        Verdict::Exists => ("exists", "", ""),
        Verdict::Review => ("review", "", ""),
        Verdict::Rejected { code, detail } => ("rejected", code.as_str(), detail.as_str()),
        Verdict::Deferred { .. } => return Ok(verdict),
    };
    let (kind, device_seq) = prepared.content.as_ref().map_or(("", 0), |op| (op.body.name(), super::row::signed(op.device_seq)));
    conn.prepare_cached(
        "INSERT INTO op (jurisdiction, op_id, payload_sha256, kind, verdict, code, detail, install_id, lineage, device_seq, received_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        city.jurisdiction,
        prepared.op_id.as_bytes(),
        prepared.payload_sha256,
        kind,
        name,
        code,
        detail,
        sender.device.install.as_bytes(),
        sender.lineage.as_bytes(),
        device_seq,
        sender.now.as_millis()
    ])?;
    Ok(verdict)
}
