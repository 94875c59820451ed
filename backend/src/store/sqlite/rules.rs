//! Routing rules: published in versions, the newest read into the city, older ones kept for the cases they routed.

use super::detail::position_of;
use super::row::{code, damaged, signed, unsigned, word};
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::rules::{NewRules, PastCase, PublishedRules, RuleFaults};
use lanterna_shared::id::UserId;
use lanterna_shared::routing::{RoutingRule, RuleSet, check};
use lanterna_shared::service::ServiceCode;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// The rules in force; version 0 without a rule while none were published.
pub(super) fn load_rules(conn: &Connection, jurisdiction: i64) -> Result<RuleSet, StoreError> {
    let newest = "SELECT version, rules FROM rule_set WHERE jurisdiction = ?1 ORDER BY version DESC LIMIT 1";
    let found = conn.prepare_cached(newest)?.query_row([jurisdiction], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).optional()?;
    let Some((version, text)) = found else { return Ok(RuleSet::default()) };
    Ok(RuleSet { version, rules: read_rules(&text)? })
}

fn read_rules(text: &str) -> Result<Vec<RoutingRule>, StoreError> {
    serde_json::from_str(text).map_err(|_| damaged("the routing rules"))
}

/// The rules of one version; see [`crate::store::Store::rules_of`].
///
/// # Errors
/// [`StoreError::Damaged`] for rules that cannot be read; otherwise what the engine said.
pub fn rules_of(conn: &Connection, city: &City, version: u32) -> Result<Option<RuleSet>, StoreError> {
    let find = "SELECT rules FROM rule_set WHERE jurisdiction = ?1 AND version = ?2";
    let found = conn.prepare_cached(find)?.query_row(params![city.jurisdiction, version], |row| row.get::<_, String>(0)).optional()?;
    found.map(|text| Ok(RuleSet { version, rules: read_rules(&text)? })).transpose()
}

/// Every version that was published, newest first; see [`crate::store::Store::published_rules`].
///
/// # Errors
/// What the engine said.
pub fn published_rules(conn: &Connection, city: &City) -> Result<Vec<PublishedRules>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT r.version, r.published_at, l.name, r.note FROM rule_set r
         LEFT JOIN staff_login l ON l.jurisdiction = r.jurisdiction AND l.staff_id = r.staff_id
         WHERE r.jurisdiction = ?1 ORDER BY r.version DESC",
    )?;
    let found = find.query_map([city.jurisdiction], |row| {
        Ok(PublishedRules { version: row.get(0)?, published_at: Timestamp::from_millis(row.get(1)?), by: row.get(2)?, note: row.get(3)? })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Puts rules in force; see [`crate::store::Store::publish_rules`].
///
/// # Errors
/// What the engine said.
pub fn publish_rules(conn: &Connection, city: &City, new: &NewRules, now: Timestamp) -> Result<Result<u32, RuleFaults>, StoreError> {
    let faults = check(&new.rules, &city.offer());
    if !faults.is_empty() {
        return Ok(Err(RuleFaults(faults)));
    }
    let current = &city.rules;
    if current.version > 0 && current.rules == new.rules {
        return Ok(Ok(current.version));
    }
    let version = current.version.saturating_add(1);
    let text = serde_json::to_string(&new.rules).map_err(|_| damaged("the routing rules"))?;
    conn.prepare_cached(
        "INSERT INTO rule_set (jurisdiction, version, published_at, staff_id, note, rules) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![city.jurisdiction, version, now.as_millis(), new.by.as_ref().map(UserId::as_bytes), new.note, text])?;
    conn.execute("UPDATE jurisdiction SET city_version = city_version + 1 WHERE jurisdiction = ?1", [city.jurisdiction])?;
    Ok(Ok(version))
}

/// Cases above a number with what was reported first, by number; see [`crate::store::Store::past_cases`].
///
/// # Errors
/// [`StoreError::Damaged`] for a stored value that cannot be read; otherwise what the engine said.
pub fn past_cases(conn: &Connection, city: &City, after: u64, limit: u32) -> Result<Vec<PastCase>, StoreError> {
    let mut find = conn.prepare_cached(include_str!("past_cases.sql"))?;
    let mut rows = find.query(params![city.jurisdiction, signed(after), limit])?;
    let mut cases = Vec::new();
    while let Some(row) = rows.next()? {
        let answers = row.get_ref(10)?.as_str_or_null().map_err(|_| damaged("the answers of a report"))?;
        cases.push(PastCase {
            number: unsigned(row.get(0)?),
            service: code(ServiceCode::new(row.get::<_, String>(1)?))?,
            channel: word(row.get_ref(2)?.as_str().unwrap_or_default(), "a channel")?,
            kind: word(row.get_ref(3)?.as_str().unwrap_or_default(), "the kind of a report")?,
            received_at: Timestamp::from_millis(row.get(4)?),
            is_erased: row.get(5)?,
            position: position_of(row, 6)?,
            answers: serde_json::from_str(answers.unwrap_or("{}")).map_err(|_| damaged("the answers of a report"))?,
        });
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use crate::store::sqlite::city::load_city;
    use crate::store::sqlite::open::open;
    use lanterna_shared::routing::RoutingRule;
    use rusqlite::Connection;

    /// A database from before rules had versions: two rules, a case that the second one routed and one from before all rules.
    const OLD: &str = "
        INSERT INTO jurisdiction (jurisdiction, jurisdiction_id, name) VALUES (1, zeroblob(16), 'G');
        INSERT INTO department (jurisdiction, code) VALUES (1, 'roads'), (1, 'lamps');
        INSERT INTO service (jurisdiction, code) VALUES (1, 'pothole'), (1, 'lamp');
        INSERT INTO area (jurisdiction, code) VALUES (1, 'west');
        INSERT INTO routing_rule (jurisdiction, place, service, area, owner) VALUES
            (1, 2, NULL, 'west', 'lamps'), (1, 1, 'pothole', NULL, 'roads'), (1, 4, NULL, NULL, 'lamps'), (1, 3, 'lamp', 'west', 'lamps');
        INSERT INTO \"case\" (jurisdiction, case_id, number, service, owner, trace) VALUES
            (1, zeroblob(16), 1, 'lamp', 'lamps', 'other_service matched'), (1, randomblob(16), 2, 'lamp', NULL, '');";

    #[test]
    fn rules_from_before_versions_become_the_first_one() {
        let path = crate::testing::folder("rules-migrated").join("lanterna.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(include_str!("../../../../migrations/server-sqlite/0001_create_city.sql")).unwrap();
        old.execute_batch(include_str!("../../../../migrations/server-sqlite/0002_describe_catalogue.sql")).unwrap();
        old.execute_batch(OLD).unwrap();
        drop(old);
        let conn = open(&path).unwrap();
        let rules = load_city(&conn, 1).unwrap().rules;
        let expected: Vec<RoutingRule> = serde_json::from_str(
            r#"[{"when":[{"service":["pothole"]}],"owner":"roads"},{"when":[{"area":["west"]}],"owner":"lamps"},
            {"when":[{"service":["lamp"]},{"area":["west"]}],"owner":"lamps"},{"owner":"lamps"}]"#,
        )
        .unwrap();
        assert_eq!((rules.version, rules.rules), (1, expected));
        let versions: Vec<u32> = conn
            .prepare("SELECT rules_version FROM \"case\" ORDER BY number")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(versions, [1, 0]);
    }
}
