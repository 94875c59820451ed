//! `/v1/account`, `/v1/sessions` and `/v1/staff`: passwords, second factors, and what the administrator does.

use crate::support::{Answer, OK, TestServer};
use axum::body::Body;
use lanterna::http::state::Settings;
use lanterna::staff::totp;
use lanterna_shared::role::Role;
use serde_json::json;

async fn put(server: &TestServer, path: &str, cookie: &str, body: &serde_json::Value) -> Answer {
    server.send("PUT", path, &[("cookie", cookie), ("content-type", "application/json")], body.to_string()).await
}

#[tokio::test]
async fn a_password_is_changed_and_other_sessions_end() {
    let server = TestServer::start().await;
    let (here, there) = (server.log_in("roads").await, server.log_in("roads").await);
    let change = |old: &str, new: &str| json!({ "old": old, "new": new });
    let path = "/v1/account/password";
    assert_eq!(put(&server, path, &here, &change("demo-roads", "short")).await.problem(), "invalid");
    assert_eq!(put(&server, path, &here, &change("demo-roads", "demo-roads")).await.problem(), "invalid");
    assert_eq!(put(&server, path, &here, &change("demo-rods", "long enough")).await.problem(), "unauthenticated");
    assert_eq!(put(&server, path, &here, &change("demo-roads", "long enough")).await.status, 204);
    assert_eq!(server.get("/v1/session", &[("cookie", &here)]).await.status, OK, "this one goes on");
    assert_eq!(server.get("/v1/session", &[("cookie", &there)]).await.problem(), "unauthenticated");
    assert_eq!(server.try_log_in("roads", "demo-roads", None).await.problem(), "unauthenticated");
    assert_eq!(server.try_log_in("roads", "long enough", None).await.status, OK);
}

#[tokio::test]
async fn who_guesses_the_old_password_has_to_wait() {
    let server = TestServer::start().await;
    let cookie = server.log_in("roads").await;
    let guess = json!({ "old": "guess", "new": "long enough" });
    for _ in 0..5 {
        assert_eq!(put(&server, "/v1/account/password", &cookie, &guess).await.problem(), "unauthenticated");
    }
    let right = json!({ "old": "demo-roads", "new": "long enough" });
    assert_eq!(put(&server, "/v1/account/password", &cookie, &right).await.problem(), "too_many");
}

#[tokio::test]
async fn logging_out_everywhere_ends_every_session_of_this_person_only() {
    let server = TestServer::start().await;
    let (here, there, other) = (server.log_in("roads").await, server.log_in("roads").await, server.log_in("auditor").await);
    let ended = server.send("DELETE", "/v1/sessions", &[("cookie", &here)], Body::empty()).await;
    assert_eq!(ended.status, 204);
    for over in [&here, &there] {
        assert_eq!(server.get("/v1/session", &[("cookie", over)]).await.problem(), "unauthenticated");
    }
    assert_eq!(server.get("/v1/session", &[("cookie", &other)]).await.status, OK);
}

/// Sets up a second factor and returns its secret and recovery codes.
async fn set_up(server: &TestServer, cookie: &str, password: &str) -> ([u8; 20], Vec<String>) {
    let session = [("cookie", cookie)];
    let wrong = server.post("/v1/account/second-factor", &session, &json!({ "password": "guess" })).await;
    assert_eq!(wrong.problem(), "unauthenticated");
    let begun = server.post("/v1/account/second-factor", &session, &json!({ "password": password })).await.json();
    let typed = begun["secret"].as_str().unwrap().to_owned();
    assert!(begun["uri"].as_str().unwrap().contains(&format!("secret={typed}&issuer=Comune%20di%20Genova")));
    let secret = from_base32(&typed);
    let confirm = |code: String| json!({ "code": code });
    let path = "/v1/account/second-factor/confirm";
    assert_eq!(server.post(path, &session, &confirm("000000x".to_owned())).await.problem(), "second_factor");
    let confirmed = server.post(path, &session, &confirm(code(server, &secret))).await;
    assert_eq!(confirmed.status, OK);
    let codes = confirmed.json()["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    assert_eq!(server.post(path, &session, &confirm(code(server, &secret))).await.problem(), "stale");
    let again = server.post("/v1/account/second-factor", &session, &json!({ "password": password })).await;
    assert_eq!(again.problem(), "stale", "one that counts is not replaced by whoever has the session");
    (secret, codes)
}

fn from_base32(text: &str) -> [u8; 20] {
    let mut bits = 0_u64;
    let mut bytes = Vec::new();
    for (place, letter) in text.bytes().enumerate() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
        bits = bits << 5 | value as u64;
        if place % 8 == 7 {
            bytes.extend_from_slice(&bits.to_be_bytes()[3..]);
            bits = 0;
        }
    }
    bytes.try_into().unwrap()
}

fn code(server: &TestServer, secret: &[u8; 20]) -> String {
    format!("{:06}", totp::code_at(secret, totp::step_at(server.now())))
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_each_code_counts_once() {
    let server = TestServer::start().await;
    let cookie = server.log_in("roads").await;
    let (secret, recovery) = set_up(&server, &cookie, "demo-roads").await;
    let log_in = async |code: Option<&str>| server.try_log_in("roads", "demo-roads", code).await;
    assert_eq!(log_in(None).await.problem(), "second_factor");
    assert_eq!(log_in(Some(&code(&server, &secret))).await.problem(), "second_factor", "the code that confirmed it is spent");
    server.pass(60);
    let now = code(&server, &secret);
    assert_eq!(log_in(Some(&now)).await.status, OK);
    assert_eq!(log_in(Some(&now)).await.problem(), "second_factor", "who looked over the shoulder comes too late");
    server.pass(60);
    assert_eq!(server.try_log_in("roads", "guess", Some(&code(&server, &secret))).await.problem(), "unauthenticated");
    assert_eq!(recovery.len(), 10);
    let typed = recovery[3].to_uppercase().replace('-', " ");
    assert_eq!(log_in(Some(&typed)).await.status, OK);
    assert_eq!(log_in(Some(&typed)).await.problem(), "second_factor", "a recovery code works once");
}

#[tokio::test]
async fn guessing_codes_costs_as_much_as_guessing_passwords() {
    let server = TestServer::start().await;
    let cookie = server.log_in("roads").await;
    let (secret, _) = set_up(&server, &cookie, "demo-roads").await;
    server.pass(60);
    // The wrong password while it was set up counts as well.
    for _ in 0..4 {
        assert_eq!(server.try_log_in("roads", "demo-roads", Some("000000")).await.problem(), "second_factor");
    }
    assert_eq!(server.try_log_in("roads", "demo-roads", Some(&code(&server, &secret))).await.problem(), "too_many");
}

#[tokio::test]
async fn a_role_that_needs_a_second_factor_does_nothing_without() {
    let settings = Settings { second_factor: vec![Role::Officer], ..Settings::default() };
    let server = TestServer::start_with(settings).await;
    let opened = server.try_log_in("roads", "demo-roads", None).await;
    assert_eq!(opened.json()["owes"], "second_factor");
    let cookie = opened.cookie();
    assert_eq!(server.get("/v1/cases", &[("cookie", &cookie)]).await.problem(), "second_factor_due");
    set_up(&server, &cookie, "demo-roads").await;
    assert_eq!(server.get("/v1/cases", &[("cookie", &cookie)]).await.status, OK);
    let auditor = server.log_in("auditor").await;
    assert_eq!(server.get("/v1/cases", &[("cookie", &auditor)]).await.status, OK, "auditors do not need one here");
}

#[tokio::test]
async fn an_administrator_resets_a_password_that_then_works_once() {
    let server = TestServer::start().await;
    let (admin, roads) = (server.cookie_of(Role::Administrator).await, server.log_in("roads").await);
    let session = [("cookie", admin.as_str())];
    let list = server.get("/v1/staff?limit=200", &session).await.json();
    let found = list["staff"].as_array().unwrap().iter().find(|line| line["name"] == "roads").unwrap();
    let user = found["user"].as_str().unwrap();
    let reset = server.post(&format!("/v1/staff/{user}/reset"), &session, &json!({})).await.json();
    let password = reset["password"].as_str().unwrap();
    assert_eq!(server.get("/v1/session", &[("cookie", &roads)]).await.problem(), "unauthenticated", "their sessions end");
    assert_eq!(server.try_log_in("roads", "demo-roads", None).await.problem(), "unauthenticated");
    let opened = server.try_log_in("roads", password, None).await;
    assert_eq!(opened.json()["owes"], "password");
    let cookie = opened.cookie();
    assert_eq!(server.get("/v1/cases", &[("cookie", &cookie)]).await.problem(), "password_due");
    let change = json!({ "old": password, "new": "of my own choice" });
    assert_eq!(put(&server, "/v1/account/password", &cookie, &change).await.status, 204);
    assert_eq!(server.get("/v1/cases", &[("cookie", &cookie)]).await.status, OK);
    assert_eq!(server.try_log_in("roads", password, None).await.problem(), "unauthenticated");
}

#[tokio::test]
async fn a_one_time_password_is_over_after_three_days() {
    let server = TestServer::start().await;
    let admin = server.cookie_of(Role::Administrator).await;
    let user = server.add_staff(Role::Auditor).await;
    let reset = server.post(&format!("/v1/staff/{user}/reset"), &[("cookie", &admin)], &json!({})).await.json();
    server.pass(3 * 24 * 3_600);
    assert_eq!(server.try_log_in("a-auditor", reset["password"].as_str().unwrap(), None).await.problem(), "unauthenticated");
}

#[tokio::test]
async fn who_is_shut_out_is_out_at_once_and_can_be_let_in_again() {
    let server = TestServer::start().await;
    let admin = server.add_staff(Role::Administrator).await;
    let cookie = server.try_log_in("a-administrator", "demo-password", None).await.cookie();
    let session = [("cookie", cookie.as_str())];
    let user = server.add_staff(Role::Dispatcher).await;
    let theirs = server.try_log_in("a-dispatcher", "demo-password", None).await.cookie();
    let post = async |path: String| server.post(&path, &session, &json!({})).await;
    assert_eq!(post(format!("/v1/staff/{user}/disable")).await.status, 204);
    assert_eq!(server.get("/v1/cases", &[("cookie", &theirs)]).await.problem(), "unauthenticated");
    let answer = server.try_log_in("a-dispatcher", "demo-password", None).await;
    assert_eq!(answer.problem(), "unauthenticated");
    assert!(String::from_utf8(answer.body).unwrap().contains("The name or the password is wrong."), "nobody learns that the name exists");
    assert_eq!(post(format!("/v1/staff/{user}/enable")).await.status, 204);
    assert_eq!(server.try_log_in("a-dispatcher", "demo-password", None).await.status, OK);
    assert_eq!(post(format!("/v1/staff/{admin}/disable")).await.problem(), "stale", "nobody shuts themselves out");
    assert_eq!(post("/v1/staff/01890000-0000-7000-8000-000000000001/disable".to_owned()).await.problem(), "not_found");
}

#[tokio::test]
async fn a_lost_telephone_is_answered_by_a_reset() {
    let server = TestServer::start().await;
    let admin = server.cookie_of(Role::Administrator).await;
    let user = server.add_staff(Role::Auditor).await;
    let cookie = server.try_log_in("a-auditor", "demo-password", None).await.cookie();
    let (_, recovery) = set_up(&server, &cookie, "demo-password").await;
    let reset = server.post(&format!("/v1/staff/{user}/second-factor/reset"), &[("cookie", &admin)], &json!({})).await;
    assert_eq!(reset.status, 204);
    assert_eq!(server.get("/v1/session", &[("cookie", &cookie)]).await.problem(), "unauthenticated");
    assert_eq!(server.try_log_in("a-auditor", "demo-password", None).await.status, OK);
    assert_eq!(recovery.len(), 10);
}
