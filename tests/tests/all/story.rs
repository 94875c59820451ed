//! One report from a shell to an officer and back, through real processes.

use lanterna_shared::photo::PhotoHash;
use lanterna_tests::support::{Device, Fault, FaultProxy, Folder, TestServer, fixtures, http_client};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_report_made_without_network_becomes_a_case_that_an_officer_takes_charge_of() {
    let folder = Folder::new("story");
    let server = TestServer::start(&folder.join("city"));
    let proxy = FaultProxy::start(server.address()).await;
    let device = Device::init(&folder.join("device"), &proxy.url());

    proxy.set(Fault::Refuse);
    let saved = device.capture("Deep hole before number 12", &[&fixtures::camera_jpeg()]);
    let sentence = device.refused(&["sync", "--patience", "1"]);
    assert!(sentence.contains("safe on this device"), "{sentence}");
    let report = &device.reports()[0];
    assert_eq!((&report["id"], &report["receipt"]), (&saved["id"], &saved["receipt"]));
    assert_eq!((report["delivery"].as_str(), report["number"].as_str()), (Some("queued"), None));

    proxy.set(Fault::None);
    device.sync();
    let report = &device.reports()[0];
    assert_eq!(report["delivery"], "delivered", "{report}");
    assert_eq!((&report["status"], &report["area"]), (&json!("assigned"), &json!("Centro Est")));
    assert!(report["number"].is_string() && report["owner"].is_string() && report["due_at"].is_string(), "{report}");
    assert_eq!(device.outbox()["ops"], json!([]));

    let office = server.office("roads").await;
    let cases = office.cases().await;
    assert_eq!(cases.len(), 1);
    let case = cases[0]["case"].as_str().unwrap();
    let detail = office.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(detail["reports"][0]["text"], "Deep hole before number 12");
    let id = saved["id"].as_str().unwrap();
    for size in ["thumb", "screen", "full"] {
        let (status, bytes) = office.bytes(&format!("/v1/reports/{id}/photos/0/{size}")).await;
        assert_eq!(status, 200, "{size}");
        let picture = image::load_from_memory(&bytes).unwrap();
        assert!(picture.height() > picture.width(), "the camera was held upright, and so is {size}");
        let model = fixtures::CAMERA.as_bytes();
        assert!(!bytes.windows(model.len()).any(|window| window == model), "the camera's name left the device in {size}");
        assert!(!bytes.windows(4).any(|window| window == b"Exif"), "metadata left the device in {size}");
        let name = PhotoHash::of(&bytes).to_string();
        assert!(folder.join("city").join("photos").join(&name[..2]).join(&name).exists(), "the file is named by its hash");
    }

    let (status, after) =
        office.post(&format!("/v1/cases/{case}/moves"), &json!({ "move": "take_charge", "base": detail["version"] })).await;
    assert_eq!((status, &after["status"]), (200, &json!("accepted")), "{after}");
    let (status, stale) = office.post(&format!("/v1/cases/{case}/moves"), &json!({ "move": "start", "base": detail["version"] })).await;
    assert_eq!((status, &stale["code"]), (409, &json!("stale")), "{stale}");
    device.sync();
    assert_eq!(device.reports()[0]["status"], "accepted");
    server.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_see_a_report_see_its_photo() {
    let folder = Folder::new("access");
    let server = TestServer::start(&folder.join("city"));
    let device = Device::init(&folder.join("device"), server.url());
    let saved = device.capture("A hole", &[&fixtures::small_jpeg()]);
    device.sync();
    let path = format!("/v1/reports/{}/photos/0/thumb", saved["id"].as_str().unwrap());
    assert_eq!(server.office("roads").await.bytes(&path).await.0, 200);
    assert_eq!(server.office("dispatcher").await.bytes(&path).await.0, 200);
    let nobody = http_client();
    let answer = nobody.get(format!("{}{path}", server.url())).send().await.unwrap();
    assert!(matches!(answer.status().as_u16(), 401 | 404), "{}", answer.status());
    let stranger = nobody.get(format!("{}{path}", server.url())).bearer_auth("0".repeat(64)).send().await.unwrap();
    assert!(matches!(stranger.status().as_u16(), 401 | 404), "{}", stranger.status());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_report_ends_its_case_and_both_sides_know() {
    let folder = Folder::new("withdraw");
    let server = TestServer::start(&folder.join("city"));
    let device = Device::init(&folder.join("device"), server.url());
    let saved = device.capture("A hole that was filled meanwhile", &[]);
    device.sync();
    device.done(&["withdraw", saved["receipt"].as_str().unwrap()]);
    device.sync();
    let report = &device.reports()[0];
    assert_eq!((&report["withdrawn"], &report["status"]), (&json!(true), &json!("withdrawn")), "{report}");
    assert_eq!(server.office("dispatcher").await.cases().await[0]["status"], "withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_asked_to_stop_stops_cleanly_and_goes_on_later() {
    let folder = Folder::new("stop");
    let mut server = TestServer::start(&folder.join("city"));
    let proxy = FaultProxy::start(server.address()).await;
    let device = Device::init(&folder.join("device"), &proxy.url());
    device.capture("A hole", &[&fixtures::small_jpeg()]);
    device.sync();
    assert!(server.stop().success());
    server.restart();
    proxy.point_to(server.address());
    device.capture("Another hole", &[]);
    device.sync();
    assert!(device.reports().iter().all(|report| report["delivery"] == "delivered"));
    assert_eq!(server.office("dispatcher").await.cases().await.len(), 2);
    server.check();
}

#[test]
fn what_cannot_be_done_is_said_and_leaves_nothing_behind() {
    let folder = Folder::new("refusals");
    let device = Device::init(&folder.join("device"), TestServer::start(&folder.join("city")).url());
    let text = folder.join("notes.txt");
    std::fs::write(&text, "no picture").unwrap();
    let (text, gone) = (text.to_str().unwrap().to_owned(), folder.join("gone.jpg").to_str().unwrap().to_owned());
    assert!(device.refused(&["capture", "--service", "pothole", "--photo", &text]).contains("no JPEG, PNG or WebP"));
    assert!(device.refused(&["capture", "--service", "pothole", "--photo", &gone]).contains("cannot be read"));
    assert!(device.refused(&["capture", "--service", "unicorn"]).contains("`services` lists"));
    assert!(device.refused(&["capture", "--service", "pothole", "--lat", "144", "--lon", "8"]).contains("not a place on earth"));
    let long = "x".repeat(4_001);
    assert!(device.refused(&["capture", "--service", "pothole", "--text", &long]).contains("too long"));
    assert_eq!(device.reports().len(), 0);
    assert_eq!(std::fs::read_dir(device.home().join("photos")).unwrap().count(), 0);
    let stranger = Device::init_refused(&folder.join("stranger"), "http://127.0.0.1:1");
    assert!(stranger.contains("does not answer"), "{stranger}");
}
