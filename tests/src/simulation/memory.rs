//! Databases that outlive the connections to them: what a disk is to a process that gets killed.
//!
//! They lie in SQLite's own file system in memory (`vfs=memdb`), under names that no other run of this process uses. A [`Fuse`] in a connection cuts
//! the power at one of its commits: that commit and every later one are rolled back.

use super::Checked;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A database in memory; it is there as long as this is.
pub(super) struct Disk {
    uri: String,
    anchor: Connection,
}

impl Disk {
    /// A new empty one.
    pub(super) fn new() -> Checked<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let uri = format!("file:/simulation-{}?vfs=memdb", NEXT.fetch_add(1, Ordering::Relaxed));
        let anchor = Connection::open(&uri).map_err(|error| format!("no database in memory: {error}"))?;
        Ok(Self { uri, anchor })
    }

    /// Where it is opened.
    pub(super) fn path(&self) -> PathBuf {
        PathBuf::from(&self.uri)
    }

    /// Opens it as a new process would, with a fuse.
    pub(super) fn connect(&self, fuse: &Fuse) -> Checked<Connection> {
        let mut connection = Connection::open(&self.uri).map_err(|error| format!("a disk cannot be opened: {error}"))?;
        let fuse = Arc::clone(&fuse.0);
        connection.commit_hook(Some(move || rolls_back(&fuse))).map_err(|error| format!("no commit hook: {error}"))?;
        Ok(connection)
    }

    /// A connection that only looks.
    pub(super) fn look(&self) -> &Connection {
        &self.anchor
    }
}

/// Commits that still succeed, and what then happens. All in one number: see the constants.
#[derive(Default)]
pub(super) struct Fuse(Arc<AtomicU64>);

const OFF: u64 = 0;
/// Every commit is rolled back from now on.
const BLOWN: u64 = 1;
/// One commit was rolled back.
const FAILED: u64 = 2;
/// From here on: after so many commits power is cut,
const CUT_AFTER: u64 = 1_000;
/// or one commit fails.
const FAIL_AFTER: u64 = 2_000;

fn rolls_back(fuse: &AtomicU64) -> bool {
    let (after, rolls_back) = match fuse.load(Ordering::Relaxed) {
        OFF => (OFF, false),
        BLOWN | CUT_AFTER => (BLOWN, true),
        FAIL_AFTER => (FAILED, true),
        FAILED => (FAILED, false),
        more => (more - 1, false),
    };
    fuse.store(after, Ordering::Relaxed);
    rolls_back
}

impl Fuse {
    /// Power will be cut at the commit after `commits` more.
    pub(super) fn cut_after(&self, commits: u64) {
        self.0.store(CUT_AFTER + commits, Ordering::Relaxed);
    }

    /// The commit after `commits` more will fail, and those after it succeed.
    pub(super) fn fail_after(&self, commits: u64) {
        self.0.store(FAIL_AFTER + commits, Ordering::Relaxed);
    }

    /// Takes it out; whether power was cut, and whether a commit failed.
    pub(super) fn take(&self) -> (bool, bool) {
        let state = self.0.swap(OFF, Ordering::Relaxed);
        (state == BLOWN, state == FAILED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_committed_before_the_cut_is_all_that_a_new_connection_finds() {
        let (disk, fuse) = (Disk::new().unwrap(), Fuse::default());
        let connection = disk.connect(&fuse).unwrap();
        connection.execute_batch("CREATE TABLE t (x INTEGER)").unwrap();
        fuse.cut_after(1);
        connection.execute("INSERT INTO t VALUES (1)", []).unwrap();
        connection.execute("INSERT INTO t VALUES (2)", []).unwrap_err();
        connection.execute("INSERT INTO t VALUES (3)", []).unwrap_err();
        assert_eq!(fuse.take(), (true, false));
        drop(connection);
        let again = disk.connect(&fuse).unwrap();
        assert_eq!(again.query_row("SELECT group_concat(x) FROM t", [], |row| row.get::<_, String>(0)).unwrap(), "1");
    }

    #[test]
    fn a_commit_that_fails_takes_nothing_else_with_it() {
        let (disk, fuse) = (Disk::new().unwrap(), Fuse::default());
        let connection = disk.connect(&fuse).unwrap();
        connection.execute_batch("CREATE TABLE t (x INTEGER)").unwrap();
        fuse.fail_after(0);
        connection.execute("INSERT INTO t VALUES (1)", []).unwrap_err();
        connection.execute("INSERT INTO t VALUES (2)", []).unwrap();
        assert_eq!(fuse.take(), (false, true));
        assert_eq!(disk.look().query_row("SELECT group_concat(x) FROM t", [], |row| row.get::<_, String>(0)).unwrap(), "2");
    }
}
