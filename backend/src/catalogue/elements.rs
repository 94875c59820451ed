//! The elements of a list in a JSON text, each with the line that it begins in.

use super::file::{Faults, line_after};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// One element: where it begins, and what it is, if it could be read.
pub(super) struct Element<T> {
    /// From 1.
    pub line: u64,
    /// The element.
    pub value: T,
}

/// Reads each of `raw`, which are slices of `text`, in their order. Those that cannot be read are noted, with the line inside them.
pub(super) fn read<T: DeserializeOwned>(text: &str, raw: &[&RawValue], what: &str, faults: &mut Faults) -> Vec<Element<T>> {
    let (mut from, mut line) = (0_usize, 1_u64);
    let mut elements = Vec::with_capacity(raw.len());
    for (element, number) in raw.iter().zip(1_u64..) {
        let begins = element.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let between = text.as_bytes().get(from..begins).unwrap_or_default();
        line = line.saturating_add(line_after(between).saturating_sub(1));
        from = begins;
        match serde_json::from_str(element.get()) {
            Ok(value) => elements.push(Element { line, value }),
            Err(error) => {
                let inside = u64::try_from(error.line()).unwrap_or(1).saturating_sub(1);
                faults.add(Some(line.saturating_add(inside)), format!("the {what} {number} cannot be read: {}", said(&error)));
            }
        }
    }
    elements
}

/// What the reader said, without its place: that is ours to say.
pub(super) fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(said, _)| said).to_owned()
}

/// A fault about the text as a whole, with the line where it broke off.
pub(super) fn broken(error: &serde_json::Error, what: &str) -> Faults {
    let line = (error.line() > 0).then(|| u64::try_from(error.line()).unwrap_or(u64::MAX));
    Faults::one(line, format!("{}: {what}", said(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_knows_its_line() {
        let text = "[\n 1, 2,\n\n  3\n]";
        let raw: Vec<&RawValue> = serde_json::from_str(text).unwrap();
        let read: Vec<Element<u8>> = read(text, &raw, "number", &mut Faults::default());
        assert_eq!(read.iter().map(|element| (element.line, element.value)).collect::<Vec<_>>(), [(2, 1), (2, 2), (4, 3)]);
    }

    #[test]
    fn what_cannot_be_read_is_named_by_the_line_inside_it() {
        let text = "[\n {\"a\":\n   true}, 7]";
        let raw: Vec<&RawValue> = serde_json::from_str(text).unwrap();
        let mut faults = Faults::default();
        let _: Vec<Element<std::collections::BTreeMap<String, u8>>> = read(text, &raw, "thing", &mut faults);
        let told: Vec<_> = faults.told().iter().map(ToString::to_string).collect();
        assert!(told[0].starts_with("line 3: the thing 1 cannot be read: invalid type: boolean"), "{told:?}");
        assert!(told[1].starts_with("line 3: the thing 2"), "{told:?}");
        assert!(!told[0].contains("column"));
    }
}
