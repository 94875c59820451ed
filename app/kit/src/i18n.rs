//! The person's language: which one, its messages, and how a screen asks for them.
//!
//! Italian is the default. A choice is kept between visits. When the language changes the screens are drawn anew, so a text is simply a `String`.

use crate::message::{Messages, fill};
use crate::{fetch, format, page};
use std::cell::RefCell;
use std::rc::Rc;

/// The language in which everything is written first.
pub const DEFAULT: &str = "it";
const KEPT_AS: &str = "lanterna.language";
const FOLDER: &str = "i18n/";
const ENDING: &str = ".json";

struct Current {
    language: String,
    messages: Messages,
}

thread_local! {
    static CURRENT: RefCell<Rc<Current>> = RefCell::new(Rc::new(Current { language: DEFAULT.to_owned(), messages: Messages::default() }));
}

fn current() -> Rc<Current> {
    CURRENT.with_borrow(Rc::clone)
}

/// The message of `key`.
pub fn t(key: &str) -> String {
    current().messages.text(key, "other").to_owned()
}

/// The message of `key` with its places filled.
pub fn tf(key: &str, values: &[(&str, &str)]) -> String {
    fill(current().messages.text(key, "other"), values)
}

/// The message of `key` in the form for `count`, which fills the place `n`; `values` fill the others.
pub fn tn(key: &str, count: u32, values: &[(&str, &str)]) -> String {
    let number = format::number(f64::from(count));
    let mut all = vec![("n", number.as_str())];
    all.extend_from_slice(values);
    fill(current().messages.text(key, &format::plural_category(count)), &all)
}

/// The code of the language that the messages are in.
pub fn language() -> String {
    current().language.clone()
}

/// Every language there is a file for, by code.
pub fn languages() -> Vec<String> {
    let build = page::build();
    build.assets.keys().filter_map(|key| key.strip_prefix(FOLDER)?.strip_suffix(ENDING)).map(str::to_owned).collect()
}

/// Fetches the messages of the language the person chose, or the browser asks for, or the default.
pub async fn start() {
    let known = languages();
    let wanted = page::remembered(KEPT_AS)
        .into_iter()
        .chain(page::wanted_languages())
        .filter_map(|tag| tag.split('-').next().map(str::to_lowercase))
        .find(|code| known.contains(code));
    if !load(wanted.as_deref().unwrap_or(DEFAULT)).await {
        load(DEFAULT).await;
    }
}

/// Changes to another language and keeps the choice; false, and all stays, where its messages cannot be had now.
pub async fn switch(language: &str) -> bool {
    let done = load(language).await;
    if done {
        page::remember(KEPT_AS, language);
    }
    done
}

async fn load(language: &str) -> bool {
    let build = page::build();
    let key = format!("{FOLDER}{language}{ENDING}");
    let Ok(file) = fetch::get(build.asset(&key)).await else { return false };
    let Ok(messages) = Messages::parse(&file.text) else { return false };
    if file.status != 200 {
        return false;
    }
    CURRENT.set(Rc::new(Current { language: language.to_owned(), messages }));
    page::set_language(language, matches!(language, "ar" | "fa" | "he" | "ur"));
    true
}
