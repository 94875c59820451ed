//! Services as a JSON file: `{"services": [{"code": "pothole", "name": {"it": "…", "en": "…"}, "working_days": 5, …}, …]}`, in the order they are
//! offered.

use super::elements::{Element, broken, read as elements};
use super::file::Faults;
use lanterna_shared::service::Service;
use lanterna_shared::service::check::{MAX_SERVICES, faults as faults_of};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    services: Vec<&'a RawValue>,
}

/// Reads services.
///
/// # Errors
/// Every fault with its line.
pub fn read(text: &str) -> Result<Vec<Service>, Faults> {
    let file: File<'_> =
        serde_json::from_str(text).map_err(|error| broken(&error, "the file is one object with a list of \"services\""))?;
    let mut faults = Faults::default();
    if file.services.is_empty() {
        faults.add(None, "it has no services: an import replaces all of them, and there must be one");
    }
    if file.services.len() > MAX_SERVICES {
        faults.add(None, "it has over 1,000 services: nobody finds theirs among so many");
    }
    let read: Vec<Element<Service>> = elements(text, &file.services, "service", &mut faults);
    let mut lines = BTreeMap::new();
    for Element { line, value: service } in &read {
        if let Some(first) = lines.insert(service.code.clone(), *line) {
            faults
                .add(Some(*line), format!("the code {} stands in line {first} already: give each service a code of its own", service.code));
        }
        for what in faults_of(service) {
            faults.add(Some(*line), format!("the service {}: {what}", service.code));
        }
    }
    faults.none_or(read.into_iter().map(|element| element.value).collect())
}

/// Writes services as [`read`] reads them.
///
/// # Errors
/// What the writer said; nothing in a service is known to make it.
pub fn write(services: &[Service]) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct File<'a> {
        services: &'a [Service],
    }
    serde_json::to_string_pretty(&File { services }).map(|text| text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        read(text).unwrap_err().told().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let text = r#"{"services": [
            {"code": "pothole", "name": {"it": "Buca"}, "working_days": 5},
            {"code": "lamp", "name": {"en": "Lamp"}, "working_days": 0},
            {"code": "pothole", "name": {"it": "Buca"}, "working_days": 5},
            {"code": "Tree!", "name": {"it": "Albero"},
             "working_days": 5}
        ]}"#;
        let told = told(text);
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told.iter().any(|fault| fault.starts_with("line 3: the service lamp: the name is not there in Italian")), "{told:?}");
        assert!(told.iter().any(|fault| fault.starts_with("line 3: the service lamp: working_days")), "{told:?}");
        assert!(told.iter().any(|fault| fault.starts_with("line 4: the code pothole stands in line 2 already")), "{told:?}");
        assert!(told.iter().any(|fault| fault.starts_with("line 5: the service 4 cannot be read: service is not a code")), "{told:?}");
    }

    #[test]
    fn a_file_that_is_no_catalogue_says_what_one_is() {
        assert!(told("{\n\"services\": 7}")[0].starts_with("line 2: invalid type"));
        assert!(told("[]")[0].contains("list of \"services\""));
        assert!(told("{\"services\": [\n{\"code\": \n")[0].starts_with("line 3: EOF"));
        assert!(told("{\"services\": []}")[0].contains("there must be one"));
    }
}
