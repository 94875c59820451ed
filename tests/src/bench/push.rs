//! A thousand reports with a photo of 150 KB each: how long they take to the server, and what both sides keep in memory for it.

use std::time::Instant;

use super::Row;
use super::memory::{forget_peak, mib, peak};
use super::meter::Meter;
use super::wire::{capture, met, open, sync};
use crate::support::{Folder, TestServer, fixtures};

const REPORTS: u32 = 1_000;

/// Saves them all, then measures the one sync that sends them.
pub async fn rows() -> Vec<Row> {
    let folder = Folder::new("bench-push");
    let server = TestServer::start(&folder.join("city"));
    let meter = Meter::start(server.address()).await;
    let home = met(&folder, "device", &meter).await;
    let mut host = open(&home);
    let mut photo_bytes = 0;
    for seed in 0..REPORTS {
        let photo = fixtures::jpeg(500, 500, seed);
        photo_bytes += photo.len() as u64;
        capture(&mut host, photo).await;
    }
    meter.take();
    forget_peak(std::process::id());
    forget_peak(server.process());
    let start = Instant::now();
    sync(&mut host).await;
    let took = start.elapsed().as_secs_f64();
    let travelled = meter.take();
    let beside = format!(
        "photos of {} KB, synced on both sides; {} requests, {:.0} MB up",
        photo_bytes / u64::from(REPORTS) / 1_000,
        travelled.requests.len(),
        super::float(travelled.up) / 1e6
    );
    vec![
        Row::at_most("1,000 reports with a photo each, to the server", took, 3.4, "s").beside(beside),
        Row::at_most("  server's peak memory", mib(peak(server.process())), 64.0, "MiB"),
        Row::at_most("  device's peak memory", mib(peak(std::process::id())), 64.0, "MiB").beside("with the bench itself around it"),
    ]
}
