//! `GET /v1/reports/{report}/photos/{ordinal}/{rendition}`: a photo by its report, for whoever may see the report or its case.

use super::access::Viewer;
use super::json::Path;
use super::problem::Refused;
use super::state::AppState;
use crate::photo::folder::media_type;
use crate::store::account::Actor;
use crate::store::audit::Noted;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use lanterna_shared::audit::Act;
use lanterna_shared::id::ReportId;
use lanterna_shared::photo::Rendition;
use lanterna_shared::problem::Problem;
use std::io;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

/// How much is read and sent at once.
const BLOCK_BYTES: usize = 64 * 1024;

/// A photo that has arrived.
#[utoipa::path(get, path = "/v1/reports/{report}/photos/{ordinal}/{rendition}", tag = "photos", security(("device" = []), ("session" = [])),
    params(
        ("report" = ReportId, Path),
        ("ordinal" = u8, Path, description = "From 0"),
        ("rendition" = Rendition, Path, description = "thumb, screen or full"),
    ),
    responses(
    (status = 200, description = "The picture", content_type = "image/jpeg"),
    (status = 304, description = "The browser has it"),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: none, not arrived yet, or not for this person", body = Problem, content_type = "application/problem+json"),
))]
pub async fn photo(
    State(state): State<AppState>,
    viewer: Viewer,
    Path((report, ordinal, rendition)): Path<(ReportId, u8, Rendition)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let missing = || Refused::not_found("There is no such photo, or it is still on its way.");
    let found = state.store.photo_of_report(report, ordinal, rendition).await?;
    let photo = found.filter(|photo| viewer.may_see(photo)).ok_or_else(missing)?;
    if let Viewer::Staff(staff) = &viewer
        && rendition == Rendition::Full
    {
        let opened = Noted { by: Actor::Staff(staff.staff.user), act: Act::PhotoOpened, about: format!("{report}/{ordinal}") };
        state.store.note_soon(opened, state.clock.now()).await?;
    }
    let tag = format!("\"{}\"", photo.hash);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut answer = if known.split(',').any(|known| known.trim() == tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        picture(&state, &photo).await.map_err(|error| {
            tracing::error!(%error, "a photo that is said to be there cannot be read; run `lanterna check`");
            missing()
        })?
    };
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A photo is only ever shown inside our pages: opened by itself it runs nothing.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(answer)
}

async fn picture(state: &AppState, photo: &crate::store::photo::PhotoOfReport) -> io::Result<Response> {
    let mut file = File::open(state.intake.folder().whole(photo.hash)).await?;
    let length = file.metadata().await?.len();
    let first = next_block(&mut file).await?.unwrap_or_default();
    let kind = media_type(&first);
    let rest =
        stream::try_unfold(file, |mut file| async move { Ok::<_, io::Error>(next_block(&mut file).await?.map(|block| (block, file))) });
    let body = stream::StreamExt::chain(stream::iter([Ok::<_, io::Error>(first)]), rest);
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_LENGTH, HeaderValue::from(length))];
    Ok((headers, Body::from_stream(body)).into_response())
}

async fn next_block(file: &mut File) -> io::Result<Option<Bytes>> {
    let mut block = BytesMut::with_capacity(BLOCK_BYTES);
    let count = file.read_buf(&mut block).await?;
    Ok((count > 0).then(|| block.freeze()))
}
