//! The score of a pair of cases: five findings added up, each worth a fixed number of points.
//!
//! | finding | points | full where | none where |
//! | --- | --- | --- | --- |
//! | distance | 35 | the same point | – (circles that cannot meet end the comparison) |
//! | service | 25 | the same; 12 for one of the same group | another |
//! | picture | 18 | no bit differs | over [`ALIKE_BITS`] differ, or a side has no photo |
//! | words | 12 | the same stems | none is shared, or a side has none |
//! | age | 10 | received at once | [`MAX_AGE_DAYS`] apart, which ends the comparison |
//!
//! What is missing gives no points and takes none: another photo of the same hole looks nothing like the first. So two reports of one service at one
//! corner within days are suggested without words or photo, and two of different services only where the photos or the words say the same.
//! The figures are chosen, not learned: BAR.md has no row for them; a replay on real cases may move them.

use super::near::{distance_m, nearness};
use super::picture::{ALIKE_BITS, nearest};
use super::reason::Reason;
use super::traits::Traits;

/// The points of the same point.
const DISTANCE_POINTS: f64 = 35.0;
/// The points of the same service.
const SERVICE_POINTS: f64 = 25.0;
/// The points of a service of the same group.
const GROUP_POINTS: f64 = 12.0;
/// The points of the same picture.
const PICTURE_POINTS: f64 = 18.0;
/// The points of the same words.
const WORDS_POINTS: f64 = 12.0;
/// The points of the same moment.
const AGE_POINTS: f64 = 10.0;
/// From this score on a pair is shown to a person.
pub const SUGGEST_FROM: u8 = 55;
/// Cases received further apart are not compared: 87 % are resolved within days, and what comes back after two months is a new fault.
pub const MAX_AGE_DAYS: i64 = 60;
/// From this share on, shared words are a reason that is told, in thousandths.
const WORDS_TOLD_PERMILLE: u32 = 250;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How the services of two cases stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kinship {
    /// Nothing in common.
    Other,
    /// Two services of one group of the catalogue.
    Group,
    /// The same.
    Same,
}

/// How alike two cases are, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// 0 to 100.
    pub score: u8,
    /// In a fixed order: distance, age, service, words, picture. At most six.
    pub reasons: Vec<Reason>,
}

impl Likeness {
    /// Whether it is worth a person's look.
    pub const fn is_suggested(&self) -> bool {
        self.score >= SUGGEST_FROM
    }
}

/// Compares two cases; `None` where they cannot be about the same thing: too far apart in space or in time.
///
/// Symmetric; falls with distance, age and differing bits; no pair scores above a case compared with itself.
pub fn liken(a: &Traits, b: &Traits, kinship: Kinship) -> Option<Likeness> {
    let apart_ms = a.received_at.millis_since(b.received_at).saturating_abs();
    if apart_ms > MAX_AGE_DAYS * DAY_MS {
        return None;
    }
    let near = nearness(&a.position, &b.position)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 150 m, see `near`")]
    let metres = distance_m(&a.position, &b.position).round() as u32;
    let minutes = u32::try_from(apart_ms / 60_000).unwrap_or(u32::MAX);
    let mut reasons = vec![Reason::Distance { metres }, Reason::Age { minutes }];
    let age = 1.0 - f64::from(minutes) / f64::from(u32::try_from(MAX_AGE_DAYS * DAY_MS / 60_000).unwrap_or(u32::MAX));
    let service = match kinship {
        Kinship::Same => {
            reasons.push(Reason::SameService);
            SERVICE_POINTS
        }
        Kinship::Group => {
            reasons.push(Reason::SameGroup);
            GROUP_POINTS
        }
        Kinship::Other => 0.0,
    };
    let shared = a.words.shared_permille(&b.words);
    if shared >= WORDS_TOLD_PERMILLE {
        reasons.push(Reason::Words { percent: u8::try_from(shared / 10).unwrap_or(100) });
    }
    let bits = nearest(&a.pictures, &b.pictures).filter(|bits| *bits <= ALIKE_BITS);
    if let Some(bits) = bits {
        reasons.push(Reason::Picture { bits: u8::try_from(bits).unwrap_or(u8::MAX) });
    }
    let picture = bits.map_or(0.0, |bits| 1.0 - f64::from(bits) / f64::from(ALIKE_BITS + 1));
    let points =
        near * DISTANCE_POINTS + age * AGE_POINTS + service + f64::from(shared) / 1_000.0 * WORDS_POINTS + picture * PICTURE_POINTS;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let score = points.round().clamp(0.0, 100.0) as u8;
    Some(Likeness { score, reasons })
}

#[cfg(test)]
mod tests {
    use super::super::words::Words;
    use super::super::{PerceptualHash, near};
    use super::*;
    use crate::position::{Position, PositionSource};
    use crate::time::Timestamp;
    use proptest::prelude::*;

    /// A case so many metres north, so many minutes later.
    fn case(metres: f64, accuracy: u32, minutes: i64, text: &str, picture: Option<u64>) -> Traits {
        let (lat, accuracy) = (44.4072 + metres / 111_195.0, Some(f64::from(accuracy)));
        Traits {
            position: Position::from_degrees(lat, 8.934, accuracy, PositionSource::Gps).unwrap(),
            received_at: Timestamp::from_millis(1_795_680_000_000 + minutes * 60_000),
            words: Words::of(text),
            pictures: picture.map(PerceptualHash::from_bits).into_iter().collect(),
        }
    }

    fn score(a: &Traits, b: &Traits, kinship: Kinship) -> u8 {
        liken(a, b, kinship).map_or(0, |likeness| likeness.score)
    }

    const DAY: i64 = 24 * 60;

    #[test]
    fn the_table_of_what_is_suggested() {
        let hole = case(0.0, 8, 0, "Buca profonda davanti alla scuola", Some(0xf0f0));
        let rows = [
            ("itself", hole.clone(), Kinship::Same, 100),
            (
                "another photo and other words, 14 m away, two days later",
                case(14.0, 8, 2 * DAY, "Attenzione!", Some(!0)),
                Kinship::Same,
                65,
            ),
            ("the same photo again, from home, with no words", case(60.0, 60, 60, "", Some(0xf0f1)), Kinship::Same, 73),
            ("another service at the same corner", case(5.0, 8, 0, "Lampione spento", None), Kinship::Other, 43),
            ("another service, the same photo", case(5.0, 8, 0, "", Some(0xf0f0)), Kinship::Other, 61),
            ("another service of the group at the same corner", case(5.0, 8, 0, "", None), Kinship::Group, 55),
            ("the same service down the road", case(40.0, 8, 0, "Buca", None), Kinship::Same, 45),
        ];
        for (what, other, kinship, expected) in rows {
            assert_eq!(score(&hole, &other, kinship), expected, "{what}");
        }
        assert_eq!(liken(&hole, &case(80.0, 8, 0, "Buca profonda davanti alla scuola", Some(0xf0f0)), Kinship::Same), None, "too far");
        assert_eq!(liken(&hole, &case(0.0, 8, 61 * DAY, "", None), Kinship::Same), None, "too long ago");
    }

    #[test]
    fn the_reasons_say_what_was_found() {
        let a = case(0.0, 8, 0, "Buca davanti alla scuola", Some(1));
        let b = case(14.0, 8, 2 * DAY, "buca alla scuola", Some(3));
        assert_eq!(
            liken(&a, &b, Kinship::Same).unwrap().reasons,
            [
                Reason::Distance { metres: 14 },
                Reason::Age { minutes: 2_880 },
                Reason::SameService,
                Reason::Words { percent: 100 },
                Reason::Picture { bits: 1 }
            ]
        );
    }

    fn any_case() -> impl Strategy<Value = Traits> {
        let text = prop::sample::select(vec!["", "Buca", "Buca davanti alla scuola", "Lampione spento", "🕳️"]);
        (0.0_f64..150.0, 1_u32..6_000, 0_i64..80 * DAY, text, prop::option::of(any::<u64>()))
            .prop_map(|(metres, accuracy, minutes, text, picture)| case(metres, accuracy, minutes, text, picture))
    }

    fn any_kinship() -> impl Strategy<Value = Kinship> {
        prop::sample::select(vec![Kinship::Other, Kinship::Group, Kinship::Same])
    }

    proptest! {
        #[test]
        fn it_does_not_matter_who_is_compared_with_whom(a in any_case(), b in any_case(), kinship in any_kinship()) {
            prop_assert_eq!(liken(&a, &b, kinship), liken(&b, &a, kinship));
        }

        #[test]
        fn a_score_is_bounded_and_nothing_is_more_alike_than_the_same(a in any_case(), b in any_case(), kinship in any_kinship()) {
            let of_itself = score(&a, &a, Kinship::Same);
            prop_assert!((SUGGEST_FROM..=100).contains(&of_itself));
            prop_assert!(score(&a, &b, kinship) <= of_itself);
            if let Some(likeness) = liken(&a, &b, kinship) {
                prop_assert!((2..=6).contains(&likeness.reasons.len()));
            }
        }

        #[test]
        fn further_away_is_never_more_alike(a in any_case(), metres in 0.0_f64..150.0, more in 0.0_f64..50.0, accuracy in 1_u32..100) {
            let b = |metres| case(metres, accuracy, 0, "Buca", None);
            let a = Traits { position: case(0.0, near::counted_accuracy_m(&a.position), 0, "", None).position, ..a };
            prop_assert!(score(&a, &b(metres + more), Kinship::Same) <= score(&a, &b(metres), Kinship::Same));
        }

        #[test]
        fn longer_ago_is_never_more_alike(minutes in 0_i64..70 * DAY, more in 0_i64..10 * DAY, picture: Option<u64>) {
            let (a, b) = (case(0.0, 8, 0, "Buca", picture), |minutes| case(9.0, 8, minutes, "Buca", picture));
            prop_assert!(score(&a, &b(minutes + more), Kinship::Same) <= score(&a, &b(minutes), Kinship::Same));
        }

        #[test]
        fn more_differing_bits_are_never_more_alike(hash: u64, flips: u64, more: u64) {
            let (a, b) = (case(0.0, 8, 0, "", Some(hash)), |flips: u64| case(9.0, 8, 0, "", Some(hash ^ flips)));
            prop_assert!(score(&a, &b(flips | more), Kinship::Group) <= score(&a, &b(flips), Kinship::Group));
        }

        #[test]
        fn circles_that_cannot_meet_are_never_alike(a in any_case(), b in any_case()) {
            if !near::can_meet(&a.position, &b.position) {
                prop_assert_eq!(liken(&a, &b, Kinship::Same), None);
            }
        }
    }
}
