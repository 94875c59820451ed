//! `lanterna check`: every fault that it knows is planted here once and must be named.

use crate::support::{TestServer, pictures};
use lanterna::clock::{entropy, hex};
use lanterna::store::Store;
use rusqlite::Connection;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// A city with everything that can break: two reports with photos, one that arrived and one that is on its way, a case that was moved, a refused op.
async fn city() -> TestServer {
    let server = TestServer::start().await;
    let device = server.device().await;
    let pictures = pictures(9_000);
    device.reports(&server, "pothole", &[pictures.named]).await;
    device.reports(&server, "graffiti", &[]).await;
    device.reports(&server, "pothole", &[crate::support::pictures(9_000).named]).await;
    crate::uploads::send_thumb(&server, &device, &pictures).await;
    let session = [("cookie", server.log_in("roads").await)];
    let session = [(session[0].0, session[0].1.as_str())];
    let page = server.get("/v1/cases", &session).await.json();
    let case = &page["cases"][0];
    let moves = format!("/v1/cases/{}/moves", case["case"].as_str().unwrap());
    let made = server.post(&moves, &session, &json!({ "move": "take_charge", "base": case["version"] })).await;
    assert_eq!(made.status, 200);
    server
}

/// What is wrong after `sql` was done to a copy of the database by somebody who does not care for keys.
async fn planted(database: &Path, sql: &str) -> Vec<String> {
    let data = std::env::temp_dir().join(format!("lanterna-check-{}", hex(&entropy::<8>().unwrap())));
    fs::create_dir_all(&data).unwrap();
    fs::copy(database, data.join("lanterna.db")).unwrap();
    let conn = Connection::open(data.join("lanterna.db")).unwrap();
    conn.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
    let changed = conn.execute(sql, []).unwrap();
    assert!(changed > 0, "nothing was planted by {sql}");
    conn.close().unwrap();
    TestServer::open_at(data).store.check().await.unwrap().faults
}

/// The city's database, closed and sound.
async fn sound() -> PathBuf {
    let server = city().await;
    assert_eq!(server.store.check().await.unwrap().faults, Vec::<String>::new());
    server.store.close().await;
    server.data.join("lanterna.db")
}

#[tokio::test]
async fn every_fault_is_named() {
    let faults = [
        ("UPDATE jurisdiction SET last_case_number = 2", "1 cases have a number above the counter."),
        ("DELETE FROM op WHERE kind = 'create_report' AND device_seq = 1", "no create_report op"),
        ("UPDATE \"case\" SET photos = photos + 1 WHERE number = 1", "1 cases have a photo count other than their photos."),
        ("UPDATE \"case\" SET status = 'closed' WHERE number = 1", "another status or owner"),
        ("UPDATE \"case\" SET owner = 'waste' WHERE number = 1", "1 cases have another owner than their last assignment says."),
        ("UPDATE report SET version = 4711 WHERE service = 'graffiti'", "1 reports have a version above the last change."),
        ("UPDATE \"case\" SET version = 4711 WHERE number = 1", "1 cases have a version above the last change."),
        ("UPDATE report SET version = 1 WHERE service = 'graffiti'", "1 reports have a version that no change of theirs has."),
        ("DELETE FROM rendition WHERE state = 'present'", "1 photos of reports have a file that is expected of nobody."),
        (
            "DELETE FROM report_photo WHERE report_id = (SELECT min(report_id) FROM report_photo)",
            "files are expected that no report mentions.",
        ),
        ("UPDATE rendition SET size_bytes = 0 WHERE state = 'present'", "1 photos are present and have no size"),
        (
            "INSERT INTO upload SELECT jurisdiction, zeroblob(16), subject_id, zeroblob(32), 5, 0 FROM subject LIMIT 1",
            "1 uploads are of a file that nobody expects.",
        ),
        ("UPDATE op SET code = 'invalid'", "3 ops that waited or were refused have no code, or ops that took effect have one."),
        ("DELETE FROM subject", "A row of device refers to a row of subject that is not there."),
        ("DELETE FROM report", "3 cases have no report."),
    ];
    let database = sound().await;
    for (sql, named) in faults {
        let found = planted(&database, sql).await;
        assert!(found.iter().any(|fault| fault.contains(named)), "{sql}: {found:?}");
        assert!(found.iter().all(|fault| fault.ends_with('.')), "{found:?}");
    }
}

#[tokio::test]
async fn a_damaged_file_is_said_to_be_damaged() {
    let found = planted(&sound().await, "UPDATE service SET retired = 7 WHERE code = 'pothole'").await;
    assert!(found.iter().any(|fault| fault.contains("CHECK constraint failed")), "{found:?}");
}
