//! Rules, traces and gaps said to people, in Italian and English. Pure: the names of things come in.

use super::condition::Condition;
use super::coverage::{Cell, Combination, InArea, Never, Unreachable};
use super::rule::RoutingRule;
use super::trace::{Boundary, Side, TraceLine, Tried};
use super::window::{DAY_MINUTES, Minute, Weekday, YearDay};
use crate::clock::ServiceLevel;
use crate::priority::Priority;
use crate::report::{Channel, ReportKind};
use crate::service::{AreaCode, DepartmentCode, QuestionCode, ServiceCode};

/// In what language to say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Italian.
    It,
    /// English.
    En,
}

/// What people call the things that rules name. Without a better name it is the code.
pub trait Naming {
    /// A service.
    fn service(&self, code: &ServiceCode, _: Language) -> String {
        code.to_string()
    }

    /// An area.
    fn area(&self, code: &AreaCode) -> String {
        code.to_string()
    }

    /// A department or partner.
    fn department(&self, code: &DepartmentCode) -> String {
        code.to_string()
    }

    /// A question.
    fn question(&self, code: &QuestionCode, _: Language) -> String {
        code.to_string()
    }
}

/// Everything by its code.
#[derive(Clone, Copy, Debug, Default)]
pub struct Codes;

impl Naming for Codes {}

/// Says things in one language with one set of names.
#[derive(Clone, Copy)]
pub struct Speaker<'a> {
    /// The names.
    pub names: &'a dyn Naming,
    /// The language.
    pub language: Language,
}

impl Speaker<'_> {
    fn say<'t>(&self, it: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }

    fn either(&self, values: impl IntoIterator<Item = String>) -> String {
        let mut values: Vec<_> = values.into_iter().collect();
        let last = values.pop().unwrap_or_default();
        if values.is_empty() { last } else { format!("{} {} {last}", values.join(", "), self.say("o", "or")) }
    }

    /// A line of a trace; `rule` is the rule of that number in the set that the case was routed by, where it is at hand.
    pub fn line(&self, line: &TraceLine, rule: Option<&RoutingRule>) -> String {
        let number = line.rule;
        if line.outcome == Tried::Matched {
            let what = rule.map(|rule| format!(": {}", self.outcome(rule))).unwrap_or_default();
            return match self.language {
                Language::It => format!("La regola {number} corrisponde e decide{what}."),
                Language::En => format!("Rule {number} matches and decides{what}."),
            };
        }
        let list = rule.map(|rule| if line.outcome == Tried::Excluded { &rule.unless } else { &rule.when });
        let place = line.condition.and_then(|place| usize::try_from(place).ok()?.checked_sub(1));
        let asked = list.zip(place).and_then(|(list, place)| list.get(place)).map(|condition| self.condition(condition));
        let why = self.tried(line.outcome);
        let asked = match (asked, line.outcome) {
            (None, _) => String::new(),
            (Some(asked), Tried::Excluded) => format!(" ({} {asked})", self.say("non vale se", "it does not hold if")),
            (Some(asked), _) => format!(" ({} {asked})", self.say("vale se", "it holds if")),
        };
        match self.language {
            Language::It => format!("La regola {number} non corrisponde: {why}{asked}."),
            Language::En => format!("Rule {number} does not match: {why}{asked}."),
        }
    }

    /// Why a rule did not match.
    pub fn tried(&self, outcome: Tried) -> &'static str {
        let (it, en) = match outcome {
            Tried::Matched => ("corrisponde", "it matches"),
            Tried::OtherService => ("la categoria è un'altra", "the category is another"),
            Tried::OtherArea => ("il luogo è in un'altra zona", "the place is in another area"),
            Tried::NoArea => ("il luogo non è in nessuna zona", "the place is in no area"),
            Tried::OtherAccuracy => ("la posizione è più o meno precisa", "the position is more or less accurate"),
            Tried::NoAccuracy => ("la precisione della posizione non è nota", "the accuracy of the position is not known"),
            Tried::OtherWeekday => ("il giorno della settimana è un altro", "the day of the week is another"),
            Tried::OtherTime => ("l'ora è un'altra", "the time of day is another"),
            Tried::OtherDate => ("la data è un'altra", "the date is another"),
            Tried::OtherAnswer => ("la risposta è un'altra", "the answer is another"),
            Tried::NoAnswer => ("la domanda non ha risposta", "the question was not answered"),
            Tried::NoNumber => ("la risposta non è un numero", "the answer is no number"),
            Tried::OtherChannel => ("il canale è un altro", "the channel is another"),
            Tried::OtherKind => ("il tipo di messaggio è un altro", "the kind of message is another"),
            Tried::Excluded => ("un'eccezione la esclude", "an exception holds"),
        };
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }

    /// A whole rule: when it matches, and what it decides.
    pub fn rule(&self, rule: &RoutingRule) -> String {
        let and = self.say(" e ", " and ");
        let list = |conditions: &[Condition], word: &str| conditions.iter().map(|one| self.condition(one)).collect::<Vec<_>>().join(word);
        let mut text = if rule.when.is_empty() { self.say("sempre", "always").to_owned() } else { list(&rule.when, and) };
        if !rule.unless.is_empty() {
            let (open, word) = (self.say(", tranne se ", ", unless "), self.say(" o ", " or "));
            text = format!("{text}{open}{}", list(&rule.unless, word));
        }
        format!("{text}: {}", self.outcome(rule))
    }

    /// What a rule decides.
    pub fn outcome(&self, rule: &RoutingRule) -> String {
        let owner = self.names.department(&rule.owner);
        let mut text = format!("{} {owner}", self.say("va a", "it goes to"));
        if let Some(priority) = rule.priority {
            text = format!("{text}, {} {}", self.say("priorità", "priority"), self.priority(priority));
        }
        if let Some(level) = rule.service_level {
            text = format!("{text}, {}", self.level(level));
        }
        text
    }

    /// A priority.
    pub fn priority(&self, priority: Priority) -> &'static str {
        let (it, en) = match priority {
            Priority::Low => ("bassa", "low"),
            Priority::Medium => ("media", "medium"),
            Priority::High => ("alta", "high"),
            Priority::Urgent => ("urgente", "urgent"),
        };
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }

    fn level(&self, level: ServiceLevel) -> String {
        match (level, self.language) {
            (ServiceLevel::WorkingDays(1), Language::It) => "entro 1 giorno lavorativo".to_owned(),
            (ServiceLevel::WorkingDays(1), Language::En) => "within 1 working day".to_owned(),
            (ServiceLevel::WorkingDays(days), Language::It) => format!("entro {days} giorni lavorativi"),
            (ServiceLevel::WorkingDays(days), Language::En) => format!("within {days} working days"),
            (ServiceLevel::BusinessHours(1), Language::It) => "entro 1 ora d'ufficio".to_owned(),
            (ServiceLevel::BusinessHours(1), Language::En) => "within 1 business hour".to_owned(),
            (ServiceLevel::BusinessHours(hours), Language::It) => format!("entro {hours} ore d'ufficio"),
            (ServiceLevel::BusinessHours(hours), Language::En) => format!("within {hours} business hours"),
            (ServiceLevel::Hours(1), Language::It) => "entro 1 ora".to_owned(),
            (ServiceLevel::Hours(1), Language::En) => "within 1 hour".to_owned(),
            (ServiceLevel::Hours(hours), Language::It) => format!("entro {hours} ore"),
            (ServiceLevel::Hours(hours), Language::En) => format!("within {hours} hours"),
        }
    }

    /// A condition, as the rest of a sentence that begins with "it holds if".
    pub fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::Service(codes) => {
                let names = self.either(codes.iter().map(|code| self.names.service(code, self.language)));
                format!("{} {names}", self.say("la categoria è", "the category is"))
            }
            Condition::Area(codes) => {
                format!("{} {}", self.say("il luogo è in", "the place is in"), self.either(codes.iter().map(|code| self.names.area(code))))
            }
            Condition::AreaKind(kinds) => {
                let start = self.say("il luogo è in una zona del tipo", "the place is in an area of the kind");
                format!("{start} {}", self.either(kinds.iter().cloned()))
            }
            Condition::Accuracy(range) => {
                let metres = self.between(range.at_least.map(f64::from), range.at_most.map(f64::from), true);
                format!("{} {metres} m", self.say("la posizione è precisa a", "the position is accurate to"))
            }
            Condition::Weekday(days) => {
                format!("{} {}", self.say("arriva di", "it comes in on"), self.either(days.iter().map(|day| self.weekday(*day).to_owned())))
            }
            Condition::TimeOfDay(window) => match self.language {
                Language::It => format!("arriva tra le {} e le {}", window.from, window.to),
                Language::En => format!("it comes in between {} and {}", window.from, window.to),
            },
            Condition::Date(window) => match self.language {
                Language::It => format!("arriva dal {} al {}", self.date(window.from), self.date(window.to)),
                Language::En => format!("it comes in from {} to {}", self.date(window.from), self.date(window.to)),
            },
            Condition::Answer(wanted) => {
                format!("{} {}", self.answer_to(&wanted.question), self.either(wanted.one_of.iter().map(|value| format!("\"{value}\""))))
            }
            Condition::Number(range) => {
                format!("{} {}", self.answer_to(&range.question), self.between(range.above, range.below, false))
            }
            Condition::Answered(question) => {
                let question = self.names.question(question, self.language);
                format!("{} \"{question}\"", self.say("c'è una risposta a", "there is an answer to"))
            }
            Condition::Channel(channels) => {
                format!(
                    "{} {}",
                    self.say("arriva per", "it comes in by"),
                    self.either(channels.iter().map(|one| self.channel(*one).to_owned()))
                )
            }
            Condition::Kind(kinds) => {
                format!(
                    "{} {}",
                    self.say("il messaggio è", "the message is"),
                    self.either(kinds.iter().map(|kind| self.kind(*kind).to_owned()))
                )
            }
        }
    }

    fn answer_to(&self, question: &QuestionCode) -> String {
        let question = self.names.question(question, self.language);
        match self.language {
            Language::It => format!("la risposta a \"{question}\" è"),
            Language::En => format!("the answer to \"{question}\" is"),
        }
    }

    fn between(&self, from: Option<f64>, to: Option<f64>, is_inside: bool) -> String {
        let (least, most) = if is_inside {
            (self.say("almeno", "at least"), self.say("al massimo", "at most"))
        } else {
            (self.say("più di", "more than"), self.say("meno di", "less than"))
        };
        let parts = [from.map(|from| format!("{least} {from}")), to.map(|to| format!("{most} {to}"))];
        parts.into_iter().flatten().collect::<Vec<_>>().join(self.say(" e ", " and "))
    }

    fn weekday(&self, day: Weekday) -> &'static str {
        let (it, en) = match day {
            Weekday::Monday => ("lunedì", "Monday"),
            Weekday::Tuesday => ("martedì", "Tuesday"),
            Weekday::Wednesday => ("mercoledì", "Wednesday"),
            Weekday::Thursday => ("giovedì", "Thursday"),
            Weekday::Friday => ("venerdì", "Friday"),
            Weekday::Saturday => ("sabato", "Saturday"),
            Weekday::Sunday => ("domenica", "Sunday"),
        };
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }

    fn date(&self, day: YearDay) -> String {
        const MONTHS: [(&str, &str); 12] = [
            ("gennaio", "January"),
            ("febbraio", "February"),
            ("marzo", "March"),
            ("aprile", "April"),
            ("maggio", "May"),
            ("giugno", "June"),
            ("luglio", "July"),
            ("agosto", "August"),
            ("settembre", "September"),
            ("ottobre", "October"),
            ("novembre", "November"),
            ("dicembre", "December"),
        ];
        let (it, en) = MONTHS.get(usize::from(day.month()).saturating_sub(1)).copied().unwrap_or_default();
        format!("{} {}", day.day(), self.say(it, en))
    }

    fn channel(&self, channel: Channel) -> &'static str {
        let (it, en) = match channel {
            Channel::App => ("app", "app"),
            Channel::Web => ("sito", "website"),
            Channel::Email => ("e-mail", "e-mail"),
            Channel::Phone => ("telefono", "telephone"),
            Channel::Desk => ("sportello", "desk"),
            Channel::Open311 => ("Open311", "Open311"),
        };
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }

    fn kind(&self, kind: ReportKind) -> &'static str {
        let (it, en) = match kind {
            ReportKind::Report => ("una segnalazione", "a report"),
            ReportKind::Suggestion => ("un suggerimento", "a suggestion"),
            ReportKind::Complaint => ("un reclamo", "a complaint"),
        };
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }

    /// That the place may as well lie elsewhere, and who would own the case there.
    pub fn boundary(&self, boundary: &Boundary) -> String {
        let others = boundary.others.iter().map(|side| self.side(side)).collect::<Vec<_>>().join("; ");
        let here = self.side(&boundary.here);
        let owners = match (boundary.is_disputed(), self.language) {
            (true, Language::It) => "Controllare il luogo: la competenza cambia.",
            (true, Language::En) => "Look at the place: the owner depends on it.",
            (false, Language::It) => "La competenza è la stessa.",
            (false, Language::En) => "The owner is the same.",
        };
        match self.language {
            Language::It => format!("La posizione è imprecisa e tocca un confine. Qui: {here}. Oltre: {others}. {owners}"),
            Language::En => format!("The position is inaccurate and touches a boundary. Here: {here}. Beyond: {others}. {owners}"),
        }
    }

    fn side(&self, side: &Side) -> String {
        let outside = || self.say("fuori da ogni zona", "outside all areas").to_owned();
        let area = side.area.as_ref().map_or_else(outside, |area| self.names.area(area));
        let triage = || self.say("smistamento", "triage").to_owned();
        format!("{area} → {}", side.owner.as_ref().map_or_else(triage, |owner| self.names.department(owner)))
    }

    /// A rule that can never match.
    pub fn unreachable(&self, unreachable: &Unreachable) -> String {
        let rule = unreachable.rule;
        match (&unreachable.never, self.language) {
            (Never::Contradictory, Language::It) => format!("La regola {rule} non può mai valere: le sue condizioni si escludono."),
            (Never::Contradictory, Language::En) => format!("Rule {rule} can never match: its conditions exclude each other."),
            (Never::Shadowed { by }, Language::It) => {
                format!(
                    "La regola {rule} non può mai valere: prima di essa decide sempre la regola {}.",
                    self.either(by.iter().map(u32::to_string))
                )
            }
            (Never::Shadowed { by }, Language::En) => {
                format!("Rule {rule} can never match: before it, rule {} always decides.", self.either(by.iter().map(u32::to_string)))
            }
        }
    }

    /// Reports that no rule covers.
    pub fn combination(&self, combination: &Combination) -> String {
        let parts: Vec<_> = combination.parts.iter().map(|part| self.part(part)).collect();
        match (parts.is_empty(), self.language) {
            (true, Language::It) => "Nessuna regola vale: tutto va allo smistamento.".to_owned(),
            (true, Language::En) => "No rule matches anything: everything goes to triage.".to_owned(),
            (false, Language::It) => format!("Nessuna regola copre: {}.", parts.join("; ")),
            (false, Language::En) => format!("No rule covers: {}.", parts.join("; ")),
        }
    }

    /// One thing with all its values.
    fn part(&self, cells: &[Cell]) -> String {
        let heading = match cells.first() {
            None => return String::new(),
            Some(Cell::Service(_)) => self.say("categoria", "category").to_owned(),
            Some(Cell::Areas(_)) => self.say("zona", "area").to_owned(),
            Some(Cell::Accuracy(_)) => self.say("precisione", "accuracy").to_owned(),
            Some(Cell::Weekday(_)) => self.say("giorno", "day").to_owned(),
            Some(Cell::Time { .. }) => self.say("ora", "time").to_owned(),
            Some(Cell::Date(_)) => self.say("data", "date").to_owned(),
            Some(Cell::Answer { question, .. } | Cell::OtherAnswer { question, .. } | Cell::Number { question, .. }) => {
                format!("\"{}\"", self.names.question(question, self.language))
            }
            Some(Cell::Channel(_)) => self.say("canale", "channel").to_owned(),
            Some(Cell::Kind(_)) => self.say("messaggio", "message").to_owned(),
        };
        let mut values: Vec<String> = Vec::new();
        let mut dates: Vec<(YearDay, YearDay)> = Vec::new();
        let mut days = YearDay::all().peekable();
        for cell in cells {
            if let Cell::Date(day) = cell {
                // Days in a row are said as one: the day before this one is the last of the run.
                let before = std::iter::from_fn(|| days.next_if(|other| other < day)).last();
                match dates.last_mut().filter(|(_, last)| Some(*last) == before) {
                    Some((_, last)) => *last = *day,
                    None => dates.push((*day, *day)),
                }
            } else {
                values.push(self.cell(cell));
            }
        }
        values.extend(
            dates.into_iter().map(
                |(from, to)| {
                    if from == to { self.date(from) } else { format!("{} – {}", self.date(from), self.date(to)) }
                },
            ),
        );
        format!("{heading}: {}", self.either(values))
    }

    fn in_area(&self, area: &InArea) -> String {
        let name = self.names.area(&area.code);
        match (area.is_example, self.language) {
            (false, _) => name,
            (true, Language::It) => format!("un'altra zona del tipo {}, come {name}", area.kind),
            (true, Language::En) => format!("another {}, such as {name}", area.kind),
        }
    }

    fn cell(&self, cell: &Cell) -> String {
        match cell {
            Cell::Service(code) => self.names.service(code, self.language),
            Cell::Areas(areas) if areas.is_empty() => self.say("nessuna di quelle delle regole", "none that rules are about").to_owned(),
            Cell::Areas(areas) => areas.iter().map(|area| self.in_area(area)).collect::<Vec<_>>().join(" + "),
            Cell::Accuracy(None) => self.say("non nota", "not known").to_owned(),
            Cell::Accuracy(Some((from, to))) => format!("{from}–{to} m"),
            Cell::Weekday(day) => self.weekday(*day).to_owned(),
            Cell::Time { from, to } => {
                let text = |minute: u16| Minute::new(minute.min(DAY_MINUTES)).map(|minute| minute.to_string()).unwrap_or_default();
                format!("{}–{}", text(*from), text(*to))
            }
            Cell::Date(day) => self.date(*day),
            Cell::Answer { values, .. } if values.is_empty() => self.say("senza risposta", "not answered").to_owned(),
            Cell::Answer { values, .. } => values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(" + "),
            Cell::OtherAnswer { .. } => self.say("un'altra risposta", "another answer").to_owned(),
            Cell::Number { from: Some(from), to: Some(to), .. } if from >= to => from.to_string(),
            Cell::Number { from, to, .. } => self.between(*from, *to, false),
            Cell::Channel(channel) => self.channel(*channel).to_owned(),
            Cell::Kind(kind) => self.kind(*kind).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITALIAN: Speaker<'_> = Speaker { names: &Codes, language: Language::It };
    const ENGLISH: Speaker<'_> = Speaker { names: &Codes, language: Language::En };

    fn rule(json: &str) -> RoutingRule {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_line_says_why_and_what_was_asked() {
        let summer = rule(
            r#"{"when":[{"service":["tree","graffiti"]},{"date":{"from":"06-01","to":"08-31"}}],"unless":[{"channel":["phone"]}],"owner":"parks"}"#,
        );
        let line = |outcome, condition| TraceLine { rule: 4, outcome, condition };
        assert_eq!(
            ENGLISH.line(&line(Tried::OtherDate, Some(2)), Some(&summer)),
            "Rule 4 does not match: the date is another (it holds if it comes in from 1 June to 31 August)."
        );
        assert_eq!(
            ITALIAN.line(&line(Tried::OtherService, Some(1)), Some(&summer)),
            "La regola 4 non corrisponde: la categoria è un'altra (vale se la categoria è tree o graffiti)."
        );
        assert_eq!(
            ENGLISH.line(&line(Tried::Excluded, Some(1)), Some(&summer)),
            "Rule 4 does not match: an exception holds (it does not hold if it comes in by telephone)."
        );
        assert_eq!(ENGLISH.line(&line(Tried::Matched, None), Some(&summer)), "Rule 4 matches and decides: it goes to parks.");
        assert_eq!(ITALIAN.line(&line(Tried::OtherArea, None), None), "La regola 4 non corrisponde: il luogo è in un'altra zona.");
    }

    #[test]
    fn a_whole_rule_reads_as_a_sentence() {
        let deep = rule(
            r#"{"when":[{"number":{"question":"depth","above":10}},{"weekday":["saturday","sunday"]},{"time_of_day":{"from":"22:00","to":"06:00"}},
            {"accuracy":{"at_most":50}}],"unless":[{"kind":["complaint"]},{"answered":"where"}],"owner":"roads","priority":"urgent","service_level":{"hours":24}}"#,
        );
        assert_eq!(
            ENGLISH.rule(&deep),
            "the answer to \"depth\" is more than 10 and it comes in on Saturday or Sunday and it comes in between 22:00 and 06:00 and \
             the position is accurate to at most 50 m, unless the message is a complaint or there is an answer to \"where\": \
             it goes to roads, priority urgent, within 24 hours"
        );
        assert!(ITALIAN.rule(&deep).ends_with("va a roads, priorità urgente, entro 24 ore"));
        assert_eq!(
            ITALIAN.rule(&rule(r#"{"owner":"roads","service_level":{"working_days":1}}"#)),
            "sempre: va a roads, entro 1 giorno lavorativo"
        );
    }

    #[test]
    fn a_boundary_names_both_areas_and_both_owners() {
        let side = |area: &str, owner: Option<&str>| Side {
            area: Some(AreaCode::new(area).unwrap()),
            owner: owner.map(|owner| DepartmentCode::new(owner).unwrap()),
            rule: None,
        };
        let boundary = Boundary { here: side("east", Some("roads")), others: vec![side("west", None)] };
        assert_eq!(
            ENGLISH.boundary(&boundary),
            "The position is inaccurate and touches a boundary. Here: east → roads. Beyond: west → triage. Look at the place: the owner depends on it."
        );
        let same = Boundary { here: side("east", None), others: vec![side("west", None)] };
        assert!(ITALIAN.boundary(&same).ends_with("La competenza è la stessa."));
    }

    #[test]
    fn days_in_a_row_are_said_as_one() {
        let days: Vec<_> = YearDay::all().filter(|day| day.month() == 2 || day.month() == 3 || day.month() == 12).map(Cell::Date).collect();
        assert_eq!(
            ENGLISH.combination(&Combination { parts: vec![days] }),
            "No rule covers: date: 1 February – 31 March or 1 December – 31 December."
        );
        let parts = vec![vec![Cell::Time { from: 0, to: 360 }, Cell::Time { from: 1_320, to: 1_440 }], vec![Cell::Accuracy(None)]];
        let number = |from, to| Cell::Number { question: QuestionCode::new("depth").unwrap(), from, to, example: String::new() };
        let other = InArea { code: AreaCode::new("m3").unwrap(), kind: "ward".to_owned(), is_example: true };
        let gap = vec![
            vec![Cell::Areas(vec![other])],
            vec![number(None, Some(10.0)), number(Some(10.0), Some(10.0)), number(Some(10.0), Some(20.0))],
        ];
        assert_eq!(
            ENGLISH.combination(&Combination { parts: gap }),
            "No rule covers: area: another ward, such as m3; \"depth\": less than 10, 10 or more than 10 and less than 20."
        );
        assert_eq!(
            ITALIAN.combination(&Combination { parts }),
            "Nessuna regola copre: ora: 00:00–06:00 o 22:00–24:00; precisione: non nota."
        );
    }
}
