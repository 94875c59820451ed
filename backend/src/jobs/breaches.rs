//! Finds promises that were broken while nobody looked, so that the city cannot overlook one.

use super::JobContext;
use crate::store::due::{Job, Lease};
use crate::store::error::StoreError;
use lanterna_shared::time::Timestamp;
use tokio::sync::watch;

/// Cases in one transaction: few enough that nobody who writes meanwhile waits for long.
const BATCH: u32 = 200;
/// How long the lease lasts without being renewed, in milliseconds.
const LEASE_MS: i64 = 5 * 60 * 1_000;

fn lease(context: &JobContext, now: Timestamp) -> Lease {
    Lease { job: Job::Breaches, holder: context.holder, until: now.plus_millis(LEASE_MS) }
}

/// Sweeps until nothing is left, another process does it, or the server stops. Returns how many broken promises were told.
///
/// # Errors
/// What the store said.
pub async fn round(context: &JobContext, stopped: &watch::Receiver<bool>) -> Result<u64, StoreError> {
    let mut told = 0_u64;
    while !*stopped.borrow() {
        let now = context.clock.now();
        if !context.store.take_lease(lease(context, now), now).await? {
            break;
        }
        let swept = context.store.sweep_breaches(now, BATCH).await?;
        context.metrics.breached(swept.breaches);
        told = told.saturating_add(swept.breaches);
        if !swept.more {
            break;
        }
    }
    if told > 0 {
        tracing::info!(cases = told, "due dates have passed");
    }
    Ok(told)
}

/// Lets another process go on at once.
///
/// # Errors
/// What the store said.
pub async fn give_back(context: &JobContext) -> Result<(), StoreError> {
    context.store.give_back_lease(lease(context, context.clock.now())).await
}
