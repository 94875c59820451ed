//! No text in code, no key without a text: every message key that the screens use is in every language file, and none is there for nothing.

use crate::message::{Message, Messages, places};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn languages() -> BTreeMap<String, Messages> {
    let files = fs::read_dir(root().join("assets/i18n")).unwrap().map(|entry| entry.unwrap().path());
    let json = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| {
        let language = path.file_stem().unwrap().to_string_lossy().into_owned();
        let messages = Messages::parse(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{language}: {error}"));
        (language, messages)
    })
    .collect()
}

fn keys(messages: &Messages) -> BTreeSet<&str> {
    messages.entries().map(|(key, _)| key).collect()
}

fn sources(folder: &Path, into: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("keys.rs") {
            // Unit tests and comments may speak of keys that nobody has.
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
            into.push(code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n"));
        }
    }
}

/// What a key looks like: two or more parts of a-z, 0-9 and _, with dots between them. No other literal of the screens may look so.
fn is_key(literal: &str) -> bool {
    let is_small = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let is_part = |part: &str| part.starts_with(|c: char| c.is_ascii_lowercase()) && part.bytes().all(is_small);
    literal.contains('.') && literal.split('.').all(is_part)
}

/// Names of files and of what is kept in the browser, which look like keys and are none.
const NO_KEYS: [&str; 2] = ["engine.js", "lanterna.language"];

fn used() -> BTreeSet<String> {
    let mut texts = Vec::new();
    for part in ["kit", "ui", "console"] {
        sources(&root().join("app").join(part).join("src"), &mut texts);
    }
    let literals = texts.iter().flat_map(|text| text.split('"').skip(1).step_by(2));
    literals.filter(|literal| is_key(literal) && !NO_KEYS.contains(literal)).map(str::to_owned).collect()
}

#[test]
fn every_key_that_is_used_is_in_every_language_and_none_is_unused() {
    let used = used();
    assert!(used.len() > 50, "the search for keys found only {}", used.len());
    let languages = languages();
    assert!(languages.contains_key("it") && languages.contains_key("en"));
    for (language, messages) in &languages {
        let known = keys(messages);
        let missing: Vec<_> = used.iter().filter(|key| !known.contains(key.as_str())).collect();
        let unused: Vec<_> = known.iter().filter(|key| !used.contains(**key)).collect();
        assert!(missing.is_empty() && unused.is_empty(), "{language}: missing {missing:?}, unused {unused:?}");
    }
}

#[test]
fn a_message_has_the_same_places_in_every_language() {
    let languages = languages();
    let italian = &languages["it"];
    for (language, messages) in &languages {
        for (key, message) in messages.entries() {
            let (_, original) = italian.entries().find(|(other, _)| *other == key).unwrap_or_else(|| panic!("{key} is in {language} only"));
            let wanted = places(original.texts().last().unwrap());
            for text in message.texts() {
                assert_eq!(places(text), wanted, "{language}, {key}");
            }
        }
    }
}

#[test]
fn forms_by_number_have_the_one_that_is_always_there() {
    for (language, messages) in languages() {
        for (key, message) in messages.entries() {
            if let Message::Forms(forms) = message {
                assert!(forms.contains_key("other"), "{language}, {key}");
            }
            assert!(message.texts().iter().all(|text| !text.trim().is_empty()), "{language}, {key} is empty");
        }
    }
}
