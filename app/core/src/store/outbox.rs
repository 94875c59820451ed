//! The outbox: ops in the order they were recorded, each as the very bytes that are sent.

use rusqlite::{Connection, OptionalExtension, Row, params};

use lanterna_shared::id::{OpId, ReportId};
use lanterna_shared::op::Op;
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::time::Timestamp;

use super::{Store, codec};
use crate::error::StoreError;

/// One op that waits.
#[derive(Clone, Debug)]
pub struct StoredOp {
    /// The op.
    pub op: OpId,
    /// The report it is about.
    pub report: ReportId,
    /// What it intends, in a word.
    pub name: String,
    /// What is sent.
    pub payload: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// A final refusal.
    pub refused: Option<(ProblemCode, String)>,
}

const COLUMNS: &str = "op_id, report_id, name, payload, recorded_at, refused_code, refused_detail";

fn read(row: &Row<'_>) -> rusqlite::Result<StoredOp> {
    let code: Option<String> = row.get(5)?;
    let code = code.map(|code| ProblemCode::ALL.iter().copied().find(|known| known.as_str() == code).unwrap_or(ProblemCode::Internal));
    Ok(StoredOp {
        op: codec::id(row, 0, OpId)?,
        report: codec::id(row, 1, ReportId)?,
        name: row.get(2)?,
        payload: row.get(3)?,
        recorded_at: codec::moment(row, 4)?,
        refused: code.zip(row.get(6)?),
    })
}

impl Store {
    /// Records an op: from here on it is sent until a verdict ends it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn record(connection: &Connection, op: &Op) -> Result<(), StoreError> {
        connection
            .prepare_cached("INSERT INTO op (op_id, device_seq, report_id, name, payload, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![
                op.op_id.as_bytes(),
                codec::to_i64(op.device_seq),
                op.body.report().as_bytes(),
                op.body.name(),
                codec::to_json(op)?,
                op.at.as_millis()
            ])?;
        Ok(())
    }

    /// The oldest ops that were not refused, until `ops` or `bytes` would be passed; at least one where there is one. Those in `except` are skipped.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn batch(connection: &Connection, ops: usize, bytes: usize, except: impl Fn(OpId) -> bool) -> Result<Vec<StoredOp>, StoreError> {
        let mut statement =
            connection.prepare_cached(&format!("SELECT {COLUMNS} FROM op WHERE refused_code IS NULL ORDER BY device_seq"))?;
        let mut rows = statement.query([])?;
        let (mut batch, mut size) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let op = read(row)?;
            if except(op.op) {
                continue;
            }
            size += op.payload.len();
            if batch.len() >= ops || (size > bytes && !batch.is_empty()) {
                break;
            }
            batch.push(op);
        }
        Ok(batch)
    }

    /// Everything that waits or was refused, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn outbox(connection: &Connection, limit: u32) -> Result<Vec<StoredOp>, StoreError> {
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM op ORDER BY device_seq LIMIT ?1"))?;
        Ok(statement.query_map([limit], read)?.collect::<Result<_, _>>()?)
    }

    /// The ops about one report, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn ops_of(connection: &Connection, report: ReportId) -> Result<Vec<StoredOp>, StoreError> {
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM op WHERE report_id = ?1 ORDER BY device_seq"))?;
        Ok(statement.query_map([report.as_bytes()], read)?.collect::<Result<_, _>>()?)
    }

    /// The last op about a report that waits: what the next one names as `after`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn last_op_of(connection: &Connection, report: ReportId) -> Result<Option<OpId>, StoreError> {
        let mut statement = connection.prepare_cached("SELECT op_id FROM op WHERE report_id = ?1 ORDER BY device_seq DESC LIMIT 1")?;
        Ok(statement.query_row([report.as_bytes()], |row| codec::id(row, 0, OpId)).optional()?)
    }

    /// How many ops wait, not counting refused ones.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn ops_waiting(connection: &Connection) -> Result<u32, StoreError> {
        Ok(connection.prepare_cached("SELECT count(*) FROM op WHERE refused_code IS NULL")?.query_row([], |row| row.get(0))?)
    }

    /// An op has its verdict and leaves.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn finish(connection: &Connection, op: OpId) -> Result<(), StoreError> {
        connection.prepare_cached("DELETE FROM op WHERE op_id = ?1")?.execute([op.as_bytes()])?;
        Ok(())
    }

    /// An op was refused for good: it and what was recorded after it about the same report stay, to be looked at.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn refuse(connection: &Connection, op: OpId, code: ProblemCode, detail: &str) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "UPDATE op SET refused_code = ?2, refused_detail = ?3
                 WHERE refused_code IS NULL AND report_id = (SELECT report_id FROM op WHERE op_id = ?1)
                   AND device_seq >= (SELECT device_seq FROM op WHERE op_id = ?1)",
            )?
            .execute(params![op.as_bytes(), code.as_str(), detail])?;
        Ok(())
    }

    /// Reports whose first op the server once ended: it knew them.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn known_reports(connection: &Connection) -> Result<Vec<ReportId>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT report_id FROM report r WHERE NOT EXISTS (SELECT 1 FROM op o WHERE o.report_id = r.report_id AND o.name = 'create_report')
             ORDER BY report_id",
        )?;
        Ok(statement.query_map([], |row| codec::id(row, 0, ReportId))?.collect::<Result<_, _>>()?)
    }

    /// Takes the ops about a report out of the outbox: others that say the same take their place in the same transaction.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn replace_ops_of(connection: &Connection, report: ReportId) -> Result<(), StoreError> {
        connection.prepare_cached("DELETE FROM op WHERE report_id = ?1")?.execute([report.as_bytes()])?;
        Ok(())
    }

    /// Whether an op brings a report, so that it builds on nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn is_first(connection: &Connection, op: OpId) -> Result<bool, StoreError> {
        let mut statement = connection.prepare_cached("SELECT name = 'create_report' FROM op WHERE op_id = ?1")?;
        Ok(statement.query_row([op.as_bytes()], |row| row.get(0)).optional()?.unwrap_or(false))
    }
}
