//! The messages of one language: flat keys, places for values, and forms by number.
//!
//! A file is one JSON object. `"home.title": "Segnala"` is a text; `"photos.count": {"one": "{n} foto", "other": "{n} foto"}` has a form for each
//! plural category of the language (CLDR: zero, one, two, few, many, other). `{name}` is a place that the caller fills.

use serde::Deserialize;
use std::collections::BTreeMap;

/// A text, or its forms by plural category.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Message {
    /// The same for every number.
    Text(String),
    /// By plural category; "other" is always there.
    Forms(BTreeMap<String, String>),
}

/// Every message of one language.
#[derive(Clone, Debug, Default)]
pub struct Messages {
    entries: BTreeMap<String, Message>,
}

impl Messages {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is no JSON object of texts and forms.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json).map(|entries| Self { entries })
    }

    /// The text of `key` in the form for `category`; the form "other" where there is no such form, the key itself where there is no such message.
    pub fn text<'a>(&'a self, key: &'a str, category: &str) -> &'a str {
        match self.entries.get(key) {
            Some(Message::Text(text)) => text,
            Some(Message::Forms(forms)) => forms.get(category).or_else(|| forms.get("other")).map_or(key, String::as_str),
            None => key,
        }
    }

    /// Every key with its message.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Message)> {
        self.entries.iter().map(|(key, message)| (key.as_str(), message))
    }
}

impl Message {
    /// Its one text or all of its forms.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::Forms(forms) => forms.values().map(String::as_str).collect(),
        }
    }
}

/// Fills the places of a text; one that has no value stays as it is written.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let place = after.split_once('}');
        let value = place.and_then(|(name, _)| values.iter().find(|(known, _)| *known == name));
        if let (Some((_, after)), Some((_, value))) = (place, value) {
            filled.push_str(value);
            rest = after;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

/// The names of a text's places, sorted, each once.
pub fn places(text: &str) -> Vec<&str> {
    let mut names: Vec<_> = text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_what_has_no_value_stays() {
        assert_eq!(fill("{who} da {when}", &[("who", "Strade"), ("when", "ieri")]), "Strade da ieri");
        assert_eq!(fill("{who} {", &[]), "{who} {");
        assert_eq!(fill("{a}{a}", &[("a", "{b}"), ("b", "x")]), "{b}{b}");
    }

    #[test]
    fn a_message_has_a_form_for_each_number() {
        let messages = Messages::parse(r#"{"a.b": {"one": "una", "other": "molte"}, "a.c": "sempre"}"#).unwrap();
        assert_eq!(messages.text("a.b", "one"), "una");
        assert_eq!(messages.text("a.b", "few"), "molte");
        assert_eq!(messages.text("a.c", "one"), "sempre");
        assert_eq!(messages.text("a.d", "one"), "a.d");
    }
}
