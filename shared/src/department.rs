//! Departments and partners: who can own cases, and the crews that go out for them.

use serde::{Deserialize, Serialize};

use crate::problem::Invalid;
use crate::service::{CrewCode, DepartmentCode};
use crate::text;

/// The most departments of a jurisdiction, and the most crews of one of them.
pub const MAX_DEPARTMENTS: usize = 1_000;
/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 120;
/// The longest contact line, in characters.
pub const MAX_CONTACT_CHARS: usize = 300;

/// Whose people they are.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepartmentKind {
    /// The city's own.
    #[default]
    Department,
    /// An outside company that acts for the city.
    Partner,
}

impl DepartmentKind {
    /// As it is stored and stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Partner => "partner",
        }
    }

    /// Reads the stored form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Department, Self::Partner].into_iter().find(|kind| kind.as_str() == text)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_own(&self) -> bool {
        matches!(self, Self::Department)
    }
}

/// A team of a department or partner that goes out.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crew {
    /// What assignments call it; nobody else's crew has it.
    pub code: CrewCode,
    /// What people read.
    pub name: String,
}

/// Somebody who can own cases.
///
/// Beside a case it stands with code and name only; lists of departments have the rest.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// What rules call it.
    pub code: DepartmentCode,
    /// What people read.
    pub name: String,
    /// The city's own, or a partner.
    #[serde(default, skip_serializing_if = "DepartmentKind::is_own")]
    pub kind: DepartmentKind,
    /// How the public reaches it, in one line: "800 95 77 00, Monday to Friday".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Its crews, by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crews: Vec<Crew>,
}

impl Department {
    /// A department of the city's own, with nothing but its name.
    pub fn new(code: DepartmentCode, name: impl Into<String>) -> Self {
        Self { code, name: name.into(), kind: DepartmentKind::Department, contact: None, crews: Vec::new() }
    }

    /// Checks a department that came from outside.
    ///
    /// # Errors
    /// [`Invalid`] for a name that is empty or too long, a contact of several lines, or too many crews.
    pub fn check(&self) -> Result<(), Invalid> {
        name("name", &self.name)?;
        if let Some(contact) = &self.contact {
            text::check("contact", contact, MAX_CONTACT_CHARS)?;
            if contact.trim().is_empty() || contact.contains(['\n', '\r']) {
                return Err(Invalid::new("contact", "is empty or has several lines: write one, or leave it out"));
            }
        }
        if self.crews.len() > MAX_DEPARTMENTS {
            return Err(Invalid::new("crews", "are over 1,000"));
        }
        self.crews.iter().try_for_each(|crew| name("crew's name", &crew.name))
    }
}

fn name(field: &'static str, name: &str) -> Result<(), Invalid> {
    text::check(field, name, MAX_NAME_CHARS)?;
    if name.trim().is_empty() {
        return Err(Invalid::new(field, "is empty: say what people call it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_department_of_the_first_servers_is_read_and_written_as_it_was() {
        let first = r#"{"code":"roads","name":"Aster"}"#;
        let department: Department = serde_json::from_str(first).unwrap();
        assert_eq!(department, Department::new(DepartmentCode::new("roads").unwrap(), "Aster"));
        assert_eq!(serde_json::to_string(&department).unwrap(), first);
    }

    #[test]
    fn what_cannot_be_shown_in_one_line_is_refused() {
        let sound = Department::new(DepartmentCode::new("roads").unwrap(), "Aster");
        assert_eq!(sound.check(), Ok(()));
        assert!(Department { name: " ".to_owned(), ..sound.clone() }.check().is_err());
        assert!(Department { contact: Some("800\n900".to_owned()), ..sound.clone() }.check().is_err());
        let crew = Crew { code: CrewCode::new("east").unwrap(), name: String::new() };
        assert!(Department { crews: vec![crew], ..sound }.check().is_err());
    }
}
