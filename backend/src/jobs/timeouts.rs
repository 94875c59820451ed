//! Acts where a time is over: cases that waited long enough go on, and what nobody contested is closed. Needs no lease: the store acts once on each,
//! however many processes ask.

use super::JobContext;
use crate::store::error::StoreError;
use tokio::sync::watch;

/// Sweeps until nothing is left or the server stops.
///
/// # Errors
/// What the store said.
pub async fn round(context: &JobContext, stopped: &watch::Receiver<bool>) -> Result<(), StoreError> {
    let (mut resumed, mut closed) = (0_u64, 0_u64);
    while !*stopped.borrow() {
        let swept = context.store.sweep_timeouts(context.clock.now()).await?;
        resumed = resumed.saturating_add(swept.resumed.into());
        closed = closed.saturating_add(swept.closed.into());
        if !swept.more {
            break;
        }
    }
    if resumed > 0 || closed > 0 {
        tracing::info!(resumed, closed, "times were over");
    }
    Ok(())
}
