//! Descriptions as sets of stems, so that "Buca profonda sul marciapiede" and "sui marciapiedi una buca" are alike.
//!
//! Lower case, compatibility forms and accents taken off (Unicode NFKD), cut at everything that is no letter or digit (emoji and direction marks
//! among it), common Italian and English words left out, endings taken off. The script does not matter: what has no such endings stays as it is. A
//! stem is kept as 32 bits of a hash; the vocabulary of reports is small, so that hides nothing: a set of words is as personal as the text.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most stems that are kept of one description: its first.
pub const MAX_WORDS: usize = 32;
/// The most characters that are read of one description.
const MAX_READ_CHARS: usize = 1_000;
/// The longest word that is kept whole, in characters: behind it a word is no word.
const MAX_WORD_CHARS: usize = 24;

/// Words that say nothing of what a report is about: articles, prepositions, pronouns and auxiliaries of Italian and English (the most frequent of
/// the Snowball project's lists), and the politeness of letters to an office. Sorted, to be searched.
const COMMON: &[&str] = &[
    "a",
    "abbiamo",
    "about",
    "ad",
    "agli",
    "ai",
    "al",
    "all",
    "alla",
    "alle",
    "allo",
    "an",
    "anche",
    "and",
    "are",
    "at",
    "be",
    "been",
    "buongiorno",
    "but",
    "by",
    "c",
    "che",
    "chi",
    "ci",
    "ciao",
    "come",
    "con",
    "cosa",
    "cui",
    "d",
    "da",
    "dagli",
    "dai",
    "dal",
    "dall",
    "dalla",
    "dalle",
    "davanti",
    "degli",
    "dei",
    "del",
    "dell",
    "della",
    "delle",
    "dello",
    "di",
    "dove",
    "e",
    "ed",
    "era",
    "essere",
    "fa",
    "for",
    "from",
    "front",
    "gli",
    "grazie",
    "ha",
    "hanno",
    "has",
    "have",
    "hello",
    "ho",
    "i",
    "il",
    "in",
    "io",
    "is",
    "it",
    "its",
    "l",
    "la",
    "le",
    "lo",
    "ma",
    "mi",
    "molto",
    "my",
    "near",
    "negli",
    "nei",
    "nel",
    "nell",
    "nella",
    "nelle",
    "no",
    "non",
    "not",
    "o",
    "of",
    "on",
    "or",
    "per",
    "piu",
    "please",
    "presso",
    "quello",
    "questa",
    "questo",
    "qui",
    "s",
    "salve",
    "se",
    "si",
    "sia",
    "sono",
    "su",
    "sui",
    "sul",
    "sull",
    "sulla",
    "sulle",
    "t",
    "thanks",
    "that",
    "the",
    "there",
    "this",
    "to",
    "tra",
    "tutti",
    "tutto",
    "un",
    "una",
    "uno",
    "vi",
    "via",
    "vicino",
    "was",
    "we",
    "with",
    "you",
];

/// The stems of one description: at most [`MAX_WORDS`], in order, none twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<u32>);

impl Words {
    /// Reads a description.
    pub fn of(text: &str) -> Self {
        let mut stems = Vec::with_capacity(MAX_WORDS);
        let mut word = String::with_capacity(MAX_WORD_CHARS);
        let letters = text.chars().take(MAX_READ_CHARS).flat_map(char::to_lowercase).nfkd().filter(|c| !is_combining_mark(*c));
        let mut chars = 0;
        for c in letters.chain([' ']) {
            if c.is_alphanumeric() {
                chars += 1;
                if chars <= MAX_WORD_CHARS {
                    word.push(c);
                }
                continue;
            }
            chars = 0;
            if !word.is_empty() && COMMON.binary_search(&word.as_str()).is_err() {
                let stem = hash(stem(&word));
                if !stems.contains(&stem) {
                    stems.push(stem);
                }
            }
            word.clear();
            if stems.len() == MAX_WORDS {
                break;
            }
        }
        stems.sort_unstable();
        Self(stems)
    }

    /// Whether there is anything to compare.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of the two sets' stems are in both, in thousandths: Jaccard's index. 0 where one is empty.
    pub fn shared_permille(&self, other: &Self) -> u32 {
        let (mut both, mut here, mut there) = (0_u32, self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (here.peek(), there.peek()) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => drop(here.next()),
                std::cmp::Ordering::Greater => drop(there.next()),
                std::cmp::Ordering::Equal => {
                    both += 1;
                    here.next();
                    there.next();
                }
            }
        }
        let either = u32::try_from(self.0.len() + other.0.len()).unwrap_or(u32::MAX).saturating_sub(both);
        (both * 1_000).checked_div(either).unwrap_or(0)
    }

    /// As it is stored: four bytes a stem.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|stem| stem.to_be_bytes()).collect()
    }

    /// And back; what is no set of stems is none.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (stems, _) = bytes.as_chunks::<4>();
        let mut stems: Vec<u32> = stems.iter().take(MAX_WORDS).map(|stem| u32::from_be_bytes(*stem)).collect();
        stems.sort_unstable();
        stems.dedup();
        Self(stems)
    }
}

/// Takes the ending off: Jacques Savoy's light stemmer for Italian (<https://members.unine.ch/jacques.savoy/clef/>, the final vowels and their `h` and
/// `i`), applied from four letters on instead of six because reports are about *buche* and *pali*; before it the English plural `s` (Harman's
/// S-stemmer, 1991), which no Italian word has.
fn stem(word: &str) -> &str {
    if word.chars().count() < 4 {
        return word;
    }
    let word = word.strip_suffix('s').filter(|rest| !rest.ends_with(['s', 'u'])).unwrap_or(word);
    for ending in ["ie", "he", "hi", "ii", "ia", "io", "e", "i", "a", "o"] {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.chars().count() >= 2
        {
            return rest;
        }
    }
    word
}

/// FNV-1a, 32 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>).
fn hash(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shared(a: &str, b: &str) -> u32 {
        Words::of(a).shared_permille(&Words::of(b))
    }

    #[test]
    fn endings_articles_case_and_accents_do_not_matter() {
        assert_eq!(shared("Buca profonda sul marciapiede", "sui MARCIAPIEDI una buca profonda"), 1_000);
        assert_eq!(shared("Lampione rotto", "I lampioni sono rotti!"), 1_000);
        assert_eq!(shared("Perché è così?", "perche è COSI"), 1_000);
        assert_eq!(shared("Broken street lamps", "the street lamp is broken"), 1_000);
        assert_eq!(shared("buche", "buca"), 1_000);
    }

    #[test]
    fn other_things_are_other_words() {
        assert_eq!(shared("Lampione spento", "Buca davanti alla scuola"), 0);
        assert!((300..=600).contains(&shared("Buca davanti alla scuola elementare", "scuola: buca enorme")));
        assert_eq!(shared("", "Buca"), 0);
        assert_eq!(shared("davanti al", "davanti al"), 0, "common words alone say nothing");
    }

    #[test]
    fn emoji_and_right_to_left_are_no_trouble() {
        assert_eq!(shared("🕳️🕳️ Buca 🚨", "buca"), 1_000);
        assert_eq!(shared("حفرة كبيرة في الشارع", "\u{202b}حفرة كبيرة في الشارع\u{202c}"), 1_000);
        assert_eq!(shared("بُرْج", "برج"), 1_000, "vowel signs are accents");
        assert!(Words::of("🕳️ 👩‍🚒 !!! \u{202e}").is_empty());
        assert_eq!(shared("ﬁla", "fila"), 1_000, "a ligature is its letters");
    }

    #[test]
    fn the_list_of_common_words_is_sorted_and_has_none_twice() {
        assert!(COMMON.is_sorted_by(|a, b| a < b));
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_bounded_and_survives_its_stored_form(text in "\\PC{0,300}") {
            let words = Words::of(&text);
            prop_assert!(words.0.len() <= MAX_WORDS);
            prop_assert_eq!(&Words::from_bytes(&words.to_bytes()), &words);
            prop_assert_eq!(words.shared_permille(&words), if words.is_empty() { 0 } else { 1_000 });
        }

        #[test]
        fn what_two_share_does_not_depend_on_who_is_asked(a in "[a-e ]{0,60}", b in "[a-e ]{0,60}") {
            prop_assert_eq!(shared(&a, &b), shared(&b, &a));
            prop_assert!(shared(&a, &b) <= 1_000);
        }

        #[test]
        fn bytes_of_any_kind_can_be_read_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Words::from_bytes(&bytes).0.len() <= MAX_WORDS);
        }
    }
}
