//! Rules as a file: what `import` reads and `export` writes, with the line of whatever is wrong.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::fault::{Offer, check};
use super::rule::{MAX_NOTE_CHARS, MAX_RULES, RoutingRule};
use crate::text;

/// The largest file, in bytes.
pub const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;

/// The rules of a city as a file: JSON, an object with `note` and `rules`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesFile {
    /// Why they were changed; kept with the version.
    #[serde(default)]
    pub note: String,
    /// In the order in which they are tried.
    pub rules: Vec<RoutingRule>,
}

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct LineFault {
    /// From 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// The same file, each part still as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    #[serde(default)]
    note: String,
    #[serde(borrow)]
    rules: Vec<&'a RawValue>,
}

/// A rule whose conditions are still as they are written; its other parts are looked at elsewhere.
#[derive(Deserialize)]
struct WrittenConditions<'a> {
    #[serde(borrow, default)]
    when: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    unless: Vec<&'a RawValue>,
}

impl RulesFile {
    /// Reads a file for a city that has `offer`: every rule of it can be evaluated.
    ///
    /// # Errors
    /// Everything that is wrong, by line; never empty.
    pub fn read(text: &str, offer: &Offer) -> Result<Self, Vec<LineFault>> {
        let one = |line, what| Err(vec![LineFault { line, what }]);
        if text.len() > MAX_FILE_BYTES {
            return one(1, "the file is over 8 MB: no city has so many rules".to_owned());
        }
        let written: Written<'_> = match serde_json::from_str(text) {
            Ok(written) => written,
            Err(error) => return one(error.line().max(1), said(&error)),
        };
        if let Err(invalid) = text::check("the note", &written.note, MAX_NOTE_CHARS) {
            return one(1, invalid.to_string());
        }
        if written.rules.len() > MAX_RULES {
            return one(1, format!("there are over {MAX_RULES} rules: put what they have in common into one"));
        }
        let mut rules = Vec::with_capacity(written.rules.len());
        let mut faults = Vec::new();
        for (raw, number) in written.rules.iter().zip(1_u32..) {
            match serde_json::from_str::<RoutingRule>(raw.get()) {
                Ok(rule) => rules.push(rule),
                Err(error) => {
                    let line = line_of(text, raw.get()) + error.line().saturating_sub(1);
                    faults.push(LineFault { line, what: format!("rule {number}: {}", said(&error)) });
                }
            }
        }
        // Numbers of rules are right only when all could be read.
        if faults.is_empty() {
            let lines = |rule: u32, path: &str| {
                let raw = usize::try_from(rule).ok().and_then(|rule| written.rules.get(rule.checked_sub(1)?))?;
                Some(condition_line(text, raw.get(), path).unwrap_or_else(|| line_of(text, raw.get())))
            };
            let found = check(&rules, offer).into_iter();
            faults = found.map(|fault| LineFault { line: lines(fault.rule, &fault.path).unwrap_or(1), what: fault.to_string() }).collect();
        }
        if faults.is_empty() { Ok(Self { note: written.note, rules }) } else { Err(faults) }
    }

    /// As a file: each rule's parts on lines of their own, with a line end at the end.
    ///
    /// # Errors
    /// None in practice: every part has a written form.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

/// What the reader said, without the place: that of the whole file is told instead.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("{what}: correct it; the rules as they are now can be had with \"lanterna export rules\"")
}

/// The line on which `part`, a piece of `text`, begins.
fn line_of(text: &str, part: &str) -> usize {
    let offset = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The line of the condition that a path as `when[2].service[1]` begins with.
fn condition_line(text: &str, rule: &str, path: &str) -> Option<usize> {
    let written: WrittenConditions<'_> = serde_json::from_str(rule).ok()?;
    let (list, place) = path.split_once(']')?.0.split_once('[')?;
    let list = if list == "when" { &written.when } else { &written.unless };
    let raw = list.get(place.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(line_of(text, raw.get()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{DepartmentCode, ServiceCode};
    use std::collections::BTreeSet;

    fn offer() -> Offer {
        Offer {
            services: vec![ServiceCode::new("pothole").unwrap()],
            departments: BTreeSet::from([DepartmentCode::new("roads").unwrap()]),
            ..Offer::default()
        }
    }

    fn lines(text: &str) -> Vec<(usize, String)> {
        RulesFile::read(text, &offer()).unwrap_err().into_iter().map(|fault| (fault.line, fault.what)).collect()
    }

    #[test]
    fn what_is_exported_can_be_imported() {
        let text = r#"{"note":"first","rules":[{"when":[{"service":["pothole"]}],"owner":"roads"}]}"#;
        let file = RulesFile::read(text, &offer()).unwrap();
        let written = file.to_text().unwrap();
        assert!(written.lines().count() > 5 && written.ends_with("}\n"));
        assert_eq!(RulesFile::read(&written, &offer()).unwrap(), file);
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let text = "{\n \"rules\": [\n  {\"owner\": \"roads\"},\n  {\n   \"when\": [\n    {\"service\": [\"pothole\"]},\n    \
            {\"service\": [\"comet\"]}\n   ],\n   \"owner\": \"army\"\n  }\n ]\n}";
        let found = lines(text);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 7], "{found:?}");
        assert!(found[1].1.starts_with("rule 2, when[2].service[1]: there is no service comet"), "{found:?}");
        let misspelt = "{\"rules\": [\n {\"owner\": \"roads\"},\n {\"owner\": \"roads\",\n  \"wen\": []}\n]}";
        let found = lines(misspelt);
        assert_eq!((found.len(), found[0].0), (1, 4));
        assert!(found[0].1.contains("rule 2: unknown field `wen`"), "{found:?}");
    }

    #[test]
    fn a_file_that_is_none_is_refused_where_it_breaks() {
        assert_eq!(lines("{\"rules\": [\n{]}")[0].0, 2);
        assert_eq!(lines("")[0].0, 1);
        assert_eq!(lines("[]")[0].0, 1);
        assert!(lines("{\"rules\": [], \"extra\": 1}")[0].1.contains("extra"));
        assert!(lines(&"[".repeat(MAX_FILE_BYTES + 1))[0].1.contains("8 MB"));
        // Deep nesting ends in a sentence and not in a broken stack.
        assert_eq!(lines(&format!("{{\"rules\": [{}]}}", "[".repeat(100_000)))[0].0, 1);
    }
}
