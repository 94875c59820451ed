//! Words that promise instead of telling: what the case of 2023 was closed with.
//!
//! An exemption from evidence is free text, so the sentence could come back through it. This looks for an inspection that is still to come, in
//! Italian and English; it is a tripwire for a habit, not a judge of language. Source: the report of 12 October 2023 (DOMAIN.md).

/// What would be looked at.
const INSPECTION: &[&str] = &["inspection", "inspect", "survey", "site visit", "sopralluogo", "ispezion", "verifica"];
/// That it has not been.
const TO_COME: &[&str] = &[
    "will ",
    "shall ",
    "going to",
    "planned",
    "scheduled",
    "soon",
    "next week",
    "to be ",
    "verrà",
    "verra'",
    "verranno",
    "sarà",
    "sara'",
    "saranno",
    "previst",
    "programma",
    "effettuer",
    "prossim",
    "a breve",
    "in attesa",
    "da fare",
];

/// Whether the text speaks of an inspection that is still to come.
pub(super) fn is_a_promise(text: &str) -> bool {
    let text = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    has(INSPECTION) && has(TO_COME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_of_2023_is_recognised_and_a_fact_is_not() {
        for promise in [
            "There will be an inspection",
            "An inspection is planned",
            "Verrà effettuato un sopralluogo",
            "Sopralluogo previsto per lunedì",
            "Sarà eseguita una verifica",
        ] {
            assert!(is_a_promise(promise), "{promise}");
        }
        for fact in [
            "Answered on the telephone",
            "Sopralluogo eseguito, lampione riparato",
            "The crew's phone was flat",
            "Inspection done: it is lit",
        ] {
            assert!(!is_a_promise(fact), "{fact}");
        }
    }
}
