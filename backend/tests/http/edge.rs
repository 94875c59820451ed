//! What holds for every address: problems, bounds, compression, and the pages' guards.

use crate::support::{OK, TestServer};
use axum::body::Body;
use lanterna::http::state::Settings;
use lanterna_shared::wire::MAX_REQUEST_BYTES;
use serde_json::json;

#[tokio::test]
async fn what_is_not_there_is_a_problem_below_v1_and_a_page_elsewhere() {
    let server = TestServer::start().await;
    for path in ["/v1", "/v1/", "/v1/nothing", "/v1/sync/more"] {
        let answer = server.get(path, &[]).await;
        assert_eq!((answer.status, answer.problem()), (404, "not_found"), "{path}");
    }
    let answer = server.send("PUT", "/v1/sync", &[], Body::empty()).await;
    assert_eq!((answer.status, answer.problem()), (405, "malformed"));
    assert_eq!(server.send("POST", "/", &[], Body::empty()).await.status, 404);
    for path in ["/", "/reports/7", "/console", "/console/cases/1"] {
        let answer = server.get(path, &[]).await;
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_a_problem_that_repeats_nothing() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let bearer = device.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let answer = server.send("POST", "/v1/sync", &headers, r#"{"protocol":"Via Garibaldi 9"}"#).await;
    assert_eq!(answer.problem(), "malformed");
    assert!(!String::from_utf8(answer.body).unwrap().contains("Garibaldi"));
}

#[tokio::test]
async fn bodies_are_bounded_compressed_or_not() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let bearer = device.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let large = vec![b' '; MAX_REQUEST_BYTES + 1];
    assert_eq!(server.send("POST", "/v1/sync", &headers, large.clone()).await.problem(), "too_large");
    let bomb = zstd::encode_all(&vec![b' '; 200 * 1024 * 1024][..], 1).unwrap();
    assert!(bomb.len() < 64 * 1024);
    let zipped = [headers[0], headers[1], ("content-encoding", "zstd")];
    assert_eq!(server.send("POST", "/v1/sync", &zipped, bomb).await.problem(), "too_large");
    let small = zstd::encode_all(device.request(0, &[]).to_string().as_bytes(), 3).unwrap();
    assert_eq!(server.send("POST", "/v1/sync", &zipped, small).await.status, OK);
    let broken = server.send("POST", "/v1/sync", &zipped, "no zstd").await;
    assert_eq!(broken.problem(), "malformed");
    let unknown = [headers[0], headers[1], ("content-encoding", "rot13")];
    let answer = server.send("POST", "/v1/sync", &unknown, "{}").await;
    assert_eq!((answer.status, answer.problem()), (415, "malformed"));
}

#[tokio::test]
async fn large_answers_are_compressed_and_small_ones_are_not() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let headers = [("authorization", device.bearer()), ("accept-encoding", "zstd".to_owned())];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let large = server.post("/v1/sync", &headers, &device.request(0, &[])).await;
    assert_eq!(large.header("content-encoding"), "zstd");
    let mut request = device.request(0, &[]);
    let plain: serde_json::Value = serde_json::from_slice(&zstd::decode_all(&large.body[..]).unwrap()).unwrap();
    request["catalogue"] = plain["catalogue"]["version"].clone();
    let small = server.post("/v1/sync", &headers, &request).await;
    assert_eq!((small.status, small.header("content-encoding")), (OK, ""));
}

#[tokio::test]
async fn too_many_new_devices_have_to_wait() {
    let server = TestServer::start_with(Settings { registrations_per_minute: 60, registrations_burst: 2, ..Settings::default() }).await;
    let device = server.device().await;
    server.device().await;
    let answer = server.post("/v1/devices", &[], &device.registration()).await;
    assert_eq!((answer.status, answer.problem(), answer.header("retry-after")), (429, "too_many", "2"));
    server.pass(2);
    assert_eq!(server.post("/v1/devices", &[], &device.registration()).await.status, OK);
}

#[tokio::test]
async fn figures_count_what_happened_and_name_nobody() {
    let server = TestServer::start().await;
    let device = server.device().await;
    device.reports(&server, "pothole", &[]).await;
    server.get("/v1/reports/01890000-0000-7000-8000-000000000001/photos/0/thumb", &[]).await;
    let text = String::from_utf8(server.get("/metrics", &[]).await.body).unwrap();
    assert!(text.contains("lanterna_ops_total{verdict=\"applied\"} 1"), "{text}");
    assert!(text.contains("route=\"/v1/reports/{report}/photos/{ordinal}/{rendition}\""));
    assert!(!text.contains("01890000") && !text.contains(&device.secret));
    assert_eq!(server.get("/healthz", &[]).await.status, OK);
    assert_eq!(server.get("/readyz", &[]).await.status, OK);
}

#[tokio::test]
async fn the_description_is_served() {
    let server = TestServer::start().await;
    let document = server.get("/openapi.json", &[]).await.json();
    assert_eq!(document["info"]["title"], json!("Lanterna"));
    assert!(document["paths"]["/v1/sync"]["post"].is_object());
}
