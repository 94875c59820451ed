//! Numbers and codes that people read to each other: the case number and the receipt code, both with a check character.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// The short number of a case, for the telephone: digits and one check character, "1042-7".
///
/// The check character is ISO/IEC 7064 MOD 11-2 (0 to 9 or X), which finds every single wrong digit and every swap of neighbours.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseNumber(u64);

impl CaseNumber {
    /// The number of the `sequence`th case of a jurisdiction.
    pub const fn new(sequence: u64) -> Self {
        Self(sequence)
    }

    /// The bare number, without its check character.
    pub const fn sequence(self) -> u64 {
        self.0
    }

    fn check_character(self) -> char {
        let digits = self.0.to_string();
        let total = digits.bytes().fold(0_u32, |total, digit| (total + u32::from(digit - b'0')) * 2 % 11);
        match (12 - total) % 11 {
            10 => 'X',
            digit => char::from_digit(digit, 10).unwrap_or('X'),
        }
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.check_character())
    }
}

impl FromStr for CaseNumber {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("number", "is not a case number: compare it with the receipt, it looks like 1042-7");
        let text = text.trim();
        let (digits, check) = text.rsplit_once('-').ok_or_else(wrong)?;
        if digits.is_empty() || digits.len() > 18 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let number = Self(digits.parse().map_err(|_| wrong())?);
        if check.eq_ignore_ascii_case(&number.check_character().to_string()) { Ok(number) } else { Err(wrong()) }
    }
}

impl Serialize for CaseNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CaseNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Crockford's base 32: no I, L, O or U, so that nothing is misread (<https://www.crockford.com/base32.html>).
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random bits of a receipt code: nine symbols.
const RECEIPT_BITS: u32 = 45;
/// Crockford's check symbol is the value modulo this; codes whose symbol would not be a letter or digit are never minted.
const RECEIPT_MODULUS: u64 = 37;

/// The code a device gives for a report before any server has seen it: nine symbols and a check symbol, "7ZK3-M9Q0-4T".
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptCode(u64);

impl ReceiptCode {
    /// Mints a code from 64 random bits, 45 of which are used.
    pub fn mint(entropy: u64) -> Self {
        let mask = (1 << RECEIPT_BITS) - 1;
        let mut value = entropy & mask;
        while value % RECEIPT_MODULUS >= 32 {
            value = (value + 1) & mask;
        }
        Self(value)
    }

    fn symbol(value: u64) -> char {
        usize::try_from(value).ok().and_then(|index| SYMBOLS.get(index)).map_or('0', |byte| char::from(*byte))
    }
}

impl fmt::Display for ReceiptCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..9).rev() {
            write!(f, "{}", Self::symbol((self.0 >> (place * 5)) & 31))?;
            if place == 5 || place == 1 {
                f.write_str("-")?;
            }
        }
        write!(f, "{}", Self::symbol(self.0 % RECEIPT_MODULUS))
    }
}

impl FromStr for ReceiptCode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("receipt", "is not a receipt code: compare it with the screen it was shown on");
        let mut values = Vec::with_capacity(10);
        for c in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = SYMBOLS.iter().position(|symbol| char::from(*symbol) == c).ok_or_else(wrong)?;
            values.push(u64::try_from(value).map_err(|_| wrong())?);
            if values.len() > 10 {
                return Err(wrong());
            }
        }
        let (check, symbols) = values.split_last().ok_or_else(wrong)?;
        let value = symbols.iter().fold(0_u64, |value, symbol| (value << 5) | symbol);
        if symbols.len() == 9 && value % RECEIPT_MODULUS == *check { Ok(Self(value)) } else { Err(wrong()) }
    }
}

impl Serialize for ReceiptCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReceiptCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_number_survives_being_read_out(sequence in 0_u64..1_000_000_000_000) {
            let number = CaseNumber::new(sequence);
            prop_assert_eq!(number.to_string().parse::<CaseNumber>().unwrap(), number);
        }

        #[test]
        fn one_wrong_digit_is_noticed(sequence in 10_u64..1_000_000_000, place in 0_usize..9, digit in 0_u8..10) {
            let written = CaseNumber::new(sequence).to_string();
            let mut bytes = written.clone().into_bytes();
            let place = place % (bytes.len() - 2);
            prop_assume!(bytes[place] != b'0' + digit && !(place == 0 && digit == 0));
            bytes[place] = b'0' + digit;
            prop_assert!(String::from_utf8(bytes).unwrap().parse::<CaseNumber>().is_err());
        }

        #[test]
        fn a_receipt_survives_being_typed(entropy: u64) {
            let receipt = ReceiptCode::mint(entropy);
            let written = receipt.to_string();
            prop_assert_eq!(written.len(), 12);
            prop_assert_eq!(written.to_lowercase().replace('-', " ").parse::<ReceiptCode>().unwrap(), receipt);
        }

        #[test]
        fn one_wrong_symbol_in_a_receipt_is_noticed(entropy: u64, place in 0_usize..9, symbol in 0_usize..32) {
            let written: Vec<u8> = ReceiptCode::mint(entropy).to_string().replace('-', "").into_bytes();
            let mut changed = written.clone();
            changed[place] = SYMBOLS[symbol];
            prop_assume!(changed != written);
            prop_assert!(String::from_utf8(changed).unwrap().parse::<ReceiptCode>().is_err());
        }
    }
}
