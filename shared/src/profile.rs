//! The one view of a person across channels: how they can be reached, and how they want to be answered.
//!
//! Nothing is merged on guesswork: two subjects are one person when both have proved the same e-mail address or telephone number. A like name only
//! suggests.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;
use crate::text;

/// The longest name of a person, in characters.
pub const MAX_NAME_CHARS: usize = 128;
/// The longest postal address, in characters.
pub const MAX_ADDRESS_CHARS: usize = 512;
/// The longest e-mail address, in bytes (RFC 5321, section 4.5.3.1.3, less the brackets).
pub const MAX_EMAIL_BYTES: usize = 254;
/// How long the code that proves a contact can be used, in milliseconds: a quarter of an hour.
pub const PROOF_LASTS_MS: i64 = 15 * 60 * 1_000;
/// How often a code may be tried before a new one is needed.
pub const PROOF_ATTEMPTS: u32 = 5;
/// How many codes one subject may ask for in a day.
pub const PROOFS_A_DAY: u32 = 10;

/// How somebody can be reached and prove it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// An e-mail address.
    Email,
    /// A telephone number that takes text messages.
    Phone,
}

impl ContactKind {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }

    /// The one way of writing a contact, by which two are the same: white space gone, an e-mail's domain in lower case, a number in international
    /// form (one without a prefix is Italian).
    ///
    /// # Errors
    /// [`Invalid`] for what cannot be such a contact.
    pub fn normalised(self, value: &str) -> Result<String, Invalid> {
        match self {
            Self::Email => email(value),
            Self::Phone => phone(value),
        }
    }
}

fn email(value: &str) -> Result<String, Invalid> {
    let wrong = || Invalid::new("value", "is not an e-mail address: it looks like anna@example.it");
    let value = value.trim();
    let (local, domain) = value.rsplit_once('@').ok_or_else(wrong)?;
    let is_plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"' | '\\' | '@');
    let is_label = |label: &str| !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-');
    let is_domain =
        domain.contains('.') && domain.split('.').all(is_label) && domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    if value.len() > MAX_EMAIL_BYTES || local.is_empty() || local.len() > 64 || !local.chars().all(is_plain) || !is_domain {
        return Err(wrong());
    }
    // The part before the @ may tell letters apart; nothing is merged on guesswork.
    Ok(format!("{local}@{}", domain.to_lowercase()))
}

fn phone(value: &str) -> Result<String, Invalid> {
    let wrong = || Invalid::new("value", "is not a telephone number: it looks like +39 333 1234567");
    if value.len() > 64 {
        return Err(wrong());
    }
    let dense: String = value.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}')).collect();
    let digits = match (dense.strip_prefix('+'), dense.strip_prefix("00")) {
        (Some(rest), _) | (None, Some(rest)) => rest.to_owned(),
        (None, None) => format!("39{dense}"),
    };
    // E.164: at most 15 digits; shorter than 8 with its country is nobody's.
    if !(8..=15).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) || digits.starts_with('0') {
        return Err(wrong());
    }
    Ok(format!("+{digits}"))
}

/// By which two names are alike: their words in lower case, without accents of western alphabets and marks, in alphabetical order. Empty for no name.
pub fn name_key(name: &str) -> String {
    let lower = name.to_lowercase();
    let mut words: Vec<String> = lower.split(|c: char| !c.is_alphanumeric()).map(|word| word.chars().map(plain).collect()).collect();
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.join(" ")
}

const fn plain(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

/// How a person wants to be answered.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerBy {
    /// In the app.
    #[default]
    App,
    /// By e-mail.
    Email,
    /// By text message.
    Sms,
    /// By a call back.
    Call,
    /// By letter.
    Letter,
}

impl AnswerBy {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Letter => "letter",
        }
    }

    /// Reads the stored form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::App, Self::Email, Self::Sms, Self::Call, Self::Letter].into_iter().find(|way| way.as_str() == text)
    }
}

/// One contact of a person.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// What it is.
    pub kind: ContactKind,
    /// In its one way of writing.
    pub value: String,
    /// Whether the person proved that it is theirs.
    pub verified: bool,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({}, verified: {})", self.kind.as_str(), self.verified)
    }
}

/// `GET /v1/profile`: what the city knows of who asks.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// As the person wants to be called; empty where they said nothing.
    #[serde(default)]
    pub name: String,
    /// For letters; empty where they said nothing.
    #[serde(default)]
    pub address: String,
    /// How to answer, where a report says nothing else.
    #[serde(default)]
    pub answer_by: AnswerBy,
    /// This device's contacts, and the proved ones of the person's other devices.
    #[serde(default)]
    pub contacts: Vec<Contact>,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile({} contacts, answer by {})", self.contacts.len(), self.answer_by.as_str())
    }
}

/// `PUT /v1/profile`: what a person says of themselves, as one whole. Contacts have their own way in, because they are proved.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct ProfileChange {
    /// At most [`MAX_NAME_CHARS`]; empty forgets it.
    #[serde(default)]
    pub name: String,
    /// At most [`MAX_ADDRESS_CHARS`]; empty forgets it.
    #[serde(default)]
    pub address: String,
    /// How to answer.
    #[serde(default)]
    pub answer_by: AnswerBy,
}

impl ProfileChange {
    /// Checks what came from outside.
    ///
    /// # Errors
    /// [`Invalid`] when a text is too long or cannot be shown.
    pub fn check(&self) -> Result<(), Invalid> {
        text::check("name", &self.name, MAX_NAME_CHARS)?;
        text::check("address", &self.address, MAX_ADDRESS_CHARS)
    }
}

impl fmt::Debug for ProfileChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProfileChange(answer by {})", self.answer_by.as_str())
    }
}

/// `POST /v1/profile/contacts`: a contact that is to be proved. A code goes to it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Serialize, Deserialize)]
pub struct NewContact {
    /// What it is.
    pub kind: ContactKind,
    /// As it was typed.
    pub value: String,
}

/// `POST /v1/profile/contacts/verify`: the code that came.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Serialize, Deserialize)]
pub struct ContactProof {
    /// Of which contact.
    pub kind: ContactKind,
    /// Six digits.
    pub code: ProofCode,
}

/// Six digits that prove a contact. A secret until it is used or over.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProofCode(u32);

impl ProofCode {
    /// From 64 random bits.
    pub fn mint(entropy: u64) -> Self {
        Self(u32::try_from(entropy % 1_000_000).unwrap_or(0))
    }

    /// As it is sent and hashed.
    pub fn written(self) -> String {
        format!("{:06}", self.0)
    }
}

impl fmt::Debug for ProofCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofCode(…)")
    }
}

impl FromStr for ProofCode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let dense = text.trim();
        if dense.len() != 6 || !dense.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(Invalid::new("code", "is not six digits: type it as it came"));
        }
        dense.parse().map(Self).map_err(|_| Invalid::new("code", "is not six digits: type it as it came"))
    }
}

impl TryFrom<String> for ProofCode {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<ProofCode> for String {
    fn from(code: ProofCode) -> Self {
        code.written()
    }
}

/// `PUT /v1/reports/{report}/answer-by`: how to answer about one report.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct AnswerPreference {
    /// `None` = as the profile says.
    #[serde(default)]
    pub answer_by: Option<AnswerBy>,
}

/// One person behind a case, as the office sees them.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The reports of the case that are theirs.
    pub reports: Vec<crate::id::ReportId>,
    /// As they want to be called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// For letters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// How to answer about this case.
    pub answer_by: AnswerBy,
    /// How they can be reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// How many other people of the city have a like name: perhaps the same, perhaps not. Nothing was merged.
    #[serde(default)]
    pub alike: u32,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({} contacts, {} reports)", self.contacts.len(), self.reports.len())
    }
}

/// `GET /v1/cases/{case}/contacts`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseContacts {
    /// Everybody with a live report of the case, in the order of receipt. Who said nothing of themselves is among them, without contacts.
    pub people: Vec<Person>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_contact_has_one_way_of_writing() {
        let email = |text| ContactKind::Email.normalised(text);
        assert_eq!(email(" Anna@Example.IT ").unwrap(), "Anna@example.it");
        for wrong in
            ["", "anna", "@x.it", "anna@", "anna@x", "a b@x.it", "anna@x..it", "anna@-x.it", "a@b@x.it", "anna@x.it\r\nBcc: b@x.it"]
        {
            assert!(email(wrong).is_err(), "{wrong}");
        }
        assert!(email(&format!("{}@example.it", "a".repeat(250))).is_err());
        let phone = |text| ContactKind::Phone.normalised(text);
        for same in ["333 1234567", "+39 333-1234567", "0039333 123 4567", "(+39) 333.1234567"] {
            assert_eq!(phone(same).unwrap(), "+393331234567", "{same}");
        }
        assert_eq!(phone("010 5571").unwrap(), "+390105571");
        for wrong in ["", "112", "+39 333 12345678901234", "+0 33312345", "tre tre tre", "+39333x234567"] {
            assert!(phone(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_alike_whatever_their_order_and_accents() {
        assert_eq!(name_key("Niccolò  D'Amico"), name_key("D'AMICO, Niccolo"));
        assert_ne!(name_key("Anna Rossi"), name_key("Anna Russo"));
        assert_eq!(name_key(" - "), "");
    }

    #[test]
    fn nobody_is_named_in_a_log() {
        let contact = Contact { kind: ContactKind::Email, value: "anna@example.it".to_owned(), verified: true };
        let profile = Profile { name: "Anna".to_owned(), contacts: vec![contact], ..Profile::default() };
        let shown = format!("{profile:?}{:?}{:?}", profile.contacts, ProofCode::mint(123_456));
        assert!(!shown.contains("nna") && !shown.contains("123456"), "{shown}");
    }

    proptest! {
        #[test]
        fn a_code_survives_being_typed(entropy: u64) {
            let code = ProofCode::mint(entropy);
            prop_assert_eq!(code.written().parse::<ProofCode>().unwrap(), code);
        }

        #[test]
        fn writing_a_contact_once_more_changes_nothing(text in "[ -~]{0,40}") {
            for kind in [ContactKind::Email, ContactKind::Phone] {
                if let Ok(once) = kind.normalised(&text) {
                    prop_assert_eq!(kind.normalised(&once).unwrap(), once);
                }
            }
        }
    }
}
