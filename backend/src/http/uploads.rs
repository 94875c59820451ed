//! tus 1.0 (<https://tus.io/protocols/resumable-upload>): creation, creation-with-upload, expiration, termination.
//!
//! An upload is a file that a report of this device's subject mentions, named by its hash; nothing else is taken in. Beginning one that was begun
//! before goes on with the bytes that had arrived, so a lost answer costs nothing. When the last byte is durable the answer says
//! `Lanterna-Photo: present`.

use super::access::DeviceOnly;
use super::json::Path;
use super::problem::Refused;
use super::serve::Peer;
use super::state::AppState;
use crate::photo::budget::Spending;
use crate::photo::intake::{IntakeError, KEPT_MS, Progress, Turn};
use crate::store::batch::Device;
use crate::store::photo::{Upload, upload_id};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use lanterna_shared::id::UploadId;
use lanterna_shared::photo::{PhotoHash, Rendition};
use lanterna_shared::problem::{Invalid, Problem, ProblemCode};
use lanterna_shared::time::Timestamp;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const VERSION: HeaderName = HeaderName::from_static("tus-version");
const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const PHOTO: HeaderName = HeaderName::from_static("lanterna-photo");
/// The media type of a piece.
const PIECE: &str = "application/offset+octet-stream";
/// The protocol that is spoken here.
const TUS: HeaderValue = HeaderValue::from_static("1.0.0");

/// Says what is spoken here.
#[utoipa::path(options, path = "/v1/uploads", tag = "photos", responses(
    (status = 204, description = "Tus-Version, Tus-Extension and Tus-Max-Size"),
))]
pub async fn capabilities() -> Response {
    let headers = [
        (RESUMABLE, TUS),
        (VERSION, TUS),
        (EXTENSION, HeaderValue::from_static("creation,creation-with-upload,expiration,termination")),
        (MAX_SIZE, HeaderValue::from(Rendition::Full.max_bytes())),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Begins an upload, or goes on with one that was begun. `Upload-Metadata: sha256 <base64 of the hash in hexadecimal>`.
#[utoipa::path(post, path = "/v1/uploads", tag = "photos", security(("device" = [])),
    params(
        ("Upload-Length" = u64, Header, description = "Bytes of the whole file"),
        ("Upload-Metadata" = String, Header, description = "`sha256` and the base64 of its hash in hexadecimal"),
        ("Content-Type" = Option<String>, Header, description = "`application/offset+octet-stream` when the body is the file's start"),
    ),
    responses(
    (status = 201, description = "Location, Upload-Offset and Upload-Expires; `Lanterna-Photo: present` when it is here whole"),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`photo_not_expected`: send the report first", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "`too_large` for its rendition", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many` photos for one day; see Retry-After", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid`: a header is missing or wrong", body = Problem, content_type = "application/problem+json"),
    (status = 460, description = "`hash_mismatch`: send it again from the start", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    State(state): State<AppState>,
    DeviceOnly(device): DeviceOnly,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    speaks_tus(&headers)?;
    let hash = announced_hash(&headers)?;
    let length_bytes = number(&headers, &LENGTH, "Upload-Length")?;
    let not_expected =
        || Refused::new(ProblemCode::PhotoNotExpected, "No report of this device mentions this photo: send the report first.");
    let expected = state.store.expected_photo(device.subject, hash).await?.ok_or_else(not_expected)?;
    let id = upload_id(device.subject, hash);
    if expected.present {
        return Ok(created(id, Progress { offset: length_bytes, present: true }, None));
    }
    let most = expected.rendition.max_bytes();
    if length_bytes == 0 || length_bytes > most {
        let detail = format!("A photo of this kind has 1 to {most} bytes: make it again.");
        return Err(Refused::new(ProblemCode::TooLarge, detail));
    }
    let now = state.clock.now();
    let spending = state.budget.reserve(device.subject, peer.0, length_bytes, now).await?;
    let upload = Upload { upload: id, subject: device.subject, hash, length_bytes, expires_at: now.plus_millis(KEPT_MS) };
    let turn = state.intake.take_over(id).await?;
    let staged = staged_bytes(&state, &turn, length_bytes)?;
    let progress = if is_piece(&headers) {
        // The body is the file from its start; what is here of it already is skipped.
        receive(&state, turn, upload, (staged, staged), body, spending).await?
    } else {
        state.store.begin_upload(upload).await?;
        drop(turn);
        Progress { offset: staged, present: false }
    };
    Ok(created(id, progress, Some(upload.expires_at)))
}

/// How far an upload is.
#[utoipa::path(head, path = "/v1/uploads/{id}", tag = "photos", security(("device" = [])), params(("id" = UploadId, Path)), responses(
    (status = 200, description = "Upload-Offset, Upload-Length and Upload-Expires"),
    (status = 410, description = "`upload_gone`: begin again", body = Problem, content_type = "application/problem+json"),
))]
pub async fn offset(
    State(state): State<AppState>,
    DeviceOnly(device): DeviceOnly,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    speaks_tus(&headers)?;
    // Whoever asks has lost the old connection: what it brought is written first, so that the answer stays true.
    let turn = state.intake.take_over(id).await?;
    let upload = find(&state, device, id).await?;
    let at = staged_bytes(&state, &turn, upload.length_bytes)?;
    let mut response = answer(StatusCode::OK, Progress { offset: at, present: false }, Some(upload.expires_at));
    response.headers_mut().insert(LENGTH, HeaderValue::from(upload.length_bytes));
    Ok(response)
}

/// The next piece of an upload.
#[utoipa::path(patch, path = "/v1/uploads/{id}", tag = "photos", security(("device" = [])),
    params(
        ("id" = UploadId, Path),
        ("Upload-Offset" = u64, Header, description = "Bytes that are there already"),
        ("Content-Type" = String, Header, description = "`application/offset+octet-stream`"),
    ),
    responses(
    (status = 204, description = "Upload-Offset and Upload-Expires; `Lanterna-Photo: present` when it is here whole"),
    (status = 409, description = "`offset_mismatch`: Upload-Offset says where it is", body = Problem, content_type = "application/problem+json"),
    (status = 410, description = "`upload_gone`: begin again", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "`too_large`: more than was announced", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many` photos for one day; see Retry-After", body = Problem, content_type = "application/problem+json"),
    (status = 460, description = "`hash_mismatch`: begin again from the start", body = Problem, content_type = "application/problem+json"),
))]
pub async fn append(
    State(state): State<AppState>,
    DeviceOnly(device): DeviceOnly,
    Extension(peer): Extension<Peer>,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    speaks_tus(&headers)?;
    if !is_piece(&headers) {
        let refused = Refused::new(ProblemCode::Malformed, format!("Send the piece with Content-Type: {PIECE}."));
        return Err(refused.with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let from = number(&headers, &OFFSET, "Upload-Offset")?;
    let turn = state.intake.take_over(id).await?;
    let mut upload = find(&state, device, id).await?;
    let at = staged_bytes(&state, &turn, upload.length_bytes)?;
    if from != at {
        let detail = format!("This upload is at byte {at}: go on from there.");
        return Err(Refused::new(ProblemCode::OffsetMismatch, detail).with_header(OFFSET, HeaderValue::from(at)));
    }
    let now = state.clock.now();
    upload.expires_at = now.plus_millis(KEPT_MS);
    let spending = state.budget.reserve(device.subject, peer.0, upload.length_bytes.saturating_sub(at), now).await?;
    let progress = receive(&state, turn, upload, (at, 0), body, spending).await?;
    Ok(answer(StatusCode::NO_CONTENT, progress, Some(upload.expires_at)))
}

/// Ends an upload and removes what had arrived.
#[utoipa::path(delete, path = "/v1/uploads/{id}", tag = "photos", security(("device" = [])), params(("id" = UploadId, Path)), responses(
    (status = 204, description = "It is gone"),
    (status = 410, description = "`upload_gone` already", body = Problem, content_type = "application/problem+json"),
))]
pub async fn end(
    State(state): State<AppState>,
    DeviceOnly(device): DeviceOnly,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    speaks_tus(&headers)?;
    let turn = state.intake.take_over(id).await?;
    find(&state, device, id).await?;
    state.intake.end(turn).await?;
    Ok((StatusCode::NO_CONTENT, [(RESUMABLE, TUS)]).into_response())
}

async fn receive(
    state: &AppState,
    turn: Turn,
    upload: Upload,
    (offset, skip): (u64, u64),
    body: Body,
    spending: Spending,
) -> Result<Progress, IntakeError> {
    let now = state.clock.now();
    let progress = state.intake.receive(turn, upload, (offset, skip), body.into_data_stream(), spending, now).await?;
    state.metrics.uploaded(progress.offset.saturating_sub(offset));
    if progress.present {
        state.metrics.photo_arrived();
    }
    Ok(progress)
}

/// Bytes that are there. More than the file shall have cannot be its start: they are removed.
fn staged_bytes(state: &AppState, turn: &Turn, length_bytes: u64) -> Result<u64, IntakeError> {
    let staged = state.intake.staged_bytes(turn)?;
    if staged < length_bytes {
        return Ok(staged);
    }
    state.intake.start_over(turn)?;
    Ok(0)
}

async fn find(state: &AppState, device: Device, id: UploadId) -> Result<Upload, Refused> {
    let gone = || Refused::new(ProblemCode::UploadGone, "This upload is finished, has ended or never was: begin it again.");
    state.store.upload(id).await?.filter(|upload| upload.subject == device.subject).ok_or_else(gone)
}

fn speaks_tus(headers: &HeaderMap) -> Result<(), Refused> {
    if headers.get(RESUMABLE).is_none_or(|version| version == TUS) {
        return Ok(());
    }
    let refused = Refused::new(ProblemCode::Malformed, "This server speaks tus 1.0.0: send Tus-Resumable: 1.0.0.");
    Err(refused.with_status(StatusCode::PRECONDITION_FAILED).with_header(VERSION, TUS))
}

fn is_piece(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == PIECE)
}

fn number(headers: &HeaderMap, name: &HeaderName, called: &'static str) -> Result<u64, Refused> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    value.ok_or_else(|| Invalid::new(called, "is missing or no number: give it in bytes").into())
}

fn announced_hash(headers: &HeaderMap) -> Result<PhotoHash, Refused> {
    let wrong =
        || Refused::from(Invalid::new("Upload-Metadata", "does not name the photo: give sha256 and the base64 of its hash in hexadecimal"));
    let text = headers.get(METADATA).and_then(|value| value.to_str().ok()).ok_or_else(wrong)?;
    let coded = text.split(',').find_map(|pair| pair.trim().strip_prefix("sha256 ")).ok_or_else(wrong)?;
    let plain = base64(coded.trim()).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)?;
    plain.parse().map_err(|_| wrong())
}

/// Decodes standard base64 of at most 128 characters (RFC 4648, section 4).
fn base64(text: &str) -> Option<Vec<u8>> {
    if text.len() > 128 || !text.len().is_multiple_of(4) {
        return None;
    }
    let digits = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(96);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

fn created(id: UploadId, progress: Progress, expires_at: Option<Timestamp>) -> Response {
    let mut response = answer(StatusCode::CREATED, progress, expires_at);
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/uploads/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn answer(status: StatusCode, progress: Progress, expires_at: Option<Timestamp>) -> Response {
    let mut response = (status, [(RESUMABLE, TUS), (OFFSET, HeaderValue::from(progress.offset))]).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if progress.present {
        headers.insert(PHOTO, HeaderValue::from_static("present"));
    } else if let Some(date) = expires_at.and_then(|at| HeaderValue::from_str(&http_date(at)).ok()) {
        headers.insert(EXPIRES, date);
    }
    response
}

/// A date as HTTP writes it (RFC 9110, section 5.6.7).
fn http_date(at: Timestamp) -> String {
    at.to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_photo_is_named_by_the_base64_of_its_hash() {
        let hash = PhotoHash::of(b"abc");
        let coded = "YmE3ODE2YmY4ZjAxY2ZlYTQxNDE0MGRlNWRhZTIyMjNiMDAzNjFhMzk2MTc3YTljYjQxMGZmNjFmMjAwMTVhZA==";
        let named = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(METADATA, HeaderValue::from_str(text).unwrap());
            announced_hash(&headers).ok()
        };
        assert_eq!(named(&format!("sha256 {coded}")), Some(hash));
        assert_eq!(named(&format!("filename YQ==, sha256 {coded}")), Some(hash));
        assert_eq!(named("sha256 YQ=="), None);
        assert_eq!(named("sha256 ****"), None);
        assert_eq!(named("filename YQ=="), None);
    }

    #[test]
    fn dates_are_written_as_http_wants_them() {
        assert_eq!(http_date(Timestamp::from_millis(784_111_777_000)), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
