//! The finite partition that rules make of all reports: along each thing a rule can ask about, the values that no condition tells apart are one class.
//!
//! Which values are alike is found by asking the very conditions that routing asks, one example of each; so coverage and routing cannot disagree.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Condition;
use super::coverage::{Cell, InArea, TooLarge};
use super::facts::{Facts, Moment, Spot};
use super::fault::{AnswerShape, Offer};
use super::rule::RoutingRule;
use super::window::{DAY_MINUTES, Weekday, YearDay};
use crate::answer::{Answer, Answers};
use crate::position::MAX_ACCURACY_M;
use crate::report::{Channel, ReportKind};
use crate::service::{AreaCode, QuestionCode, ServiceCode};

/// The most values along one dimension.
const MAX_CELLS: usize = 20_000;
/// The most kinds of answers to one question that several choices can make together.
const MAX_CHOICES_TOGETHER: usize = 2_000;

const CHANNELS: [Channel; 6] = [Channel::App, Channel::Web, Channel::Email, Channel::Phone, Channel::Desk, Channel::Open311];
const KINDS: [ReportKind; 3] = [ReportKind::Report, ReportKind::Suggestion, ReportKind::Complaint];

/// A thing that conditions ask about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Dimension {
    Service,
    Area,
    Kind,
    Channel,
    Weekday,
    Time,
    Date,
    Accuracy,
    Answer(QuestionCode),
}

fn dimension(condition: &Condition) -> Dimension {
    match condition {
        Condition::Service(_) => Dimension::Service,
        Condition::Area(_) | Condition::AreaKind(_) => Dimension::Area,
        Condition::Accuracy(_) => Dimension::Accuracy,
        Condition::Weekday(_) => Dimension::Weekday,
        Condition::TimeOfDay(_) => Dimension::Time,
        Condition::Date(_) => Dimension::Date,
        Condition::Answer(wanted) => Dimension::Answer(wanted.question.clone()),
        Condition::Number(range) => Dimension::Answer(range.question.clone()),
        Condition::Answered(question) => Dimension::Answer(question.clone()),
        Condition::Channel(_) => Dimension::Channel,
        Condition::Kind(_) => Dimension::Kind,
    }
}

/// Classes of one dimension as a set of bits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    fn none(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    fn set(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    pub(super) fn has(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn with(&self, other: &Self, both: impl Fn(u64, u64) -> u64) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| both(*a, *b)).collect())
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        self.with(other, |a, b| a & b)
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        self.with(other, |a, b| a | b)
    }

    pub(super) fn without(&self, other: &Self) -> Self {
        self.with(other, |a, b| a & !b)
    }
}

/// A set of reports: any class of the first dimension in the first set, with any of the second in the second, and so on.
pub(super) type Region = Vec<Bits>;

/// The classes of every dimension, and each rule as the region that it matches.
pub(super) struct Partition {
    /// Per dimension, per class, the values in it.
    pub(super) classes: Vec<Vec<Vec<Cell>>>,
    /// Everything.
    pub(super) all: Region,
    /// What each rule matches.
    pub(super) rules: Vec<Region>,
}

impl Partition {
    /// # Errors
    /// [`TooLarge`] when the rules tell too much apart.
    pub(super) fn new(rules: &[RoutingRule], offer: &Offer) -> Result<Self, TooLarge> {
        let conditions = || rules.iter().flat_map(|rule| rule.when.iter().chain(&rule.unless));
        let mut partition = Self { classes: Vec::new(), all: Vec::new(), rules: vec![Vec::new(); rules.len()] };
        // Nothing can be reported where there is no service: there is nothing to tell apart.
        let Some(anyone) = offer.services.first() else { return Ok(partition) };
        let mut dimensions: BTreeSet<_> = conditions().map(dimension).collect();
        dimensions.insert(Dimension::Service);
        for dimension in dimensions {
            let asked: Vec<_> = conditions().filter(|condition| self::dimension(condition) == dimension).collect();
            let cells = cells(&dimension, &asked, offer, anyone)?;
            // Values for which every condition is alike become one class.
            let mut classes: BTreeMap<Vec<bool>, Vec<Cell>> = BTreeMap::new();
            for cell in cells {
                let holds = cell.ask(anyone, |facts| asked.iter().map(|condition| condition.holds(facts)).collect());
                classes.entry(holds).or_default().push(cell);
            }
            let mut all = Bits::none(classes.len());
            (0..classes.len()).for_each(|class| all.set(class));
            let mut place = 0;
            for (rule, region) in rules.iter().zip(&mut partition.rules) {
                let mut matched = all.clone();
                for (condition, wanted) in rule.when.iter().map(|c| (c, true)).chain(rule.unless.iter().map(|c| (c, false))) {
                    if self::dimension(condition) != dimension {
                        continue;
                    }
                    let mut holding = Bits::none(classes.len());
                    for (class, _) in classes.keys().enumerate().filter(|(_, holds)| holds.get(place) == Some(&wanted)) {
                        holding.set(class);
                    }
                    matched = matched.and(&holding);
                    place += 1;
                }
                region.push(matched);
            }
            partition.all.push(all);
            partition.classes.push(classes.into_values().collect());
        }
        Ok(partition)
    }
}

fn cells(dimension: &Dimension, asked: &[&Condition], offer: &Offer, anyone: &ServiceCode) -> Result<Vec<Cell>, TooLarge> {
    let cells: Vec<Cell> = match dimension {
        Dimension::Service => offer.services.iter().cloned().map(Cell::Service).collect(),
        Dimension::Area => areas(asked, offer)?,
        Dimension::Kind => KINDS.map(Cell::Kind).to_vec(),
        Dimension::Channel => CHANNELS.map(Cell::Channel).to_vec(),
        Dimension::Weekday => Weekday::ALL.map(Cell::Weekday).to_vec(),
        Dimension::Time => times(asked),
        Dimension::Date => YearDay::all().map(Cell::Date).collect(),
        Dimension::Accuracy => accuracies(asked),
        Dimension::Answer(question) => answers(question, asked, offer, anyone)?,
    };
    if cells.len() > MAX_CELLS { Err(TooLarge) } else { Ok(cells) }
}

/// Where a report can lie: of every kind that the rules mention in a named area, in another one, or in none.
fn areas(asked: &[&Condition], offer: &Offer) -> Result<Vec<Cell>, TooLarge> {
    let mut named: BTreeMap<&str, BTreeSet<&AreaCode>> = BTreeMap::new();
    for condition in asked {
        match condition {
            Condition::Area(codes) => {
                for code in codes {
                    if let Some(kind) = offer.areas.get(code) {
                        named.entry(kind).or_default().insert(code);
                    }
                }
            }
            Condition::AreaKind(kinds) => kinds.iter().for_each(|kind| {
                named.entry(kind).or_default();
            }),
            _ => {}
        }
    }
    // A kind that no rule mentions still tells "in some area" from "in none" in the trace, but in no decision.
    let mut cells: Vec<Vec<InArea>> = vec![Vec::new()];
    for (kind, codes) in named {
        let other = offer.areas.iter().find(|(code, of)| *of == kind && !codes.contains(code)).map(|(code, _)| code);
        let choices: Vec<_> = codes.into_iter().map(|code| (code, false)).chain(other.map(|code| (code, true))).collect();
        if cells.len().saturating_mul(choices.len() + 1) > MAX_CELLS {
            return Err(TooLarge);
        }
        let with = |cell: &Vec<InArea>, code: &AreaCode, is_example: bool| {
            let mut cell = cell.clone();
            cell.push(InArea { code: code.clone(), kind: kind.to_owned(), is_example });
            cell
        };
        let within: Vec<_> =
            cells.iter().flat_map(|cell| choices.iter().map(move |(code, is_example)| with(cell, code, *is_example))).collect();
        cells.extend(within);
    }
    Ok(cells.into_iter().map(Cell::Areas).collect())
}

/// Hours between the minutes at which some window begins or ends.
fn times(asked: &[&Condition]) -> Vec<Cell> {
    let mut edges = BTreeSet::from([0, DAY_MINUTES]);
    for condition in asked {
        if let Condition::TimeOfDay(window) = condition {
            edges.extend([window.from.get(), window.to.get()]);
        }
    }
    edges.iter().zip(edges.iter().skip(1)).map(|(from, to)| Cell::Time { from: *from, to: *to }).collect()
}

/// Metres between the bounds of the conditions, and "not known".
fn accuracies(asked: &[&Condition]) -> Vec<Cell> {
    let mut edges = BTreeSet::from([1, MAX_ACCURACY_M + 1]);
    for condition in asked {
        if let Condition::Accuracy(range) = condition {
            edges.extend(range.at_least);
            edges.extend(range.at_most.map(|most| most.saturating_add(1)));
        }
    }
    edges.retain(|edge| (1..=MAX_ACCURACY_M + 1).contains(edge));
    let known = edges.iter().zip(edges.iter().skip(1)).map(|(from, to)| Cell::Accuracy(Some((*from, to - 1))));
    std::iter::once(Cell::Accuracy(None)).chain(known).collect()
}

/// What can be answered: nothing, each value that a rule names, something else, numbers on and between the bounds, and several at once.
fn answers(question: &QuestionCode, asked: &[&Condition], offer: &Offer, anyone: &ServiceCode) -> Result<Vec<Cell>, TooLarge> {
    let (mut named, mut bounds) = (BTreeSet::new(), Vec::new());
    for condition in asked {
        match condition {
            Condition::Answer(wanted) => named.extend(wanted.one_of.iter().cloned()),
            Condition::Number(range) => bounds.extend(range.above.iter().chain(&range.below).copied()),
            _ => {}
        }
    }
    let shapes = offer.shapes(question);
    let single = shapes.is_some_and(|shapes| shapes.iter().all(|shape| !matches!(shape, AnswerShape::Choice { many: true, .. })));
    let cell = |values: Vec<String>| Cell::Answer { question: question.clone(), values };
    let mut cells = vec![cell(Vec::new())];
    cells.extend(named.iter().map(|value| cell(vec![value.clone()])));
    cells.extend(something_else(shapes, &named).map(|example| Cell::OtherAnswer { question: question.clone(), example }));
    cells.extend(numbers(bounds, &named).into_iter().map(|(from, to, example)| Cell::Number {
        question: question.clone(),
        from,
        to,
        example,
    }));
    if single {
        return Ok(cells);
    }
    // Several answers hold whatever one of them holds: all unions, each once.
    let holds = |cell: &Cell| cell.ask(anyone, |facts| asked.iter().map(|condition| condition.holds(facts)).collect::<Vec<bool>>());
    let alone: Vec<_> = cells.iter().skip(1).map(|cell| (holds(cell), cell.values().to_vec())).collect();
    let mut seen: BTreeSet<Vec<bool>> = cells.iter().map(holds).collect();
    let mut open = alone.clone();
    while let Some((held, values)) = open.pop() {
        for (more, value) in &alone {
            let union: Vec<bool> = held.iter().zip(more).map(|(a, b)| a | b).collect();
            if seen.insert(union.clone()) {
                let mut together = values.clone();
                together.extend(value.iter().cloned());
                cells.push(cell(together.clone()));
                open.push((union, together));
                if seen.len() > MAX_CHOICES_TOGETHER {
                    return Err(TooLarge);
                }
            }
        }
    }
    Ok(cells)
}

/// Every bound, and the numbers between, below and above them, each with an example that is none of the `named` texts.
fn numbers(mut bounds: Vec<f64>, named: &BTreeSet<String>) -> Vec<(Option<f64>, Option<f64>, String)> {
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else { return Vec::new() };
    // Further out than a number's grain, so that it is another number however large the bound is.
    let beyond = |bound: &f64| bound.abs().mul_add(0.5, 1.0);
    let between = bounds.iter().zip(bounds.iter().skip(1)).map(|(a, b)| (Some(*a), Some(*b), f64::midpoint(*a, *b)));
    let on = bounds.iter().map(|bound| (Some(*bound), Some(*bound), *bound));
    let outside = [(None, Some(*first), first - beyond(first)), (Some(*last), None, last + beyond(last))];
    let example = |number: f64| {
        // A number that stands as a value too is another text here: 3 and 3.0 are one number.
        let mut text = number.to_string();
        if !text.contains('.') {
            text.push_str(".0");
        }
        while named.contains(&text) {
            text.push('0');
        }
        text
    };
    on.chain(between).chain(outside).map(|(from, to, number)| (from, to, example(number))).collect()
}

/// An answer that no rule names, where the question's shapes allow one.
fn something_else(shapes: Option<&[AnswerShape]>, named: &BTreeSet<String>) -> Option<String> {
    // "…" is no number and nothing that anybody chooses.
    let other = |start: &str, more: &str| {
        (0..=named.len()).map(|times| format!("{start}{}", more.repeat(times))).find(|word| !named.contains(word))
    };
    let mut codes = Vec::new();
    for shape in shapes.unwrap_or(&[AnswerShape::Text]) {
        match shape {
            AnswerShape::Text | AnswerShape::Moment => return other("…", "?"),
            AnswerShape::Number => return other("0.0", "0"),
            AnswerShape::Choice { codes: offered, .. } => codes.extend(offered),
        }
    }
    codes.into_iter().find(|code| !named.contains(*code)).cloned()
}

impl Cell {
    fn values(&self) -> &[String] {
        match self {
            Self::Answer { values, .. } => values,
            Self::OtherAnswer { example, .. } | Self::Number { example, .. } => std::slice::from_ref(example),
            _ => &[],
        }
    }

    /// Asks something about a report of which this is all that is known.
    fn ask<T>(&self, anyone: &ServiceCode, question: impl FnOnce(&Facts<'_>) -> T) -> T {
        Sample::new(anyone.clone()).with(self).ask(question)
    }
}

/// A report as an example of a class: what stands in no cell is the plainest there is.
#[derive(Clone, Debug)]
pub struct Sample {
    service: ServiceCode,
    areas: Vec<InArea>,
    accuracy_m: Option<u32>,
    weekday: Option<Weekday>,
    minute: u16,
    date: Option<YearDay>,
    answers: Answers,
    channel: Option<Channel>,
    kind: ReportKind,
}

impl Sample {
    /// A report about `service` of which nothing else is known.
    pub const fn new(service: ServiceCode) -> Self {
        Self {
            service,
            areas: Vec::new(),
            accuracy_m: None,
            weekday: None,
            minute: 0,
            date: None,
            answers: Answers::new(),
            channel: None,
            kind: ReportKind::Report,
        }
    }

    /// The same, with an example of a cell's values.
    #[must_use]
    pub fn with(mut self, cell: &Cell) -> Self {
        match cell {
            Cell::Service(service) => self.service = service.clone(),
            Cell::Areas(areas) => self.areas.clone_from(areas),
            Cell::Accuracy(range) => self.accuracy_m = range.map(|(from, _)| from),
            Cell::Weekday(day) => self.weekday = Some(*day),
            Cell::Time { from, .. } => self.minute = *from,
            Cell::Date(day) => self.date = Some(*day),
            Cell::Channel(channel) => self.channel = Some(*channel),
            Cell::Kind(kind) => self.kind = *kind,
            Cell::Answer { question, .. } | Cell::OtherAnswer { question, .. } | Cell::Number { question, .. } => {
                let answer = match cell.values() {
                    [] => None,
                    [value] => Some(Answer::One(value.clone())),
                    several => Some(Answer::Many(several.to_vec())),
                };
                self.answers.remove(question);
                self.answers.extend(answer.map(|answer| (question.clone(), answer)));
            }
        }
        self
    }

    /// Asks something about it.
    pub fn ask<T>(&self, question: impl FnOnce(&Facts<'_>) -> T) -> T {
        question(&Facts {
            service: &self.service,
            areas: self.areas.iter().map(|area| Spot { code: &area.code, kind: &area.kind }).collect(),
            accuracy_m: self.accuracy_m,
            at: Moment { weekday: self.weekday.unwrap_or(Weekday::Monday), minute: self.minute, date: self.date.unwrap_or(YearDay::FIRST) },
            answers: &self.answers,
            channel: self.channel.unwrap_or(Channel::App),
            kind: self.kind,
        })
    }
}
