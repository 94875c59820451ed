//! What a process keeps in memory, as Linux says it.

use super::{Row, float};
use crate::support::{Folder, TestServer};

/// One line of a process's status, in bytes.
pub(super) fn status_bytes(process: &str, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let value = status.lines().find_map(|found| found.strip_prefix(line)).unwrap_or_else(|| panic!("/proc says no {line}"));
    value.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// From now on the peak is counted anew.
pub(super) fn forget_peak(process: u32) {
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").unwrap();
}

/// The peak since then, in bytes.
pub(super) fn peak(process: u32) -> u64 {
    status_bytes(&process.to_string(), "VmHWM")
}

/// Bytes as MiB.
pub(super) fn mib(bytes: u64) -> f64 {
    float(bytes) / 1_048_576.0
}

/// The server with the demo city that nobody uses.
#[must_use]
pub fn idle() -> Vec<Row> {
    let folder = Folder::new("bench-idle");
    let server = TestServer::start(&folder.join("city"));
    let process = server.process().to_string();
    let (whole, own) = (status_bytes(&process, "VmRSS"), status_bytes(&process, "RssAnon"));
    vec![
        Row::at_most("server idle, memory", mib(whole), 20.0, "MiB")
            .beside(format!("{:.1} of it its own, the rest the program's file", mib(own))),
    ]
}
