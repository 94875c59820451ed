//! House numbers: replaced whole, found near a position or by what a person types.
//!
//! Nearest: every address knows its square of 0.001 degree; the squares around a position are read and their doors measured. Search: the streets are
//! few (some thousands in a city), so all are looked through, word by word; then the numbers of the best.

use super::catalogue::raise_version;
use super::row::damaged;
use crate::address::{Query, searched};
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::address::{Address, AddressFound, CaseAddress, MAX_FOUND, MAX_WITHIN_M, NumberColour};
use lanterna_shared::id::CaseId;
use lanterna_shared::position::Position;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Units of 1e-7 degree in the side of a square.
const SQUARE_E7: i32 = 10_000;
/// Columns of squares in one row: more than there are around the earth.
const ROW: i64 = 1_000_000;
/// Metres in the side of a square, north to south; a little less than it is.
const SQUARE_M: f64 = 111.0;
/// How near a door must be to be a case's address, in metres.
const OF_A_CASE_M: u32 = 150;
/// Streets whose numbers are looked at.
const STREETS: usize = 40;

fn square(e7: i32) -> i64 {
    i64::from(e7.div_euclid(SQUARE_E7))
}

fn cell(row: i64, column: i64) -> i64 {
    row.saturating_mul(ROW).saturating_add(column)
}

/// Whether there are addresses at all.
pub(super) fn has_addresses(conn: &Connection, jurisdiction: i64) -> Result<bool, StoreError> {
    let mut any = conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM street WHERE jurisdiction = ?1)")?;
    Ok(any.query_row([jurisdiction], |row| row.get(0))?)
}

/// Replaces all addresses; see [`crate::store::Store::import`].
///
/// # Errors
/// What the engine said.
pub fn import_addresses(conn: &Connection, city: &City, addresses: &[Address]) -> Result<(), StoreError> {
    let jurisdiction = city.jurisdiction;
    conn.execute("DELETE FROM address WHERE jurisdiction = ?1", [jurisdiction])?;
    conn.execute("DELETE FROM street WHERE jurisdiction = ?1", [jurisdiction])?;
    let mut sorted: Vec<&Address> = addresses.iter().collect();
    sorted.sort();
    let mut put_street = conn.prepare("INSERT INTO street (jurisdiction, street, name, searched) VALUES (?1, ?2, ?3, ?4)")?;
    let mut put = conn.prepare(
        "INSERT INTO address (jurisdiction, street, number, exponent, colour, place, lat_e7, lon_e7, cell, source)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    let (mut street, mut last) = (0_i64, None);
    for (address, place) in sorted.into_iter().zip(1_i64..) {
        if last != Some(&address.street) {
            street = street.saturating_add(1);
            last = Some(&address.street);
            put_street.execute(params![jurisdiction, street, address.street, searched(&address.street)])?;
        }
        put.execute(params![
            jurisdiction,
            street,
            address.number,
            address.exponent,
            address.colour.as_str(),
            place,
            address.lat_e7,
            address.lon_e7,
            cell(square(address.lat_e7), square(address.lon_e7)),
            address.source
        ])?;
    }
    raise_version(conn, jurisdiction)
}

fn read(row: &Row<'_>) -> Result<Address, StoreError> {
    Ok(Address {
        street: row.get(0)?,
        number: row.get(1)?,
        exponent: row.get(2)?,
        colour: NumberColour::parse(row.get_ref(3)?.as_str().unwrap_or_default()).ok_or_else(|| damaged("the colour of a number"))?,
        lat_e7: row.get(4)?,
        lon_e7: row.get(5)?,
        source: row.get(6)?,
    })
}

/// The addresses nearest to `position` within so many metres, the nearest first; at most [`MAX_FOUND`].
///
/// # Errors
/// What the engine said.
pub fn nearest(conn: &Connection, city: &City, position: &Position, within_m: u32) -> Result<Vec<AddressFound>, StoreError> {
    let within = f64::from(within_m.min(MAX_WITHIN_M));
    #[expect(clippy::cast_possible_truncation, reason = "a few squares, or as many as fit on the row of a pole")]
    let squares = |metres: f64| (within / metres).ceil().min(1_000.0) as i64;
    let (row, column) = (square(position.lat_e7()), square(position.lon_e7()));
    let (high, wide) = (squares(SQUARE_M), squares((SQUARE_M * position.lat_degrees().to_radians().cos()).max(0.1)));
    let mut near = Vec::new();
    let mut find = conn.prepare_cached(include_str!("addresses_of_cells.sql"))?;
    for row in row.saturating_sub(high)..=row.saturating_add(high) {
        let mut rows =
            find.query(params![city.jurisdiction, cell(row, column.saturating_sub(wide)), cell(row, column.saturating_add(wide))])?;
        while let Some(found) = rows.next()? {
            let address = read(found)?;
            let metres = address.distance_m(position);
            if metres <= within {
                near.push((metres, address));
            }
        }
    }
    // Black before red on one door step, and always in the same order.
    near.sort_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| one.colour.cmp(&other.colour)).then_with(|| one.cmp(other)));
    near.truncate(MAX_FOUND);
    Ok(near.into_iter().map(|(_, address)| AddressFound::new(address, Some(position))).collect())
}

/// The addresses that fit what a person typed, the best first; at most [`MAX_FOUND`].
///
/// # Errors
/// What the engine said.
pub fn search(conn: &Connection, city: &City, query: &Query) -> Result<Vec<AddressFound>, StoreError> {
    let mut streets = Vec::new();
    let mut all = conn.prepare_cached("SELECT street, searched FROM street WHERE jurisdiction = ?1")?;
    let mut rows = all.query([city.jurisdiction])?;
    while let Some(row) = rows.next()? {
        let searched = row.get_ref(1)?.as_str().unwrap_or_default();
        if let Some(rank) = query.rank(searched) {
            streets.push((rank, row.get::<_, i64>(0)?));
        }
    }
    streets.sort_unstable();
    let mut found = Vec::new();
    let mut numbers = conn.prepare_cached(include_str!("addresses_of_street.sql"))?;
    for (_, street) in streets.into_iter().take(STREETS) {
        let colour = query.colour.map(NumberColour::as_str);
        let mut rows = numbers.query(params![city.jurisdiction, street, query.number, colour, query.exponent, MAX_FOUND])?;
        while let Some(row) = rows.next()? {
            if found.len() >= MAX_FOUND {
                return Ok(found);
            }
            found.push(AddressFound::new(read(row)?, None));
        }
    }
    Ok(found)
}

/// All addresses, in their order.
///
/// # Errors
/// What the engine said.
pub fn all_addresses(conn: &Connection, city: &City) -> Result<Vec<Address>, StoreError> {
    let mut all = conn.prepare_cached(include_str!("all_addresses.sql"))?;
    let mut rows = all.query([city.jurisdiction])?;
    let mut addresses = Vec::new();
    while let Some(row) = rows.next()? {
        addresses.push(read(row)?);
    }
    Ok(addresses)
}

/// Gives a new case the house number nearest to its position, if one is near.
pub(super) fn give_address(conn: &Connection, city: &City, case: CaseId, position: Option<&Position>) -> Result<(), StoreError> {
    let Some(position) = position.filter(|_| city.has_addresses) else { return Ok(()) };
    let Some(found) = nearest(conn, city, position, OF_A_CASE_M)?.into_iter().next() else { return Ok(()) };
    let AddressFound { address, distance_m, .. } = found;
    conn.prepare_cached(
        "INSERT INTO case_address (jurisdiction, case_id, street, number, exponent, colour, distance_m, source)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        city.jurisdiction,
        case.as_bytes(),
        address.street,
        address.number,
        address.exponent,
        address.colour.as_str(),
        distance_m.unwrap_or(0),
        address.source
    ])?;
    Ok(())
}

/// The address of a case.
pub(super) fn address_of_case(conn: &Connection, city: &City, case: CaseId) -> Result<Option<CaseAddress>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT street, number, exponent, colour, 0, 0, source, distance_m FROM case_address WHERE jurisdiction = ?1 AND case_id = ?2",
    )?;
    let found = find.query_row(params![city.jurisdiction, case.as_bytes()], |row| Ok((read(row), row.get(7)?))).optional()?;
    found
        .map(|(address, distance_m)| address.map(|address| CaseAddress { text: address.to_string(), source: address.source, distance_m }))
        .transpose()
}
