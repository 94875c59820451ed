//! `/v1/follow`, and looking a case up by its number or a receipt code.

use crate::support::{OK, TestServer, create, now};
use lanterna::clock::entropy;
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::follow::FollowSecret;
use lanterna_shared::id::ReportId;
use serde_json::json;

#[tokio::test]
async fn a_secret_link_shows_its_report_and_no_other() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let secret = FollowSecret::mint(entropy().unwrap());
    let report = ReportId::mint(now(), entropy().unwrap());
    let mut op = create(report, "pothole", &[]);
    op["do"]["create_report"]["follow"] = json!(secret.hash());
    assert!(device.sync(&server, 0, &[op]).await.verdicts[0].verdict.is_done());
    device.reports(&server, "pothole", &[]).await;
    let row = server.get(&format!("/v1/follow/{}", secret.written()), &[]).await.json();
    assert_eq!((&row["report"], row["status"].as_str(), row["owner"].as_str()), (&json!(report), Some("assigned"), Some("Aster")));
    assert!(row.get("text").is_none());
    for wrong in ["0".repeat(32), "0".repeat(31), secret.written().replace(|c: char| c.is_ascii_digit(), "g"), String::from(secret.hash())]
    {
        assert_eq!(server.get(&format!("/v1/follow/{wrong}"), &[]).await.problem(), "not_found", "{wrong}");
    }
    let text = String::from_utf8(server.get("/metrics", &[]).await.body).unwrap();
    assert!(!text.contains(&secret.written()), "figures name no secret");
}

#[tokio::test]
async fn who_opens_too_many_links_has_to_wait() {
    let server = TestServer::start().await;
    for _ in 0..60 {
        assert_eq!(server.get(&format!("/v1/follow/{}", "0".repeat(32)), &[]).await.status, 404);
    }
    assert_eq!(server.get(&format!("/v1/follow/{}", "0".repeat(32)), &[]).await.problem(), "too_many");
    server.pass(2);
    assert_eq!(server.get(&format!("/v1/follow/{}", "0".repeat(32)), &[]).await.status, 404);
}

#[tokio::test]
async fn a_case_is_found_by_its_number_or_a_receipt_within_what_one_may_see() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let receipt = ReceiptCode::mint(u64::from_le_bytes(entropy().unwrap()));
    let mut op = create(ReportId::mint(now(), entropy().unwrap()), "street_lamp", &[]);
    op["do"]["create_report"]["receipt"] = json!(receipt);
    device.sync(&server, 0, &[op]).await;
    device.reports(&server, "pothole", &[]).await;
    let (dispatcher, roads) = (server.log_in("dispatcher").await, server.log_in("roads").await);
    let find = async |what: &str, cookie: &str| server.get(&format!("/v1/cases?{what}"), &[("cookie", cookie)]).await;
    let spoken = receipt.to_string().to_lowercase().replace('-', "");
    for what in [format!("receipt={receipt}"), format!("receipt={spoken}"), "number=1-X".to_owned(), "number=1-x".to_owned()] {
        let found = find(&what, &dispatcher).await.json();
        assert_eq!((found["cases"].as_array().unwrap().len(), found["cases"][0]["number"].as_str()), (1, Some("1-X")), "{what}");
        assert!(find(&what, &roads).await.json()["cases"].as_array().unwrap().is_empty(), "{what} is of the lighting");
    }
    assert!(find("number=999-0", &dispatcher).await.status == 422, "the check character is wrong");
    assert_eq!(find("number=1", &dispatcher).await.problem(), "invalid");
    assert_eq!(find(&format!("number=1-X&receipt={receipt}"), &dispatcher).await.problem(), "invalid");
    let none = find(&format!("receipt={}", ReceiptCode::mint(7)), &dispatcher).await;
    assert_eq!((none.status, none.json()["cases"].as_array().unwrap().len()), (OK, 0));
}
