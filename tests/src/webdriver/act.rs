//! What a person does at a screen, and what they see there. Everything is found by its `data-test`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::WebDriverError;
use thirtyfour::{By, WebElement};

use super::failure::Failure;
use super::process::LOOK_EVERY;
use super::{Browser, Kind, pictures};

/// How long something may take to come.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How much of a page's words an error repeats.
const SCREEN_CHARS: usize = 1_500;

/// Texts of everything with a `data-test`, read in one go, so that nothing changes in between.
const TEXTS: &str = "return Array.from(document.querySelectorAll('[data-test=\"' + arguments[0] + '\"]'), (element) => element.innerText);";
const ATTRIBUTES: &str = "return Array.from(document.querySelectorAll('[data-test=\"' + arguments[0] + '\"]'), (element) => element.getAttribute(arguments[1]));";
/// Answers once all images are decoded and two more frames drawn, so that a picture shows what the page says now; a tab that nobody looks at draws
/// none, so the wait is bounded.
const PAINTED: &str = "const done = arguments[0]; setTimeout(done, 2000); \
    const images = Array.from(document.images, (image) => image.decode().catch(() => {})); \
    Promise.all(images).then(() => requestAnimationFrame(() => requestAnimationFrame(() => done())));";
const WORDS: &str = "return document.body ? document.body.innerText : '';";

impl Browser {
    /// Goes to an address and waits until the page is loaded.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub async fn open(&self, url: &str) -> Result<(), Failure> {
        self.session()?.goto(url).await.map_err(Failure::refused(format!("open {url}")))
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub async fn reload(&self) -> Result<(), Failure> {
        self.session()?.refresh().await.map_err(Failure::refused("load the page again"))
    }

    /// Runs a script in the page and gives what it returns; `arguments[0]` and so on are its arguments.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub async fn script(&self, script: &str, arguments: &[Value]) -> Result<Value, Failure> {
        let answer = self.session()?.execute(script, arguments).await.map_err(Failure::refused("run a script"))?;
        Ok(answer.json().clone())
    }

    /// Waits until something is there to be seen, and gives the first of its kind.
    ///
    /// # Errors
    /// [`Failure::InVain`].
    pub async fn wait_for(&self, name: &str) -> Result<WebElement, Failure> {
        self.wait_for_within(name, PATIENCE).await
    }

    /// As [`Browser::wait_for`], with a patience of one's own.
    ///
    /// # Errors
    /// [`Failure::InVain`].
    pub async fn wait_for_within(&self, name: &str, patience: Duration) -> Result<WebElement, Failure> {
        let seen = async || match self.find(name).await? {
            Some(element) if element.is_displayed().await? => Ok(Some(element)),
            _ => Ok(None),
        };
        self.until(&format!("\"{name}\" to be seen"), patience, seen).await
    }

    /// Waits until nothing of a kind is in the page.
    ///
    /// # Errors
    /// [`Failure::InVain`].
    pub async fn wait_until_gone(&self, name: &str) -> Result<(), Failure> {
        let gone = async || Ok(self.find(name).await?.is_none().then_some(()));
        self.until(&format!("\"{name}\" to go"), PATIENCE, gone).await
    }

    /// Waits until one of a kind has these words in it, and gives all of its text.
    ///
    /// # Errors
    /// [`Failure::InVain`].
    pub async fn wait_for_text(&self, name: &str, words: &str) -> Result<String, Failure> {
        let said = async || {
            let texts = self.read(TEXTS, &[json!(name)]).await?;
            Ok(texts.into_iter().flatten().find(|text| text.contains(words)))
        };
        self.until(&format!("\"{name}\" to say \"{words}\""), PATIENCE, said).await
    }

    /// Waits until one of a kind has an attribute of this value.
    ///
    /// # Errors
    /// [`Failure::InVain`].
    pub async fn wait_for_attribute(&self, name: &str, attribute: &str, value: &str) -> Result<(), Failure> {
        let has = async || {
            let found = self.read(ATTRIBUTES, &[json!(name), json!(attribute)]).await?;
            Ok(found.iter().flatten().any(|found| found == value).then_some(()))
        };
        self.until(&format!("\"{name}\" to have {attribute}=\"{value}\""), PATIENCE, has).await
    }

    /// The texts of everything of a kind, in the page's order, as they are now.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, Failure> {
        let texts = self.read(TEXTS, &[json!(name)]).await.map_err(Failure::refused(format!("read \"{name}\"")))?;
        Ok(texts.into_iter().flatten().collect())
    }

    /// An attribute of everything of a kind, in the page's order, as it is now; `None` where one has no such attribute.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub async fn attributes(&self, name: &str, attribute: &str) -> Result<Vec<Option<String>>, Failure> {
        let found = self.read(ATTRIBUTES, &[json!(name), json!(attribute)]).await;
        found.map_err(Failure::refused(format!("read {attribute} of \"{name}\"")))
    }

    /// Waits until something can be clicked, and clicks it.
    ///
    /// # Errors
    /// [`Failure::InVain`].
    pub async fn click(&self, name: &str) -> Result<(), Failure> {
        let click = async || {
            let Some(element) = self.find(name).await? else { return Ok(None) };
            if !element.is_displayed().await? || !element.is_enabled().await? {
                return Ok(None);
            }
            element.scroll_into_view().await?;
            element.click().await.map(Some)
        };
        self.until(&format!("\"{name}\" to be clicked"), PATIENCE, click).await
    }

    /// Waits for a field, and types into it in place of what is there.
    ///
    /// # Errors
    /// [`Failure::InVain`].
    pub async fn type_into(&self, name: &str, text: &str) -> Result<(), Failure> {
        let type_into = async || {
            let Some(element) = self.find(name).await? else { return Ok(None) };
            element.clear().await?;
            element.send_keys(text).await.map(Some)
        };
        self.until(&format!("\"{name}\" to be typed into"), PATIENCE, type_into).await
    }

    /// Waits for a field for files, hidden ones too, and gives it a file.
    ///
    /// # Errors
    /// [`Failure::InVain`]; [`Failure::File`] where there is no such file.
    pub async fn attach(&self, name: &str, file: &Path) -> Result<(), Failure> {
        let file = file.canonicalize().map_err(Failure::file(file))?.display().to_string();
        let attach = async || {
            let Some(element) = self.find(name).await? else { return Ok(None) };
            element.send_keys(file.as_str()).await.map(Some)
        };
        self.until(&format!("\"{name}\" to take a file"), PATIENCE, attach).await
    }

    /// Saves what is on the screen as `target/screens/NAME.png`.
    ///
    /// # Errors
    /// [`Failure::Refused`] and [`Failure::File`].
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = pictures::folder()?.join(format!("{name}.png"));
        // A page that cannot run a script is a picture worth keeping all the same.
        let _ = self.session()?.execute_async(PAINTED, []).await;
        let picture = self.session()?.screenshot_as_png().await.map_err(Failure::refused("make a picture"))?;
        std::fs::write(&path, picture).map_err(Failure::file(&path))?;
        Ok(path)
    }

    /// What the page wrote to its console as errors since this was asked last.
    ///
    /// # Errors
    /// [`Failure::Unsupported`] in the desktop app, whose driver keeps no console; [`Failure::Refused`].
    pub async fn console_errors(&self) -> Result<Vec<String>, Failure> {
        if self.kind == Kind::Tauri {
            return Err(Failure::Unsupported("the desktop app's driver keeps no console"));
        }
        let log = self.session()?.browser_log().await.map_err(Failure::refused("show its console"))?;
        Ok(log.into_iter().filter(|entry| entry.level == "SEVERE").map(|entry| entry.message).collect())
    }

    /// The page's address.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub async fn url(&self) -> Result<String, Failure> {
        let url = self.session()?.current_url().await.map_err(Failure::refused("say where it is"))?;
        Ok(url.to_string())
    }

    /// Looks again and again until there is something, or the patience is over.
    ///
    /// # Errors
    /// [`Failure::InVain`], with the page and a picture of it; [`Failure::Refused`] at once for what will not pass by itself.
    pub async fn until<T>(
        &self,
        what: &str,
        patience: Duration,
        mut look: impl AsyncFnMut() -> Result<Option<T>, WebDriverError>,
    ) -> Result<T, Failure> {
        let start = Instant::now();
        loop {
            match look().await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => {}
                Err(error) if passes(&error) => {}
                Err(error) => return Err(Failure::refused(format!("look for {what}"))(error)),
            }
            if start.elapsed() >= patience {
                return Err(self.in_vain(what, patience).await);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn in_vain(&self, what: &str, waited: Duration) -> Failure {
        let words = self.script(WORDS, &[]).await.ok().and_then(|words| words.as_str().map(str::to_owned));
        let picture = match self.screenshot(&format!("failed-{}-{}", std::process::id(), pictures::next_number())).await {
            Ok(path) => path.display().to_string(),
            Err(failure) => failure.to_string(),
        };
        let mut screen: String = words.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = screen.char_indices().nth(SCREEN_CHARS) {
            screen.truncate(end);
            screen.push('…');
        }
        if screen.is_empty() {
            screen = format!("nothing. {}", self.process().last_words());
        }
        let url = self.url().await.unwrap_or_else(|failure| failure.to_string());
        Failure::InVain { what: what.to_owned(), waited, url, screen, picture }
    }

    async fn find(&self, name: &str) -> Result<Option<WebElement>, WebDriverError> {
        let Some(session) = self.session.as_ref() else { return Ok(None) };
        let found = session.find_all(By::Css(format!("[data-test=\"{name}\"]"))).await?;
        Ok(found.into_iter().next())
    }

    async fn read(&self, script: &str, arguments: &[Value]) -> Result<Vec<Option<String>>, WebDriverError> {
        let Some(session) = self.session.as_ref() else { return Ok(Vec::new()) };
        session.execute(script, arguments).await?.convert()
    }
}

/// Whether an error is only a page on its way from one state to the next.
fn passes(error: &WebDriverError) -> bool {
    matches!(
        &**error,
        WebDriverErrorInner::StaleElementReference(_)
            | WebDriverErrorInner::ElementClickIntercepted(_)
            | WebDriverErrorInner::ElementNotInteractable(_)
            | WebDriverErrorInner::NoSuchElement(_)
            | WebDriverErrorInner::JavascriptError(_)
            | WebDriverErrorInner::InvalidElementState(_)
    )
}
