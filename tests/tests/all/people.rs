//! A crew's device, its code and its end, through real processes.

use lanterna_tests::support::{Device, Folder, TestServer, program};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Runs the server's command line on the city's folder, beside the running server, and reads what it prints.
fn operator(data: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(program::path("lanterna")).arg("--json").args(arguments).arg("--data").arg(data).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_joins_a_crew_by_the_code_that_the_operator_reads_out() {
    let folder = Folder::new("people");
    let city = folder.join("city");
    let server = TestServer::start(&city);
    operator(&city, &["crew", "add", "roads-1", "--department", "roads", "--name", "Squadra 1"]);
    let made = operator(&city, &["enrol", "roads-1"]);
    let code = made["code"].as_str().unwrap();
    let device = Device::init(&folder.join("tablet"), server.url());
    device.done(&["init", "--server", server.url(), "--enrol", code]);
    device.done(&["init", "--server", server.url(), "--enrol", code]);
    let other = Device::init(&folder.join("other"), server.url());
    let sentence = other.refused(&["init", "--server", server.url(), "--enrol", code]);
    assert!(sentence.contains("used by another device"), "{sentence}");
    let sentence = other.refused(&["init", "--server", server.url(), "--enrol", "0000-0000-01"]);
    assert!(sentence.contains("enrolment code"), "{sentence}");
    let crews = operator(&city, &["crew", "list"]);
    let crew = crews["crews"].as_array().unwrap().iter().find(|crew| crew["code"] == "roads-1").unwrap();
    assert_eq!(crew["department"], "roads");
    server.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_can_be_followed_by_its_secret_link_alone() {
    let folder = Folder::new("follow");
    let server = TestServer::start(&folder.join("city"));
    let device = Device::init(&folder.join("device"), server.url());
    device.capture("Deep hole before number 12", &[]);
    let secret = device.reports()[0]["follow"].as_str().unwrap().to_owned();
    device.sync();
    let anybody = lanterna_tests::support::http_client();
    let answer = anybody.get(format!("{}/v1/follow/{secret}", server.url())).send().await.unwrap();
    let row: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!((row["status"].as_str(), &row["report"]), (Some("assigned"), &device.reports()[0]["id"]));
}
