//! `/v1/profile`: what people say of themselves, and how they prove it.

use crate::support::{Answer, OK, TestDevice, TestServer};
use lanterna::store::profile::Profiles;
use serde_json::{Value, json};

async fn put(server: &TestServer, device: &TestDevice, path: &str, body: &Value) -> Answer {
    let headers = [("authorization", device.bearer()), ("content-type", "application/json".to_owned())];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    server.send("PUT", path, &headers, body.to_string()).await
}

async fn post(server: &TestServer, device: &TestDevice, path: &str, body: &Value) -> Answer {
    server.post(path, &[("authorization", &device.bearer())], body).await
}

async fn profile(server: &TestServer, device: &TestDevice) -> Value {
    server.get("/v1/profile", &[("authorization", &device.bearer())]).await.json()
}

async fn claim(server: &TestServer, device: &TestDevice, kind: &str, value: &str) -> Answer {
    post(server, device, "/v1/profile/contacts", &json!({ "kind": kind, "value": value })).await
}

/// The code of the newest message to `recipient`, read where a channel would.
async fn code_for(server: &TestServer, recipient: &str) -> String {
    let messages = server.store.pending_messages(100, server.now()).await.unwrap();
    let message = messages.iter().rev().find(|message| message.recipient == recipient).unwrap();
    message.text.split_once("codice è ").unwrap().1[..6].to_owned()
}

async fn verify(server: &TestServer, device: &TestDevice, kind: &str, code: &str) -> Answer {
    post(server, device, "/v1/profile/contacts/verify", &json!({ "kind": kind, "code": code })).await
}

#[tokio::test]
async fn a_person_says_who_they_are_and_how_to_answer() {
    let server = TestServer::start().await;
    let device = server.device().await;
    assert_eq!(profile(&server, &device).await, json!({ "name": "", "address": "", "answer_by": "app", "contacts": [] }));
    let said = json!({ "name": " Anna Bianchi ", "address": "Via Garibaldi 9", "answer_by": "letter" });
    let kept = put(&server, &device, "/v1/profile", &said).await.json();
    assert_eq!(kept, json!({ "name": "Anna Bianchi", "address": "Via Garibaldi 9", "answer_by": "letter", "contacts": [] }));
    let forgotten = put(&server, &device, "/v1/profile", &json!({})).await.json();
    assert_eq!(forgotten["name"], "");
    for wrong in [json!({ "name": "x".repeat(129) }), json!({ "address": "a\u{0}b" })] {
        assert_eq!(put(&server, &device, "/v1/profile", &wrong).await.problem(), "invalid");
    }
    assert_eq!(profile(&server, &server.device().await).await["name"], "", "nobody else sees it");
}

#[tokio::test]
async fn a_contact_counts_once_its_code_came_back() {
    let server = TestServer::start().await;
    let device = server.device().await;
    assert_eq!(claim(&server, &device, "email", " anna@Example.it ").await.status, 202);
    assert_eq!(profile(&server, &device).await["contacts"], json!([{ "kind": "email", "value": "anna@example.it", "verified": false }]));
    let code = code_for(&server, "anna@example.it").await;
    assert_eq!(verify(&server, &device, "phone", &code).await.problem(), "proof_refused", "of another kind");
    assert_eq!(verify(&server, &server.device().await, "email", &code).await.problem(), "proof_refused", "of another person");
    let proved = verify(&server, &device, "email", &code).await;
    assert_eq!((proved.status, &proved.json()["contacts"][0]["verified"]), (OK, &json!(true)));
    assert_eq!(verify(&server, &device, "email", &code).await.problem(), "proof_refused", "each code counts once");
    assert_eq!(claim(&server, &device, "email", "anna@example.it").await.status, 202);
    assert_eq!(profile(&server, &device).await["contacts"][0]["verified"], true, "claiming it again changes nothing");
    assert_eq!(claim(&server, &device, "email", "no address").await.problem(), "invalid");
}

#[tokio::test]
async fn a_code_is_over_after_its_time_and_after_five_tries() {
    let server = TestServer::start().await;
    let device = server.device().await;
    claim(&server, &device, "phone", "333 1234567").await;
    let code = code_for(&server, "+393331234567").await;
    server.pass(15 * 60);
    assert_eq!(verify(&server, &device, "phone", &code).await.problem(), "proof_refused");
    claim(&server, &device, "phone", "333 1234567").await;
    let code = code_for(&server, "+393331234567").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(verify(&server, &device, "phone", wrong).await.problem(), "proof_refused");
    }
    assert_eq!(verify(&server, &device, "phone", &code).await.problem(), "proof_refused");
}

#[tokio::test]
async fn nobody_floods_a_stranger_with_codes() {
    let server = TestServer::start().await;
    for _ in 0..10 {
        let device = server.device().await;
        assert_eq!(claim(&server, &device, "phone", "333 1234567").await.status, 202);
    }
    let answer = claim(&server, &server.device().await, "phone", "+39 333 1234567").await;
    assert_eq!((answer.problem(), answer.header("retry-after")), ("too_many", "86400"));
    assert_eq!(server.store.pending_message_count(server.now()).await.unwrap(), 10);
    server.pass(24 * 3_600);
    assert_eq!(claim(&server, &server.device().await, "phone", "333 1234567").await.status, 202);
    assert_eq!(server.store.pending_message_count(server.now()).await.unwrap(), 1, "those of yesterday are pointless");
}

#[tokio::test]
async fn two_devices_are_one_person_only_after_both_proved_the_same_contact() {
    let server = TestServer::start().await;
    let (phone, tablet) = (server.device().await, server.device().await);
    for (device, name) in [(&phone, "Niccolò D'Amico"), (&tablet, "D'Amico Niccolo")] {
        put(&server, device, "/v1/profile", &json!({ "name": name })).await;
        device.reports(&server, "pothole", &[]).await;
    }
    claim(&server, &phone, "phone", "333 1234567").await;
    let code = code_for(&server, "+393331234567").await;
    verify(&server, &phone, "phone", &code).await;
    for device in [&phone, &tablet] {
        claim(&server, device, "email", "nico@example.it").await;
    }
    assert_eq!(profile(&server, &tablet).await["contacts"].as_array().unwrap().len(), 1, "a like name and a claimed contact merge nothing");
    let messages = server.store.pending_messages(100, server.now()).await.unwrap();
    let codes: Vec<_> = messages.iter().filter(|message| message.recipient == "nico@example.it").collect();
    assert_eq!(codes.len(), 2);
    for device in [&phone, &tablet] {
        let mut proved = 0;
        for message in &codes {
            let code = &message.text.split_once("codice è ").unwrap().1[..6];
            proved += i32::from(verify(&server, device, "email", code).await.status == OK);
        }
        assert_eq!(proved, 1);
    }
    let merged = profile(&server, &tablet).await;
    assert_eq!(merged["contacts"].as_array().unwrap().len(), 2, "the telephone number that the other proved is theirs too: {merged}");
    assert_eq!(merged["name"], "D'Amico Niccolo");
}

#[tokio::test]
async fn the_office_sees_how_people_can_be_reached_and_every_look_is_written_down() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let report = device.reports(&server, "pothole", &[]).await;
    put(&server, &device, "/v1/profile", &json!({ "name": "Anna Bianchi", "answer_by": "call" })).await;
    let alike = server.device().await;
    put(&server, &alike, "/v1/profile", &json!({ "name": "bianchi anna" })).await;
    let preference = put(&server, &device, &format!("/v1/reports/{report}/answer-by"), &json!({ "answer_by": "letter" })).await;
    assert_eq!(preference.status, 204);
    let foreign = put(&server, &alike, &format!("/v1/reports/{report}/answer-by"), &json!({ "answer_by": "sms" })).await;
    assert_eq!(foreign.problem(), "not_found");
    let roads = server.log_in("roads").await;
    let case = server.get("/v1/cases", &[("cookie", &roads)]).await.json()["cases"][0]["case"].as_str().unwrap().to_owned();
    let path = format!("/v1/cases/{case}/contacts");
    let seen = server.get(&path, &[("cookie", &roads)]).await.json();
    assert_eq!(seen, json!({ "people": [{ "reports": [report], "name": "Anna Bianchi", "answer_by": "letter", "alike": 1 }] }));
    put(&server, &device, &format!("/v1/reports/{report}/answer-by"), &json!({})).await;
    assert_eq!(server.get(&path, &[("cookie", &roads)]).await.json()["people"][0]["answer_by"], "call");
    let auditor = server.log_in("auditor").await;
    assert_eq!(server.get(&path, &[("cookie", &auditor)]).await.problem(), "forbidden");
    let lines = server.get("/v1/audit", &[("cookie", &auditor)]).await.json();
    let looks: Vec<_> = lines["lines"].as_array().unwrap().iter().filter(|line| line["act"] == "contacts_seen").collect();
    assert_eq!((looks.len(), &looks[0]["who"], &looks[0]["about"]), (2, &json!("roads"), &json!(case)));
    assert!(!lines.to_string().contains("Bianchi"));
}
