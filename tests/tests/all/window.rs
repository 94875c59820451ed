//! The desktop app's window: what is its own, beside the screens that it shares with the browser.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::path::{Path, PathBuf};

use lanterna_tests::webdriver::{Browser, PATIENCE, desktop_app};

/// Nobody listens there: the app is without a network.
const NOBODY: &str = "http://127.0.0.1:1";

fn home(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("lanterna-window-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn picture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/icons/icon-512.png")
}

async fn open(home: &Path, server: Option<&str>) -> Browser {
    Browser::tauri(&desktop_app().unwrap(), home, server).await.unwrap()
}

#[tokio::test]
async fn a_device_that_knows_no_server_asks_for_one_and_goes_on() {
    let home = home("first");
    let window = open(&home, None).await;
    window.type_into("server-input", "ftp://segnala.example.it").await.unwrap();
    window.click("server-button").await.unwrap();
    window.wait_for("server-wrong").await.unwrap();
    window.screenshot("window-first").await.unwrap();
    window.type_into("server-input", NOBODY).await.unwrap();
    window.click("server-button").await.unwrap();
    window.wait_for("report-button").await.unwrap();
    assert_eq!(std::fs::read_to_string(home.join("server")).unwrap(), NOBODY);
    window.close().await.unwrap();

    let window = open(&home, None).await;
    window.wait_for("report-button").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_photo_that_is_shown_survives_the_power_going() {
    let home = home("power");
    let window = open(&home, Some(NOBODY)).await;
    window.click("report-button").await.unwrap();
    window.attach("photo-input", &picture()).await.unwrap();
    window.wait_for("photo").await.unwrap();
    window.type_into("text", "Una buca davanti alla scuola").await.unwrap();
    window.wait_for_attribute("draft-kept", "data-kept", "true").await.unwrap();
    drop(window);
    let kept: Vec<Vec<u8>> =
        std::fs::read_dir(home.join("photos")).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
    assert!(kept.contains(&std::fs::read(picture()).unwrap()), "the camera's bytes are not among the {} files kept", kept.len());

    let window = open(&home, Some(NOBODY)).await;
    window.wait_for("draft-open").await.unwrap();
    window.click("report-button").await.unwrap();
    window.wait_for("photo").await.unwrap();
    assert_eq!(window.wait_for("text").await.unwrap().prop("value").await.unwrap().as_deref(), Some("Una buca davanti alla scuola"));
    let shown = "const image = document.querySelector('[data-test=photo] img'); return image && image.naturalWidth > 0 ? [''] : [];";
    let drawn = async || Ok(window.session().unwrap().execute(shown, []).await?.convert::<Vec<String>>()?.pop());
    window.until("the photo to be drawn", PATIENCE, drawn).await.unwrap();
    window.screenshot("window-resumed").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn the_page_runs_no_worker_and_nothing_inline_in_the_window() {
    let window = open(&home("page"), Some(NOBODY)).await;
    window.wait_for("report-button").await.unwrap();
    let workers = "return Boolean(navigator.serviceWorker && navigator.serviceWorker.controller)";
    assert_eq!(window.script(workers, &[]).await.unwrap(), false);
    let inline = "const script = document.createElement('script'); script.textContent = 'window.inline = true'; document.body.append(script); return Boolean(window.inline)";
    assert_eq!(window.script(inline, &[]).await.unwrap(), false);
    let elsewhere = "location.href = 'https://example.org/'";
    window.script(elsewhere, &[]).await.unwrap();
    window.click("report-button").await.unwrap();
    assert!(window.url().await.unwrap().starts_with("tauri://localhost"));
    window.close().await.unwrap();
}
