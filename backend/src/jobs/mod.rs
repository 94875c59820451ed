//! What the server does by itself, beside requests: a task of its own, woken by a timer, that stops between two batches.
//!
//! A job asks for the time once a batch and hands it to the store; it never holds a transaction over two batches and never does what another process
//! holds the lease for. One that fails is tried again with the next round: nothing depends on a round that was missed.

pub mod breaches;

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

/// How often the jobs look whether there is something to do.
pub const EVERY: Duration = Duration::from_secs(30);

/// What the jobs work with.
pub struct JobContext {
    /// Where they do it.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where they count.
    pub metrics: Metrics,
    /// Who this process is to others: drawn anew at every start.
    pub holder: [u8; 16],
}

/// The task that does the jobs.
pub struct Jobs {
    stop: watch::Sender<bool>,
    rounds: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Jobs {
    /// Starts the task. The first round begins at once, the next ones `every` so often.
    pub fn start(context: JobContext, every: Duration) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (done, rounds) = watch::channel(0);
        Self { stop, rounds, task: tokio::spawn(run(context, every, stopped, done)) }
    }

    /// How many rounds have ended, to be waited for.
    pub fn rounds(&self) -> watch::Receiver<u64> {
        self.rounds.clone()
    }

    /// Lets the batch that runs end, gives back what is held, and ends the task.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn run(context: JobContext, every: Duration, mut stopped: watch::Receiver<bool>, done: watch::Sender<u64>) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            _ = ticks.tick() => {}
        }
        if let Err(error) = breaches::round(&context, &stopped).await {
            tracing::warn!(%error, "broken promises could not be looked for; the next round does it");
        }
        done.send_modify(|rounds| *rounds = rounds.saturating_add(1));
    }
    if let Err(error) = breaches::give_back(&context).await {
        tracing::warn!(%error, "the lease was not given back; it ends by itself");
    }
}
