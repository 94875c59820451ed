//! The WebDriver harness, tried on a page of its own.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use lanterna_tests::webdriver::{Browser, Failure, Form};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>Page</title>
<p data-test="line">one</p><p data-test="line">two</p>
<button data-test="later-button" onclick="setTimeout(() => { document.getElementById('later').hidden = false; console.error('it broke'); }, 200)">Later</button>
<p id="later" data-test="later" data-state="queued" hidden>It is later</p>
<input data-test="field" value="old">
<label style="position:relative"><input type="file" data-test="file" style="opacity:0" onchange="document.getElementById('said').textContent = this.files[0].name + ' ' + this.files[0].size">Photo</label>
<p id="said" data-test="said"></p>"#;

/// Serves the page to whoever asks, for as long as the test runs.
async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{PAGE}", PAGE.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

fn profile(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("lanterna-profile-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    path
}

#[tokio::test]
async fn a_phone_is_seen_clicked_typed_into_and_given_files() {
    let address = serve().await;
    let phone = Browser::chromium(Form::Phone, &profile("phone"), &[]).await.unwrap();
    phone.open(&address).await.unwrap();
    assert_eq!(phone.texts("line").await.unwrap(), ["one", "two"]);
    assert_eq!(phone.script("return window.innerWidth >= 390 && 'ontouchstart' in window", &[]).await.unwrap(), true);
    assert!(phone.console_errors().await.unwrap().iter().all(|line| line.contains("favicon")));
    phone.click("later-button").await.unwrap();
    phone.wait_for("later").await.unwrap();
    phone.wait_for_attribute("later", "data-state", "queued").await.unwrap();
    assert!(phone.console_errors().await.unwrap().iter().any(|line| line.contains("it broke")));
    phone.type_into("field", "new").await.unwrap();
    assert_eq!(phone.wait_for("field").await.unwrap().prop("value").await.unwrap().as_deref(), Some("new"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    phone.attach("file", &file).await.unwrap();
    phone.wait_for_text("said", &format!("Cargo.toml {}", file.metadata().unwrap().len())).await.unwrap();
    assert!(phone.screenshot("harness-phone").await.unwrap().metadata().unwrap().len() > 1_000);
    phone.close().await.unwrap();
}

#[tokio::test]
async fn only_the_tab_that_was_switched_to_is_looked_at() {
    let address = serve().await;
    let desktop = Browser::chromium(Form::Desktop, &profile("tabs"), &[]).await.unwrap();
    desktop.open(&address).await.unwrap();
    let watch = "window.seen = []; document.addEventListener('visibilitychange', () => window.seen.push(document.visibilityState))";
    desktop.script(watch, &[]).await.unwrap();
    let first = desktop.tab().await.unwrap();
    let second = desktop.new_tab().await.unwrap();
    assert_ne!(first, second);
    desktop.open(&address).await.unwrap();
    desktop.script("document.title = 'second'", &[]).await.unwrap();
    desktop.switch(&first).await.unwrap();
    assert_eq!(desktop.script("return document.title", &[]).await.unwrap(), "Page");
    assert_eq!(desktop.script("return window.seen.join()", &[]).await.unwrap(), "hidden,visible");
    desktop.switch(&second).await.unwrap();
    desktop.close_tab().await.unwrap();
    desktop.switch(&first).await.unwrap();
    assert_eq!(desktop.tab().await.unwrap(), first);
    desktop.close().await.unwrap();
}

#[tokio::test]
async fn waiting_in_vain_says_what_was_on_the_screen() {
    let address = serve().await;
    let desktop = Browser::chromium(Form::Desktop, &profile("vain"), &[]).await.unwrap();
    desktop.open(&address).await.unwrap();
    let failure = desktop.wait_for_within("later", Duration::from_millis(300)).await.unwrap_err();
    let Failure::InVain { picture, .. } = &failure else { panic!("{failure}") };
    assert!(Path::new(picture).is_file());
    let sentence = failure.to_string();
    assert!(sentence.contains("\"later\" to be seen") && sentence.contains("one two") && sentence.contains(&address), "{sentence}");
    std::fs::remove_file(picture).unwrap();
}

#[tokio::test]
async fn a_profile_that_was_dropped_hard_can_be_opened_again() {
    let address = serve().await;
    let profile = profile("again");
    for _ in 0..2 {
        let desktop = Browser::chromium(Form::Desktop, &profile, &[]).await.unwrap();
        desktop.open(&address).await.unwrap();
        desktop.wait_for("field").await.unwrap();
    }
}
