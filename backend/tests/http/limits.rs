//! Photos a day, by subject and by address.

use crate::support::{Pictures, TestDevice, TestServer, named, pictures};
use crate::uploads::send_thumb;
use axum::body::Body;
use http::Request;
use lanterna::http::serve::Peer;
use lanterna::http::state::Settings;
use lanterna::photo::budget::{Allowance, DayLimits};
use lanterna::store::Store;
use rusqlite::Connection;

const ENOUGH: Allowance = Allowance { files: 1_000, bytes: 1_000_000_000 };

async fn server(limits: DayLimits) -> TestServer {
    TestServer::start_with(Settings { limits, ..Settings::default() }).await
}

async fn reported(server: &TestServer, device: &TestDevice) -> Pictures {
    let pictures = pictures(9_000);
    device.reports(server, "pothole", &[pictures.named]).await;
    pictures
}

/// Sends a thumbnail and tells status, problem and how long to wait.
async fn try_thumb(server: &TestServer, device: &TestDevice, pictures: &Pictures, extra: &[(&str, &str)]) -> (u16, String) {
    let (bearer, length, metadata) = (device.bearer(), pictures.thumb.len().to_string(), named(pictures.named.thumb));
    let mut headers = vec![("authorization", bearer.as_str()), ("upload-length", &length), ("upload-metadata", &metadata)];
    headers.push(("content-type", "application/offset+octet-stream"));
    headers.extend_from_slice(extra);
    let answer = server.send("POST", "/v1/uploads", &headers, pictures.thumb.clone()).await;
    if answer.status == 429 {
        assert_eq!(answer.problem(), "too_many");
    }
    (answer.status, answer.header("retry-after").to_owned())
}

#[tokio::test]
async fn who_sent_enough_photos_today_waits_and_sends_the_rest_tomorrow() {
    let server = server(DayLimits { subject: Allowance { files: 2, bytes: 1_000_000 }, address: ENOUGH }).await;
    let (device, other) = (server.device().await, server.device().await);
    for _ in 0..2 {
        send_thumb(&server, &device, &reported(&server, &device).await).await;
    }
    let third = reported(&server, &device).await;
    let (status, wait) = try_thumb(&server, &device, &third, &[]).await;
    let to_midnight = 16 * 3_600 + 1;
    assert_eq!((status, wait.parse::<i64>().unwrap()), (429, to_midnight));
    assert_eq!(device.sync(&server, 0, &[]).await.changes.len(), 3, "reports go on");
    send_thumb(&server, &other, &reported(&server, &other).await).await;
    server.pass(to_midnight);
    send_thumb(&server, &device, &third).await;
}

#[tokio::test]
async fn bytes_count_as_they_come_and_also_in_pieces() {
    let server = server(DayLimits { subject: Allowance { files: 100, bytes: 10_000 }, address: ENOUGH }).await;
    let device = server.device().await;
    let pictures = reported(&server, &device).await;
    let bearer = device.bearer();
    let (length, metadata) = (pictures.full.len().to_string(), named(pictures.named.full));
    let headers = [("authorization", bearer.as_str()), ("upload-length", length.as_str()), ("upload-metadata", metadata.as_str())];
    let begun = server.send("POST", "/v1/uploads", &headers, Body::empty()).await;
    let at = begun.header("location").to_owned();
    let piece = ("content-type", "application/offset+octet-stream");
    for offset in (0..9_000).step_by(3_000) {
        let offset_text = offset.to_string();
        let headers = [("authorization", bearer.as_str()), ("upload-offset", offset_text.as_str()), piece];
        let answer = server.send("PATCH", &at, &headers, pictures.full[offset..offset + 3_000].to_vec()).await;
        assert_eq!(answer.status, 204, "at {offset}");
    }
    assert_eq!(try_thumb(&server, &device, &pictures, &[]).await.0, 429, "9,000 bytes came and 2,000 are too many");
}

#[tokio::test]
async fn an_address_is_limited_whoever_sends_from_it_and_a_trusted_proxy_is_looked_behind() {
    let limits = DayLimits { subject: ENOUGH, address: Allowance { files: 1, bytes: 1_000_000 } };
    let settings = Settings { limits, trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()], ..Settings::default() };
    let server = TestServer::start_with(settings).await;
    let (one, two) = (server.device().await, server.device().await);
    let (of_one, of_two) = (reported(&server, &one).await, reported(&server, &two).await);
    let from = |address: &'static str| [("x-forwarded-for", address)];
    assert_eq!(try_thumb(&server, &one, &of_one, &from("192.0.2.7")).await.0, 201);
    assert_eq!(try_thumb(&server, &two, &of_two, &from("192.0.2.7")).await.0, 429);
    let mut request = Request::post("/v1/uploads").header("authorization", two.bearer()).header("x-forwarded-for", "192.0.2.8");
    request = request.header("upload-length", "2000").header("upload-metadata", named(of_two.named.thumb));
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer("192.0.2.7".parse().unwrap()));
    assert_eq!(server.call_as_is(request).await.status, 429, "a stranger does not choose an address");
    assert_eq!(try_thumb(&server, &two, &of_two, &from("192.0.2.8")).await.0, 201);
}

#[tokio::test]
async fn nobodys_address_is_kept_and_yesterday_is_forgotten() {
    let server = server(DayLimits::default()).await;
    let device = server.device().await;
    send_thumb(&server, &device, &reported(&server, &device).await).await;
    let conn = Connection::open(server.data.join("lanterna.db")).unwrap();
    let rows = || conn.query_row("SELECT count(*) FROM sender_day", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(rows(), 2, "a subject and an address");
    let plain: i64 = conn
        .query_row(
            "SELECT count(*) FROM sender_day WHERE instr(sender_sha256, x'7f000001') > 0 OR instr(sender_sha256, '127.0.0.1') > 0",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(plain, 0);
    server.intake.sweep(server.now()).await.unwrap();
    assert_eq!(rows(), 2);
    server.pass(24 * 3_600);
    server.intake.sweep(server.now()).await.unwrap();
    assert_eq!(rows(), 0);
    assert_eq!(server.store.check().await.unwrap().faults, Vec::<String>::new());
}
