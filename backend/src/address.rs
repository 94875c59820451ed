//! House numbers as people and files write them: what a street is searched by, and what stands behind it.
//!
//! "Via Garibaldi 9 rosso", "v. garibaldi 9r" and "garibaldi, 9/R" are one door; "via garibaldi 9" may be the black one or the red one.

use lanterna_shared::address::{MAX_QUERY_CHARS, NumberColour};
use lanterna_shared::problem::Invalid;
use lanterna_shared::text;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most words of a search that are looked at.
const MAX_TERMS: usize = 10;

/// How streets' kinds and saints are shortened; what they are searched by. Only whole words, so that "via s. vincenzo" finds "Via San Vincenzo".
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("v", "via"),
    ("vle", "viale"),
    ("v.le", "viale"),
    ("p", "piazza"),
    ("pza", "piazza"),
    ("p.za", "piazza"),
    ("pzza", "piazza"),
    ("p.zza", "piazza"),
    ("p.le", "piazzale"),
    ("ple", "piazzale"),
    ("pzle", "piazzale"),
    ("p.tta", "piazzetta"),
    ("c", "corso"),
    ("cso", "corso"),
    ("c.so", "corso"),
    ("l.go", "largo"),
    ("lgo", "largo"),
    ("l.mare", "lungomare"),
    ("vic", "vico"),
    ("vc", "vico"),
    ("sal", "salita"),
    ("s.ta", "salita"),
    ("str", "strada"),
    ("s", "san"),
    ("ss", "santi"),
    ("sta", "santa"),
    ("sto", "santo"),
    ("gen", "generale"),
    ("f.lli", "fratelli"),
    ("flli", "fratelli"),
];

/// Lower case, without accents.
fn plain(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The words of a text as they are searched: plain, abbreviations written out, apostrophes and commas gone.
fn terms(text: &str) -> Vec<String> {
    let plain = plain(text);
    let words = plain.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '\'' | '’' | '`' | '"' | '(' | ')'));
    let mut terms = Vec::new();
    for word in words.map(|word| word.trim_end_matches('.')).filter(|word| !word.is_empty()) {
        match ABBREVIATIONS.iter().find(|(short, _)| *short == word) {
            Some((_, long)) => terms.push((*long).to_owned()),
            None => terms.extend(word.split(['.', '-']).filter(|part| !part.is_empty()).map(ToOwned::to_owned)),
        }
    }
    terms
}

/// A street's name as it is searched: "Salita Sant'Anna" is "salita sant anna".
pub fn searched(street: &str) -> String {
    terms(street).join(" ")
}

/// A house number with what stands behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseNumber {
    /// 1 to 99,999.
    pub number: u32,
    /// In lower case; mostly empty.
    pub exponent: String,
    /// The colour, where it is said.
    pub colour: Option<NumberColour>,
}

/// The colour that a word is: "rosso", "R", "nero", …; `None` for any other word.
pub fn colour(word: &str) -> Option<NumberColour> {
    match plain(word).trim_end_matches('.') {
        "r" | "rosso" | "rossa" | "red" => Some(NumberColour::Red),
        "n" | "nero" | "nera" | "black" => Some(NumberColour::Black),
        _ => None,
    }
}

/// Reads "9", "9r", "12/A", "12 bis rosso"; `None` for what is no house number.
pub fn house_number(text: &str) -> Option<HouseNumber> {
    let text = plain(text);
    let digits = text.trim_start();
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at_checked(end)?;
    let number: u32 = digits.parse().ok().filter(|number| (1..=99_999).contains(number))?;
    let mut read = HouseNumber { number, ..HouseNumber::default() };
    for word in rest.split([' ', '/', '-', '.', '_']).filter(|word| !word.is_empty()) {
        if let Some(colour) = colour(word) {
            read.colour = Some(colour);
        } else if read.exponent.is_empty() && is_exponent(word) {
            word.clone_into(&mut read.exponent);
        } else {
            return None;
        }
    }
    Some(read)
}

/// Whether a word can follow a number: "a", "b2", "bis". The "novembre" of "via 4 novembre" cannot.
fn is_exponent(word: &str) -> bool {
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let short = word.len() <= 2 || (word.len() <= 5 && word.bytes().any(|byte| byte.is_ascii_digit()));
    plain && (short || matches!(word, "bis" | "ter" | "quater" | "int"))
}

/// What a person searches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
    /// The number, if one was typed.
    pub number: Option<u32>,
    /// What follows it, in lower case; empty = any.
    pub exponent: String,
    /// The colour, if one was typed; `None` = both.
    pub colour: Option<NumberColour>,
}

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`Invalid`] for over [`MAX_QUERY_CHARS`], control characters, or no word of a street.
    pub fn read(typed: &str) -> Result<Self, Invalid> {
        text::check("q", typed, MAX_QUERY_CHARS)?;
        let mut words = terms(typed);
        words.truncate(MAX_TERMS);
        // The house number is the last word that begins with a digit and has nothing behind it but what belongs to it: not the 4 of "via 4 novembre".
        let starts = |word: &String| word.starts_with(|c: char| c.is_ascii_digit());
        let place = words.iter().rposition(starts).filter(|place| *place > 0);
        let house = place.and_then(|place| Some((place, house_number(&words.get(place..)?.join(" "))?)));
        let house = house.map_or_else(HouseNumber::default, |(place, house)| {
            words.truncate(place);
            words.pop_if(|word| matches!(word.as_str(), "n" | "nr" | "num" | "numero" | "civ" | "civico"));
            house
        });
        if words.is_empty() {
            return Err(Invalid::new("q", "names no street: type a part of one, and a number if you know it"));
        }
        let number = (house.number > 0).then_some(house.number);
        Ok(Self { words, number, exponent: house.exponent, colour: house.colour })
    }

    /// How well a street fits, the less the better: every word typed begins one of its words, in any order. `None` = it does not.
    pub fn rank(&self, searched: &str) -> Option<usize> {
        let words = || searched.split(' ');
        let fits = |typed: &String| words().any(|word| word.starts_with(typed.as_str()));
        if !self.words.iter().all(fits) {
            return None;
        }
        let typed = self.words.join(" ");
        let is_whole = searched == typed
            || searched.strip_suffix(&typed).is_some_and(|kind| kind.ends_with(' ') && kind.trim().split(' ').count() == 1);
        let ahead = if is_whole {
            0
        } else if searched.starts_with(&typed) {
            1_000
        } else {
            2_000
        };
        Some(searched.len().saturating_add(ahead))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streets_are_searched_without_accents_and_abbreviations() {
        for (written, expected) in [
            ("Via Garibaldi", "via garibaldi"),
            ("P.zza De Ferrari", "piazza de ferrari"),
            ("Salita Sant'Anna", "salita sant anna"),
            ("C.so Italia", "corso italia"),
            ("VIA SAN LUCA D’ALBARO", "via san luca d albaro"),
            ("Viale delle Città", "viale delle citta"),
            ("Via F.lli Rosselli", "via fratelli rosselli"),
        ] {
            assert_eq!(searched(written), expected);
        }
    }

    #[test]
    fn house_numbers_are_read_however_they_are_written() {
        use NumberColour::{Black, Red};
        for (written, number, exponent, colour) in [
            ("9", 9, "", None),
            ("9r", 9, "", Some(Red)),
            ("9 R", 9, "", Some(Red)),
            ("9/r", 9, "", Some(Red)),
            ("9 rosso", 9, "", Some(Red)),
            ("12/A rosso", 12, "a", Some(Red)),
            ("12A", 12, "a", None),
            ("12 bis n.", 12, "bis", Some(Black)),
        ] {
            assert_eq!(house_number(written), Some(HouseNumber { number, exponent: exponent.to_owned(), colour }), "{written}");
        }
        for wrong in ["", "A", "0", "100000", "12 a b", "4 novembre 1918", "99999999999999999999"] {
            assert_eq!(house_number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_search_tells_the_street_from_its_number() {
        let read = |typed: &str| {
            let Query { words, number, exponent, colour } = Query::read(typed).unwrap();
            (words.join(" "), number, exponent, colour)
        };
        let (red, none) = (Some(NumberColour::Red), String::new);
        assert_eq!(read("via garibaldi 9 rosso"), ("via garibaldi".to_owned(), Some(9), none(), red));
        assert_eq!(read("Garibaldi, 9r"), ("garibaldi".to_owned(), Some(9), none(), red));
        assert_eq!(read("v. garib 9/b"), ("via garib".to_owned(), Some(9), "b".to_owned(), None));
        assert_eq!(read("via garibaldi n. 9"), ("via garibaldi".to_owned(), Some(9), none(), None));
        assert_eq!(read("via 4 novembre"), ("via 4 novembre".to_owned(), None, none(), None));
        assert_eq!(read("via 4 novembre 3"), ("via 4 novembre".to_owned(), Some(3), none(), None));
        assert_eq!(read("piazza 25 aprile 3 rosso"), ("piazza 25 aprile".to_owned(), Some(3), none(), red));
        assert!(Query::read(" , ").is_err());
        assert!(Query::read(&"a ".repeat(61)).is_err());
        assert!(Query::read("via\0").is_err());
    }

    #[test]
    fn the_street_that_was_meant_comes_first() {
        let query = Query::read("garibaldi").unwrap();
        let mut streets = ["vico dietro il coro di garibaldi", "galleria giuseppe garibaldi", "via garibaldini", "via garibaldi"];
        streets.sort_by_key(|street| query.rank(street));
        assert_eq!(streets[0], "via garibaldi");
        assert_eq!(query.rank("via mazzini"), None);
        assert!(Query::read("via s. luca").unwrap().rank("via santa luca").is_some());
    }
}
