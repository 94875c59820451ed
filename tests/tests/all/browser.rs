//! The citizen's journeys in a phone-sized Chromium, with the network taken away for real, and the officer's in the console.

use std::time::Duration;

use lanterna_tests::support::{Fault, FaultProxy, Folder, SecondBuild, TestServer, fixtures};
use lanterna_tests::webdriver::{Browser, Failure, Form};
use serde_json::json;

/// How long the first visit, a large photo's way or an update may take on a busy machine.
pub const LONG: Duration = Duration::from_mins(2);

/// What the browser itself notes as errors and is none of the pages': a missing network, no position without one, and that nobody is logged in yet.
const NOT_OURS: [&str; 3] =
    ["net::ERR_", "Network location provider", "/v1/session - Failed to load resource: the server responded with a status of 401"];

/// Errors on a page's console.
async fn own_errors(browser: &Browser) -> Vec<String> {
    let errors = browser.console_errors().await.unwrap();
    errors.into_iter().filter(|line| !NOT_OURS.iter().any(|known| line.contains(known))).collect()
}

/// Waits until something has an attribute of this value, for longer than a tap may take.
pub async fn wait_long_for(browser: &Browser, name: &str, attribute: &str, value: &str) {
    let script = "return Array.from(document.querySelectorAll(`[data-test=\"${arguments[0]}\"]`), (one) => one.getAttribute(arguments[1])).includes(arguments[2])";
    let what = format!("\"{name}\" to have {attribute}=\"{value}\"");
    let session = browser.session().unwrap();
    let look = async || {
        let has = session.execute(script, [json!(name), json!(attribute), json!(value)]).await?;
        Ok((*has.json() == json!(true)).then_some(()))
    };
    browser.until(&what, LONG, look).await.unwrap();
}

/// Opens the citizen's page and waits until it says that it works without a network.
async fn visit(phone: &Browser, url: &str) {
    phone.open(url).await.unwrap();
    phone.wait_for_within("ready-offline", LONG).await.unwrap();
}

/// Takes a photo, says what it is and sends, as a person does in three taps. Gives the receipt.
pub async fn report(browser: &Browser, photo: &std::path::Path, words: &str) -> String {
    browser.click("report-button").await.unwrap();
    browser.attach("photo-input", photo).await.unwrap();
    browser.wait_for_within("photo", LONG).await.unwrap();
    browser.click("category-pothole").await.unwrap();
    browser.type_into("text", words).await.unwrap();
    browser.wait_for_attribute("draft-kept", "data-kept", "true").await.unwrap();
    browser.click("send-button").await.unwrap();
    browser.wait_for_within("saved-notice", LONG).await.unwrap();
    let receipt = browser.texts("receipt").await.unwrap();
    receipt.first().cloned().unwrap_or_else(|| panic!("there is no receipt"))
}

/// Goes to the list and waits until everything of its reports has arrived; taps "send now" where the page offers it.
pub async fn until_delivered(browser: &Browser) {
    browser.click("home-link").await.unwrap();
    browser.wait_for("report-item").await.unwrap();
    // The button goes as soon as something is under way.
    let _: Result<(), Failure> = async {
        if !browser.texts("sync-now").await?.is_empty() {
            browser.script("document.querySelector('[data-test=\"sync-now\"]')?.click()", &[]).await?;
        }
        Ok(())
    }
    .await;
    wait_long_for(browser, "delivery-state", "data-state", "delivered").await;
}

/// Logs in to the console as the officer of the roads.
async fn officer(server: &TestServer, profile: &Folder) -> Browser {
    let desk = Browser::chromium(Form::Desktop, profile.path(), &[]).await.unwrap();
    desk.open(&format!("{}/console/", server.url())).await.unwrap();
    desk.type_into("login-name", "roads").await.unwrap();
    desk.type_into("login-password", &server.password("roads")).await.unwrap();
    desk.click("login-button").await.unwrap();
    desk
}

async fn phone(profile: &Folder) -> Browser {
    Browser::chromium(Form::Phone, profile.path(), &[]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_made_without_network_in_the_browser_becomes_a_case_that_an_officer_takes_charge_of() {
    let (folder, profile, desk_profile) = (Folder::new("browser"), Folder::new("browser-phone"), Folder::new("browser-desk"));
    let server = TestServer::start(&folder.join("city"));
    let proxy = FaultProxy::start(server.address()).await;
    let phone = phone(&profile).await;
    visit(&phone, &proxy.url()).await;
    phone.screenshot("phone-home").await.unwrap();

    proxy.set(Fault::Refuse);
    phone.reload().await.unwrap();
    phone.wait_for("report-button").await.unwrap();
    phone.wait_for("ready-offline").await.unwrap();
    let receipt = report(&phone, &fixtures::camera_jpeg(), "Buca profonda davanti al 12").await;
    phone.wait_for_attribute("delivery-state", "data-state", "queued").await.unwrap();
    phone.screenshot("phone-saved-offline").await.unwrap();
    phone.reload().await.unwrap();
    phone.click("home-link").await.unwrap();
    phone.wait_for_text("report-receipt", &receipt).await.unwrap();
    phone.wait_for_text("report-text", "Buca profonda davanti al 12").await.unwrap();
    phone.screenshot("phone-list-offline").await.unwrap();
    assert_eq!(server.office("dispatcher").await.cases().await.len(), 0, "nothing has left the phone");

    proxy.set(Fault::None);
    until_delivered(&phone).await;
    let number = phone.wait_for("report-number").await.unwrap().text().await.unwrap();
    phone.wait_for_text("report-owner", "Aster").await.unwrap();
    let due = phone.wait_for("report-due").await.unwrap().text().await.unwrap();
    assert!(due.chars().any(|letter| letter.is_ascii_digit()), "{due} names no day");
    phone.screenshot("phone-list-delivered").await.unwrap();

    let desk = officer(&server, &desk_profile).await;
    desk.wait_for_text("case-number", &number).await.unwrap();
    desk.screenshot("console-list").await.unwrap();
    desk.click("case-row").await.unwrap();
    desk.wait_for("case-photo").await.unwrap();
    let drawn = "const photo = document.querySelector('[data-test=\"case-photo\"]'); return photo.complete && photo.naturalHeight > photo.naturalWidth";
    let session = desk.session().unwrap();
    let look = async || Ok((*session.execute(drawn, []).await?.json() == json!(true)).then_some(()));
    desk.until("the photo to be drawn, upright", LONG, look).await.unwrap();
    desk.wait_for_text("case-text", "Buca profonda davanti al 12").await.unwrap();
    // Where the photo says it was taken, although the report was sent before the photo was worked on.
    desk.wait_for_text("case-area", "Centro Est").await.unwrap();
    desk.click("move-take_charge").await.unwrap();
    desk.wait_for_attribute("case-status", "data-status", "accepted").await.unwrap();
    desk.screenshot("console-case-accepted").await.unwrap();
    assert_eq!(own_errors(&desk).await, Vec::<String>::new());

    // Its next sync: the app is opened again.
    phone.reload().await.unwrap();
    phone.wait_for_attribute("report-status", "data-status", "accepted").await.unwrap();
    phone.screenshot("phone-list-accepted").await.unwrap();
    phone.click("report-item").await.unwrap();
    phone.wait_for("report-photo").await.unwrap();
    phone.screenshot("phone-report").await.unwrap();
    assert_eq!(own_errors(&phone).await, Vec::<String>::new());
    assert_eq!(server.office("dispatcher").await.cases().await.len(), 1);
    server.check();
    desk.close().await.unwrap();
    phone.close().await.unwrap();
}

/// Notes what the page says about the engine, also while nobody looks at it.
const WATCH: &str = "
    window.said = [];
    const look = () => { if (document.querySelector('[data-test=\"engine-elsewhere\"]')) window.said.push('elsewhere') };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true })";

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tab_takes_the_engine_over_and_the_first_says_so() {
    let (folder, profile) = (Folder::new("tabs"), Folder::new("tabs-phone"));
    let server = TestServer::start(&folder.join("city"));
    let phone = phone(&profile).await;
    visit(&phone, server.url()).await;
    phone.click("report-button").await.unwrap();
    phone.type_into("text", "Begun in the first tab").await.unwrap();
    phone.wait_for_attribute("draft-kept", "data-kept", "true").await.unwrap();
    phone.script(WATCH, &[]).await.unwrap();
    let first = phone.tab().await.unwrap();

    let second = phone.new_tab().await.unwrap();
    phone.open(server.url()).await.unwrap();
    phone.wait_for("draft-open").await.unwrap();
    phone.click("report-button").await.unwrap();
    let words = phone.wait_for("text").await.unwrap().prop("value").await.unwrap();
    assert_eq!(words.as_deref(), Some("Begun in the first tab"));
    phone.type_into("text", "Ended in the second tab").await.unwrap();
    phone.wait_for_attribute("draft-kept", "data-kept", "true").await.unwrap();
    phone.script(WATCH, &[]).await.unwrap();

    phone.switch(&first).await.unwrap();
    assert!(phone.script("return window.said.includes('elsewhere')", &[]).await.unwrap() == true, "the first tab never said so");
    // Whoever is looked at has the engine: it comes back, with what the other tab wrote.
    phone.wait_until_gone("engine-elsewhere").await.unwrap();
    let session = phone.session().unwrap();
    let words = "return document.querySelector('[data-test=\"text\"]')?.value === 'Ended in the second tab'";
    let look = async || Ok((*session.execute(words, []).await?.json() == json!(true)).then_some(()));
    phone.until("the words of the other tab to be here", LONG, look).await.unwrap();
    phone.click("category-pothole").await.unwrap();
    phone.click("send-button").await.unwrap();
    phone.wait_for_within("saved-notice", LONG).await.unwrap();
    assert_eq!(own_errors(&phone).await, Vec::<String>::new());

    phone.switch(&second).await.unwrap();
    assert!(phone.script("return window.said.includes('elsewhere')", &[]).await.unwrap() == true, "the second tab never said so");
    phone.wait_until_gone("engine-elsewhere").await.unwrap();
    until_delivered(&phone).await;
    phone.screenshot("phone-second-tab").await.unwrap();
    assert_eq!(own_errors(&phone).await, Vec::<String>::new());
    assert_eq!(server.office("dispatcher").await.cases().await.len(), 1, "there was one draft, and it was sent once");
    phone.close().await.unwrap();
}

async fn build(phone: &Browser) -> String {
    let build = phone.script("return document.querySelector('meta[name=\"lanterna-build\"]').content", &[]).await.unwrap();
    build.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_in_the_middle_of_a_draft_waits_until_it_is_sent() {
    let (folder, profile) = (Folder::new("update"), Folder::new("update-phone"));
    let server = TestServer::start(&folder.join("city"));
    let front = SecondBuild::start(server.address()).await;
    let (old, new) = front.builds();
    let phone = phone(&profile).await;
    visit(&phone, &front.url()).await;
    phone.click("report-button").await.unwrap();
    phone.attach("photo-input", &fixtures::small_jpeg()).await.unwrap();
    phone.wait_for_within("photo", LONG).await.unwrap();
    phone.type_into("text", "Begun before the update").await.unwrap();
    phone.wait_for_attribute("draft-kept", "data-kept", "true").await.unwrap();

    front.update();
    // The browser looks for a newer service worker whenever the page is loaded.
    phone.reload().await.unwrap();
    phone.wait_for_within("update-waits", LONG).await.unwrap();
    phone.screenshot("phone-update-waits").await.unwrap();
    assert_eq!(phone.texts("update-now").await.unwrap(), Vec::<String>::new(), "it is not offered over a draft");
    phone.reload().await.unwrap();
    phone.wait_for_within("update-waits", LONG).await.unwrap();
    assert_eq!(build(&phone).await, old, "a draft is open: the page stays as it is");

    phone.click("home-link").await.unwrap();
    phone.click("report-button").await.unwrap();
    phone.wait_for("photo").await.unwrap();
    let words = phone.wait_for("text").await.unwrap().prop("value").await.unwrap();
    assert_eq!(words.as_deref(), Some("Begun before the update"));
    phone.click("category-pothole").await.unwrap();
    phone.click("send-button").await.unwrap();
    phone.wait_for_within("saved-notice", LONG).await.unwrap();
    phone.click("update-now").await.unwrap();
    let session = phone.session().unwrap();
    let script = "return document.querySelector('meta[name=\"lanterna-build\"]')?.content === arguments[0]";
    let look = async || Ok((*session.execute(script, [json!(new)]).await?.json() == json!(true)).then_some(()));
    phone.until("the new build to be here", LONG, look).await.unwrap();
    phone.wait_for_within("ready-offline", LONG).await.unwrap();
    until_delivered(&phone).await;
    phone.screenshot("phone-updated").await.unwrap();
    assert_eq!(own_errors(&phone).await, Vec::<String>::new());
    assert_eq!(server.office("dispatcher").await.cases().await.len(), 1);
    phone.close().await.unwrap();
}
