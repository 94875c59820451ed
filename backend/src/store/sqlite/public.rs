//! The thin public index: staff decide what stands in it, devices read it. Nothing is public by itself.

use super::likeness::{self, position, source};
use super::row::{code, unsigned, uuid};
use super::suggestion::within;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::staff::{CaseScope, Staff};
use lanterna_shared::check::CaseNumber;
use lanterna_shared::duplicate::PerceptualHash;
use lanterna_shared::duplicate::geohash::Geohash;
use lanterna_shared::duplicate::index::{MAX_OPEN_CASES, OpenCase, rounded};
use lanterna_shared::id::CaseId;
use lanterna_shared::service::ServiceCode;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// Publishes a case or takes it back; `false` when there is none within `scope`. The same again changes nothing. See
/// [`crate::store::Store::publish_case`].
///
/// # Errors
/// What the engine said.
pub fn publish(
    conn: &Connection,
    city: &City,
    (staff, scope): (&Staff, &CaseScope),
    case: CaseId,
    published: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(before) = within(conn, city, scope, case)? else { return Ok(false) };
    if before == published {
        return Ok(true);
    }
    let key = params![city.jurisdiction, case.as_bytes(), published];
    conn.prepare_cached("UPDATE \"case\" SET published = ?3 WHERE jurisdiction = ?1 AND case_id = ?2")?.execute(key)?;
    conn.prepare_cached(
        "INSERT INTO publication (jurisdiction, case_id, place, at, staff_id, published)
         VALUES (?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM publication WHERE jurisdiction = ?1 AND case_id = ?2), ?3, ?4, ?5)",
    )?
    .execute(params![city.jurisdiction, case.as_bytes(), now.as_millis(), staff.user.as_bytes(), published])?;
    conn.prepare_cached("DELETE FROM public_case WHERE jurisdiction = ?1 AND case_id = ?2")?
        .execute(params![city.jurisdiction, case.as_bytes()])?;
    if published {
        list(conn, city, case)?;
    }
    Ok(true)
}

/// Puts a case into the index. One without a position cannot be found by a cell and has no row.
fn list(conn: &Connection, city: &City, case: CaseId) -> Result<(), StoreError> {
    let Some(kept) = likeness::of_case(conn, city, case)? else { return Ok(()) };
    let place = rounded(&kept.traits.position);
    conn.prepare_cached(
        "INSERT INTO public_case (jurisdiction, geohash, received_at, case_id, lat_e7, lon_e7, accuracy_m, position_source, picture)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        city.jurisdiction,
        Geohash::of(&kept.traits.position).to_string(),
        kept.traits.received_at.as_millis(),
        case.as_bytes(),
        place.lat_e7(),
        place.lon_e7(),
        place.accuracy_m().unwrap_or(1),
        super::create_report::source_text(place.source()),
        kept.traits.pictures.first().map(|picture| picture.bits().to_be_bytes())
    ])?;
    Ok(())
}

/// The open cases of these cells, the newest first in each; at most [`MAX_OPEN_CASES`]. See [`crate::store::Store::open_cases`].
///
/// # Errors
/// What the engine said.
pub fn open_cases(conn: &Connection, city: &City, cells: &[Geohash]) -> Result<Vec<OpenCase>, StoreError> {
    let mut find = conn.prepare_cached(include_str!("public_of_cell.sql"))?;
    let mut cases = Vec::new();
    for cell in cells {
        let left = MAX_OPEN_CASES.saturating_sub(cases.len());
        let mut rows = find.query(params![city.jurisdiction, cell.to_string(), i64::try_from(left).unwrap_or(0)])?;
        while let Some(row) = rows.next()? {
            cases.push(OpenCase {
                case: CaseId(uuid(row, 0)?),
                number: CaseNumber::new(unsigned(row.get(1)?)),
                service: code(ServiceCode::new(row.get::<_, String>(2)?))?,
                received_at: Timestamp::from_millis(row.get(3)?),
                position: position(row.get(4)?, row.get(5)?, row.get(6)?, source(row.get_ref(7)?.as_str().unwrap_or_default())?)?,
                alike: row.get::<_, Option<[u8; 8]>>(8)?.map(|bits| PerceptualHash::from_bits(u64::from_be_bytes(bits))),
            });
        }
    }
    Ok(cases)
}
