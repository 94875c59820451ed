//! `/v1/catalogue`.

use crate::support::{OK, TestServer};
use lanterna::store::Store;
use lanterna::store::catalogue::{Import, Retire};

#[tokio::test]
async fn anybody_reads_the_catalogue_and_asking_again_costs_nothing() {
    let server = TestServer::start().await;
    let first = server.get("/v1/catalogue", &[]).await;
    assert_eq!((first.status, first.header("content-type")), (OK, "application/json"));
    let catalogue = first.json();
    let tag = first.header("etag").to_owned();
    assert_eq!(tag, format!("W/\"{}\"", catalogue["version"].as_str().unwrap()));
    let lamp = catalogue["services"].as_array().unwrap().iter().find(|service| service["code"] == "street_lamp").unwrap().clone();
    assert_eq!(lamp["group"]["en"], "Lights and signals");
    assert_eq!(lamp["questions"][0]["kind"], "single_value_list");
    for named in [tag.as_str(), "\"other\", *", &format!("\"other\", {tag}")] {
        let again = server.get("/v1/catalogue", &[("if-none-match", named)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{named}");
    }
    assert_eq!(server.get("/v1/catalogue", &[("if-none-match", "W/\"other\"")]).await.status, OK);
}

#[tokio::test]
async fn an_import_changes_the_tag() {
    let server = TestServer::start().await;
    let tag = server.get("/v1/catalogue", &[]).await.header("etag").to_owned();
    let mut services = server.store.city().await.unwrap().catalogue.services.clone();
    services[0].working_days += 1;
    server.store.import(Import::Services(services), Retire::Refuse).await.unwrap().unwrap();
    let answer = server.get("/v1/catalogue", &[("if-none-match", &tag)]).await;
    assert_eq!(answer.status, OK);
    assert_ne!(answer.header("etag"), tag);
}
