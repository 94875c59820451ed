//! Dates, numbers and names of languages, as the browser's `Intl` writes them in the person's language.

use crate::i18n;
use js_sys::{Array, Date, Intl, Object, Reflect};
use lanterna_shared::time::Timestamp;
use wasm_bindgen::JsValue;

fn locales() -> Array {
    Array::of1(&i18n::language().into())
}

fn options(settings: &[(&str, JsValue)]) -> Object {
    let options = Object::new();
    for (name, value) in settings {
        // A plain object takes every property.
        let _ = Reflect::set(&options, &(*name).into(), value);
    }
    options
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 stay exact in a double for 285,000 years")]
fn js_date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.as_millis() as f64))
}

fn write_date(at: Timestamp, settings: &[(&str, JsValue)]) -> String {
    let format = Intl::DateTimeFormat::new(&locales(), &options(settings)).format();
    format.call1(&JsValue::NULL, &js_date(at)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// A day, "12 nov 2026", in the device's time zone.
pub fn day(at: Timestamp) -> String {
    write_date(at, &[("dateStyle", "medium".into())])
}

/// A day with its weekday, "giovedì 12 novembre".
pub fn weekday(at: Timestamp) -> String {
    write_date(at, &[("weekday", "long".into()), ("day", "numeric".into()), ("month", "long".into())])
}

/// A day and a time, "12 nov 2026, 14:09", in the device's time zone.
pub fn moment(at: Timestamp) -> String {
    write_date(at, &[("dateStyle", "medium".into()), ("timeStyle", "short".into())])
}

/// The machine-readable form for `<time datetime>`: RFC 3339 in UTC.
pub fn machine(at: Timestamp) -> String {
    js_date(at).to_iso_string().into()
}

/// A number with the language's separators and at most three decimals.
pub fn number(value: f64) -> String {
    write_number(value, &[])
}

/// A coordinate: always five decimals, about a metre.
pub fn coordinate(degrees: f64) -> String {
    write_number(degrees, &[("minimumFractionDigits", 5.into()), ("maximumFractionDigits", 5.into())])
}

fn write_number(value: f64, settings: &[(&str, JsValue)]) -> String {
    let format = Intl::NumberFormat::new(&locales(), &options(settings)).format();
    format.call1(&JsValue::NULL, &value.into()).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// The plural category of a count in the person's language: "one", "other", …
pub fn plural_category(count: u32) -> String {
    Intl::PluralRules::new(&locales(), &Object::new()).select(f64::from(count)).into()
}

/// What a language calls itself, "italiano".
pub fn language_name(code: &str) -> String {
    let names = Intl::DisplayNames::new(&Array::of1(&code.into()), &options(&[("type", "language".into())]));
    names.of(code).map_or_else(|| code.to_owned(), String::from)
}

/// A time of day, "14:09".
pub fn clock(at: Timestamp) -> String {
    write_date(at, &[("timeStyle", "short".into())])
}

/// The moment it is, by this browser's clock: to compare with what a server says, never to decide anything.
pub fn now() -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds, far below the limits of 64 bits")]
    Timestamp::from_millis(Date::now() as i64)
}
