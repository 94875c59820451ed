//! Power cuts: hundreds of SIGKILLs of the device and of the server, at moments spread over all they do. Nothing is lost, nothing doubled.

use std::collections::BTreeMap;
use std::time::Duration;

use lanterna_tests::support::{Device, FaultProxy, Folder, TestServer, fixtures};
use serde_json::Value;

const ROUNDS: u64 = 300;

/// Spreads moments over a span, the same every run: the golden ratio's fraction fills it evenly.
fn moment(round: u64, span: Duration) -> Duration {
    span.mul_f64((f64::from(u32::try_from(round).unwrap()) * 0.618_033_988_749_895).fract())
}

/// How often each description stands among the cases' reports.
async fn descriptions(server: &TestServer) -> BTreeMap<String, u32> {
    let office = server.office("dispatcher").await;
    let mut found = BTreeMap::new();
    for case in office.cases().await {
        let detail = office.get(&format!("/v1/cases/{}", case["case"].as_str().unwrap())).await;
        for report in detail["reports"].as_array().unwrap() {
            *found.entry(report["text"].as_str().unwrap().to_owned()).or_default() += 1;
            for photo in report["photos"].as_array().unwrap() {
                assert!(photo["thumb"] == true && photo["screen"] == true && photo["full"] == true, "a photo of {report} is missing");
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn capture_killed_300_times_loses_and_doubles_nothing() {
    let folder = Folder::new("capture-kills");
    let server = TestServer::start(&folder.join("city"));
    let device = Device::init(&folder.join("device"), server.url());
    let photo = fixtures::small_jpeg();
    let photo = photo.to_str().unwrap();
    // The span of an undisturbed capture. It follows the machine's mood, so that most rounds are cut off and some end by themselves.
    let start = std::time::Instant::now();
    device.capture("undisturbed", &[photo.as_ref()]);
    let mut span = start.elapsed();

    let (mut saved, mut attempted) = (vec!["undisturbed".to_owned()], vec!["undisturbed".to_owned()]);
    for round in 0..ROUNDS {
        let text = format!("round {round}");
        let mut child = device.spawn(&["capture", "--service", "pothole", "--text", &text, "--photo", photo]);
        std::thread::sleep(moment(round, span));
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            saved.push(text.clone());
            span = span.mul_f64(0.96);
        } else {
            span = span.mul_f64(1.015);
        }
        attempted.push(text);
    }
    assert!(
        saved.len() > 10 && saved.len() + 10 < attempted.len(),
        "{} of {ROUNDS} rounds were saved: the moments miss the work",
        saved.len()
    );

    let on_device = device.reports();
    let count = |text: &str| on_device.iter().filter(|report| report["text"] == text).count();
    for text in &attempted {
        assert!(count(text) <= 1, "{text} is doubled");
    }
    for text in &saved {
        assert_eq!(count(text), 1, "{text} was said to be saved and is lost");
    }
    for report in &on_device {
        assert_eq!(report["photos"], 1, "{report} lost its photo");
    }
    device.done(&["sync", "--patience", "30"]);
    let at_server = descriptions(&server).await;
    assert_eq!(at_server.len(), on_device.len());
    assert!(at_server.values().all(|times| *times == 1), "{at_server:?}");
    server.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_300_times_loses_and_doubles_nothing() {
    let folder = Folder::new("server-kills");
    let mut server = TestServer::start(&folder.join("city"));
    let proxy = FaultProxy::start(server.address()).await;
    let device = Device::init(&folder.join("device"), &proxy.url());
    let photo = fixtures::small_jpeg();
    let start = std::time::Instant::now();
    device.capture("undisturbed", &[&photo]);
    device.sync();
    let span = start.elapsed() * 5 / 4;

    let mut expected = 1;
    for round in 0..ROUNDS {
        // Every third round something new is on its way; the others go on with what the last kill cut off.
        if round % 3 == 0 {
            device.capture(&format!("round {round}"), &[&photo]);
            expected += 1;
        }
        let mut sync = device.spawn(&["sync", "--patience", "0"]);
        std::thread::sleep(moment(round, span));
        server.kill();
        let _ = sync.kill();
        let _ = sync.wait();
        server.restart();
        proxy.point_to(server.address());
    }
    device.done(&["sync", "--patience", "30"]);
    let at_server = descriptions(&server).await;
    assert_eq!(at_server.len(), expected);
    assert!(at_server.values().all(|times| *times == 1), "{at_server:?}");
    let numbers: Vec<Value> = device.reports().iter().map(|report| report["number"].clone()).collect();
    assert!(numbers.iter().all(Value::is_string));
    server.check();
}
