//! Bad luck of devices: places that are none, clocks that are wrong, categories that are gone, bodies that break off.

use crate::support::{TestServer, create, now};
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use lanterna::clock::entropy;
use lanterna_shared::id::ReportId;
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::verdict::Verdict;
use lanterna_shared::wire::{ReportRow, Row};
use serde_json::{Value, json};
use std::io;

fn report() -> (ReportId, Value) {
    let report = ReportId::mint(now(), entropy().unwrap());
    (report, create(report, "pothole", &[]))
}

/// An op whose report stands at this place, written as it is.
fn at(place: &str) -> String {
    let mut op = report().1;
    op["do"]["create_report"]["position"] = json!("@@");
    op.to_string().replace("\"@@\"", place)
}

/// What becomes of an op at a place, and of another one of the same batch.
async fn sent_at(server: &TestServer, place: &str) -> (Verdict, Option<ReportRow>) {
    let device = server.device().await;
    let request = device.request(0, &[json!("@@"), report().1]).to_string().replace("\"@@\"", &at(place));
    let headers = [("authorization", device.bearer())];
    let headers = [(headers[0].0, headers[0].1.as_str()), ("content-type", "application/json")];
    let answer = server.send("POST", "/v1/sync", &headers, request).await;
    assert_eq!(answer.status, 200, "{place}");
    let mut reply: lanterna_shared::wire::SyncReply = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(reply.verdicts[1].verdict, Verdict::Applied, "the other one is not delayed by {place}");
    let row = (reply.changes.len() == 2).then(|| reply.changes.swap_remove(0)).map(|Row::Report(row)| row);
    (reply.verdicts.swap_remove(0).verdict, row)
}

fn refused_with(verdict: &Verdict) -> Option<ProblemCode> {
    if let Verdict::Rejected { code, .. } = verdict { Some(*code) } else { None }
}

#[tokio::test]
async fn a_place_that_is_none_refuses_its_own_report_only() {
    let server = TestServer::start().await;
    let invalid = [
        r#"{"lat":0,"lon":0,"src":"gps"}"#,
        r#"{"lat":900000001,"lon":0,"src":"gps"}"#,
        r#"{"lat":-900000001,"lon":5,"src":"gps"}"#,
        r#"{"lat":444072000,"lon":1800000001,"src":"gps"}"#,
        r#"{"lat":444072000,"lon":89340000,"acc":0,"src":"gps"}"#,
        r#"{"lat":444072000,"lon":89340000,"acc":4294967295,"src":"gps"}"#,
    ];
    for place in invalid {
        assert_eq!(refused_with(&sent_at(&server, place).await.0), Some(ProblemCode::Invalid), "{place}");
    }
    let unreadable = [
        r#"{"lat":"NaN","lon":"NaN","src":"gps"}"#,
        r#"{"lat":1e999,"lon":1,"src":"gps"}"#,
        r#"{"lat":44.4,"lon":8.9,"src":"gps"}"#,
        r#"{"lat":9999999999999,"lon":1,"src":"gps"}"#,
        r#"{"lat":444072000,"src":"gps"}"#,
        r#"{"lat":444072000,"lon":89340000,"src":"witchcraft"}"#,
        "[444072000,89340000]",
    ];
    for place in unreadable {
        assert_eq!(refused_with(&sent_at(&server, place).await.0), Some(ProblemCode::Malformed), "{place}");
    }
}

#[tokio::test]
async fn a_place_outside_every_area_or_of_little_accuracy_or_on_a_boundary_is_taken() {
    let server = TestServer::start().await;
    // The sea, the antipodes, the pole; and nowhere at all.
    for place in [
        r#"{"lat":430000000,"lon":80000000,"src":"gps"}"#,
        r#"{"lat":-444072000,"lon":-1710660000,"src":"map"}"#,
        r#"{"lat":900000000,"lon":1800000000,"src":"photo"}"#,
        "null",
    ] {
        let (verdict, row) = sent_at(&server, place).await;
        assert_eq!((verdict, row.unwrap().area), (Verdict::Applied, None), "{place}");
    }
    let (verdict, _) = sent_at(&server, r#"{"lat":444072000,"lon":89340000,"acc":5000,"src":"gps"}"#).await;
    assert_eq!(verdict, Verdict::Applied);
    // On a corner and on the edges of every area of the city.
    let city = lanterna::store::Store::city(server.store.as_ref()).await.unwrap();
    for area in city.areas.areas() {
        let ring = &area.polygons[0][0];
        let (first, second) = (ring[0], ring[1]);
        let between = (i32::midpoint(first.1, second.1), i32::midpoint(first.0, second.0));
        for (lat, lon) in [(first.1, first.0), between] {
            let (verdict, _) = sent_at(&server, &format!(r#"{{"lat":{lat},"lon":{lon},"src":"gps"}}"#)).await;
            assert_eq!(verdict, Verdict::Applied, "{}", area.code);
        }
    }
    assert_eq!(lanterna::store::Store::check(server.store.as_ref()).await.unwrap().faults, Vec::<String>::new());
}

#[tokio::test]
async fn a_category_that_is_gone_refuses_its_report_and_says_what_to_do() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let mut op = report().1;
    op["do"]["create_report"]["service"] = json!("unicorn");
    let reply = device.sync(&server, 0, &[op, report().1]).await;
    let Verdict::Rejected { code, detail } = &reply.verdicts[0].verdict else { panic!("a refusal") };
    assert_eq!(*code, ProblemCode::Unknown);
    assert!(detail.contains("choose another"), "{detail}");
    assert_eq!(reply.verdicts[1].verdict, Verdict::Applied);
}

#[tokio::test]
async fn a_clock_that_is_wrong_by_ten_years_is_corrected_and_nothing_is_refused() {
    let server = TestServer::start().await;
    let years = 10 * 365 * 24 * 3_600_000_i64;
    for wrong_by in [-years, years, i64::MIN / 2, i64::MAX / 2] {
        let device = server.device().await;
        let device_now = now().as_millis().saturating_add(wrong_by);
        let (report, mut op) = report();
        op["at"] = json!(device_now);
        // Written an hour before it was sent, by the same wrong clock.
        op["do"]["create_report"]["sent_at"] = json!(device_now.saturating_sub(3_600_000));
        let mut request = device.request(0, &[op]);
        request["now"] = json!(device_now);
        let answer = server.post("/v1/sync", &[("authorization", &device.bearer())], &request).await.json();
        assert_eq!(answer["verdicts"][0]["verdict"], "applied", "{wrong_by}");
        assert_eq!(answer["changes"][0]["since"], json!(now()), "the city's clock counts");
        let cookie = server.log_in("dispatcher").await;
        let session = [("cookie", cookie.as_str())];
        let page = server.get("/v1/cases?limit=1", &session).await.json();
        let detail = server.get(&format!("/v1/cases/{}", page["cases"][0]["case"].as_str().unwrap()), &session).await.json();
        assert_eq!(detail["reports"][0]["report"], json!(report));
        assert_eq!(detail["reports"][0]["sent_at"], json!(now().plus_millis(-3_600_000)), "{wrong_by}: what is shown is corrected");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing_and_the_same_whole_is_taken() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let body = device.request(0, &[report().1]).to_string();
    let bearer = device.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    for at in [0, 1, body.len() / 2, body.len() - 1] {
        assert_eq!(server.send("POST", "/v1/sync", &headers, body[..at].to_owned()).await.problem(), "malformed", "at {at}");
        let first: io::Result<Bytes> = Ok(Bytes::copy_from_slice(&body.as_bytes()[..at]));
        let cut = Body::from_stream(stream::iter([first, Err(io::Error::from(io::ErrorKind::ConnectionReset))]));
        assert_eq!(server.send("POST", "/v1/sync", &headers, cut).await.problem(), "malformed", "cut at {at}");
    }
    assert_eq!(device.sync(&server, 0, &[]).await.changes.len(), 0);
    let answer = server.send("POST", "/v1/sync", &headers, body).await.json();
    assert_eq!(answer["verdicts"][0]["verdict"], "applied");
}
