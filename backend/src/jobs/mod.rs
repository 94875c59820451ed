//! What the server does by itself, beside requests: a task of its own, woken by a timer, that stops between two batches.
//!
//! A job asks for the time once a batch and hands it to the store; it never holds a transaction over two batches and never does what another process
//! holds the lease for. One that fails is tried again with the next round: nothing depends on a round that was missed.

pub mod breaches;
pub mod timeouts;

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
        // First what goes on by itself: a case that waits is not late, but may be once it goes on.
        if let Err(error) = timeouts::round(&context, &stopped).await {
            tracing::warn!(%error, "times that are over could not be looked for; the next round does it");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::batch::{Device, OpBatch, PreparedOp};
    use crate::store::due::{Job, Lease};
    use crate::store::sqlite::SqliteStore;
    use crate::store::{NewDevice, Registration};
    use lanterna_shared::id::{InstallId, JurisdictionId, Lineage, OpId, ReportId, SubjectId};
    use lanterna_shared::report::Channel;
    use lanterna_shared::time::Timestamp;
    use serde_json::json;
    use serde_json::value::RawValue;
    use std::sync::atomic::{AtomicI64, Ordering};

    /// 2026-11-26T08:00:00Z, a Thursday.
    const MORNING: i64 = 1_795_680_000_000;
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    const OFTEN: Duration = Duration::from_millis(2);

    struct HandClock(AtomicI64);

    impl Clock for HandClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::SeqCst))
        }
    }

    /// The demo city with `cases` potholes, received in the morning and due five working days later.
    async fn city(cases: u8) -> (Arc<SqliteStore>, Arc<HandClock>) {
        let metrics = Metrics::default();
        let path = crate::testing::folder("jobs").join("lanterna.db");
        let store =
            Arc::new(SqliteStore::open(&path, JurisdictionId::mint(Timestamp::from_millis(0), [1; 10]), metrics.store.clone()).unwrap());
        let clock = Arc::new(HandClock(AtomicI64::new(MORNING)));
        crate::demo::seed(store.as_ref(), clock.as_ref()).await.unwrap();
        let now = clock.now();
        let (install, subject) = (InstallId::mint(now, [1; 10]), SubjectId::mint(now, [2; 10]));
        let device = NewDevice { install, secret_sha256: [3; 32], channel: Channel::App, subject };
        assert_eq!(store.register_device(device, now).await.unwrap(), Registration::Known(subject));
        let ops = (0..cases).filter_map(|number| {
            let op = json!({ "id": OpId::mint(now, [number; 10]), "seq": 1, "at": now, "up": 5, "do": { "create_report": {
                "report": ReportId::mint(now, [number; 10]), "receipt": "0000-0000-00", "service": "pothole", "text": "Buca", "sent_at": now, "photos": [],
            } } });
            PreparedOp::read(&RawValue::from_string(op.to_string()).unwrap())
        });
        let device = Device { install, subject, channel: Channel::App };
        let batch = OpBatch { device, lineage: Lineage::mint(now, [4; 10]), device_now: now, ops: ops.collect() };
        let replies = store.apply_ops(batch, now).await.unwrap();
        assert!(replies.len() == usize::from(cases) && replies.iter().all(|reply| reply.verdict.is_done()));
        (store, clock)
    }

    fn context(store: &Arc<SqliteStore>, clock: &Arc<HandClock>, metrics: &Metrics, holder: u8) -> JobContext {
        let (store, clock): (Arc<dyn Store>, Arc<dyn Clock>) = (Arc::<SqliteStore>::clone(store), Arc::<HandClock>::clone(clock));
        JobContext { store, clock, metrics: metrics.clone(), holder: [holder; 16] }
    }

    /// Two more rounds begin and end from now on, so that one of them saw everything that was before.
    async fn two_rounds(jobs: &Jobs) {
        let mut rounds = jobs.rounds();
        let now = *rounds.borrow();
        rounds.wait_for(|done| *done >= now + 2).await.unwrap();
    }

    fn breaches(metrics: &Metrics) -> u64 {
        let text = metrics.encode().unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("lanterna_breaches_total ")).unwrap();
        line.parse().unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_server_finds_by_itself_what_is_over_its_time_and_counts_it_once() {
        // More than one batch.
        let (store, clock) = city(250).await;
        let metrics = Metrics::default();
        let jobs = Jobs::start(context(&store, &clock, &metrics, 1), OFTEN);
        two_rounds(&jobs).await;
        assert_eq!(breaches(&metrics), 0);
        clock.0.fetch_add(8 * DAY_MS, Ordering::SeqCst);
        two_rounds(&jobs).await;
        assert_eq!(breaches(&metrics), 250);
        clock.0.fetch_add(3_650 * DAY_MS, Ordering::SeqCst);
        two_rounds(&jobs).await;
        assert_eq!(breaches(&metrics), 250);
        jobs.stop().await;
        assert_eq!(store.check().await.unwrap().faults, Vec::<String>::new());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_two_processes_one_sweeps_and_the_other_takes_over_when_it_stops() {
        let (store, clock) = city(3).await;
        let (one, other) = (Metrics::default(), Metrics::default());
        let first = Jobs::start(context(&store, &clock, &one, 1), OFTEN);
        two_rounds(&first).await;
        let second = Jobs::start(context(&store, &clock, &other, 2), OFTEN);
        clock.0.fetch_add(8 * DAY_MS, Ordering::SeqCst);
        // The clock jumped past the lease, so that either may be the one; both together tell each breach once.
        two_rounds(&first).await;
        two_rounds(&second).await;
        assert_eq!(breaches(&one) + breaches(&other), 3);
        first.stop().await;
        second.stop().await;
        let now = clock.now();
        let lease = Lease { job: Job::Breaches, holder: [9; 16], until: now.plus_millis(1) };
        assert!(store.take_lease(lease, now).await.unwrap(), "who stops gives the lease back");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_has_no_lease_sweeps_nothing() {
        let (store, clock) = city(3).await;
        clock.0.fetch_add(8 * DAY_MS, Ordering::SeqCst);
        let now = clock.now();
        let lease = Lease { job: Job::Breaches, holder: [9; 16], until: now.plus_millis(60_000) };
        assert!(store.take_lease(lease, now).await.unwrap());
        let metrics = Metrics::default();
        let jobs = Jobs::start(context(&store, &clock, &metrics, 1), OFTEN);
        two_rounds(&jobs).await;
        assert_eq!(breaches(&metrics), 0);
        clock.0.fetch_add(60_000, Ordering::SeqCst);
        two_rounds(&jobs).await;
        assert_eq!(breaches(&metrics), 3, "the lease has ended");
        jobs.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_store_that_is_gone_does_not_end_the_rounds() {
        let (store, clock) = city(0).await;
        store.close().await;
        let jobs = Jobs::start(context(&store, &clock, &Metrics::default(), 1), OFTEN);
        two_rounds(&jobs).await;
        jobs.stop().await;
    }
}
