//! Backups, restores and full disks, with the real programs.

use lanterna_tests::support::{Device, FaultProxy, Folder, TestServer, fixtures, http_client, program};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

fn lanterna(arguments: &[&str], data: &Path) -> Output {
    Command::new(program::path("lanterna")).args(arguments).arg("--data").arg(data).output().unwrap()
}

fn done(arguments: &[&str], data: &Path) -> Value {
    let output = lanterna(&[&["--json"], arguments].concat(), data);
    assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(arguments: &[&str], data: &Path) -> String {
    let output = lanterna(arguments, data);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stdout));
    text(&output.stderr)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Every file below a folder with its bytes.
fn everything(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The reports of all cases by what they say: how often, and whether they were taken back.
async fn descriptions(server: &TestServer) -> BTreeMap<String, (u32, String)> {
    let office = server.office("dispatcher").await;
    let mut found: BTreeMap<String, (u32, String)> = BTreeMap::new();
    for case in office.cases().await {
        let detail = office.get(&format!("/v1/cases/{}", case["case"].as_str().unwrap())).await;
        for report in detail["reports"].as_array().unwrap() {
            let entry = found.entry(report["text"].as_str().unwrap().to_owned()).or_default();
            *entry = (entry.0 + 1, detail["status"].as_str().unwrap().to_owned());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_devices_send_what_was_forgotten_and_nothing_is_doubled() {
    let folder = Folder::new("restore");
    let mut server = TestServer::start(&folder.join("city"));
    let proxy = FaultProxy::start(server.address()).await;
    let device = |name: &str| Device::init(&folder.join(name), &proxy.url());
    let (old, busy) = (device("old"), device("busy"));
    let photo = fixtures::small_jpeg();
    let first = old.capture("before the backup", &[&photo]);
    old.sync();
    busy.capture("busy before", &[]);
    busy.sync();

    let file = folder.join("city.tar.zst");
    let made = done(&["backup", file.to_str().unwrap()], &folder.join("city"));
    assert_eq!((&made["summary"]["reports"], &made["missing"]), (&2.into(), &Value::Array(Vec::new())));

    old.capture("after the backup", &[&photo]);
    old.sync();
    old.done(&["withdraw", first["receipt"].as_str().unwrap()]);
    old.sync();
    let new = device("new");
    new.capture("from a device that the backup does not know", &[&photo]);
    new.sync();
    // The disk is lost, and a new one takes its place.
    server.kill();
    let restored = done(&["restore", file.to_str().unwrap()], &folder.join("restored"));
    assert_eq!(restored["summary"]["reports"], 2);
    let server = TestServer::start(&folder.join("restored"));
    proxy.point_to(server.address());
    // Others are first, so that the server's sequence is beyond what the devices have seen before they come.
    for number in 0..8 {
        busy.capture(&format!("busy after {number}"), &[]);
    }
    busy.sync();
    old.capture("not sent yet", &[]);
    old.sync();
    new.sync();
    for device in [&old, &new, &busy] {
        device.sync();
        assert!(device.reports().iter().all(|report| report["delivery"] == "delivered"), "{:?}", device.reports());
        assert_eq!(device.outbox()["ops"], Value::Array(Vec::new()));
    }
    let found = descriptions(&server).await;
    assert!(found.values().all(|(times, _)| *times == 1), "{found:?}");
    assert_eq!(found.len(), 2 + 2 + 1 + 8, "{found:?}");
    assert_eq!(found["before the backup"].1, "withdrawn");
    // Thumbnail and screen size stay on the device, so the case has its pictures again.
    let office = server.office("dispatcher").await;
    let id = old.reports().iter().find(|report| report["text"] == "after the backup").unwrap()["id"].as_str().unwrap().to_owned();
    for rendition in ["thumb", "screen"] {
        assert_eq!(office.bytes(&format!("/v1/reports/{id}/photos/0/{rendition}")).await.0, 200, "{rendition}");
    }
    server.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_can_be_killed_and_made_again() {
    let folder = Folder::new("backup-kills");
    let server = TestServer::start(&folder.join("city"));
    let device = Device::init(&folder.join("device"), server.url());
    device.capture("A hole", &[&fixtures::camera_jpeg()]);
    device.sync();
    let file = folder.join("city.tar.zst");
    for round in 0..12 {
        let mut command = Command::new(program::path("lanterna"));
        let mut child = command.arg("backup").arg(&file).arg("--data").arg(folder.join("city")).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(round * 7));
        let _ = child.kill();
        if child.wait().unwrap().success() {
            std::fs::remove_file(&file).unwrap();
        }
        assert!(!file.exists(), "a backup that was cut off has no name");
    }
    done(&["backup", file.to_str().unwrap()], &folder.join("city"));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".partial")), "{left:?}");
    done(&["restore", file.to_str().unwrap()], &folder.join("restored"));
    done(&["check"], &folder.join("restored"));
}

#[test]
fn a_folder_of_a_newer_program_is_refused_by_every_command_and_stays_as_it_is() {
    let folder = Folder::new("newer");
    let areas = folder.join("areas.geojson");
    std::fs::write(&areas, r#"{"type":"FeatureCollection","features":[]}"#).unwrap();
    let (file, data) = (folder.join("city.tar.zst"), folder.join("city"));
    TestServer::start(&data).stop();
    let commands: [&[&str]; 5] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["demo", "--listen", "127.0.0.1:0"],
        &["backup", file.to_str().unwrap()],
        &["check"],
        &["user", "add", "anna", "--role", "dispatcher"],
    ];
    let all_refuse = |word: &str| {
        let before = everything(&data);
        for command in commands {
            let said = refused(command, &data);
            assert!(said.contains(word) && said.contains("newer program"), "{command:?}: {said}");
        }
        assert_eq!(everything(&data), before, "nothing was written");
        assert!(!file.exists());
    };
    std::fs::write(data.join("lanterna.format"), "2\n").unwrap();
    all_refuse("is of format 2");
    std::fs::write(data.join("lanterna.format"), "1\n").unwrap();
    let conn = rusqlite::Connection::open(data.join("lanterna.db")).unwrap();
    conn.execute_batch("PRAGMA user_version = 4711; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    conn.close().unwrap();
    all_refuse("is of schema 4711");
}

#[test]
fn what_stands_in_the_way_of_serving_is_said() {
    let folder = Folder::new("in-the-way");
    let server = TestServer::start(&folder.join("city"));
    let said = refused(&["serve", "--listen", "127.0.0.1:0"], &folder.join("city"));
    assert!(said.contains("another Lanterna server uses the data folder"), "{said}");
    let listen = server.address().to_string();
    let said = refused(&["serve", "--listen", &listen], &folder.join("other"));
    assert!(said.contains(&format!("listens on port {} of 127.0.0.1 already", server.address().port())), "{said}");
    assert!(said.contains("--listen"), "{said}");
    let said = refused(&["serve", "--listen", "192.0.2.1:80"], &folder.join("other"));
    assert!(said.contains("does not have the address 192.0.2.1"), "{said}");
    let no_folder = folder.join("file");
    std::fs::write(&no_folder, "no folder").unwrap();
    for command in [["serve", "--listen=127.0.0.1:0"], ["check", "--json"], ["backup", "/dev/null/x"]] {
        let output = lanterna(&command, &no_folder.join("city"));
        assert_eq!(output.status.code(), Some(1), "{command:?}");
    }
    let said = refused(&["serve", "--listen", "127.0.0.1:0"], &no_folder);
    assert!(said.contains("cannot be used"), "{said}");
    let config = folder.join("lanterna.toml");
    std::fs::write(&config, "listen = \"127.0.0.1:0\"\nlimit = 5\n").unwrap();
    let said = refused(&["serve", "--config", config.to_str().unwrap()], &folder.join("other"));
    assert!(said.contains("lanterna.toml, line 2") && said.contains("limit"), "{said}");
}

/// Lets the files of a process grow to so many bytes and no more: what a full disk does to it.
fn limit_files(process: u32, bytes: &str) {
    let status = Command::new("prlimit").args(["--pid", &process.to_string(), &format!("--fsize={bytes}:")]).status().unwrap();
    assert!(status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_waited_out_and_loses_nothing() {
    let folder = Folder::new("server-full");
    let server = TestServer::start_unkillable_by_file_size(&folder.join("city"));
    let device = Device::init(&folder.join("device"), server.url());
    device.capture("before", &[&fixtures::small_jpeg()]);
    device.sync();
    // A bound inside a photo of 4 MB: the staging is full in its middle, the database is not.
    limit_files(server.process(), "3000000");
    device.capture("a large photo", &[&fixtures::camera_jpeg()]);
    let said = device.refused(&["sync", "--patience", "3"]);
    assert!(said.contains("safe on this device"), "{said}");
    assert_eq!(device.outbox()["ops"], Value::Array(Vec::new()), "data does not wait for photos");
    // And now nothing can grow.
    limit_files(server.process(), "1");
    let answer = http_client().get(format!("{}/readyz", server.url())).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "5"));
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], "unavailable");
    device.capture("while it is full", &[]);
    let said = device.refused(&["sync", "--patience", "2"]);
    assert!(said.contains("safe on this device"), "{said}");
    assert_eq!(device.outbox()["ops"].as_array().unwrap().len(), 1);
    limit_files(server.process(), "unlimited");
    device.done(&["sync", "--patience", "30"]);
    assert!(device.reports().iter().all(|report| report["delivery"] == "delivered"), "{:?}", device.reports());
    let found = descriptions(&server).await;
    assert_eq!(found.len(), 3);
    assert!(found.values().all(|(times, _)| *times == 1), "{found:?}");
    server.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_on_a_full_disk_is_refused_and_leaves_nothing() {
    let folder = Folder::new("backup-full");
    let server = TestServer::start(&folder.join("city"));
    let device = Device::init(&folder.join("device"), server.url());
    device.capture("A hole", &[&fixtures::camera_jpeg()]);
    device.sync();
    let file = folder.join("city.tar.zst");
    // No file may grow over so many blocks of 512 bytes: first the copy of the database fails, then the archive.
    for blocks in ["8", "2048"] {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -f {blocks}; trap '' XFSZ; exec \"$@\""), "sh"]).arg(program::path("lanterna"));
        let output = command.arg("backup").arg(&file).arg("--data").arg(folder.join("city")).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
        let said = text(&output.stderr);
        assert!(said.contains("cannot be written") || said.contains("cannot be copied"), "{said}");
        let left = std::fs::read_dir(folder.path()).unwrap().flatten().filter(|entry| entry.file_name().to_string_lossy().contains("tar"));
        assert_eq!(left.count(), 0, "nothing is left of it");
    }
    done(&["backup", file.to_str().unwrap()], &folder.join("city"));
    server.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_zone_of_the_host_changes_no_promise() {
    let folder = Folder::new("zones");
    let mut promises = Vec::new();
    for (number, zone) in ["Pacific/Kiritimati", "America/Los_Angeles", "Europe/Rome"].into_iter().enumerate() {
        let server = TestServer::start_in_zone(&folder.join(&format!("city-{number}")), zone);
        let device = Device::init(&folder.join(&format!("device-{number}")), server.url());
        device.capture("A hole", &[]);
        device.sync();
        let case = server.office("dispatcher").await.cases().await[0].clone();
        promises.push(case["due_at"].as_i64().unwrap() - case["received_at"].as_i64().unwrap());
    }
    // They were made some seconds after one another; a zone would make hours of it.
    let (least, most) = (promises.iter().min().unwrap(), promises.iter().max().unwrap());
    assert!(most - least < 5 * 60_000, "{promises:?}");
}

#[test]
fn what_lies_about_is_named_and_a_damaged_photo_is_a_fault() {
    let folder = Folder::new("leftovers");
    let data = folder.join("city");
    let mut server = TestServer::start(&data);
    let device = Device::init(&folder.join("device"), server.url());
    device.capture("A hole", &[&fixtures::small_jpeg()]);
    device.sync();
    server.stop();
    let upload = "0123456789abcdef0123456789abcdef";
    std::fs::write(data.join("staging").join(upload), "half a photo").unwrap();
    std::fs::write(data.join("photos/notes.txt"), "not ours").unwrap();
    let checked = done(&["check"], &data);
    let named = checked["leftovers"].to_string();
    assert!(named.contains(upload) && named.contains("notes.txt"), "{named}");
    assert_eq!(checked["faults"], Value::Array(Vec::new()));
    let stranger = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    std::fs::create_dir_all(data.join("photos/ba")).unwrap();
    std::fs::write(data.join("photos/ba").join(stranger), "abc").unwrap();
    let output = lanterna(&["check"], &data);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains(&format!("The photo {stranger} belongs to no report")), "{said}");
    assert!(data.join("photos/ba").join(stranger).exists() && data.join("staging").join(upload).exists(), "nothing is deleted");
    std::fs::remove_file(data.join("photos/ba").join(stranger)).unwrap();
    let photo = everything(&data.join("photos")).into_keys().find(|name| !name.ends_with("notes.txt")).unwrap();
    std::fs::write(&photo, "other bytes").unwrap();
    let output = lanterna(&["--json", "check"], &data);
    let checked: Value = serde_json::from_str(text(&output.stdout).lines().next().unwrap()).unwrap();
    assert!(checked["faults"][0].as_str().unwrap().contains("is missing or its bytes are others"), "{checked}");
}
