//! `/v1/audit`: who looked and who changed something.

use crate::support::{TestServer, pictures};
use lanterna::store::audit::AuditLog;
use lanterna_shared::role::Role;
use serde_json::{Value, json};

async fn lines(server: &TestServer, cookie: &str, query: &str) -> Value {
    server.get(&format!("/v1/audit?{query}"), &[("cookie", cookie)]).await.json()
}

#[tokio::test]
async fn opening_a_case_is_written_down_and_its_contents_are_not() {
    let server = TestServer::start().await;
    let device = server.device().await;
    device.reports(&server, "pothole", &[pictures(3_000).named]).await;
    let roads = server.log_in("roads").await;
    let case = server.get("/v1/cases", &[("cookie", &roads)]).await.json()["cases"][0]["case"].as_str().unwrap().to_owned();
    server.get(&format!("/v1/cases/{case}"), &[("cookie", &roads)]).await;
    server.get("/v1/cases/01890000-0000-7000-8000-000000000001", &[("cookie", &roads)]).await;
    server.try_log_in("roads", "guess", None).await;
    server.try_log_in("nobody", "guess", None).await;
    let admin = server.cookie_of(Role::Administrator).await;
    let page = lines(&server, &admin, "limit=200").await;
    let acts: Vec<_> = page["lines"].as_array().unwrap().iter().map(|line| (line["who"].as_str(), line["act"].as_str().unwrap())).collect();
    assert_eq!(
        acts,
        [
            (Some("a-administrator"), "logged_in"),
            (Some("roads"), "log_in_failed"),
            (Some("roads"), "case_opened"),
            (Some("roads"), "logged_in"),
        ]
    );
    assert_eq!(page["lines"][2]["about"], json!(case));
    assert!(!page.to_string().contains("Davanti"));
}

#[tokio::test]
async fn the_audit_goes_on_in_pages_and_reading_it_is_in_it() {
    let server = TestServer::start().await;
    for _ in 0..3 {
        server.log_in("roads").await;
    }
    let auditor = server.log_in("auditor").await;
    let first = lines(&server, &auditor, "limit=3").await;
    assert_eq!(first["lines"].as_array().unwrap().len(), 3);
    let rest = lines(&server, &auditor, &format!("limit=3&before={}", first["next"])).await;
    assert_eq!((rest["lines"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let newest = lines(&server, &auditor, "limit=2").await;
    assert!(newest["lines"].as_array().unwrap().iter().all(|line| line["act"] == "audit_read" && line["who"] == "auditor"));
}

#[tokio::test]
async fn the_audit_is_kept_for_two_years() {
    let server = TestServer::start().await;
    server.log_in("roads").await;
    server.pass(729 * 24 * 3_600);
    server.store.sweep_people(server.now()).await.unwrap();
    assert_eq!(server.store.audit_page(None, 10).await.unwrap().lines.len(), 1);
    server.pass(24 * 3_600);
    server.store.sweep_people(server.now()).await.unwrap();
    assert!(server.store.audit_page(None, 10).await.unwrap().lines.is_empty());
}
