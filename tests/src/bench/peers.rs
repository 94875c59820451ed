//! What others need for the same: GEOS and `PostGIS` find the same points in the same outlines, in the same run. Only asked for by `cargo xtask bench
//! --peers`, which installs them; without it there are no such rows.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use lanterna_shared::area::{Area, Corner};
use lanterna_shared::position::Position;

use super::{Row, float};
use crate::support::Folder;

/// Where xtask says that the peers' Python is.
const PYTHON: &str = "LANTERNA_PEERS_PYTHON";
/// So many of the points go through `PostGIS`: it needs a file of text and a table for them.
const OF_POSTGIS: usize = 300_000;

/// Each peer's rows: our speed as a multiple of its own.
pub(super) fn rows(areas: &[Area], points: &[Position], ours_a_second: f64, hits: usize) -> Vec<Row> {
    let Some(python) = std::env::var_os(PYTHON).map(PathBuf::from) else { return Vec::new() };
    let folder = Folder::new("bench-peers");
    let outlines = folder.join("outlines.wkt");
    std::fs::write(&outlines, wkt(areas)).unwrap();
    vec![geos(&python, &folder, &outlines, points, ours_a_second, hits), postgis(&folder, &outlines, points, ours_a_second)]
}

fn geos(python: &Path, folder: &Folder, outlines: &Path, points: &[Position], ours_a_second: f64, hits: usize) -> Row {
    let places = folder.join("places.f64");
    let bytes: Vec<u8> = points.iter().flat_map(|at| [at.lon_degrees(), at.lat_degrees()]).flat_map(f64::to_ne_bytes).collect();
    std::fs::write(&places, bytes).unwrap();
    let said = run(Command::new(python).arg("-c").arg(include_str!("peer/geos.py")).arg(outlines).arg(&places));
    let [version, found, seconds] = said.split_ascii_whitespace().collect::<Vec<_>>()[..] else { panic!("GEOS said {said}") };
    let a_second = float(points.len() as u64) / seconds.parse::<f64>().unwrap();
    Row::at_least("  ÷ GEOS, one core", ours_a_second / a_second, 2.0, "×")
        .beside(format!("GEOS {version}, STRtree and prepared outlines: {a_second:.0} points/s, {found} hits beside our {hits}"))
}

fn postgis(folder: &Folder, outlines: &Path, points: &[Position], ours_a_second: f64) -> Row {
    let points = &points[..OF_POSTGIS.min(points.len())];
    let mut text = String::new();
    for at in points {
        writeln!(text, "POINT({} {})", at.lon_degrees(), at.lat_degrees()).unwrap();
    }
    let (places, cluster) = (folder.join("places.wkt"), folder.join("postgis"));
    std::fs::write(&places, text).unwrap();
    std::fs::create_dir(&cluster).unwrap();
    let said = run(Command::new("sh").arg("-c").arg(include_str!("peer/postgis.sh")).arg("postgis.sh").args([&cluster, outlines, &places]));
    let lines: Vec<&str> = said.lines().collect();
    let [version, found, time] = lines[..] else { panic!("PostGIS said {said}") };
    let millis: f64 = time.split_ascii_whitespace().nth(1).unwrap().parse().unwrap();
    let a_second = float(points.len() as u64) / millis * 1e3;
    Row::at_least("  ÷ PostGIS, a join in one process", ours_a_second / a_second, 2.0, "×")
        .beside(format!("PostGIS {version}: {a_second:.0} points/s over {} points, {found} hits", points.len()))
}

/// One polygon a line.
fn wkt(areas: &[Area]) -> String {
    let mut text = String::new();
    for area in areas {
        for polygon in &area.polygons {
            let ring = |ring: &Vec<Corner>| {
                let corners: Vec<String> =
                    ring.iter().map(|Corner(lon, lat)| format!("{} {}", f64::from(*lon) / 1e7, f64::from(*lat) / 1e7)).collect();
                format!("({})", corners.join(","))
            };
            writeln!(text, "POLYGON({})", polygon.iter().map(ring).collect::<Vec<_>>().join(",")).unwrap();
        }
    }
    text
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    assert!(output.status.success(), "{command:?} failed: {}", text(&output.stderr));
    text(&output.stdout)
}
