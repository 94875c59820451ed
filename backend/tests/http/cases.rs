//! `/v1/cases`: the journey from a citizen's report to an officer's move and back.

use crate::support::{OK, TestServer};
use lanterna_shared::case::CaseStatus;
use lanterna_shared::wire::Row;
use serde_json::json;

#[tokio::test]
async fn an_officer_takes_charge_and_the_citizens_next_sync_says_so() {
    let server = TestServer::start().await;
    let device = server.device().await;
    device.reports(&server, "pothole", &[]).await;
    let cookie = server.log_in("roads").await;
    let session = [("cookie", cookie.as_str())];
    let page = server.get("/v1/cases", &session).await.json();
    let case = page["cases"][0]["case"].as_str().unwrap().to_owned();
    let detail = server.get(&format!("/v1/cases/{case}"), &session).await.json();
    assert_eq!(detail["moves"][0], json!({ "move": "take_charge", "asks": [] }));
    let moves = format!("/v1/cases/{case}/moves");
    let made = server.post(&moves, &session, &json!({ "move": "take_charge", "base": detail["version"] })).await;
    assert_eq!((made.status, made.json()["status"].as_str()), (OK, Some("accepted")));
    let again = server.post(&moves, &session, &json!({ "move": "take_charge", "base": detail["version"] })).await;
    assert_eq!((again.status, again.problem()), (409, "stale"));
    let reply = device.sync(&server, detail["version"].as_u64().unwrap(), &[]).await;
    let [Row::Report(row)] = &reply.changes[..] else { panic!("one change") };
    assert_eq!(row.status, CaseStatus::Accepted);
}

#[tokio::test]
async fn a_dispatcher_finds_who_can_be_given_a_case() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let cookie = server.log_in("dispatcher").await;
    let session = [("cookie", cookie.as_str())];
    let departments = server.get("/v1/departments", &session).await.json();
    assert_eq!(departments.as_array().unwrap().len(), 9);
    // Graffiti outside the centre have no rule; this one lies in it, so it has an owner.
    device.reports(&server, "graffiti", &[]).await;
    let case = server.get("/v1/cases", &session).await.json()["cases"][0].clone();
    assert_eq!(case["owner"]["code"], "environment");
}

#[tokio::test]
async fn pages_are_bounded_and_their_parameters_looked_at() {
    let server = TestServer::start().await;
    let device = server.device().await;
    for _ in 0..3 {
        device.reports(&server, "pothole", &[]).await;
    }
    let cookie = server.log_in("auditor").await;
    let session = [("cookie", cookie.as_str())];
    let page = server.get("/v1/cases?limit=2", &session).await.json();
    assert_eq!((page["cases"].as_array().unwrap().len(), page["next"].as_str()), (2, Some("2")));
    let page = server.get("/v1/cases?limit=2&after=2", &session).await.json();
    assert_eq!((page["cases"].as_array().unwrap().len(), page["next"].as_str()), (1, None));
    for wrong in ["limit=0", "limit=101", "after=yesterday", "limit=many"] {
        assert_eq!(server.get(&format!("/v1/cases?{wrong}"), &session).await.problem(), "invalid", "{wrong}");
    }
    assert_eq!(server.get("/v1/cases/not-an-id", &session).await.problem(), "not_found");
}
