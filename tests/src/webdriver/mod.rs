//! Browsers for journeys: Chromium, and the window of the desktop app, driven by the same calls.
//!
//! A journey finds everything by `data-test` and waits for it; nothing sleeps but the one bounded poll. What goes wrong is a sentence that says what
//! was on the screen, with a picture under `target/screens`. Everything a browser starts (driver, display, the browser itself) ends with it:
//! [`Browser::close`] ends it politely, dropping it is as if the power went.
//!
//! ```no_run
//! # async fn journey() -> Result<(), lanterna_tests::webdriver::Failure> {
//! use lanterna_tests::webdriver::{Browser, Form};
//! let phone = Browser::chromium(Form::Phone, std::path::Path::new("/tmp/profile"), &[]).await?;
//! phone.open("http://127.0.0.1:8080/").await?;
//! phone.click("report-button").await?;
//! phone.attach("photo-input", std::path::Path::new("hole.jpg")).await?;
//! phone.screenshot("report").await?;
//! phone.close().await
//! # }
//! ```

mod act;
mod display;
mod driver;
mod failure;
pub mod pictures;
mod process;
mod start;
mod tabs;

use thirtyfour::WebDriver;

pub use act::PATIENCE;
pub use failure::Failure;
pub use start::{Form, desktop_app};
pub use tabs::Tab;

use display::Display;
use driver::Driver;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Chromium,
    Tauri,
}

/// A running browser with one session.
pub struct Browser {
    /// Empty once it is closed.
    session: Option<WebDriver>,
    /// Chromium is not in its driver's process group.
    chromium: Option<u64>,
    driver: Driver,
    _display: Option<Display>,
    kind: Kind,
}

impl Browser {
    /// The session itself, for what has no word of its own here.
    ///
    /// # Errors
    /// [`Failure::Unsupported`] once it is closed.
    pub fn session(&self) -> Result<&WebDriver, Failure> {
        self.session.as_ref().ok_or(Failure::Unsupported("this browser was closed"))
    }

    /// Closes the browser as a person does.
    ///
    /// # Errors
    /// [`Failure::Refused`]; it is ended all the same.
    pub async fn close(mut self) -> Result<(), Failure> {
        match self.session.take() {
            Some(session) => session.quit().await.map_err(Failure::refused("close")),
            None => Ok(()),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            // Quitting would block; the processes are ended instead. Fails where it has quit already.
            let _ = session.leak();
            if let Some(process) = self.chromium {
                process::kill(&process.to_string());
            }
        }
    }
}
