//! Hours of a day as the wall clock shows them: windows such as "08:00-12:30", in order and apart from each other.

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// Minutes of a day; also the last end that a window can have ("24:00").
pub const DAY_MINUTES: u16 = 24 * 60;
/// The most windows in one day.
pub const MAX_WINDOWS: usize = 8;

/// What is wrong with hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursInvalid {
    /// Not a window.
    #[error("\"{0}\" is no window of a day: write it as \"08:00-18:00\", the end after the start, \"24:00\" at the latest")]
    Window(String),
    /// Not in order, or one runs into the next.
    #[error("the window {0} does not lie after the one before it: put them in order and apart")]
    Order(Window),
    /// More than [`MAX_WINDOWS`].
    #[error("a day has more than {MAX_WINDOWS} windows: put those together that touch")]
    TooMany,
}

/// From a minute of the day, inclusive, to a later one, exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    from_minute: u16,
    to_minute: u16,
}

impl Window {
    /// From and to in minutes since midnight.
    ///
    /// # Errors
    /// [`HoursInvalid::Window`] unless `from_minute < to_minute <= 1440`.
    pub fn new(from_minute: u16, to_minute: u16) -> Result<Self, HoursInvalid> {
        let window = Self { from_minute, to_minute };
        if from_minute < to_minute && to_minute <= DAY_MINUTES { Ok(window) } else { Err(HoursInvalid::Window(window.to_string())) }
    }

    /// Minutes since midnight, inclusive.
    pub const fn from_minute(self) -> u16 {
        self.from_minute
    }

    /// Minutes since midnight, exclusive; at most [`DAY_MINUTES`].
    pub const fn to_minute(self) -> u16 {
        self.to_minute
    }

    /// How long it is on a day without a change of the clocks.
    pub const fn minutes(self) -> u16 {
        self.to_minute.saturating_sub(self.from_minute)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from_minute, self.to_minute);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

impl TryFrom<String> for Window {
    type Error = HoursInvalid;

    fn try_from(text: String) -> Result<Self, HoursInvalid> {
        let minute = |text: &str| -> Option<u16> {
            let (hours, minutes) = text.split_once(':')?;
            let two_digits =
                |part: &str| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok()).flatten();
            let (hours, minutes): (u16, u16) = (two_digits(hours)?, two_digits(minutes)?);
            (minutes < 60).then_some(hours * 60 + minutes)
        };
        let read = text.split_once('-').and_then(|(from, to)| Self::new(minute(from)?, minute(to)?).ok());
        read.ok_or_else(|| HoursInvalid::Window(text.chars().take(40).collect()))
    }
}

/// The windows of one day, in order and apart; none = closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DayHours(Vec<Window>);

impl DayHours {
    /// The windows, in order.
    pub fn windows(&self) -> &[Window] {
        &self.0
    }

    /// Whether there is none.
    pub const fn is_closed(&self) -> bool {
        self.0.is_empty()
    }
}

impl DayHours {
    /// Adds a window after the others.
    fn push(&mut self, window: Window) -> Result<(), HoursInvalid> {
        if self.0.len() == MAX_WINDOWS {
            return Err(HoursInvalid::TooMany);
        }
        if self.0.last().is_some_and(|last| window.from_minute < last.to_minute) {
            return Err(HoursInvalid::Order(window));
        }
        self.0.push(window);
        Ok(())
    }
}

impl TryFrom<Vec<Window>> for DayHours {
    type Error = HoursInvalid;

    fn try_from(windows: Vec<Window>) -> Result<Self, HoursInvalid> {
        let mut hours = Self::default();
        windows.into_iter().try_for_each(|window| hours.push(window))?;
        Ok(hours)
    }
}

/// Each window is checked where it stands, so that a reader of files can name its line.
impl<'de> Deserialize<'de> for DayHours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Windows;

        impl<'de> Visitor<'de> for Windows {
            type Value = DayHours;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of windows such as \"08:00-18:00\"")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<DayHours, A::Error> {
                let mut hours = DayHours::default();
                while let Some(window) = seq.next_element()? {
                    hours.push(window).map_err(A::Error::custom)?;
                }
                Ok(hours)
            }
        }

        deserializer.deserialize_seq(Windows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(text: &str) -> Result<Window, HoursInvalid> {
        Window::try_from(text.to_owned())
    }

    #[test]
    fn windows_read_as_they_are_written() {
        for text in ["08:00-18:00", "00:00-24:00", "23:59-24:00"] {
            assert_eq!(window(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_window_is_refused_in_a_sentence() {
        for text in
            ["8-18", "08:00", "18:00-08:00", "08:00-08:00", "08:60-09:00", "08:00-24:01", "+8:00-09:00", "08:00-09:00-10:00", "", "é-è"]
        {
            assert!(window(text).unwrap_err().to_string().contains("08:00-18:00"), "{text}");
        }
    }

    #[test]
    fn windows_of_a_day_are_in_order_and_apart() {
        let day = |texts: &[&str]| DayHours::try_from(texts.iter().map(|text| window(text).unwrap()).collect::<Vec<_>>());
        assert_eq!(day(&["08:00-12:00", "12:00-13:00"]).unwrap().windows().len(), 2);
        assert!(matches!(day(&["08:00-12:00", "11:59-13:00"]), Err(HoursInvalid::Order(_))));
        assert!(matches!(day(&["14:00-15:00", "08:00-12:00"]), Err(HoursInvalid::Order(_))));
        let nine: Vec<_> = (0..9).map(|hour| format!("0{hour}:00-0{hour}:30")).collect();
        let nine: Vec<_> = nine.iter().map(String::as_str).collect();
        assert_eq!(day(&nine), Err(HoursInvalid::TooMany));
        assert_eq!(day(&nine[..8]).unwrap().windows().len(), 8);
    }
}
