//! `/v1/cases/{case}/alike`, what staff publish, and `/v1/open-cases`.

use crate::support::{OK, TestDevice, TestServer, create, now};
use lanterna::clock::entropy;
use lanterna_shared::duplicate::join::Joined;
use lanterna_shared::id::ReportId;
use lanterna_shared::wire::Row;
use serde_json::{Value, json};

/// Two potholes on one square, and the newer of their cases.
async fn two_alike(server: &TestServer) -> (TestDevice, String, String) {
    let device = server.device().await;
    device.reports(server, "pothole", &[]).await;
    server.pass(3 * 60 * 60);
    device.reports(server, "pothole", &[]).await;
    let cookie = server.log_in("dispatcher").await;
    let page = server.get("/v1/cases", &[("cookie", &cookie)]).await.json();
    (device, cookie, page["cases"][0]["case"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_office_sees_what_looks_alike_with_reasons_and_can_say_no_and_yes_again() {
    let server = TestServer::start().await;
    let (_, cookie, case) = two_alike(&server).await;
    let session = [("cookie", cookie.as_str())];
    let found = server.get(&format!("/v1/cases/{case}/alike"), &session).await.json();
    assert_eq!(found["published"], false);
    let other = &found["alike"][0];
    assert_eq!(other["text"]["en"], "at the same point, 3 hours apart, same category, words in common");
    assert_eq!(other["text"]["it"], "nello stesso punto, 3 ore di distanza, stessa categoria, parole in comune");
    assert_eq!(other["reasons"][1], json!({ "reason": "age", "minutes": 180 }));
    assert_eq!((&other["state"], &other["number"], &other["summary"]["status"]), (&json!("open"), &json!("1-X"), &json!("assigned")));
    let path = format!("/v1/cases/{case}/alike/{}/dismiss", other["other"].as_str().unwrap());
    let dismissed = server.send("POST", &path, &session, "").await;
    assert_eq!((dismissed.status, &dismissed.json()["alike"][0]["state"]), (OK, &json!("dismissed")));
    assert_eq!(dismissed.json()["alike"][0]["decided_by"], "dispatcher");
    let undone = server.send("DELETE", &path, &session, "").await;
    assert_eq!((undone.status, &undone.json()["alike"][0]["state"]), (OK, &json!("open")));
    let nothing = format!("/v1/cases/{case}/alike/{case}/dismiss");
    assert_eq!(server.send("POST", &nothing, &session, "").await.problem(), "not_found");
}

#[tokio::test]
async fn who_only_reads_decides_nothing() {
    let server = TestServer::start().await;
    let (device, _, case) = two_alike(&server).await;
    let auditor = server.log_in("auditor").await;
    let session = [("cookie", auditor.as_str())];
    assert_eq!(server.get(&format!("/v1/cases/{case}/alike"), &session).await.status, OK);
    for path in
        [format!("/v1/cases/{case}/publish"), format!("/v1/cases/{case}/unpublish"), format!("/v1/cases/{case}/alike/{case}/dismiss")]
    {
        assert_eq!(server.send("POST", &path, &session, "").await.problem(), "forbidden", "{path}");
        assert_eq!(server.send("POST", &path, &[("authorization", &device.bearer())], "").await.problem(), "unauthenticated", "{path}");
    }
}

/// The index around Piazza De Ferrari.
async fn index(server: &TestServer, device: &TestDevice) -> Value {
    let answer = server.get("/v1/open-cases?cell=spykek", &[("authorization", &device.bearer())]).await;
    assert_eq!(answer.status, OK);
    answer.json()
}

#[tokio::test]
async fn a_published_case_is_found_by_a_device_and_can_be_joined() {
    let server = TestServer::start().await;
    let (device, cookie, case) = two_alike(&server).await;
    let session = [("cookie", cookie.as_str())];
    assert_eq!(index(&server, &device).await["cases"], json!([]));
    let published = server.send("POST", &format!("/v1/cases/{case}/publish"), &session, "").await;
    assert_eq!((published.status, published.json()), (OK, json!({ "case": case, "published": true })));
    let found = index(&server, &device).await;
    assert_eq!(found["cells"].as_array().unwrap().len(), 9);
    let known = &found["cases"][0];
    assert_eq!((&known["case"], &known["service"]), (&json!(case), &json!("pothole")));
    assert_eq!(known["position"], json!({ "lat": 444_070_000, "lon": 89_340_000, "acc": 40, "src": "gps" }));
    let mut fields: Vec<_> = known.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["case", "number", "position", "received_at", "service"], "and no personal data");

    let neighbour = server.device().await;
    let report = ReportId::mint(now(), entropy().unwrap());
    let mut op = create(report, "pothole", &[]);
    op["do"]["create_report"]["joins"] = known["number"].clone();
    let reply = neighbour.sync(&server, 0, &[op]).await;
    let [Row::Report(row)] = &reply.changes[..] else { panic!("one change") };
    assert_eq!((row.number.sequence(), row.joined), (2, Some(Joined::Joined)));
    let detail = server.get(&format!("/v1/cases/{case}"), &session).await.json();
    assert_eq!(detail["reports"].as_array().unwrap().len(), 2);

    server.send("POST", &format!("/v1/cases/{case}/unpublish"), &session, "").await;
    assert_eq!(index(&server, &device).await["cases"], json!([]));
}

#[tokio::test]
async fn the_index_is_for_devices_and_its_cells_are_looked_at() {
    let server = TestServer::start().await;
    let device = server.device().await;
    assert_eq!(server.get("/v1/open-cases?cell=spykek", &[]).await.problem(), "unauthenticated");
    let bearer = device.bearer();
    for wrong in ["cell=spyke", "cell=spykea", "cell=spykek&around=3", "cell=spykek&around=many", ""] {
        assert_eq!(server.get(&format!("/v1/open-cases?{wrong}"), &[("authorization", &bearer)]).await.problem(), "invalid", "{wrong}");
    }
    let answer = server.get("/v1/open-cases?cell=spykek&around=0", &[("authorization", &bearer)]).await.json();
    assert_eq!(answer["cells"], json!(["spykek"]));
}

#[tokio::test]
async fn a_wish_that_names_nothing_is_refused_and_an_unknown_case_is_not() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let wish = |joins: &str| {
        let mut op = create(ReportId::mint(now(), entropy().unwrap()), "pothole", &[]);
        op["do"]["create_report"]["joins"] = json!(joins);
        op
    };
    let reply = device.sync(&server, 0, &[wish("over there"), wish("4711-0"), wish("4711-7")]).await;
    let verdicts: Vec<_> = reply.verdicts.iter().map(|reply| serde_json::to_value(&reply.verdict).unwrap()["verdict"].clone()).collect();
    assert_eq!(verdicts, ["rejected", "rejected", "applied"]);
    let [Row::Report(row)] = &reply.changes[..] else { panic!("one change") };
    assert_eq!(row.joined, Some(Joined::NotPublic));
}
