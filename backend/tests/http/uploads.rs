//! `/v1/uploads` and the photos that come of them.

use crate::support::{Answer, OK, Pictures, TestDevice, TestServer, named, pictures};
use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use http::Request;
use lanterna_shared::id::ReportId;
use lanterna_shared::photo::PhotoHash;
use std::io;

const PIECE: (&str, &str) = ("content-type", "application/offset+octet-stream");

struct Scene {
    server: TestServer,
    device: TestDevice,
    report: ReportId,
    pictures: Pictures,
}

async fn scene(full_bytes: usize) -> Scene {
    let server = TestServer::start().await;
    let device = server.device().await;
    let pictures = pictures(full_bytes);
    let report = device.reports(&server, "pothole", &[pictures.named]).await;
    Scene { server, device, report, pictures }
}

/// Sends a picture's thumbnail, which a report of the device mentions.
pub(crate) async fn send_thumb(server: &TestServer, device: &TestDevice, pictures: &Pictures) {
    let (bearer, length, metadata) = (device.bearer(), pictures.thumb.len().to_string(), named(pictures.named.thumb));
    let headers = [("authorization", bearer.as_str()), ("upload-length", &length), ("upload-metadata", &metadata), PIECE];
    let answer = server.send("POST", "/v1/uploads", &headers, pictures.thumb.clone()).await;
    assert_eq!(answer.header("lanterna-photo"), "present");
}

impl Scene {
    async fn create(&self, hash: PhotoHash, length: usize, body: Option<Body>) -> Answer {
        self.create_as(&self.device, hash, length, body).await
    }

    async fn create_as(&self, device: &TestDevice, hash: PhotoHash, length: usize, body: Option<Body>) -> Answer {
        let (bearer, length, metadata) = (device.bearer(), length.to_string(), named(hash));
        let mut headers = vec![("authorization", bearer.as_str()), ("upload-length", &length), ("upload-metadata", &metadata)];
        if body.is_some() {
            headers.push(PIECE);
        }
        self.server.send("POST", "/v1/uploads", &headers, body.unwrap_or(Body::empty())).await
    }

    async fn patch(&self, at: &str, offset: usize, body: impl Into<Body>) -> Answer {
        let (bearer, offset) = (self.device.bearer(), offset.to_string());
        let headers = [("authorization", bearer.as_str()), ("upload-offset", &offset), ("tus-resumable", "1.0.0"), PIECE];
        self.server.send("PATCH", at, &headers, body).await
    }

    async fn head(&self, at: &str) -> Answer {
        self.server.send("HEAD", at, &[("authorization", &self.device.bearer())], Body::empty()).await
    }

    async fn photo(&self, rendition: &str) -> Answer {
        let path = format!("/v1/reports/{}/photos/0/{rendition}", self.report);
        self.server.get(&path, &[("authorization", &self.device.bearer())]).await
    }

    /// Begins the upload of the full picture.
    async fn begin(&self) -> String {
        let begun = self.create(self.pictures.named.full, self.pictures.full.len(), None).await;
        assert_eq!(begun.status, 201);
        begun.header("location").to_owned()
    }
}

/// A body that sends `first` and then breaks off.
fn cut_after(first: &[u8]) -> Body {
    let first: io::Result<Bytes> = Ok(Bytes::copy_from_slice(first));
    Body::from_stream(stream::iter([first, Err(io::Error::from(io::ErrorKind::ConnectionReset))]))
}

#[tokio::test]
async fn a_whole_photo_in_one_request_is_present_and_seen() {
    let scene = scene(9_000).await;
    let Pictures { thumb, named, .. } = &scene.pictures;
    assert_eq!(scene.photo("thumb").await.problem(), "not_found");
    let answer = scene.create(named.thumb, thumb.len(), Some(thumb.clone().into())).await;
    assert_eq!((answer.status, answer.header("lanterna-photo"), answer.header("upload-offset")), (201, "present", "2000"));
    let again = scene.create(named.thumb, thumb.len(), None).await;
    assert_eq!((again.status, again.header("lanterna-photo"), again.header("upload-offset")), (201, "present", "2000"));
    let seen = scene.photo("thumb").await;
    assert_eq!((seen.status, seen.header("content-type"), seen.header("x-content-type-options")), (OK, "image/jpeg", "nosniff"));
    assert_eq!(seen.body, *thumb);
    assert_eq!(scene.device.sync(&scene.server, 0, &[]).await.wanted, [named.screen, named.full]);
}

#[tokio::test]
async fn a_photo_that_the_browser_has_is_not_sent_again() {
    let scene = scene(9_000).await;
    let Pictures { thumb, named, .. } = &scene.pictures;
    scene.create(named.thumb, thumb.len(), Some(thumb.clone().into())).await;
    let tag = scene.photo("thumb").await.header("etag").to_owned();
    let path = format!("/v1/reports/{}/photos/0/thumb", scene.report);
    let answer = scene.server.get(&path, &[("authorization", &scene.device.bearer()), ("if-none-match", &tag)]).await;
    assert_eq!((answer.status, answer.body.len()), (304, 0));
}

#[tokio::test]
async fn a_photo_in_pieces_goes_on_where_it_is() {
    let scene = scene(9_000).await;
    let at = scene.begin().await;
    let full = &scene.pictures.full;
    let answer = scene.patch(&at, 0, full[..4_000].to_vec()).await;
    assert_eq!((answer.status, answer.header("upload-offset"), answer.header("lanterna-photo")), (204, "4000", ""));
    assert!(answer.header("upload-expires").ends_with("GMT"));
    let wrong = scene.patch(&at, 3_000, full[3_000..].to_vec()).await;
    assert_eq!((wrong.problem(), wrong.header("upload-offset")), ("offset_mismatch", "4000"));
    let asked = scene.head(&at).await;
    assert_eq!((asked.status, asked.header("upload-offset"), asked.header("upload-length")), (OK, "4000", "9000"));
    let answer = scene.patch(&at, 4_000, full[4_000..].to_vec()).await;
    assert_eq!((answer.status, answer.header("lanterna-photo")), (204, "present"));
    assert_eq!(scene.head(&at).await.status, 410);
    assert_eq!(scene.photo("full").await.body, *full);
}

#[tokio::test]
async fn what_no_report_mentions_is_refused() {
    let scene = scene(9_000).await;
    let other = scene.server.device().await;
    let named = scene.pictures.named;
    assert_eq!(scene.create(PhotoHash::of(b"mine"), 4, None).await.problem(), "photo_not_expected");
    assert_eq!(scene.create_as(&other, named.thumb, 2_000, None).await.problem(), "photo_not_expected");
    assert_eq!(scene.create(named.thumb, 25 * 1024, None).await.problem(), "too_large");
    assert_eq!(scene.create(named.thumb, 0, None).await.problem(), "too_large");
}

#[tokio::test]
async fn bytes_that_came_before_a_cut_are_kept() {
    let scene = scene(9_000).await;
    let at = scene.begin().await;
    scene.patch(&at, 0, cut_after(&scene.pictures.full[..5_000])).await;
    assert_eq!(scene.head(&at).await.header("upload-offset"), "5000");
    let rest = scene.pictures.full[5_000..].to_vec();
    assert_eq!(scene.patch(&at, 5_000, rest).await.header("lanterna-photo"), "present");
}

#[tokio::test]
async fn beginning_again_goes_on_with_what_had_arrived() {
    let scene = scene(9_000).await;
    let Pictures { full, named, .. } = &scene.pictures;
    scene.create(named.full, full.len(), Some(cut_after(&full[..5_000]))).await;
    let begun = scene.create(named.full, full.len(), None).await;
    assert_eq!((begun.status, begun.header("upload-offset")), (201, "5000"));
    let whole = scene.create(named.full, full.len(), Some(full.clone().into())).await;
    assert_eq!(whole.header("lanterna-photo"), "present", "what is here of a whole body is skipped");
    assert_eq!(scene.photo("full").await.body, *full);
}

#[tokio::test]
async fn after_a_restart_the_rest_is_enough() {
    let mut scene = scene(9_000).await;
    let at = scene.begin().await;
    scene.patch(&at, 0, scene.pictures.full[..5_000].to_vec()).await;
    scene.server = scene.server.restart().await;
    assert_eq!(scene.head(&at).await.header("upload-offset"), "5000");
    let rest = scene.pictures.full[5_000..].to_vec();
    assert_eq!(scene.patch(&at, 5_000, rest).await.header("lanterna-photo"), "present");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_request_ends_the_stalled_older_one() {
    let scene = scene(9_000).await;
    let at = scene.begin().await;
    let (started, has_started) = tokio::sync::oneshot::channel();
    let first = Bytes::copy_from_slice(&scene.pictures.full[..3_000]);
    // Sends three thousand bytes and then says nothing for ever.
    let pieces = stream::once(async move { Ok::<_, io::Error>(first) }).chain(stream::once(async move {
        let _ = started.send(());
        std::future::pending::<io::Result<Bytes>>().await
    }));
    let request = Request::patch(&at).header("authorization", scene.device.bearer()).header("upload-offset", "0").header(PIECE.0, PIECE.1);
    let request = request.body(Body::from_stream(pieces)).unwrap();
    let stalled = scene.server.call(request);
    let newer = async {
        has_started.await.unwrap();
        let offset = scene.head(&at).await.header("upload-offset").to_owned();
        (offset, scene.patch(&at, 3_000, scene.pictures.full[3_000..].to_vec()).await)
    };
    let (older, (offset, newer)) = tokio::join!(stalled, newer);
    assert_eq!(older.problem(), "offset_mismatch");
    assert_eq!((offset.as_str(), newer.header("lanterna-photo")), ("3000", "present"));
}

#[tokio::test]
async fn other_bytes_are_refused_and_removed() {
    let scene = scene(9_000).await;
    let at = scene.begin().await;
    let answer = scene.patch(&at, 0, vec![1; 9_000]).await;
    assert_eq!((answer.status, answer.problem()), (460, "hash_mismatch"));
    let again = scene.create(scene.pictures.named.full, 9_000, None).await;
    assert_eq!((again.status, again.header("upload-offset")), (201, "0"));
    assert_eq!(scene.photo("full").await.status, 404);
}

#[tokio::test]
async fn more_bytes_than_announced_are_refused() {
    let scene = scene(9_000).await;
    let at = scene.begin().await;
    assert_eq!(scene.patch(&at, 0, vec![1; 9_001]).await.problem(), "too_large");
    assert_eq!(scene.patch(&at, 0, scene.pictures.full.clone()).await.header("lanterna-photo"), "present");
}

#[tokio::test]
async fn an_upload_that_is_ended_or_forgotten_is_gone() {
    let scene = scene(9_000).await;
    let at = scene.begin().await;
    scene.patch(&at, 0, scene.pictures.full[..5_000].to_vec()).await;
    let ended = scene.server.send("DELETE", &at, &[("authorization", &scene.device.bearer())], Body::empty()).await;
    assert_eq!(ended.status, 204);
    assert_eq!(scene.head(&at).await.status, 410);
    assert_eq!(scene.create(scene.pictures.named.full, 9_000, None).await.header("upload-offset"), "0");
    scene.patch(&at, 0, scene.pictures.full[..5_000].to_vec()).await;
    scene.server.pass(25 * 3_600);
    assert_eq!(scene.server.intake.sweep(scene.server.now()).await.unwrap(), 1);
    assert_eq!(scene.head(&at).await.status, 410);
}

#[tokio::test]
async fn nobody_touches_anothers_upload_or_photo() {
    let scene = scene(9_000).await;
    let at = scene.begin().await;
    let other = scene.server.device().await;
    for method in ["HEAD", "DELETE"] {
        assert_eq!(scene.server.send(method, &at, &[("authorization", &other.bearer())], Body::empty()).await.status, 410);
    }
    let Pictures { thumb, named, .. } = &scene.pictures;
    scene.create(named.thumb, thumb.len(), Some(thumb.clone().into())).await;
    let path = format!("/v1/reports/{}/photos/0/thumb", scene.report);
    assert_eq!(scene.server.get(&path, &[("authorization", &other.bearer())]).await.problem(), "not_found");
    assert_eq!(scene.server.get(&path, &[]).await.problem(), "unauthenticated");
    let cookie = scene.server.log_in("roads").await;
    assert_eq!(scene.server.get(&path, &[("cookie", &cookie)]).await.status, OK);
}

#[tokio::test]
async fn the_server_says_what_it_speaks() {
    let scene = scene(9_000).await;
    let answer = scene.server.send("OPTIONS", "/v1/uploads", &[], Body::empty()).await;
    assert_eq!((answer.status, answer.header("tus-version")), (204, "1.0.0"));
    let (bearer, metadata) = (scene.device.bearer(), [("tus-resumable", "0.2.2")]);
    let wrong = scene.server.send("POST", "/v1/uploads", &[("authorization", &bearer), metadata[0]], Body::empty()).await;
    assert_eq!((wrong.status, wrong.problem()), (412, "malformed"));
}
