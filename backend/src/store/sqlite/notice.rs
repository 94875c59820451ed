//! Whom to tell of what happened to a case: every subject once, however many reports of theirs are on it. Channels take it from there.

use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::id::CaseId;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// Notes that everybody with a live report on one of the cases `of` is to be told of version `version` of the case `about`: of the case itself, and of
/// those that are joined to it. Calling it for each of them alone comes to the same.
pub(super) fn tell(conn: &Connection, city: &City, about: CaseId, of: &[CaseId], version: u64, now: Timestamp) -> Result<(), StoreError> {
    let mut note = conn.prepare_cached(
        "INSERT INTO notice (jurisdiction, subject_id, case_id, version, at)
         SELECT DISTINCT jurisdiction, subject_id, ?2, ?4, ?5 FROM report WHERE jurisdiction = ?1 AND case_id = ?3 AND withdrawn_at IS NULL
         ON CONFLICT DO NOTHING",
    )?;
    for case in of {
        note.execute(params![city.jurisdiction, about.as_bytes(), case.as_bytes(), super::row::signed(version), now.as_millis()])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::city::{first_jurisdiction, load_city};
    use crate::store::sqlite::open::open_in_memory;
    use lanterna_shared::id::{JurisdictionId, ReportId, SubjectId};

    const NOW: Timestamp = Timestamp::from_millis(1_795_680_000_000);

    #[test]
    fn a_subject_with_reports_on_a_case_and_on_one_that_is_joined_to_it_is_told_once() {
        let conn = open_in_memory().unwrap();
        let jurisdiction = first_jurisdiction(&conn, JurisdictionId::mint(NOW, [0; 10])).unwrap();
        let city = load_city(&conn, jurisdiction).unwrap();
        conn.execute("INSERT INTO service (jurisdiction, code) VALUES (1, 'pothole')", []).unwrap();
        let [lead, joined] = [1, 2].map(|byte| CaseId::mint(NOW, [byte; 10]));
        for (case, number) in [lead, joined].iter().zip(1..) {
            let key = params![case.as_bytes(), number];
            conn.execute("INSERT INTO \"case\" (jurisdiction, case_id, number, service) VALUES (1, ?1, ?2, 'pothole')", key).unwrap();
        }
        let [anna, bruno, carla] = [3, 4, 5].map(|byte| SubjectId::mint(NOW, [byte; 10]));
        for subject in [anna, bruno, carla] {
            conn.execute("INSERT INTO subject (jurisdiction, subject_id) VALUES (1, ?1)", [subject.as_bytes()]).unwrap();
        }
        let reports = [(anna, lead, None), (anna, lead, None), (anna, joined, None), (bruno, joined, None), (carla, lead, Some(5))];
        for ((subject, case, withdrawn_at), byte) in reports.into_iter().zip(10_u8..) {
            conn.execute(
                "INSERT INTO report (jurisdiction, report_id, subject_id, case_id, channel, service, withdrawn_at)
                 VALUES (1, ?1, ?2, ?3, 'app', 'pothole', ?4)",
                params![ReportId::mint(NOW, [byte; 10]).as_bytes(), subject.as_bytes(), case.as_bytes(), withdrawn_at],
            )
            .unwrap();
        }
        let told = || -> i64 { conn.query_row("SELECT count(*) FROM notice", [], |row| row.get(0)).unwrap() };
        tell(&conn, &city, lead, &[lead, joined], 7, NOW).unwrap();
        assert_eq!(told(), 2, "three reports of Anna, one of Bruno; Carla took hers back");
        tell(&conn, &city, lead, &[joined], 7, NOW).unwrap();
        assert_eq!(told(), 2, "the same again");
        tell(&conn, &city, lead, &[lead, joined], 8, NOW).unwrap();
        assert_eq!(told(), 4, "of the next version anew");
    }
}
