//! A past for the demo city: months of reports and of what offices did about them, from a seed.
//!
//! It owns the chance; it never writes: [`Past`] is a stream of [`PastEvent`]s in the order of time, which the store lets happen by the same rules as
//! anything that happens today, each at its own moment. So the demo's cases are such as the program itself would have made, and a rule that changes
//! changes them, too. Reports arrive as people report (by weekday and hour), along the roads of the basemap; now and then a second person reports the
//! same thing. The story in order: [`places`] and [`words`] say where and what, [`story`] what becomes of it, this module puts all in order,
//! and [`happen`] lets it happen.

mod dice;
pub mod happen;
mod places;
mod story;
mod words;

use super::DemoError;
use dice::Dice;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use lanterna_shared::answer::Answers;
use lanterna_shared::area::{Area, AreaIndex};
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::id::{InstallId, ReportId, SubjectId};
use lanterna_shared::moves::Move;
use lanterna_shared::position::Position;
use lanterna_shared::report::{Channel, NewReport, ReportKind};
use lanterna_shared::service::ServiceCode;
use lanterna_shared::time::Timestamp;
use places::Places;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
pub use story::PastActor;
use story::{DAY_MS, HOUR_MS, Step};
use words::Words;

/// How far back it goes.
pub const PAST_DAYS: u32 = 61;
/// How many earlier reports are remembered to be reported once more.
const REMEMBERED: usize = 300;
/// How often somebody reports what somebody has reported before.
const TWICE: f64 = 0.06;
/// How often the dispatcher sees that two cases are one.
const SEEN_TWICE: f64 = 0.8;
/// What share of a week's reports comes on each day, Monday first.
const OF_WEEK: [f64; 7] = [1.25, 1.15, 1.1, 1.1, 1.05, 0.75, 0.6];
/// What share of a day's reports comes in each hour.
const OF_DAY: [f64; 24] =
    [0.1, 0.05, 0.05, 0.05, 0.1, 0.3, 0.8, 1.8, 2.4, 2.2, 1.9, 1.7, 1.6, 1.5, 1.4, 1.4, 1.6, 1.9, 2.1, 1.8, 1.3, 0.9, 0.5, 0.2];

/// Something that happened.
#[derive(Clone, Debug)]
pub struct PastEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: PastHappening,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum PastHappening {
    /// Somebody reported something.
    Report(Box<PastReport>),
    /// Somebody did something about the case of a report.
    Move {
        /// The report by which the case was opened.
        report: ReportId,
        /// In what capacity.
        actor: PastActor,
        /// The move.
        name: Move,
        /// For a join: the report of the lead case.
        lead: Option<ReportId>,
        /// A number to decide by what is left open, such as the next owner.
        chance: u32,
    },
}

/// A report of the past.
#[derive(Clone, Debug)]
pub struct PastReport {
    /// Who sent it.
    pub subject: SubjectId,
    /// From which installation.
    pub install: InstallId,
    /// How it came in.
    pub channel: Channel,
    /// What it says.
    pub new: NewReport,
}

/// A stream of everything that happened, oldest first, up to now.
pub struct Past {
    dice: Dice,
    places: Places,
    words: Words,
    areas: AreaIndex,
    now: Timestamp,
    start: Timestamp,
    zone: TimeZone,
    /// The shares of all hours, summed up.
    hours: Vec<f64>,
    cases: u32,
    drawn: u32,
    /// The report that comes next, already drawn.
    next: Option<PastEvent>,
    number: u64,
    waiting: BinaryHeap<Reverse<Waiting>>,
    recent: VecDeque<Recent>,
}

/// What will happen, ordered by when and then by when it was drawn.
struct Waiting {
    at: Timestamp,
    number: u64,
    report: ReportId,
    lead: Option<ReportId>,
    step: Step,
    rest: std::vec::IntoIter<Step>,
}

impl Waiting {
    const fn key(&self) -> (Timestamp, u64) {
        (self.at, self.number)
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// A report that somebody else may report once more.
#[derive(Clone)]
struct Recent {
    report: ReportId,
    at: Timestamp,
    service: ServiceCode,
    position: Option<Position>,
    road: String,
}

impl Past {
    /// The past of `cases` reports up to `now` in a city with those areas.
    ///
    /// # Errors
    /// When the files that it is made from are wrong.
    pub fn new(seed: u64, cases: u32, areas: &[Area], zone: TimeZone, now: Timestamp) -> Result<Self, DemoError> {
        let start = now.plus_millis(-i64::from(PAST_DAYS) * DAY_MS);
        let mut sum = 0.0;
        let hours = (0..i64::from(PAST_DAYS) * 24)
            .map(|hour| {
                let local = start.plus_millis(hour * HOUR_MS).to_jiff().to_zoned_datetime(zone.clone());
                let share = |of: &[f64], index: i8| usize::try_from(index).ok().and_then(|index| of.get(index).copied()).unwrap_or(1.0);
                sum += share(&OF_WEEK, local.weekday().to_monday_zero_offset()) * share(&OF_DAY, local.hour());
                sum
            })
            .collect();
        Ok(Self {
            dice: Dice::new(seed),
            places: Places::read()?,
            words: Words::read()?,
            areas: AreaIndex::new(areas.to_vec()),
            zone,
            now,
            start,
            hours,
            cases,
            drawn: 0,
            next: None,
            number: 0,
            waiting: BinaryHeap::new(),
            recent: VecDeque::new(),
        })
    }

    /// When the next report comes: the reports share out the hours evenly by their weight, so they come in the order of time.
    fn arrival(&mut self) -> Timestamp {
        let share = (f64::from(self.drawn) + self.dice.unit()) / f64::from(self.cases);
        let at = share * self.hours.last().copied().unwrap_or_default();
        let hour = self.hours.partition_point(|sum| *sum <= at);
        let of = |index: Option<usize>| index.and_then(|index| self.hours.get(index).copied()).unwrap_or_default();
        let (low, high) = (of(hour.checked_sub(1)), of(Some(hour)));
        let within = if high > low { (at - low) / (high - low) } else { 0.0 };
        let hour = i64::try_from(hour).unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "within one hour")]
        let millis = (within * HOUR_MS as f64) as i64;
        self.start.plus_millis(hour * HOUR_MS + millis)
    }

    /// Draws the next report and all that will come of it.
    fn draw(&mut self) -> Option<PastEvent> {
        let at = self.arrival();
        self.drawn += 1;
        let again = if self.dice.happens(TWICE) { self.dice.below(self.recent.len()) } else { None };
        let again = again.and_then(|index| self.recent.get(index).cloned());
        let (service, position, road) = if let Some(first) = &again {
            let near = first.position.and_then(|position| self.places.near(&mut self.dice, &position, 12.0));
            (self.words.of(&first.service)?, near.or(first.position), first.road.clone())
        } else {
            let service = self.words.service(&mut self.dice)?;
            let place = if self.dice.happens(0.04) { None } else { self.places.pick(&mut self.dice, &self.areas) };
            let (position, road) = place.map_or((None, String::new()), |place| (Some(place.position), place.road));
            (service, position, road)
        };
        let report = ReportId::mint(at, self.dice.bytes());
        let text = self.words.text(&mut self.dice, service, if road.is_empty() { "Genova" } else { &road });
        let pace = service.pace();
        let new = NewReport {
            report,
            receipt: ReceiptCode::mint(u64::from_le_bytes(self.dice.bytes())),
            kind: ReportKind::Report,
            service: service.code.clone(),
            text,
            answers: Answers::new(),
            joins: None,
            follow: None,
            position,
            sent_at: at.plus_millis(-self.dice.stretch_ms(20_000)),
            photos: Vec::new(),
        };
        let channel = if self.dice.happens(0.6) { Channel::App } else { Channel::Web };
        let steps = match &again {
            Some(_) if self.dice.happens(SEEN_TWICE) => {
                vec![Step { after_ms: self.dice.stretch_ms(4 * HOUR_MS), actor: PastActor::Dispatcher, name: Move::Join }]
            }
            _ => story::draw(&mut self.dice, pace),
        };
        self.recent.push_back(Recent { report, at, service: new.service.clone(), position, road });
        if self.recent.len() > REMEMBERED || self.recent.front().is_some_and(|first| at.millis_since(first.at) > 6 * DAY_MS) {
            self.recent.pop_front();
        }
        self.plan(at, report, again.map(|first| first.report), steps.into_iter());
        let past =
            PastReport { subject: SubjectId::mint(at, self.dice.bytes()), install: InstallId::mint(at, self.dice.bytes()), channel, new };
        Some(PastEvent { at, what: PastHappening::Report(Box::new(past)) })
    }

    /// Puts the next step of a case where it belongs in time; what lies after now does not happen.
    fn plan(&mut self, after: Timestamp, report: ReportId, lead: Option<ReportId>, mut rest: std::vec::IntoIter<Step>) {
        let Some(step) = rest.next() else { return };
        let mut at = after.plus_millis(step.after_ms);
        if step.actor != PastActor::Reporter {
            at = self.in_office(at);
        }
        if at <= self.now {
            self.number += 1;
            self.waiting.push(Reverse(Waiting { at, number: self.number, report, lead, step, rest }));
        }
    }

    /// The same moment, or some minutes after an office opens next.
    fn in_office(&mut self, at: Timestamp) -> Timestamp {
        let local = at.to_jiff().to_zoned_datetime(self.zone.clone());
        let is_weekend = |day: jiff::civil::Date| day.weekday().to_monday_zero_offset() >= 5;
        if (8..18).contains(&local.hour()) && !is_weekend(local.date()) {
            return at;
        }
        let mut day = local.date();
        if local.hour() >= 18 {
            day = day.saturating_add(1.day());
        }
        while is_weekend(day) && day < jiff::civil::Date::MAX {
            day = day.saturating_add(1.day());
        }
        let opens = day.at(8, 0, 0, 0).to_zoned_datetime(self.zone.clone());
        let minutes = self.dice.stretch_ms(HOUR_MS);
        opens.map_or(at, |opens| Timestamp::from(opens.timestamp()).plus_millis(minutes))
    }
}

impl Iterator for Past {
    type Item = PastEvent;

    fn next(&mut self) -> Option<PastEvent> {
        if self.next.is_none() && self.drawn < self.cases {
            self.next = self.draw();
        }
        let is_first = |report: &PastEvent| self.waiting.peek().is_none_or(|Reverse(waiting)| report.at <= waiting.at);
        if self.next.as_ref().is_some_and(is_first) {
            return self.next.take();
        }
        let Reverse(Waiting { at, report, lead, step, rest, .. }) = self.waiting.pop()?;
        self.plan(at, report, lead, rest);
        let chance = u32::from_le_bytes(self.dice.bytes());
        let lead = lead.filter(|_| step.name == Move::Join);
        Some(PastEvent { at, what: PastHappening::Move { report, actor: step.actor, name: step.name, lead, chance } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanterna_shared::clock;

    fn past(seed: u64, cases: u32) -> Past {
        let areas = crate::catalogue::areas::read(crate::demo::AREAS).unwrap().areas;
        Past::new(seed, cases, &areas, clock::zone("Europe/Rome"), Timestamp::from_millis(1_790_000_000_000)).unwrap()
    }

    #[test]
    fn everything_happens_in_the_order_of_time_and_nothing_after_now() {
        let now = Timestamp::from_millis(1_790_000_000_000);
        let (mut last, mut reports, mut moves) = (Timestamp::from_millis(0), 0, 0);
        for event in past(1, 400) {
            assert!(event.at >= last && event.at <= now);
            last = event.at;
            match event.what {
                PastHappening::Report(report) => {
                    report.new.check().unwrap();
                    reports += 1;
                }
                PastHappening::Move { .. } => moves += 1,
            }
        }
        assert_eq!(reports, 400);
        assert!(moves > 800, "{moves}");
    }

    #[test]
    fn the_same_seed_is_the_same_past() {
        let written = |seed| format!("{:?}", past(seed, 60).collect::<Vec<_>>());
        assert_eq!(written(3), written(3));
        assert_ne!(written(3), written(4));
    }

    #[test]
    fn people_report_by_day_and_on_weekdays_and_the_same_thing_twice() {
        let zone = clock::zone("Europe/Rome");
        let (mut by_night, mut on_sunday, mut joined) = (0, 0, 0);
        for event in past(9, 2_000) {
            let local = event.at.to_jiff().to_zoned_datetime(zone.clone());
            match event.what {
                PastHappening::Report(_) => {
                    by_night += u32::from(local.hour() < 6);
                    on_sunday += u32::from(local.weekday() == jiff::civil::Weekday::Sunday);
                }
                PastHappening::Move { name: Move::Join, lead, .. } => {
                    assert!(lead.is_some());
                    joined += 1;
                }
                PastHappening::Move { actor: PastActor::Owner, .. } => assert!((8..=23).contains(&local.hour())),
                PastHappening::Move { .. } => {}
            }
        }
        assert!(by_night < 100 && on_sunday < 230, "{by_night} {on_sunday}");
        assert!((50..170).contains(&joined), "{joined}");
    }
}
