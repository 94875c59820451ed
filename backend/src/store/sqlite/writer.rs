//! The one writer: a thread with the only connection that writes, fed by a bounded queue.
//!
//! It takes everything that waits, up to a bound, and lets it happen in one transaction; one COMMIT makes all of it durable with one sync, and only
//! then is anybody answered. A job that fails takes back nothing but itself: jobs nearly never fail, so the group is tried as it is first, because
//! savepoints cost as much as everything in them; if one fails, the group is taken back and done again with a savepoint for each.

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
    /// Does it; whether it stays. It may be taken back and done again.
    fn run(&mut self, conn: &Connection, city: &City, caution: Caution) -> bool;
    /// How many ops it carries, for the figures.
    fn ops(&self) -> u64;
    /// Whether it may have changed the city.
    fn changes_city(&self) -> bool;
    /// Answers, after COMMIT or its failure.
    fn answer(self: Box<Self>, failure: Option<&str>);
}

/// Whether a failure may take back more than what failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caution {
    /// A failure takes back the whole group, which is then done again.
    Swift,
    /// Everything that can fail alone has a savepoint of its own.
    Careful,
}

struct Task<F, T> {
    work: F,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    ops: u64,
    changes_city: bool,
}

impl<F, T> Job for Task<F, T>
where
    F: Fn(&Connection, &City, Caution) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, conn: &Connection, city: &City, caution: Caution) -> bool {
        // A defect in one job must not end the thread that everybody waits for.
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(conn, city, caution)))
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
        F: Fn(&Connection, &City, Caution) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let stopped = || StoreError::Unavailable { what: "the store is stopping".to_owned() };
        let jobs = self.jobs.lock().map_err(|_| stopped())?.clone().ok_or_else(stopped)?;
        let (reply, answer) = oneshot::channel();
        jobs.send(Box::new(Task { work, outcome: None, reply, ops, changes_city })).await.map_err(|_| stopped())?;
        drop(jobs);
        answer.await.map_err(|_| stopped())?
    }

    /// Lets `work` happen with the next group and does not wait for it. What fails then is logged, not answered.
    pub(super) async fn post<F>(&self, work: F) -> Result<(), StoreError>
    where
        F: Fn(&Connection, &City, Caution) -> Result<(), StoreError> + Send + 'static,
    {
        let stopped = || StoreError::Unavailable { what: "the store is stopping".to_owned() };
        let jobs = self.jobs.lock().map_err(|_| stopped())?.clone().ok_or_else(stopped)?;
        let logged = move |conn: &Connection, city: &City, caution| {
            work(conn, city, caution)
                .inspect_err(|error| tracing::error!(%error, cause = ?error, "something that nobody waits for was not written"))
        };
        let (reply, _) = oneshot::channel();
        jobs.send(Box::new(Task { work: logged, outcome: None, reply, ops: 0, changes_city: false })).await.map_err(|_| stopped())
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

fn write_until_closed(conn: &Connection, mut queue: mpsc::Receiver<Box<dyn Job>>, cell: &CityCell, meter: &StoreMeter) {
    while let Some(first) = queue.blocking_recv() {
        let mut group = vec![first];
        let written = match write_swiftly(conn, &mut queue, &mut group, cell) {
            Ok(Some(city)) => Ok(city),
            Ok(None) => write_carefully(conn, &mut group, cell),
            Err(error) => Err(error),
        };
        match written {
            Ok(city) => {
                cell.publish(city);
                meter.committed(group.len(), group.iter().map(|job| job.ops()).sum());
                for job in group {
                    job.answer(None);
                }
            }
            Err(error) => {
                take_back(conn);
                tracing::error!(error = %error, cause = ?error, "a group of writes was taken back");
                let what = match error {
                    StoreError::Unavailable { what } => what,
                    other => other.to_string(),
                };
                for job in group {
                    job.answer(Some(&what));
                }
            }
        }
    }
    if let Err(error) = conn.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the last checkpoint did not finish; the next start does it");
    }
}

fn take_back(conn: &Connection) {
    // A full disk makes the engine take everything back by itself.
    if !conn.is_autocommit() {
        let _ = conn.execute_batch("ROLLBACK");
    }
}

/// Begins a transaction and returns the city as it stands in it.
fn begin(conn: &Connection, cell: &CityCell) -> Result<Arc<City>, StoreError> {
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let city = cell.get();
    // Another process may have imported something.
    let is_current = city_version(conn, city.jurisdiction)? == city.version;
    if is_current { Ok(city) } else { Ok(Arc::new(load_city(conn, city.jurisdiction)?)) }
}

/// Runs the group and what waits behind it in one transaction without savepoints. `None` when one failed and everything was taken back.
fn write_swiftly(
    conn: &Connection,
    queue: &mut mpsc::Receiver<Box<dyn Job>>,
    group: &mut Vec<Box<dyn Job>>,
    cell: &CityCell,
) -> Result<Option<Arc<City>>, StoreError> {
    let started = Instant::now();
    let mut city = begin(conn, cell)?;
    let mut done = 0;
    while let Some(job) = group.get_mut(done) {
        if !job.run(conn, &city, Caution::Swift) {
            take_back(conn);
            return Ok(None);
        }
        if job.changes_city() {
            city = Arc::new(load_city(conn, city.jurisdiction)?);
        }
        done = done.saturating_add(1);
        if done == group.len() && done < GROUP_JOBS && started.elapsed() < GROUP_TIME {
            group.extend(queue.try_recv());
        }
    }
    conn.prepare_cached("COMMIT")?.execute([])?;
    Ok(Some(city))
}

/// Runs the group again, each job in a savepoint of its own: those that fail are taken back alone.
fn write_carefully(conn: &Connection, group: &mut [Box<dyn Job>], cell: &CityCell) -> Result<Arc<City>, StoreError> {
    let mut city = begin(conn, cell)?;
    for job in group {
        conn.prepare_cached("SAVEPOINT job")?.execute([])?;
        let stays = job.run(conn, &city, Caution::Careful);
        if conn.is_autocommit() {
            return Err(StoreError::Unavailable { what: "the database took the whole group back".to_owned() });
        }
        if !stays {
            conn.prepare_cached("ROLLBACK TO job")?.execute([])?;
        } else if job.changes_city() {
            city = Arc::new(load_city(conn, city.jurisdiction)?);
        }
        conn.prepare_cached("RELEASE job")?.execute([])?;
    }
    conn.prepare_cached("COMMIT")?.execute([])?;
    Ok(city)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::city::first_jurisdiction;
    use crate::store::sqlite::open::open_in_memory;
    use lanterna_shared::id::JurisdictionId;
    use lanterna_shared::time::Timestamp;
    use std::sync::RwLock;

    fn writer(meter: &StoreMeter) -> Arc<Writer> {
        let conn = open_in_memory().unwrap();
        let jurisdiction = first_jurisdiction(&conn, JurisdictionId::mint(Timestamp::from_millis(0), [0; 10])).unwrap();
        conn.execute_batch("CREATE TABLE seen (number INTEGER PRIMARY KEY) STRICT").unwrap();
        let city = Arc::new(load_city(&conn, jurisdiction).unwrap());
        Arc::new(Writer::start(conn, Arc::new(CityCell(RwLock::new(city))), meter.clone()).unwrap())
    }

    /// Writes `number`, and then fails if it is odd, or breaks off if it ends in 8.
    async fn write(writer: &Writer, number: i64) -> Result<i64, StoreError> {
        let work = move |conn: &Connection, _: &City, _| {
            conn.execute("INSERT INTO seen (number) VALUES (?1)", [number])?;
            assert!(number % 10 != 8, "a defect");
            if number % 2 == 1 { Err(StoreError::damaged("odd")) } else { Ok(number) }
        };
        writer.run(1, false, work).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_job_that_fails_takes_back_nothing_but_itself() {
        let meter = StoreMeter::default();
        let writer = writer(&meter);
        let writing: Vec<_> = (0..200)
            .map(|number| {
                let writer = Arc::clone(&writer);
                tokio::spawn(async move { (number, write(&writer, number).await) })
            })
            .collect();
        let mut expected = Vec::new();
        for written in writing {
            let (number, outcome) = written.await.unwrap();
            let stays = number % 2 == 0 && number % 10 != 8;
            assert_eq!(outcome.is_ok(), stays, "{number}");
            expected.extend(stays.then_some(number));
        }
        let read = |conn: &Connection, _: &City, _| {
            let mut all = conn.prepare("SELECT number FROM seen ORDER BY number")?;
            Ok(all.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?)
        };
        assert_eq!(writer.run(0, false, read).await.unwrap(), expected);
        assert!(meter.commits() < 200, "{} commits", meter.commits());
    }

    #[tokio::test]
    async fn what_waits_when_the_writer_closes_is_still_written() {
        let writer = writer(&StoreMeter::default());
        let (one, two) = (write(&writer, 2), write(&writer, 4));
        assert_eq!((one.await.unwrap(), two.await.unwrap()), (2, 4));
        let closing = Arc::clone(&writer);
        tokio::task::spawn_blocking(move || closing.close()).await.unwrap();
        assert!(write(&writer, 6).await.unwrap_err().is_transient());
    }
}
