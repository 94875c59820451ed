//! What a service from outside must be: bounds, languages, and questions that can be asked.

use std::collections::BTreeSet;

use super::notice::Notice;
use super::question::{Question, QuestionKind};
use super::{Service, Words};
use crate::text;

/// The most services in a catalogue.
pub const MAX_SERVICES: usize = 1_000;
/// The most questions of a service; as many as a report may have answers.
pub const MAX_QUESTIONS: usize = 50;
/// The most choices of a question.
pub const MAX_QUESTION_CHOICES: usize = 200;
/// The longest name, label or heading, in characters.
pub const MAX_LABEL_CHARS: usize = 120;
/// The longest description, hint or notice, in characters.
pub const MAX_PROSE_CHARS: usize = 1_000;
/// The most words that a service can be searched by.
pub const MAX_KEYWORDS: usize = 50;
/// The greatest bound of a number, either way.
const MAX_BOUND: u64 = 1_000_000_000_000;

/// What is wrong with a service, each a sentence without its full stop that says what to do. Empty = nothing.
pub fn faults(service: &Service) -> Vec<String> {
    let mut faults = Vec::new();
    needed("the name", &service.name, MAX_LABEL_CHARS, &mut faults);
    spoken("the group", &service.group, MAX_LABEL_CHARS, &mut faults);
    spoken("the description", &service.description, MAX_PROSE_CHARS, &mut faults);
    if !(1..=365).contains(&service.working_days) {
        faults.push("working_days is outside 1 to 365".to_owned());
    }
    if let Some(icon) = &service.icon {
        let is_icon =
            icon.len() <= 48 && icon.starts_with("it-") && icon.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_icon {
            faults.push(format!("the icon {icon:?} is not a name of the sprite: they look like it-tool"));
        }
    }
    if service.keywords.len() > MAX_KEYWORDS {
        faults.push("there are over 50 keywords: keep the best".to_owned());
    }
    if service.keywords.iter().any(|word| word.trim().is_empty() || text::check("keywords", word, MAX_LABEL_CHARS).is_err()) {
        faults.push("a keyword is empty, too long, or cannot be shown: correct it".to_owned());
    }
    if let Some(notice) = &service.notice {
        notice_faults("the notice", notice, &mut faults);
    }
    if service.questions.len() > MAX_QUESTIONS {
        faults.push("there are over 50 questions: nobody answers so many".to_owned());
    }
    let mut codes = BTreeSet::new();
    for (place, question) in service.questions.iter().enumerate() {
        if !codes.insert(&question.code) {
            faults.push(format!("the question {} stands here a second time: give each a code of its own", question.code));
        }
        let earlier = service.questions.get(..place).unwrap_or_default();
        question_faults(question, earlier, &mut faults);
    }
    faults
}

fn question_faults(question: &Question, earlier: &[Question], faults: &mut Vec<String>) {
    let of = |what: &str| format!("{what} of the question {}", question.code);
    needed(&of("the label"), &question.label, MAX_LABEL_CHARS, faults);
    spoken(&of("the hint"), &question.hint, MAX_PROSE_CHARS, faults);
    if question.kind == QuestionKind::Unknown {
        faults.push(format!("{} is none of string, text, number, datetime, single_value_list and multi_value_list", of("the kind")));
    }
    if question.kind.is_list() == question.choices.is_empty() && question.kind != QuestionKind::Unknown {
        faults.push(format!("{} stand there or not: lists have choices, other kinds have none", of("the choices")));
    }
    if question.choices.len() > MAX_QUESTION_CHOICES {
        faults.push(format!("{} are over 200: make two questions of it", of("the choices")));
    }
    let mut codes = BTreeSet::new();
    for choice in &question.choices {
        if !codes.insert(&choice.code) {
            faults.push(format!("the choice {} {} stands there a second time", choice.code, of("").trim()));
        }
        needed(&of(&format!("the label of the choice {}", choice.code)), &choice.label, MAX_LABEL_CHARS, faults);
        if let Some(notice) = &choice.notice {
            notice_faults(&of(&format!("the notice of the choice {}", choice.code)), notice, faults);
        }
    }
    let is_far = |bound: Option<i64>| bound.is_some_and(|bound| bound.unsigned_abs() > MAX_BOUND);
    if is_far(question.min) || is_far(question.max) || question.min.zip(question.max).is_some_and(|(min, max)| min > max) {
        faults.push(format!("{} are crossed or beyond 1,000,000,000,000", of("the bounds")));
    }
    if (question.min.is_some() || question.max.is_some()) && question.kind != QuestionKind::Number {
        faults.push(format!("{} stand at a kind that is no number", of("the bounds")));
    }
    if let Some(when) = &question.shown_when {
        match earlier.iter().find(|other| other.code == when.question) {
            None => faults.push(format!("{} names {}, which is no earlier question", of("shown_when"), when.question)),
            Some(other) => {
                if when.any_of.is_empty() {
                    faults.push(format!("{} names no choice: it would never be asked", of("shown_when")));
                }
                for code in when.any_of.iter().filter(|code| other.choice(code.as_str()).is_none()) {
                    faults.push(format!("{} names the choice {code}, which {} does not have", of("shown_when"), when.question));
                }
            }
        }
    }
}

fn notice_faults(what: &str, notice: &Notice, faults: &mut Vec<String>) {
    needed(what, &notice.text, MAX_PROSE_CHARS, faults);
    if let Some(call) = &notice.call {
        let digits = call.strip_prefix('+').unwrap_or(call);
        if digits.is_empty() || digits.len() > 15 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            faults.push(format!("{what} names a number to call that cannot be dialled: digits only, as in 112"));
        }
    }
}

/// Words that must be there, in Italian at least.
fn needed(what: &str, words: &Words, max_chars: usize, faults: &mut Vec<String>) {
    if words.get("it").is_none_or(|text| text.trim().is_empty()) {
        faults.push(format!("{what} is not there in Italian: add \"it\""));
    }
    spoken(what, words, max_chars, faults);
}

fn spoken(what: &str, words: &Words, max_chars: usize, faults: &mut Vec<String>) {
    for (language, said) in words {
        if !(2..=3).contains(&language.len()) || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
            faults.push(format!("{what} is in the language {language:?}: languages are called it, en, …"));
        }
        if let Err(invalid) = text::check("text", said, max_chars) {
            faults.push(format!("{what} in {language:?} {}", invalid.why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::asking::tests::lamp;
    use super::*;
    use crate::service::{ChoiceCode, QuestionCode};

    /// The one fault after `change`.
    fn after(change: impl FnOnce(&mut Service)) -> String {
        let mut service = lamp();
        change(&mut service);
        let faults = faults(&service);
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults[0].clone()
    }

    #[test]
    fn a_sound_service_has_no_faults() {
        assert_eq!(faults(&lamp()), Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(after(|s| drop(s.name.remove("it"))).contains("name is not there in Italian"));
        assert!(after(|s| drop(s.name.insert("English".to_owned(), "Lamp".to_owned()))).contains("languages are called"));
        assert!(after(|s| drop(s.group.insert("it".to_owned(), "x".repeat(121)))).contains("group in \"it\" is too long"));
        assert!(after(|s| s.working_days = 0).contains("1 to 365"));
        assert!(after(|s| s.icon = Some("car.svg".to_owned())).contains("it-tool"));
        assert!(after(|s| s.keywords = vec![String::new()]).contains("keyword"));
        assert!(after(|s| s.questions[2].choices = s.questions[0].choices.clone()).contains("lists have choices"));
        assert!(after(|s| s.questions[2].min = Some(21)).contains("crossed"));
        assert!(after(|s| s.questions[4].max = Some(21)).contains("no number"));
        assert!(after(|s| s.questions[4].kind = QuestionKind::Unknown).contains("none of string"));
        assert!(after(|s| s.questions[4].code = QuestionCode::new("seen").unwrap()).contains("second time"));
        assert!(after(|s| s.questions[1].choices[1].code = ChoiceCode::new("today").unwrap()).contains("second time"));
        let call = |s: &mut Service| s.questions[0].choices[1].notice.as_mut().unwrap().call = Some("call us".to_owned());
        assert!(after(call).contains("cannot be dialled"));
    }

    #[test]
    fn a_question_can_only_follow_an_earlier_list_and_its_choices() {
        let when = |s: &mut Service, question: &str, choice: &str| {
            let when = s.questions[1].shown_when.as_mut().unwrap();
            when.question = QuestionCode::new(question).unwrap();
            when.any_of = vec![ChoiceCode::new(choice).unwrap()];
        };
        assert!(after(|s| when(s, "count", "flickers")).contains("no earlier question"));
        assert!(after(|s| when(s, "since", "today")).contains("no earlier question"));
        assert!(after(|s| when(s, "fault", "comet")).contains("does not have"));
        assert!(after(|s| s.questions[1].shown_when.as_mut().unwrap().any_of.clear()).contains("never be asked"));
    }
}
