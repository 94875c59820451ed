//! Opening the database: set how it writes, bring it to the newest schema, refuse one that a newer program wrote.

use crate::store::error::StoreError;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::Path;
use std::time::Duration;

/// Every step from an empty database to the newest schema, in order; the last statement of each sets `user_version` to its number.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../../migrations/server-sqlite/0001_create_city.sql"),
    include_str!("../../../../migrations/server-sqlite/0002_describe_catalogue.sql"),
    include_str!("../../../../migrations/server-sqlite/0003_type_routing_rules.sql"),
    include_str!("../../../../migrations/server-sqlite/0004_keep_calendars.sql"),
    include_str!("../../../../migrations/server-sqlite/0005_guard_moves.sql"),
    include_str!("../../../../migrations/server-sqlite/0006_know_people.sql"),
    include_str!("../../../../migrations/server-sqlite/0007_link_duplicates.sql"),
    include_str!("../../../../migrations/server-sqlite/0008_bound_senders.sql"),
];
/// How long to wait for another process, such as an import while the server runs.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements kept per connection: more than there are in the code.
const STATEMENTS: usize = 320;

/// The newest schema that this program knows.
pub fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Opens the database at `path` for writing, makes it if it is not there, and migrates it.
///
/// # Errors
/// [`StoreError::Newer`] for a database of a newer program, which is left as it is; otherwise what the engine said.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(path)?;
    conn.busy_timeout(BUSY)?;
    let found = schema(&conn)?;
    if found > newest() {
        return Err(StoreError::Newer { found, known: newest() });
    }
    conn.pragma_update(None, "journal_mode", "WAL")?;
    prepare(&conn, 16 * 1024)?;
    // Checkpoints are rarer than the engine's default of 1,000 pages: each costs two more syncs.
    conn.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    conn.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    migrate(&mut conn)?;
    Ok(conn)
}

/// Opens one more connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY)?;
    prepare(&conn, 2 * 1024)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

/// The schema of the database at `path`, which must be there.
///
/// # Errors
/// What the engine said.
pub fn schema_of(path: &Path) -> Result<i64, StoreError> {
    schema(&open_reader(path)?)
}

/// A database in memory, for tests and the simulator.
///
/// # Errors
/// What the engine said.
pub fn open_in_memory() -> Result<Connection, StoreError> {
    let mut conn = Connection::open_in_memory()?;
    prepare(&conn, 8 * 1024)?;
    migrate(&mut conn)?;
    Ok(conn)
}

fn prepare(conn: &Connection, cache_kib: i64) -> Result<(), StoreError> {
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cache_size", -cache_kib)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn schema(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Each step in a transaction of its own: after a power cut the database is at one step or the next.
fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    loop {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let at = schema(&tx)?;
        let Some(step) = usize::try_from(at).ok().and_then(|at| MIGRATIONS.get(at)) else { return Ok(()) };
        tx.execute_batch(step)?;
        tx.commit()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_a_newer_program_is_refused_and_left_alone() {
        let dir = crate::testing::folder("newer");
        let path = dir.join("lanterna.db");
        drop(open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let refusal = open(&path).unwrap_err();
        assert!(matches!(refusal, StoreError::Newer { found: 99, .. }));
        assert!(refusal.to_string().contains("newer program"));
        assert_eq!(schema(&Connection::open(&path).unwrap()).unwrap(), 99);
    }

    #[test]
    fn every_table_is_strict_and_says_what_it_is_for() {
        let conn = open_in_memory().unwrap();
        let mut tables = conn.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").unwrap();
        let tables = tables.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
        for (name, sql) in tables.map(Result::unwrap) {
            assert!(sql.contains(") STRICT"), "{name} is not STRICT");
            assert!(sql.contains("-- "), "{name} does not say what it is for");
        }
    }

    /// Columns that end in `_id` and refer to nothing, each with its reason.
    const NO_REFERENCE: &[(&str, &str, &str)] = &[("jurisdiction", "jurisdiction_id", "it names the jurisdiction itself")];

    #[test]
    fn every_id_has_a_foreign_key_and_an_index() {
        let conn = open_in_memory().unwrap();
        let names = |sql: &str| -> Vec<String> {
            conn.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        for table in names("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") {
            let refers = names(&format!("SELECT \"from\" FROM pragma_foreign_key_list('{table}')"));
            let indexes = names(&format!("SELECT name FROM pragma_index_list('{table}')"));
            let second = |column: &str, index: &String| {
                let columns = names(&format!("SELECT coalesce(name, '') FROM pragma_index_info('{index}') ORDER BY seqno"));
                columns.iter().take(2).any(|name| name == column)
            };
            let own_key = names(&format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk"));
            for column in names(&format!("SELECT name FROM pragma_table_info('{table}') WHERE name LIKE '%\\_id' ESCAPE '\\'")) {
                if NO_REFERENCE.iter().any(|(t, c, _)| *t == table && *c == column) {
                    continue;
                }
                let is_own_key =
                    own_key.last() == Some(&column) && (column == format!("{table}_id") || (table == "device" && column == "install_id"));
                assert!(is_own_key || refers.contains(&column), "{table}.{column} refers to nothing");
                let is_indexed = own_key.iter().take(2).any(|name| *name == column) || indexes.iter().any(|index| second(&column, index));
                assert!(is_indexed, "{table}.{column} has no index");
            }
        }
    }

    #[test]
    fn every_table_is_keyed_by_its_jurisdiction_first() {
        let conn = open_in_memory().unwrap();
        let names = |sql: &str| -> Vec<String> {
            conn.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        // `change` and `rendition` count over all jurisdictions: their own key is a sequence.
        for table in names("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") {
            if !["change", "rendition"].contains(&table.as_str()) {
                let key = names(&format!("SELECT name FROM pragma_table_info('{table}') WHERE pk = 1"));
                assert_eq!(key, ["jurisdiction"], "{table}");
            }
        }
    }

    /// Cases from before there were calendars have their promise on record afterwards, those that wait their pause, and those that ended their end.
    #[test]
    fn old_cases_get_a_clock() {
        let mut conn = Connection::open_in_memory().unwrap();
        prepare(&conn, 1024).unwrap();
        for step in &MIGRATIONS[..3] {
            conn.execute_batch(step).unwrap();
        }
        let city = "INSERT INTO jurisdiction (jurisdiction, jurisdiction_id, name) VALUES (1, zeroblob(16), '');
             INSERT INTO service (jurisdiction, code, working_days) VALUES (1, 'pothole', 4);";
        conn.execute_batch(city).unwrap();
        for (number, status) in [(1, "received"), (2, "waiting_reporter"), (3, "closed")] {
            let case = "INSERT INTO \"case\" (jurisdiction, case_id, number, status, status_since, service, received_at, due_at)
                 VALUES (1, randomblob(16), ?1, ?2, 70, 'pothole', 50, 90)";
            conn.execute(case, (number, status)).unwrap();
        }
        migrate(&mut conn).unwrap();
        let clocks = "SELECT c.level_unit || ' ' || c.level_amount || ' ' || coalesce(c.stopped_at, '-') || ' ' || d.at || ' ' || d.to_at || ' ' || d.why
             || ' ' || coalesce(p.reason || ' ' || p.from_at, '-')
             FROM \"case\" c LEFT JOIN due_history d USING (jurisdiction, case_id) LEFT JOIN pause p USING (jurisdiction, case_id) ORDER BY c.number";
        let clocks: Vec<String> = conn.prepare(clocks).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let promised = "working_days 4";
        assert_eq!(
            clocks,
            [
                format!("{promised} - 50 90 promised -"),
                format!("{promised} - 50 90 promised reporter 70"),
                format!("{promised} 70 50 90 promised -")
            ]
        );
    }
}
