//! `/v1/devices` and `/v1/enrolments`: crews' devices come and go.

use crate::support::{OK, TestDevice, TestServer, create, now};
use lanterna::clock::{entropy, hex};
use lanterna::http::devices::enrolment_hash;
use lanterna::store::account::Actor;
use lanterna::store::crew::{CrewKept, Crews};
use lanterna_shared::enrolment::{Crew, EnrolmentCode};
use lanterna_shared::id::{InstallId, ReportId};
use lanterna_shared::role::Role;
use lanterna_shared::service::CrewCode;
use lanterna_shared::service::DepartmentCode;
use serde_json::json;

/// Makes the crew "roads-1" and a code for it.
async fn code(server: &TestServer) -> String {
    let crew =
        Crew { code: CrewCode::new("roads-1").unwrap(), name: "Squadra 1".to_owned(), department: DepartmentCode::new("roads").unwrap() };
    assert_eq!(server.store.keep_crew(crew.clone(), Actor::Operator, server.now()).await.unwrap(), CrewKept::Kept);
    let code = EnrolmentCode::mint(u64::from_le_bytes(entropy().unwrap()));
    let until = server.now().plus_millis(3_600_000);
    assert!(server.store.add_enrolment(enrolment_hash(code), crew.code, until, Actor::Operator, server.now()).await.unwrap());
    code.written()
}

#[tokio::test]
async fn a_device_joins_a_crew_once_and_is_answered_the_same_again() {
    let server = TestServer::start().await;
    let (device, other) = (server.device().await, server.device().await);
    let body = json!({ "code": code(&server).await });
    let bearer = device.bearer();
    let joined = server.post("/v1/enrolments", &[("authorization", &bearer)], &body).await;
    assert_eq!(joined.json(), json!({ "code": "roads-1", "name": "Squadra 1", "department": "roads" }));
    let again = server.post("/v1/enrolments", &[("authorization", &bearer)], &body).await;
    assert_eq!(again.json(), joined.json(), "a lost answer costs nothing");
    let stolen = server.post("/v1/enrolments", &[("authorization", &other.bearer())], &body).await;
    assert_eq!(stolen.problem(), "enrolment_refused");
    let known = server.post("/v1/devices", &[], &device.registration()).await.json();
    assert_eq!(known["crew"]["code"], "roads-1");
}

#[tokio::test]
async fn a_device_registers_and_joins_with_one_stroke() {
    let server = TestServer::start().await;
    let device = TestDevice { install: InstallId::mint(now(), entropy().unwrap()), secret: hex(&entropy::<32>().unwrap()) };
    let mut registration = device.registration();
    registration["enrol"] = json!(code(&server).await.to_lowercase());
    let answer = server.post("/v1/devices", &[], &registration).await;
    assert_eq!((answer.status, answer.json()["crew"]["name"].as_str().map(ToOwned::to_owned)), (OK, Some("Squadra 1".to_owned())));
    registration["enrol"] = json!("0000-0000-00");
    assert_eq!(server.post("/v1/devices", &[], &registration).await.problem(), "enrolment_refused");
    registration["enrol"] = json!("0000-0000-01");
    assert_eq!(server.post("/v1/devices", &[], &registration).await.problem(), "malformed", "the check symbol is wrong");
}

#[tokio::test]
async fn a_code_is_over_after_its_time_and_guessing_is_slow() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let body = json!({ "code": code(&server).await });
    server.pass(3_600);
    let bearer = device.bearer();
    for _ in 0..30 {
        assert_eq!(server.post("/v1/enrolments", &[("authorization", &bearer)], &body).await.problem(), "enrolment_refused");
    }
    let answer = server.post("/v1/enrolments", &[("authorization", &bearer)], &body).await;
    assert_eq!((answer.problem(), answer.header("retry-after")), ("too_many", "7"));
}

#[tokio::test]
async fn a_revoked_device_is_told_so_everywhere_and_what_it_sent_stays() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let bearer = device.bearer();
    server.post("/v1/enrolments", &[("authorization", &bearer)], &json!({ "code": code(&server).await })).await;
    device.reports(&server, "pothole", &[]).await;
    let admin = server.cookie_of(Role::Administrator).await;
    let session = [("cookie", admin.as_str())];
    let path = format!("/v1/devices/{}/revoke", device.install);
    for _ in 0..2 {
        assert_eq!(server.post(&path, &session, &json!({})).await.status, 204, "revoking twice is revoking once");
    }
    let late = create(ReportId::mint(now(), entropy().unwrap()), "pothole", &[]);
    let answer = server.post("/v1/sync", &[("authorization", &bearer)], &device.request(0, &[late])).await;
    assert_eq!((answer.status, answer.problem()), (401, "revoked"));
    assert_eq!(server.post("/v1/devices", &[], &device.registration()).await.problem(), "revoked");
    let mut thief = device.registration();
    thief["install"] = json!(InstallId::mint(now(), entropy().unwrap()));
    assert_eq!(server.post("/v1/devices", &[], &thief).await.problem(), "id_reused", "nor under another name");
    let line = server.get("/v1/devices", &session).await.json()["devices"][0].clone();
    assert_eq!(line["install"], json!(device.install));
    assert!(line["revoked_at"].is_i64() && line["crew"].is_null(), "{line}");
    let dispatcher = server.log_in("dispatcher").await;
    let cases = server.get("/v1/cases", &[("cookie", &dispatcher)]).await.json();
    assert_eq!(cases["cases"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn devices_are_listed_in_pages() {
    let server = TestServer::start().await;
    for _ in 0..3 {
        server.device().await;
    }
    let admin = server.cookie_of(Role::Administrator).await;
    let session = [("cookie", admin.as_str())];
    let page = server.get("/v1/devices?limit=2", &session).await.json();
    let next = page["next"].as_str().unwrap();
    let rest = server.get(&format!("/v1/devices?limit=2&after={next}"), &session).await.json();
    assert_eq!((page["devices"].as_array().unwrap().len(), rest["devices"].as_array().unwrap().len()), (2, 1));
    assert!(rest["next"].is_null());
    for wrong in ["limit=0", "limit=201", "after=yesterday"] {
        assert_eq!(server.get(&format!("/v1/devices?{wrong}"), &session).await.problem(), "invalid", "{wrong}");
    }
}
