//! Areas as a `GeoJSON` `FeatureCollection` of polygons in WGS 84 with the properties code, name and kind.
//!
//! The collection's member `lies_in` names the kind that says where a case lies; without it that is the kind of the first feature. So a file can hold
//! municipi and parks, and a case in a park still lies in its municipio.

use super::elements::{Element, broken, read as elements};
use super::file::Faults;
use crate::store::catalogue::AreaImport;
use geojson::{Feature, GeometryValue, PolygonType};
use lanterna_shared::area::{Area, Corner, MAX_POINTS};
use lanterna_shared::outline::{Bounds, crossing};
use lanterna_shared::service::AreaCode;
use lanterna_shared::text;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};

/// The longest name and kind, in characters.
const MAX_NAME_CHARS: usize = 120;
/// How far from the others an area may lie before it is looked at for swapped coordinates: 5 degrees.
const FAR_E7: i32 = 50_000_000;

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    lies_in: Option<String>,
    #[serde(borrow)]
    features: Vec<&'a RawValue>,
}

/// Reads areas.
///
/// # Errors
/// Every fault with its line.
pub fn read(text: &str) -> Result<AreaImport, Faults> {
    let collection: Collection<'_> = serde_json::from_str(text)
        .map_err(|error| broken(&error, "it is not a GeoJSON FeatureCollection: export it again as GeoJSON in WGS 84"))?;
    if collection.kind != "FeatureCollection" {
        return Err(Faults::one(None, "it is GeoJSON, but not a FeatureCollection: export all areas into one"));
    }
    let mut faults = Faults::default();
    if collection.features.is_empty() {
        faults.add(None, "it has no features: an import replaces all areas, and there must be one");
    }
    let features: Vec<Element<Feature>> = elements(text, &collection.features, "feature", &mut faults);
    let mut read: Vec<Element<Area>> = Vec::with_capacity(features.len());
    let mut lines = BTreeMap::new();
    for Element { line, value: feature } in &features {
        let Some(area) = area(feature, *line, &mut faults) else { continue };
        if let Some(first) = lines.insert(area.code.clone(), *line) {
            faults.add(Some(*line), format!("the code {} stands in line {first} already: give each area a code of its own", area.code));
        }
        read.push(Element { line: *line, value: area });
    }
    alike(&read, &mut faults);
    swapped(&read, &mut faults);
    let lies_in = collection.lies_in.or_else(|| read.first().map(|first| first.value.kind.clone())).unwrap_or_default();
    if faults.count() == 0 && !read.iter().any(|element| element.value.kind == lies_in) {
        faults.add(None, format!("\"lies_in\" names the kind {lies_in:?}, and there is no such area: correct it"));
    }
    faults.none_or(AreaImport { areas: read.into_iter().map(|element| element.value).collect(), lies_in })
}

fn area(feature: &Feature, line: u64, faults: &mut Faults) -> Option<Area> {
    let mut property = |name: &str| {
        let value = feature.property(name).and_then(|value| value.as_str()).map(str::trim).filter(|text| !text.is_empty());
        let value = value.filter(|text| text::check("property", text, MAX_NAME_CHARS).is_ok());
        if value.is_none() {
            faults.add(Some(line), format!("the property {name} is missing, no text, or too long: add it"));
        }
        value.map(ToOwned::to_owned)
    };
    let (code, name, kind) = (property("code")?, property("name")?, property("kind")?);
    let code = match AreaCode::new(code) {
        Ok(code) => code,
        Err(invalid) => {
            faults.add(Some(line), format!("the property code {}", invalid.why));
            return None;
        }
    };
    let polygons = match feature.geometry.as_ref().map(|geometry| &geometry.value) {
        Some(GeometryValue::Polygon { coordinates }) => vec![polygon(coordinates)],
        Some(GeometryValue::MultiPolygon { coordinates }) => coordinates.iter().map(polygon).collect(),
        _ => {
            faults.add(Some(line), format!("the area {code} has no polygon: only Polygon and MultiPolygon can be areas"));
            return None;
        }
    };
    let polygons: Option<Vec<_>> = polygons.into_iter().collect();
    let Some(polygons) = polygons else {
        faults.add(
            Some(line),
            format!("the area {code} has a corner that is not on earth: give degrees in WGS 84, longitude before latitude"),
        );
        return None;
    };
    let area = Area { code, name, kind, polygons };
    let before = faults.count();
    outline_faults(&area, line, faults);
    (faults.count() == before).then_some(area)
}

fn outline_faults(area: &Area, line: u64, faults: &mut Faults) {
    let code = &area.code;
    let points: usize = area.polygons.iter().flatten().map(Vec::len).sum();
    if points > MAX_POINTS {
        faults.add(Some(line), format!("the area {code} has {points} corners, over 200,000: simplify it"));
        return;
    }
    if area.polygons.is_empty() {
        faults.add(Some(line), format!("the area {code} has no outline: draw one, or leave the area out"));
    }
    for (polygon, number) in area.polygons.iter().zip(1..) {
        if polygon.is_empty() {
            faults.add(Some(line), format!("polygon {number} of the area {code} is empty: draw it, or leave it out"));
        }
        for (ring, which) in polygon.iter().zip(1..) {
            let place = format!("ring {which} of polygon {number} of the area {code}");
            if ring.is_empty() {
                faults.add(Some(line), format!("{place} is empty: draw it, or leave it out"));
            } else if ring.len() < 4 || ring.first() != ring.last() {
                let what = "is an open ring: repeat the first corner at the end, with at least three different ones";
                faults.add(Some(line), format!("{place} {what}"));
            } else if let Some(Corner(lon, lat)) = crossing(ring) {
                let (lon, lat) = (f64::from(lon) / 1e7, f64::from(lat) / 1e7);
                faults.add(
                    Some(line),
                    format!("{place} crosses itself near {lon}, {lat} (longitude, latitude): put its corners in order there"),
                );
            }
        }
    }
}

/// Two areas of one kind with the same outline: one of them is a copy with another's name.
fn alike(read: &[Element<Area>], faults: &mut Faults) {
    let mut seen = HashMap::new();
    for element in read {
        let area = &element.value;
        let first: Option<&Element<Area>> = seen.insert((area.kind.as_str(), &area.polygons), element);
        if let Some(first) = first {
            let what = format!(
                "the area {} has the same outline as {} in line {}: leave one out, or draw its own",
                area.code, first.value.code, first.line
            );
            faults.add(Some(element.line), what);
        }
    }
}

/// An area far from the others that would be among them with its coordinates exchanged, or outside Italy and within it then: a file may have all
/// of them wrong.
fn swapped(read: &[Element<Area>], faults: &mut Faults) {
    let bounds: Vec<_> = read.iter().filter_map(|element| Some((element, Bounds::of([&element.value])?))).collect();
    let mut middles: Vec<Corner> = bounds.iter().map(|(_, bounds)| bounds.middle()).collect();
    middles.sort_by_key(|corner| corner.0);
    let Some(lon) = middles.get(middles.len() / 2).map(|corner| corner.0) else { return };
    middles.sort_by_key(|corner| corner.1);
    let Some(lat) = middles.get(middles.len() / 2).map(|corner| corner.1) else { return };
    let usual = Corner(lon, lat);
    let around = Bounds { least: usual, most: usual }.widened(FAR_E7);
    for (element, bounds) in bounds {
        let middle = bounds.middle();
        if around.is_swapped(middle) || Bounds::ITALY.is_swapped(middle) {
            let what = "has longitude and latitude swapped: GeoJSON writes longitude first, in Genoa [8.93, 44.41]";
            faults.add(Some(element.line), format!("the area {} {what}", element.value.code));
        }
    }
}

fn polygon(rings: &PolygonType) -> Option<Vec<Vec<Corner>>> {
    let corner = |position: &geojson::Position| match position.as_slice() {
        [lon, lat, ..] if lon.abs() <= 180.0 && lat.abs() <= 90.0 => Some(Corner(e7(*lon), e7(*lat))),
        _ => None,
    };
    rings.iter().map(|ring| ring.iter().map(corner).collect()).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "at most 180 degrees, checked by the caller")]
fn e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

/// Writes areas as [`read`] reads them, one feature a line.
pub fn write(areas: &[Area], lies_in: &str) -> String {
    let mut text = format!("{{\"type\": \"FeatureCollection\", \"lies_in\": {}, \"features\": [", json!(lies_in));
    for (place, area) in areas.iter().enumerate() {
        let corner = |Corner(lon, lat): &Corner| json!([f64::from(*lon) / 1e7, f64::from(*lat) / 1e7]);
        let ring = |ring: &Vec<Corner>| ring.iter().map(corner).collect::<Vec<_>>();
        let polygons: Vec<Vec<_>> = area.polygons.iter().map(|polygon| polygon.iter().map(ring).collect()).collect();
        let geometry = match polygons.as_slice() {
            [one] => json!({ "type": "Polygon", "coordinates": one }),
            many => json!({ "type": "MultiPolygon", "coordinates": many }),
        };
        let properties = json!({ "code": area.code, "name": area.name, "kind": area.kind });
        text.push_str(if place == 0 { "\n" } else { ",\n" });
        text.push_str(&json!({ "type": "Feature", "properties": properties, "geometry": geometry }).to_string());
    }
    text.push_str("\n]}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn feature(code: &str, kind: &str, ring: &str) -> String {
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","name":"N","kind":"{kind}"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    }

    /// One feature a line, from line 2.
    fn collection(features: &[String]) -> String {
        format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}]}}", features.join(",\n"))
    }

    fn told(features: &[String]) -> Vec<String> {
        read(&collection(features)).unwrap_err().told().iter().map(ToString::to_string).collect()
    }

    const RING: &str = "[[8.9,44.4],[9.0,44.4],[9.0,44.5],[8.9,44.4]]";
    const OTHER: &str = "[[8.8,44.4],[8.9,44.4],[8.9,44.5],[8.8,44.4]]";

    #[test]
    fn areas_are_read_with_longitude_first_and_the_first_kind_says_where_a_case_lies() {
        let read = read(&collection(&[feature("a", "ward", RING), feature("p", "park", RING)])).unwrap();
        assert_eq!(read.areas[0].polygons[0][0][0], Corner(89_000_000, 444_000_000));
        assert_eq!(read.lies_in, "ward");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let ward = |code: &str, ring: &str| feature(code, "ward", ring);
        for (second, expected) in [
            (ward("B!", OTHER), "line 3: the property code is not a code"),
            (ward("a", OTHER), "line 3: the code a stands in line 2 already"),
            (ward("b", RING), "line 3: the area b has the same outline as a in line 2"),
            (ward("b", "[[8.9,44.4],[9.0,44.4],[9.0,44.5],[8.8,44.4]]"), "line 3: ring 1 of polygon 1 of the area b is an open ring"),
            (ward("b", "[]"), "line 3: ring 1 of polygon 1 of the area b is empty"),
            (ward("b", ""), "line 3: polygon 1 of the area b is empty"),
            (ward("b", "[[444.0,8.9],[9.0,44.4],[9.0,44.5],[444.0,8.9]]"), "line 3: the area b has a corner that is not on earth"),
            (
                ward("b", "[[8.8,44.4],[8.9,44.5],[8.9,44.4],[8.8,44.5],[8.8,44.4]]"),
                "line 3: ring 1 of polygon 1 of the area b crosses itself near 8.9",
            ),
            (ward("b", "[[44.4,8.8],[44.4,8.9],[44.5,8.9],[44.4,8.8]]"), "line 3: the area b has longitude and latitude swapped"),
            (
                ward("b", OTHER).replace("Polygon", "Point").replace("[[[8.8,44.4],[8.9,44.4],[8.9,44.5],[8.8,44.4]]]", "[8.8,44.4]"),
                "line 3: the area b has no polygon",
            ),
            (ward("b", OTHER).replace("\"name\":\"N\",", ""), "line 3: the property name is missing"),
            ("{\"type\":\"Feature\",\"geometry\":7}".to_owned(), "line 3: the feature 2 cannot be read"),
        ] {
            let told = told(&[ward("a", RING), second]);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(expected), "{told:?} is not {expected}");
        }
    }

    #[test]
    fn a_file_with_everything_swapped_is_noticed() {
        let swapped = "[[44.4,8.8],[44.4,8.9],[44.5,8.9],[44.4,8.8]]";
        assert!(told(&[feature("a", "ward", swapped)])[0].contains("swapped"));
    }

    #[test]
    fn a_file_that_is_no_collection_is_refused() {
        assert!(read("{}").unwrap_err().told()[0].what.contains("FeatureCollection"));
        assert!(told(&[])[0].contains("there must be one"));
        let lost = collection(&[feature("a", "ward", RING)]).replace("\"features\"", "\"lies_in\":\"park\",\"features\"");
        assert!(read(&lost).unwrap_err().told()[0].what.contains("no such area"));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(corners in proptest::collection::vec((60_000_000_i32..180_000_000, 360_000_000_i32..470_000_000), 3..4), pieces in 1_usize..3) {
            let mut ring: Vec<Corner> = corners.into_iter().map(|(lon, lat)| Corner(lon, lat)).collect();
            ring.push(ring[0]);
            prop_assume!(crossing(&ring).is_none());
            let code = |text: &str| AreaCode::new(text).unwrap();
            let area = Area { code: code("a"), name: "\"Ponente\" \u{e8}".to_owned(), kind: "ward".to_owned(), polygons: vec![vec![ring]; pieces] };
            let text = write(std::slice::from_ref(&area), "ward");
            let back = read(&text).unwrap();
            prop_assert_eq!(&back.areas, &[area]);
            prop_assert_eq!(write(&back.areas, &back.lies_in), text);
        }
    }
}
