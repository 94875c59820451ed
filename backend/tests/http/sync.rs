//! `/v1/devices` and `/v1/sync`.

use crate::support::{OK, TestServer, create, now};
use lanterna::clock::entropy;
use lanterna::store::Store;
use lanterna::store::catalogue::{Import, Retire};
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::ReportId;
use lanterna_shared::verdict::Verdict;
use lanterna_shared::wire::{MAX_OPS, Row, SyncReply};
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
    let catalogue = reply.catalogue.unwrap();
    assert!(catalogue.services.len() >= 25 && catalogue.areas.len() == 9);
}

#[tokio::test]
async fn a_sync_with_nothing_to_do_is_small() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let catalogue = device.sync(&server, 0, &[]).await.catalogue.unwrap();
    let mut request = device.request(0, &[]);
    request["catalogue"] = json!(catalogue.version);
    request["areas"] = json!(catalogue.areas_version);
    request.as_object_mut().unwrap().remove("ops");
    let answer = server.post("/v1/sync", &[("authorization", &device.bearer())], &request).await;
    assert_eq!(answer.status, OK);
    let both_ways = request.to_string().len() + answer.body.len();
    assert!(both_ways <= 300, "{both_ways} bytes");
}

#[tokio::test]
async fn a_service_that_was_renamed_does_not_bring_all_outlines_again() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let had = device.sync(&server, 0, &[]).await.catalogue.unwrap();
    let mut services = had.services.clone();
    services[0].name.insert("en".to_owned(), "Hole in the road".to_owned());
    server.store.import(Import::Services(services), Retire::Refuse).await.unwrap().unwrap();
    let mut request = device.request(0, &[]);
    request["catalogue"] = json!(had.version);
    let ask = async |request: &serde_json::Value| -> SyncReply {
        let answer = server.post("/v1/sync", &[("authorization", &device.bearer())], request).await;
        serde_json::from_slice(&answer.body).unwrap()
    };
    assert_eq!(ask(&request).await.catalogue.unwrap().areas.len(), 9, "a device of the first version gets everything");
    request["areas"] = json!(had.areas_version);
    let sent = ask(&request).await.catalogue.unwrap();
    assert!(sent.areas.is_empty() && sent.areas_kept);
    let now = sent.completed(Some(had)).unwrap();
    assert_eq!((now.areas.len(), now.services[0].name_in("en")), (9, "Hole in the road"));
    request["catalogue"] = json!(now.version);
    assert_eq!(ask(&request).await.catalogue, None);
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
