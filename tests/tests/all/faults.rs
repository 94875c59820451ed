//! Networks that misbehave: whatever they do, the outbox stays until the server itself has said that it has everything, once.

use lanterna_tests::support::{Device, Fault, FaultProxy, Folder, TestServer, fixtures};
use serde_json::json;

/// A device with one report with a photo in its outbox, behind a network that can be taken away.
async fn waiting(name: &str) -> (Folder, TestServer, FaultProxy, Device) {
    let folder = Folder::new(name);
    let server = TestServer::start(&folder.join("city"));
    let proxy = FaultProxy::start(server.address()).await;
    let device = Device::init(&folder.join("device"), &proxy.url());
    device.capture("A hole", &[&fixtures::small_jpeg()]);
    (folder, server, proxy, device)
}

async fn arrives_once(server: &TestServer, proxy: &FaultProxy, device: &Device) {
    proxy.set(Fault::None);
    device.sync();
    assert_eq!(device.reports()[0]["delivery"], "delivered");
    assert_eq!(server.office("dispatcher").await.cases().await.len(), 1);
    server.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn through_every_fault_the_outbox_stays_and_later_everything_arrives_once() {
    let faults = [
        Fault::Refuse,
        Fault::Swallow,
        Fault::Portal,
        Fault::CutUp(0),
        Fault::CutUp(300),
        Fault::CutDown(0),
        Fault::CutDown(60),
        Fault::CutDown(400),
        Fault::DropReply,
    ];
    let (_folder, server, proxy, device) = waiting("faults").await;
    for fault in faults {
        proxy.set(fault);
        let said = device.refused(&["sync", "--patience", "1"]);
        assert!(said.contains("safe on this device"), "{fault:?}: {said}");
        assert_eq!(device.outbox()["ops"].as_array().unwrap().len(), 1, "{fault:?}");
    }
    arrives_once(&server, &proxy, &device).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lost_after_the_commit_is_answered_again_and_nothing_is_doubled() {
    let (_folder, server, proxy, device) = waiting("lost-reply").await;
    // Known to the server already, so that what is lost is the answer to the ops.
    for _ in 0..3 {
        proxy.set(Fault::DropReply);
        let _ = device.refused(&["sync", "--patience", "1"]);
    }
    assert_eq!(server.office("dispatcher").await.cases().await.len(), 1, "the op took effect although its answer was lost");
    assert_eq!(device.outbox()["ops"].as_array().unwrap().len(), 1, "and the device does not know yet");
    arrives_once(&server, &proxy, &device).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_in_a_photo_costs_at_most_a_piece() {
    let folder = Folder::new("cuts");
    let server = TestServer::start(&folder.join("city"));
    let proxy = FaultProxy::start(server.address()).await;
    let device = Device::init(&folder.join("device"), &proxy.url());
    device.capture("A hole", &[&fixtures::camera_jpeg()]);
    let size = device.outbox()["bytes"].as_u64().unwrap();
    assert!(size > 1_000_000, "the photo is large enough to be cut: {size}");
    // Every connection breaks after 400,000 bytes, so the full size needs many.
    proxy.set(Fault::CutUp(400_000));
    let before = proxy.bytes_up();
    let mut rounds = 0;
    while !device.run(&["sync", "--patience", "3"]).status.success() {
        rounds += 1;
        assert!(rounds < 60, "it does not go forward");
    }
    let sent = proxy.bytes_up() - before;
    let connections = proxy.connections();
    // What a cut costs: what was on its way in buffers when it happened, and one request more to ask where the server stands.
    let most = size + connections * 64 * 1024;
    assert!(sent <= most, "{sent} bytes for {size} over {connections} connections");
    assert_eq!(device.reports()[0]["delivery"], "delivered");
    server.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_commands_on_one_home_take_turns() {
    let (_folder, server, _proxy, device) = waiting("turns").await;
    let children: Vec<_> =
        (0..6).map(|number| device.spawn(&["capture", "--service", "pothole", "--text", &format!("at once {number}")])).collect();
    let more = device.spawn(&["sync"]);
    for child in children.into_iter().chain([more]) {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    device.sync();
    assert_eq!(server.office("dispatcher").await.cases().await.len(), 7);
    server.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_leaves_no_half_report() {
    let (_folder, server, _proxy, device) = waiting("full").await;
    let photo = fixtures::camera_jpeg();
    // No file may grow over 1 MiB: what a full disk does to a photo of 4 MB.
    let mut command = std::process::Command::new("sh");
    let capture = device.command(&["capture", "--service", "pothole", "--text", "too large", "--photo", photo.to_str().unwrap()]);
    command.args(["-c", "ulimit -f 2048; trap '' XFSZ; exec \"$@\"", "sh"]).arg(capture.get_program()).args(capture.get_args());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no room"), "{said}");
    assert_eq!(device.reports().len(), 1, "only the one from before");
    device.sync();
    assert_eq!(server.office("dispatcher").await.cases().await.len(), 1);
    assert_eq!(device.outbox()["ops"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_is_set_aside_with_its_photos_and_never_deleted() {
    let (_folder, _server, _proxy, device) = waiting("damaged").await;
    let raw = std::fs::read_dir(device.home().join("photos")).unwrap().count();
    assert!(raw > 0);
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(device.home().join(format!("lanterna.db{ending}")));
    }
    std::fs::write(device.home().join("lanterna.db"), b"no database at all, but a file of some length, as a torn disk leaves it").unwrap();
    let output = device.run(&["reports"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("kept in"), "where it went is said");
    let aside =
        std::fs::read_dir(device.home()).unwrap().flatten().find(|entry| entry.file_name().to_string_lossy().starts_with("set-aside"));
    let aside = aside.unwrap().path();
    assert!(aside.join("lanterna.db").exists());
    assert_eq!(std::fs::read_dir(aside.join("photos")).unwrap().count(), raw);
}
