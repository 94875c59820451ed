//! The citizen's journey in the desktop app's window, with the engine native, and the power going in the middle.

use lanterna_tests::support::{Fault, FaultProxy, Folder, TestServer, fixtures};
use lanterna_tests::webdriver::{Browser, desktop_app};
use serde_json::json;

use crate::browser::{LONG, report, until_delivered, wait_long_for};

#[tokio::test(flavor = "multi_thread")]
async fn a_report_made_without_network_in_the_window_becomes_a_case_that_an_officer_takes_charge_of() {
    let folder = Folder::new("window");
    let server = TestServer::start(&folder.join("city"));
    let proxy = FaultProxy::start(server.address()).await;
    let home = folder.join("home");
    let open = async || Browser::tauri(&desktop_app().unwrap(), &home, Some(&proxy.url())).await.unwrap();
    let window = open().await;
    window.wait_for_within("ready-offline", LONG).await.unwrap();
    window.screenshot("window-home").await.unwrap();

    proxy.set(Fault::Refuse);
    let receipt = report(&window, &fixtures::camera_jpeg(), "Buca profonda davanti al 12").await;
    window.wait_for_attribute("delivery-state", "data-state", "queued").await.unwrap();
    window.screenshot("window-saved-offline").await.unwrap();
    // As if the power went.
    drop(window);
    let window = open().await;
    window.wait_for_text("report-receipt", &receipt).await.unwrap();

    proxy.set(Fault::None);
    until_delivered(&window).await;
    window.wait_for_text("report-owner", "Aster").await.unwrap();
    let number = window.wait_for("report-number").await.unwrap().text().await.unwrap();
    let due = window.wait_for("report-due").await.unwrap().text().await.unwrap();
    assert!(due.chars().any(|letter| letter.is_ascii_digit()), "{due} names no day");
    window.screenshot("window-list-delivered").await.unwrap();

    let office = server.office("roads").await;
    let cases = office.cases().await;
    assert_eq!((cases.len(), &cases[0]["number"]), (1, &json!(number)));
    let case = cases[0]["case"].as_str().unwrap();
    let (status, after) =
        office.post(&format!("/v1/cases/{case}/moves"), &json!({ "move": "take_charge", "base": cases[0]["version"] })).await;
    assert_eq!(status, 200, "{after}");
    window.close().await.unwrap();

    // Its next sync: the app is opened again.
    let window = open().await;
    wait_long_for(&window, "report-status", "data-status", "accepted").await;
    window.screenshot("window-list-accepted").await.unwrap();
    window.close().await.unwrap();
    server.check();
}
