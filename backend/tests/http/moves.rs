//! `POST /v1/cases/{case}/moves`: what a move asks for, and what it says when that is missing.

use crate::support::{Answer, OK, TestDevice, TestServer, now};
use lanterna::clock::entropy;
use lanterna::store::Store;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::OpId;
use lanterna_shared::moves::Move;
use lanterna_shared::verdict::Verdict;
use lanterna_shared::wire::Row;
use serde_json::{Value, json};

/// Makes a move on the newest case that the session sees.
async fn moves(server: &TestServer, cookie: &str, mut request: Value) -> Answer {
    let session = [("cookie", cookie)];
    let case = server.get("/v1/cases", &session).await.json()["cases"][0].clone();
    request["base"] = case["version"].clone();
    server.post(&format!("/v1/cases/{}/moves", case["case"].as_str().unwrap()), &session, &request).await
}

async fn says(server: &TestServer, device: &TestDevice, body: Value) -> Verdict {
    let op = json!({ "id": OpId::mint(now(), entropy().unwrap()), "seq": 2, "at": now(), "up": 9, "do": body });
    device.sync(server, 0, &[op]).await.verdicts[0].verdict.clone()
}

#[tokio::test]
async fn two_hand_offs_end_at_the_arbiter_and_the_third_is_refused_in_words() {
    let server = TestServer::start().await;
    let device = server.device().await;
    device.reports(&server, "pothole", &[]).await;
    let (roads, supervisor) = (server.log_in("roads").await, server.log_in("supervisor").await);
    let dispatcher = server.log_in("dispatcher").await;
    let hand_off = |to: Value| {
        let mut request = json!({ "move": "hand_off", "reason_code": "other_office", "reason": "It is in a park" });
        request.as_object_mut().unwrap().extend(to.as_object().unwrap().clone());
        request
    };
    assert_eq!(moves(&server, &roads, hand_off(json!({ "owner": "nobody" }))).await.problem(), "unknown");
    let passed = moves(&server, &roads, hand_off(json!({ "do_not_know": true }))).await;
    assert_eq!((passed.status, passed.json()["bounds"]["hand_offs_left"].as_u64()), (OK, Some(1)));
    assert_eq!(moves(&server, &dispatcher, json!({ "move": "assign", "owner": "roads" })).await.status, OK);
    let spent = moves(&server, &roads, hand_off(json!({ "do_not_know": true }))).await.json();
    assert_eq!((spent["at_arbiter"].as_bool(), spent["timeline"][4]["text"].as_str()), (Some(true), Some("It is in a park")));
    assert_eq!(moves(&server, &supervisor, json!({ "move": "arbitrate", "owner": "roads" })).await.status, OK);
    assert_eq!(moves(&server, &roads, hand_off(json!({ "owner": "waste" }))).await.status, OK);
    let third = moves(&server, &roads, hand_off(json!({ "owner": "waste" }))).await;
    assert_eq!((third.status, third.problem()), (409, "illegal_move"));
    assert!(third.json()["detail"].as_str().unwrap().contains("arbiter"), "{}", third.json());
}

#[tokio::test]
async fn an_inspection_to_come_closes_nothing_and_the_citizen_has_the_last_word() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let report = device.reports(&server, "pothole", &[]).await;
    let roads = server.log_in("roads").await;
    let resolve =
        |outcome: &str, reason: &str| json!({ "move": "resolve", "outcome": outcome, "evidence": { "exemption": { "reason": reason } } });
    for (outcome, reason) in [("inspection", "We look at it"), ("answered", "There will be an inspection")] {
        let refused = moves(&server, &roads, resolve(outcome, reason)).await;
        assert_eq!((refused.status, refused.problem()), (422, "invalid"));
        assert!(refused.json()["detail"].as_str().unwrap().contains("outcome"), "it says what is wrong");
    }
    assert_eq!(moves(&server, &roads, json!({ "move": "resolve", "outcome": "repaired" })).await.problem(), "invalid");
    assert_eq!(moves(&server, &roads, resolve("repaired", "The camera is broken")).await.json()["status"], "resolved");
    let Row::Report(row) = device.sync(&server, 0, &[]).await.changes.remove(0);
    assert_eq!((row.status, row.more.may), (CaseStatus::Resolved, vec![Move::Confirm, Move::Contest]));
    assert_eq!(says(&server, &device, json!({ "contest": { "report": report, "reason": "Ancora lì" } })).await, Verdict::Applied);
    assert_eq!(moves(&server, &roads, resolve("repaired", "The camera is still broken")).await.status, OK);
    server.pass(14 * 86_400);
    assert_eq!(server.store.sweep_timeouts(server.now()).await.unwrap().closed, 1);
    let Row::Report(row) = device.sync(&server, 0, &[]).await.changes.remove(0);
    assert_eq!((row.status, row.more.may), (CaseStatus::Closed, vec![]));
}

#[tokio::test]
async fn words_of_an_op_are_bounded_and_an_old_servers_kinds_are_still_known() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let report = device.reports(&server, "pothole", &[]).await;
    for (body, code) in [
        (json!({ "answer": { "report": report, "text": " " } }), "invalid"),
        (json!({ "answer": { "report": report, "text": "x".repeat(1_001) } }), "invalid"),
        (json!({ "contest": { "report": report, "reason": "a\u{0}b" } }), "invalid"),
        (json!({ "confirm": {} }), "malformed"),
    ] {
        let Verdict::Rejected { code: said, .. } = says(&server, &device, body.clone()).await else { panic!("{body}") };
        assert_eq!(said.as_str(), code, "{body}");
    }
    assert_eq!(says(&server, &device, json!({ "withdraw": { "report": report } })).await, Verdict::Applied);
}
