//! `/v1/devices` and `/v1/sync`.

use crate::support::{OK, TestServer, create, now};
use lanterna::clock::entropy;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::ReportId;
use lanterna_shared::verdict::Verdict;
use lanterna_shared::wire::{MAX_OPS, Row};
use serde_json::json;

#[tokio::test]
async fn one_round_trip_brings_verdict_change_catalogue_and_wanted_photos() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let pictures = crate::support::pictures(5_000);
    let report = ReportId::mint(now(), entropy().unwrap());
    let reply = device.sync(&server, 0, &[create(report, "pothole", &[pictures.named])]).await;
    assert_eq!(reply.verdicts[0].verdict, Verdict::Applied);
    let [Row::Report(row)] = &reply.changes[..] else { panic!("one change") };
    assert_eq!(
        (row.report, row.status, row.owner.as_deref(), row.area.as_deref()),
        (report, CaseStatus::Assigned, Some("Aster"), Some("Centro Est"))
    );
    assert_eq!(reply.wanted.len(), 3);
    assert_eq!(reply.catalogue.unwrap().services.len(), 6);
}

#[tokio::test]
async fn a_sync_with_nothing_to_do_is_small() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let version = device.sync(&server, 0, &[]).await.catalogue.unwrap().version;
    let mut request = device.request(0, &[]);
    request["catalogue"] = json!(version);
    request.as_object_mut().unwrap().remove("ops");
    let answer = server.post("/v1/sync", &[("authorization", &device.bearer())], &request).await;
    assert_eq!(answer.status, OK);
    let both_ways = request.to_string().len() + answer.body.len();
    assert!(both_ways <= 300, "{both_ways} bytes");
}

#[tokio::test]
async fn an_unknown_device_is_told_to_register() {
    let server = TestServer::start().await;
    for headers in [vec![], vec![("authorization", "Bearer 00")], vec![("authorization", "Basic YTpi")]] {
        assert_eq!(server.post("/v1/sync", &headers, &json!({})).await.problem(), "unauthenticated");
    }
}

#[tokio::test]
async fn a_batch_of_too_many_is_to_be_halved() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let ops = vec![json!({}); MAX_OPS + 1];
    let answer = server.post("/v1/sync", &[("authorization", &device.bearer())], &device.request(0, &ops)).await;
    assert_eq!((answer.status, answer.problem()), (413, "too_large"));
}

#[tokio::test]
async fn unknown_fields_of_a_newer_device_are_no_trouble() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let mut op = create(ReportId::mint(now(), entropy().unwrap()), "pothole", &[]);
    op["mood"] = json!("hopeful");
    let mut request = device.request(0, &[op]);
    request["battery"] = json!(80);
    let answer = server.post("/v1/sync", &[("authorization", &device.bearer())], &request).await;
    assert_eq!(answer.json()["verdicts"][0]["verdict"], "applied");
}

#[tokio::test]
async fn the_same_registration_is_answered_the_same() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let first = server.post("/v1/devices", &[], &device.registration()).await.json();
    assert_eq!(server.post("/v1/devices", &[], &device.registration()).await.json()["subject"], first["subject"]);
    let mut other = device.registration();
    other["secret"] = json!("a".repeat(64));
    assert_eq!(server.post("/v1/devices", &[], &other).await.problem(), "id_reused");
    other["secret"] = json!("short");
    assert_eq!(server.post("/v1/devices", &[], &other).await.problem(), "invalid");
}
