//! The one writer: a thread with the only connection that writes, fed by a bounded queue.
//!
//! It takes everything that waits, up to a bound, and lets it happen in one transaction, each job in a savepoint of its own; one COMMIT makes all of
//! it durable with one sync, and only then is anybody answered. A job that fails takes back its own savepoint and nothing else.

use super::CityCell;
use super::city::{city_version, load_city};
use crate::metrics::StoreMeter;
use crate::store::city::City;
use crate::store::error::StoreError;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Jobs that may wait; who comes after waits outside.
const QUEUE: usize = 1_024;
/// The most jobs in one transaction.
const GROUP_JOBS: usize = 512;
/// How long a transaction takes on more jobs: what the last to join may add to the first one's wait.
const GROUP_TIME: Duration = Duration::from_millis(15);

/// Something to be written, with somebody who waits for it.
trait Job: Send {
    /// Does it, inside a savepoint; whether it stays.
    fn run(&mut self, conn: &Connection, city: &City) -> bool;
    /// How many ops it carries, for the figures.
    fn ops(&self) -> u64;
    /// Whether it may have changed the city.
    fn changes_city(&self) -> bool;
    /// Answers, after COMMIT or its failure.
    fn answer(self: Box<Self>, failure: Option<&str>);
}

struct Task<F, T> {
    work: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    ops: u64,
    changes_city: bool,
}

impl<F, T> Job for Task<F, T>
where
    F: FnOnce(&Connection, &City) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, conn: &Connection, city: &City) -> bool {
        let Some(work) = self.work.take() else { return false };
        // A defect in one job must not end the thread that everybody waits for.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(conn, city)))
            .unwrap_or_else(|_| Err(StoreError::damaged("a job of the writer broke off; see the log above")));
        let stays = outcome.is_ok();
        self.outcome = Some(outcome);
        stays
    }

    fn ops(&self) -> u64 {
        self.ops
    }

    fn changes_city(&self) -> bool {
        self.changes_city
    }

    fn answer(self: Box<Self>, failure: Option<&str>) {
        let stopped = || Err(StoreError::Unavailable { what: failure.unwrap_or("the writer stopped").to_owned() });
        let outcome = match (self.outcome, failure) {
            (Some(outcome @ Err(_)), _) | (Some(outcome), None) => outcome,
            _ => stopped(),
        };
        // Who no longer waits needs no answer: it happened all the same.
        let _ = self.reply.send(outcome);
    }
}

/// The queue's end and the thread behind it.
pub(super) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(conn: Connection, city: Arc<CityCell>, meter: StoreMeter) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_until_closed(&conn, queue, &city, &meter))
            .map_err(|error| StoreError::Unavailable { what: format!("the writer cannot be started: {error}") })?;
        Ok(Self { jobs: Mutex::new(Some(jobs)), thread: Mutex::new(Some(thread)) })
    }

    /// Lets `work` happen and returns once it is durable.
    pub(super) async fn run<T, F>(&self, ops: u64, changes_city: bool, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection, &City) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let stopped = || StoreError::Unavailable { what: "the store is stopping".to_owned() };
        let jobs = self.jobs.lock().map_err(|_| stopped())?.clone().ok_or_else(stopped)?;
        let (reply, answer) = oneshot::channel();
        jobs.send(Box::new(Task { work: Some(work), outcome: None, reply, ops, changes_city })).await.map_err(|_| stopped())?;
        drop(jobs);
        answer.await.map_err(|_| stopped())?
    }

    /// Takes no more, finishes what waits and ends the thread. Blocks.
    pub(super) fn close(&self) {
        if let Ok(mut jobs) = self.jobs.lock() {
            jobs.take();
        }
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

fn write_until_closed(conn: &Connection, mut queue: mpsc::Receiver<Box<dyn Job>>, city: &CityCell, meter: &StoreMeter) {
    while let Some(first) = queue.blocking_recv() {
        let mut group = Vec::with_capacity(8);
        match write_group(conn, &mut queue, first, &mut group, city) {
            Ok(changed) => {
                if let Some(changed) = changed {
                    city.publish(changed);
                }
                meter.committed(group.len(), group.iter().map(|job| job.ops()).sum());
                group.into_iter().for_each(|job| job.answer(None));
            }
            Err(error) => {
                if !conn.is_autocommit() {
                    let _ = conn.execute_batch("ROLLBACK");
                }
                tracing::error!(error = %error, cause = ?error, "a group of writes was taken back");
                let what = error.to_string();
                group.into_iter().for_each(|job| job.answer(Some(&what)));
            }
        }
    }
    if let Err(error) = conn.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the last checkpoint did not finish; the next start does it");
    }
}

/// Runs `first` and what waits behind it in one transaction. `group` gets every job that was taken, also when this fails. Returns the city if another
/// is to be published.
fn write_group(
    conn: &Connection, queue: &mut mpsc::Receiver<Box<dyn Job>>, first: Box<dyn Job>, group: &mut Vec<Box<dyn Job>>, cell: &CityCell,
) -> Result<Option<Arc<City>>, StoreError> {
    let started = Instant::now();
    let mut next = Some(first);
    let mut city = cell.get();
    let mut changed = false;
    if let Err(error) = begin(conn) {
        group.extend(next.take());
        return Err(error);
    }
    while let Some(mut job) = next.take() {
        let ran = run_job(conn, job.as_mut(), &mut city, &mut changed, group.is_empty());
        group.push(job);
        ran?;
        if group.len() < GROUP_JOBS && started.elapsed() < GROUP_TIME {
            next = queue.try_recv().ok();
        }
    }
    conn.prepare_cached("COMMIT")?.execute([])?;
    Ok(changed.then_some(city))
}

fn begin(conn: &Connection) -> Result<(), StoreError> {
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    Ok(())
}

fn run_job(conn: &Connection, job: &mut dyn Job, city: &mut Arc<City>, changed: &mut bool, is_first: bool) -> Result<(), StoreError> {
    if is_first && city_version(conn, city.jurisdiction)? != city.version {
        *city = Arc::new(load_city(conn, city.jurisdiction)?);
        *changed = true;
    }
    conn.prepare_cached("SAVEPOINT job")?.execute([])?;
    if !job.run(conn, city) {
        if conn.is_autocommit() {
            // The engine took everything back by itself (a full disk): nobody in this group was written.
            return Err(StoreError::Unavailable { what: "the database took the whole group back".to_owned() });
        }
        conn.prepare_cached("ROLLBACK TO job")?.execute([])?;
    } else if job.changes_city() {
        *city = Arc::new(load_city(conn, city.jurisdiction)?);
        *changed = true;
    }
    conn.prepare_cached("RELEASE job")?.execute([])?;
    Ok(())
}
