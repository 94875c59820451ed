//! Own reports: the content as it was sent, and beside it the server's row as it came.

use rusqlite::{Connection, OptionalExtension, Row, params};

use lanterna_shared::answer::Answers;
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::follow::FollowSecret;
use lanterna_shared::id::ReportId;
use lanterna_shared::position::Position;
use lanterna_shared::service::ServiceCode;
use lanterna_shared::time::Timestamp;
use lanterna_shared::wire::ReportRow;

use super::{Store, codec};
use crate::error::StoreError;

/// One own report as it is stored.
#[derive(Clone, Debug)]
pub struct StoredReport {
    /// The report.
    pub report: ReportId,
    /// What it can be named by.
    pub receipt: ReceiptCode,
    /// The category.
    pub service: ServiceCode,
    /// In the citizen's words.
    pub text: String,
    /// Where.
    pub position: Option<Position>,
    /// By this device's clock.
    pub sent_at: Timestamp,
    /// Withdrawn here, whatever the server knows.
    pub withdrawn: bool,
    /// The server's row.
    pub row: Option<ReportRow>,
    /// The secret of the link by which it can be followed; absent on reports from before there were links.
    pub follow: Option<FollowSecret>,
    /// As they were sent; none on reports from before they were kept.
    pub answers: Answers,
}

const COLUMNS: &str = "report_id, receipt, service, text, position, sent_at, withdrawn, row, follow, answers";

fn read(row: &Row<'_>) -> rusqlite::Result<StoredReport> {
    Ok(StoredReport {
        report: codec::id(row, 0, ReportId)?,
        receipt: codec::parsed(row, 1, |text| text.parse().ok())?,
        service: codec::parsed(row, 2, |text| ServiceCode::new(text).ok())?,
        text: row.get(3)?,
        position: codec::json_or_none(row, 4)?,
        sent_at: codec::moment(row, 5)?,
        withdrawn: row.get(6)?,
        row: codec::json_or_none(row, 7)?,
        follow: row.get::<_, Option<String>>(8)?.and_then(|text| text.parse().ok()),
        answers: codec::json_or_none(row, 9)?.unwrap_or_default(),
    })
}

impl Store {
    /// Adds a report.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn add_report(connection: &Connection, report: &StoredReport) -> Result<(), StoreError> {
        let position = report.position.as_ref().map(codec::to_json).transpose()?;
        connection
            .prepare_cached(
                "INSERT INTO report (report_id, receipt, service, text, position, sent_at, follow, answers)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                report.report.as_bytes(),
                report.receipt.to_string(),
                report.service.as_str(),
                report.text,
                position,
                report.sent_at.as_millis(),
                report.follow.map(|secret| secret.written()),
                codec::to_json(&report.answers)?
            ])?;
        Ok(())
    }

    /// One report; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn report(connection: &Connection, report: ReportId) -> Result<Option<StoredReport>, StoreError> {
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM report WHERE report_id = ?1"))?;
        Ok(statement.query_row([report.as_bytes()], read).optional()?)
    }

    /// The newest reports first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn reports(connection: &Connection, limit: u32) -> Result<Vec<StoredReport>, StoreError> {
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM report ORDER BY report_id DESC LIMIT ?1"))?;
        Ok(statement.query_map([limit], read)?.collect::<Result<_, _>>()?)
    }

    /// Notes that the citizen took it back here.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn mark_withdrawn(connection: &Connection, report: ReportId) -> Result<(), StoreError> {
        connection.execute("UPDATE report SET withdrawn = 1 WHERE report_id = ?1", [report.as_bytes()])?;
        Ok(())
    }

    /// Mirrors the server's row; an older one than there is changes nothing. Tells whether it changed something.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn mirror(connection: &Connection, row: &ReportRow) -> Result<bool, StoreError> {
        let changed = connection
            .prepare_cached("UPDATE report SET row = ?2, version = ?3 WHERE report_id = ?1 AND (version IS NULL OR version < ?3)")?
            .execute(params![row.report.as_bytes(), codec::to_json(row)?, codec::to_i64(row.version)])?;
        Ok(changed > 0)
    }
}
