//! Departments and partners as a JSON file: `{"departments": [{"code": "roads", "name": "…", "kind": "partner", "contact": "…", "crews": […]}, …]}`.

use super::elements::{Element, broken, read as elements};
use super::file::Faults;
use lanterna_shared::department::{Department, MAX_DEPARTMENTS};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    departments: Vec<&'a RawValue>,
}

/// Reads departments; they and their crews come sorted by code.
///
/// # Errors
/// Every fault with its line.
pub fn read(text: &str) -> Result<Vec<Department>, Faults> {
    let file: File<'_> =
        serde_json::from_str(text).map_err(|error| broken(&error, "the file is one object with a list of \"departments\""))?;
    let mut faults = Faults::default();
    if file.departments.is_empty() {
        faults.add(None, "it has no departments: an import replaces all of them, and there must be one");
    }
    if file.departments.len() > MAX_DEPARTMENTS {
        faults.add(None, "it has over 1,000 departments");
    }
    let mut read: Vec<Element<Department>> = elements(text, &file.departments, "department", &mut faults);
    let (mut lines, mut crews) = (BTreeMap::new(), BTreeMap::new());
    for Element { line, value: department } in &read {
        let code = &department.code;
        if let Some(first) = lines.insert(code.clone(), *line) {
            faults.add(Some(*line), format!("the code {code} stands in line {first} already: give each department a code of its own"));
        }
        if let Err(invalid) = department.check() {
            faults.add(Some(*line), format!("the department {code}: {invalid}"));
        }
        for crew in &department.crews {
            if let Some(first) = crews.insert(crew.code.clone(), *line) {
                let what = format!("the crew {} of {code} stands in line {first} already: give each crew a code of its own", crew.code);
                faults.add(Some(*line), what);
            }
        }
    }
    for element in &mut read {
        element.value.crews.sort_by(|a, b| a.code.cmp(&b.code));
    }
    read.sort_by(|a, b| a.value.code.cmp(&b.value.code));
    faults.none_or(read.into_iter().map(|element| element.value).collect())
}

/// Writes departments as [`read`] reads them.
///
/// # Errors
/// What the writer said; nothing in a department is known to make it.
pub fn write(departments: &[Department]) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct File<'a> {
        departments: &'a [Department],
    }
    serde_json::to_string_pretty(&File { departments }).map(|text| text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn departments_are_read_with_their_crews_and_faults_with_their_lines() {
        let text = r#"{"departments": [
            {"code": "roads", "name": "Aster", "kind": "partner", "crews": [{"code": "b", "name": "B"}, {"code": "a", "name": "A"}]},
            {"code": "lamps", "name": "City Green Light", "contact": "800 00 00 00"}]}"#;
        let read_back = read(text).unwrap();
        assert_eq!(read_back.iter().map(|department| department.code.as_str()).collect::<Vec<_>>(), ["lamps", "roads"]);
        assert_eq!(read_back[1].crews[0].code.as_str(), "a");
        let wrong = text.replace("\"lamps\"", "\"roads\"").replace("\"b\"", "\"a\"").replace("City Green Light", "");
        let faults: Vec<_> = read(&wrong).unwrap_err().told().iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].starts_with("line 2: the crew a of roads stands in line 2 already"), "{faults:?}");
        assert!(faults[1].starts_with("line 3: the code roads stands in line 2 already"), "{faults:?}");
        assert!(faults[2].starts_with("line 3: the department roads: name is empty"), "{faults:?}");
    }
}
