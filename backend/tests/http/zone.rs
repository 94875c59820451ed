//! The server counts in the city's zone with the data that is built in, wherever its host thinks it is.

use crate::support::TestServer;
use std::process::Command;

/// Set in the processes that this test starts: its own host is left alone.
const INSIDE: &str = "LANTERNA_TEST_IN_ZONE";

/// The due date of a pothole that is reported on Thursday 26 November 2026 at nine in the morning: five working days later, at midnight in Genoa.
async fn due_in_genoa() {
    let server = TestServer::start().await;
    let device = server.device().await;
    device.reports(&server, "pothole", &[]).await;
    let reply = device.sync(&server, 0, &[]).await;
    let [lanterna_shared::wire::Row::Report(row)] = &reply.changes[..] else { panic!("there is one report") };
    assert_eq!(row.due_at.unwrap().to_rfc3339(), "2026-12-03T22:59:59Z");
}

#[tokio::test]
async fn the_zone_of_the_host_changes_nothing() {
    if std::env::var_os(INSIDE).is_some() {
        return due_in_genoa().await;
    }
    // Half a day ahead, half a day behind, one that is nowhere, one that is a file, and none at all; and a host without zone data.
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Mars/Olympus", ":/etc/hostname", ""] {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "zone::the_zone_of_the_host_changes_nothing", "--nocapture"]);
        child.env(INSIDE, "1").env("TZ", zone).env("TZDIR", "/nowhere");
        let ran = child.output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && said.contains("1 passed"), "in {zone}: {said}{}", String::from_utf8_lossy(&ran.stderr));
    }
}
