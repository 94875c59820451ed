//! `lanterna import areas FILE`: all or nothing, with the number of the feature that is wrong and what to do.

use super::output::Output;
use super::{CliError, ImportArgs};
use crate::clock::{Clock, SystemClock};
use crate::metrics::Metrics;
use crate::server::open_store;
use crate::store::Store;
use crate::store::account::Actor;
use crate::store::audit::{AuditLog, Noted};
use geojson::{Feature, FeatureCollection, GeometryValue, PolygonType};
use lanterna_shared::area::{Area, Corner};
use lanterna_shared::audit::Act;
use lanterna_shared::service::AreaCode;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// The largest file, in bytes.
const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {what}", file.display(), feature.map(|number| format!(", feature {number}")).unwrap_or_default())]
pub struct FileError {
    file: PathBuf,
    feature: Option<usize>,
    what: String,
}

pub(super) async fn areas(args: ImportArgs, output: &Output) -> Result<(), CliError> {
    let wrong = |what: String| FileError { file: args.file.clone(), feature: None, what };
    let size = fs::metadata(&args.file).map_err(|error| wrong(format!("it cannot be read: {error}")))?.len();
    if size > MAX_FILE_BYTES {
        return Err(wrong("it is over 256 MB: simplify its outlines".to_owned()).into());
    }
    let text = fs::read_to_string(&args.file).map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    let areas = read(&text).map_err(|(feature, what)| FileError { file: args.file.clone(), feature, what })?;
    let count = areas.len();
    let store = open_store(&args.data.data, &SystemClock, &Metrics::default()).await?;
    let imported = store.import_areas(areas).await?;
    if imported.is_ok() {
        let noted = Noted { by: Actor::Operator, act: Act::Imported, about: "areas".to_owned() };
        store.note(noted, SystemClock.now()).await?;
    }
    store.close().await;
    imported?;
    output.say(&format!("{count} areas are in use now; all others are retired."), &json!({ "event": "imported", "areas": count }));
    Ok(())
}

/// The areas of a GeoJSON text; otherwise which feature is wrong, from 1, and what to do.
///
/// # Errors
/// The number of the feature, where it is one, and a sentence.
pub(crate) fn read(text: &str) -> Result<Vec<Area>, (Option<usize>, String)> {
    let collection: FeatureCollection = serde_json::from_str(text)
        .map_err(|error| (None, format!("it is not a GeoJSON FeatureCollection ({error}): export it again as GeoJSON in WGS 84")))?;
    if collection.features.is_empty() {
        return Err((None, "it has no features: an import replaces all areas, and there must be one".to_owned()));
    }
    let mut codes = BTreeSet::new();
    let mut areas = Vec::with_capacity(collection.features.len());
    for (feature, number) in collection.features.iter().zip(1..) {
        let area = area(feature).map_err(|what| (Some(number), what))?;
        if !codes.insert(area.code.clone()) {
            return Err((Some(number), format!("the code {} stands here a second time: give each area a code of its own", area.code)));
        }
        areas.push(area);
    }
    Ok(areas)
}

fn area(feature: &Feature) -> Result<Area, String> {
    let property = |name: &str| {
        let value = feature.property(name).and_then(|value| value.as_str()).map(str::trim).filter(|text| !text.is_empty());
        value.map(ToOwned::to_owned).ok_or_else(|| format!("the property {name} is missing or no text: add it"))
    };
    let code = AreaCode::new(property("code")?).map_err(|invalid| format!("the property code {}", invalid.why))?;
    let polygons = match feature.geometry.as_ref().map(|geometry| &geometry.value) {
        Some(GeometryValue::Polygon { coordinates }) => vec![polygon(coordinates)?],
        Some(GeometryValue::MultiPolygon { coordinates }) => coordinates.iter().map(polygon).collect::<Result<_, _>>()?,
        _ => return Err("it has no polygon: only Polygon and MultiPolygon can be areas".to_owned()),
    };
    let area = Area { code, name: property("name")?, kind: property("kind")?, polygons };
    area.check().map_err(|invalid| invalid.to_string())?;
    Ok(area)
}

fn polygon(rings: &PolygonType) -> Result<Vec<Vec<Corner>>, String> {
    let corner = |position: &geojson::Position| match position.as_slice() {
        [lon, lat, ..] if lon.abs() <= 180.0 && lat.abs() <= 90.0 => Ok(Corner(e7(*lon), e7(*lat))),
        _ => Err("a corner is not on earth: give degrees in WGS 84, longitude before latitude".to_owned()),
    };
    rings.iter().map(|ring| ring.iter().map(corner).collect()).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "at most 180 degrees, checked by the caller")]
fn e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(code: &str, ring: &str) -> String {
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","name":"N","kind":"ward"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    }

    fn collection(features: &[String]) -> String {
        format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
    }

    const RING: &str = "[[8.9,44.4],[9.0,44.4],[9.0,44.5],[8.9,44.4]]";

    #[test]
    fn areas_are_read_with_longitude_first() {
        let areas = read(&collection(&[feature("a", RING)])).unwrap();
        assert_eq!(areas[0].polygons[0][0][0], Corner(89_000_000, 444_000_000));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_number() {
        let refused = |features: &[String]| read(&collection(features)).unwrap_err();
        assert_eq!(refused(&[feature("a", RING), feature("B!", RING)]).0, Some(2));
        assert!(refused(&[feature("a", RING), feature("a", RING)]).1.contains("second time"));
        assert!(refused(&[feature("a", "[[8.9,44.4],[9.0,44.4],[9.0,44.5],[8.8,44.4]]")]).1.contains("open ring"));
        assert!(refused(&[feature("a", "[[444.0,8.9],[9.0,44.4],[9.0,44.5],[444.0,8.9]]")]).1.contains("longitude before latitude"));
        assert_eq!(refused(&[]).0, None);
        assert!(read("{}").unwrap_err().1.contains("FeatureCollection"));
    }
}
