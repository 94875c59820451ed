//! `/v1/addresses`.

use crate::support::{OK, TestServer};

async fn found(server: &TestServer, query: &str) -> Vec<String> {
    let cookie = server.log_in("auditor").await;
    let answer = server.get(&format!("/v1/addresses?{query}"), &[("cookie", &cookie)]).await;
    assert_eq!(answer.status, OK, "{query}");
    answer.json()["addresses"].as_array().unwrap().iter().map(|address| address["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn devices_and_staff_search_and_nobody_else() {
    let server = TestServer::start().await;
    let device = server.device().await;
    assert_eq!(server.get("/v1/addresses?q=balbi", &[]).await.problem(), "unauthenticated");
    assert_eq!(server.get("/v1/addresses?q=balbi", &[("authorization", &device.bearer())]).await.status, OK);
    assert!(!found(&server, "q=balbi").await.is_empty());
}

#[tokio::test]
async fn red_and_black_numbers_are_told_apart() {
    let server = TestServer::start().await;
    assert_eq!(found(&server, "q=via%20garibaldi%209%20rosso").await, ["Via Garibaldi 9 rosso"]);
    assert_eq!(found(&server, "q=garib%209%20nero").await, ["Via Garibaldi 9"]);
    assert_eq!(found(&server, "q=v.%20garibaldi%209").await, ["Via Garibaldi 9", "Via Garibaldi 9 rosso"]);
    assert_eq!(found(&server, "q=via%20garibaldi%2012/a").await, ["Via Garibaldi 12/A"]);
    assert_eq!(found(&server, "q=viale%20citta%20italia%204").await, ["Viale delle Città d'Italia 4"]);
    assert!(found(&server, "q=via%20garibaldi%20999").await.is_empty());
}

#[tokio::test]
async fn the_nearest_door_comes_first_and_far_ones_not_at_all() {
    let server = TestServer::start().await;
    let cookie = server.log_in("dispatcher").await;
    let answer = server.get("/v1/addresses?near=44.4110,8.9318&within=60", &[("cookie", &cookie)]).await.json();
    let list = answer["addresses"].as_array().unwrap();
    assert_eq!((list[0]["text"].as_str(), list[0]["distance_m"].as_u64()), (Some("Via Garibaldi 1"), Some(0)));
    let distances: Vec<_> = list.iter().map(|address| address["distance_m"].as_u64().unwrap()).collect();
    assert!(distances.is_sorted() && distances.iter().all(|metres| *metres <= 60), "{distances:?}");
    assert!(found(&server, "near=44.30,8.90").await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused() {
    let server = TestServer::start().await;
    let cookie = server.log_in("auditor").await;
    let long = format!("q={}", "a".repeat(200));
    for query in [
        "",
        "q=%20",
        "near=here",
        "near=91,8",
        "near=0,0",
        "near=NaN,8.9",
        "near=44.4,8.9&q=balbi",
        "near=44.4,8.9&within=501",
        "q=a%00",
        &long,
    ] {
        assert_eq!(server.get(&format!("/v1/addresses?{query}"), &[("cookie", &cookie)]).await.problem(), "invalid", "{query}");
    }
}
