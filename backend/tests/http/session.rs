//! `/v1/session`: log in, stay, log out, and what guessing costs.

use crate::support::{OK, TestServer};
use axum::body::Body;
use lanterna::http::state::Settings;
use serde_json::json;

#[tokio::test]
async fn a_session_is_opened_seen_and_ended() {
    let server = TestServer::start().await;
    let cookie = server.log_in("roads").await;
    let who = server.get("/v1/session", &[("cookie", &cookie)]).await;
    assert_eq!(who.json(), json!({ "name": "roads", "role": "officer", "department": { "code": "roads", "name": "Aster" } }));
    let ended = server.send("DELETE", "/v1/session", &[("cookie", &cookie)], Body::empty()).await;
    assert_eq!(ended.status, 204);
    assert!(ended.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(server.get("/v1/session", &[("cookie", &cookie)]).await.problem(), "unauthenticated");
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_busy() {
    let server = TestServer::start().await;
    let cookie = server.log_in("auditor").await;
    for _ in 0..11 {
        server.pass(3_600);
        assert_eq!(server.get("/v1/session", &[("cookie", &cookie)]).await.status, OK);
    }
    server.pass(3_599);
    assert_eq!(server.get("/v1/session", &[("cookie", &cookie)]).await.status, OK);
    server.pass(1);
    assert_eq!(server.get("/v1/session", &[("cookie", &cookie)]).await.status, 401);
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_after_two_hours() {
    let server = TestServer::start().await;
    let cookie = server.log_in("auditor").await;
    server.pass(2 * 3_600 - 1);
    assert_eq!(server.get("/v1/session", &[("cookie", &cookie)]).await.status, OK);
    server.pass(2 * 3_600);
    assert_eq!(server.get("/v1/session", &[("cookie", &cookie)]).await.problem(), "unauthenticated");
}

#[tokio::test]
async fn the_cookie_is_hidden_from_scripts_and_other_sites() {
    let log_in = json!({ "name": "roads", "password": "demo-roads" });
    let server = TestServer::start().await;
    let cookie = server.post("/v1/session", &[], &log_in).await.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/"));
    assert!(!cookie.contains("Secure"), "without HTTPS the browser would drop it");
    let settings = Settings { public_url: Some("https://segnala.example.it".to_owned()), ..Settings::default() };
    let server = TestServer::start_with(settings).await;
    assert!(server.post("/v1/session", &[], &log_in).await.header("set-cookie").contains("Secure"));
}

#[tokio::test]
async fn who_keeps_guessing_has_to_wait() {
    let server = TestServer::start().await;
    for name in ["roads", "nobody"] {
        for _ in 0..5 {
            assert_eq!(server.post("/v1/session", &[], &json!({ "name": name, "password": "guess" })).await.problem(), "unauthenticated");
        }
        let answer = server.post("/v1/session", &[], &json!({ "name": name, "password": "demo-roads" })).await;
        assert_eq!((answer.problem(), answer.header("retry-after")), ("too_many", "1"));
    }
    server.pass(1);
    server.log_in("roads").await;
}

#[tokio::test]
async fn a_restart_forgives_nobody_who_guesses() {
    let server = TestServer::start().await;
    for _ in 0..6 {
        server.post("/v1/session", &[], &json!({ "name": "roads", "password": "guess" })).await;
        server.pass(1);
    }
    let server = server.restart().await;
    let answer = server.post("/v1/session", &[], &json!({ "name": "roads", "password": "demo-roads" })).await;
    assert_eq!((answer.problem(), answer.header("retry-after")), ("too_many", "1"));
    server.pass(1);
    server.log_in("roads").await;
    let answer = server.post("/v1/session", &[], &json!({ "name": "roads", "password": "guess" })).await;
    assert_eq!(answer.problem(), "unauthenticated", "a right password clears the name's line");
}

#[tokio::test]
async fn who_tries_every_name_has_to_wait_as_well() {
    let server = TestServer::start().await;
    for number in 0..50 {
        let body = json!({ "name": format!("name-{number}"), "password": "demo" });
        assert_eq!(server.post("/v1/session", &[], &body).await.problem(), "unauthenticated");
    }
    let body = json!({ "name": "roads", "password": "demo-roads" });
    assert_eq!(server.post("/v1/session", &[], &body).await.problem(), "too_many");
}

#[tokio::test]
async fn another_websites_page_changes_nothing() {
    let server = TestServer::start().await;
    let cookie = server.log_in("dispatcher").await;
    let path = "/v1/cases/01890000-0000-7000-8000-000000000001/moves";
    let body = json!({ "move": "assign", "base": 1, "owner": "roads" });
    for from in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
        let answer = server.post(path, &[("cookie", &cookie), ("host", "lanterna.test"), from], &body).await;
        assert_eq!(answer.problem(), "forbidden", "{from:?}");
    }
    let own = server.post(path, &[("cookie", &cookie), ("host", "lanterna.test"), ("origin", "http://lanterna.test")], &body).await;
    assert_eq!(own.problem(), "not_found");
    let plain = server.send("POST", path, &[("cookie", &cookie), ("content-type", "text/plain")], body.to_string()).await;
    assert_eq!(plain.problem(), "malformed", "what a form can send is not JSON");
}

#[tokio::test]
async fn a_device_is_not_staff_and_staff_is_no_device() {
    let server = TestServer::start().await;
    let (device, cookie) = (server.device().await, server.log_in("supervisor").await);
    assert_eq!(server.get("/v1/cases", &[("authorization", &device.bearer())]).await.problem(), "unauthenticated");
    assert_eq!(server.post("/v1/sync", &[("cookie", &cookie)], &json!({})).await.problem(), "unauthenticated");
}
