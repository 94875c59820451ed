//! `POST /v1/sync`: ops go in, verdicts, changes and wanted photos come back, in one round trip.

use super::access::DeviceOnly;
use super::json::Json;
use super::problem::{Refused, internal};
use super::state::AppState;
use crate::store::batch::{OpBatch, PreparedOp};
use axum::extract::State;
use lanterna_shared::op::Op;
use lanterna_shared::problem::{Problem, ProblemCode};
use lanterna_shared::verdict::Verdict;
use lanterna_shared::wire::{MAX_OPS, SyncReply, SyncRequest};
use serde_json::value::RawValue;

/// Ops from which on reading and hashing them leaves the thread that serves others.
const MANY: usize = 32;

/// Takes ops in and answers each; says what changed for this device, the effects of these ops among it, and which photos have not arrived.
#[utoipa::path(post, path = "/v1/sync", tag = "devices", security(("device" = [])), request_body = SyncRequest<Op>, responses(
    (status = 200, description = "A verdict for each op whose id could be read, in their order", body = SyncReply),
    (status = 400, description = "`malformed`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`unauthenticated`: register the device again", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "`too_large`: halve the batch", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`unavailable`; see Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn sync(
    State(state): State<AppState>,
    DeviceOnly(device): DeviceOnly,
    Json(request): Json<SyncRequest<Box<RawValue>>>,
) -> Result<Json<SyncReply>, Refused> {
    if request.ops.len() > MAX_OPS {
        return Err(Refused::new(ProblemCode::TooLarge, "There are over 1,000 ops in this request: send half of them."));
    }
    let now = state.clock.now();
    let ops = prepare(request.ops).await?;
    let batch = OpBatch { device, lineage: request.lineage, device_now: request.now, ops };
    let verdicts = state.store.apply_ops(batch, now).await?;
    for reply in &verdicts {
        state.metrics.op(verdict_name(&reply.verdict));
    }
    let pull = state.store.pull(device.subject, request.cursor).await?;
    let catalogue = &state.store.city().await?.catalogue;
    let is_other = request.catalogue.as_deref() != Some(catalogue.version.as_str());
    Ok(Json(SyncReply {
        server_time: state.clock.now(),
        verdicts,
        changes: pull.changes,
        cursor: pull.cursor,
        more: pull.more,
        wanted: pull.wanted,
        epoch: pull.epoch,
        catalogue: is_other.then(|| catalogue.for_device(request.areas_version.as_deref())),
    }))
}

async fn prepare(ops: Vec<Box<RawValue>>) -> Result<Vec<PreparedOp>, Refused> {
    let read = |ops: Vec<Box<RawValue>>| ops.iter().filter_map(|raw| PreparedOp::read(raw)).collect();
    if ops.len() < MANY {
        return Ok(read(ops));
    }
    tokio::task::spawn_blocking(move || read(ops)).await.map_err(|error| {
        tracing::error!(%error, "reading a batch broke off");
        internal()
    })
}

const fn verdict_name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Applied => "applied",
        Verdict::Merged => "merged",
        Verdict::Exists => "exists",
        Verdict::Review => "review",
        Verdict::Rejected { .. } => "rejected",
        Verdict::Deferred { .. } => "deferred",
    }
}
