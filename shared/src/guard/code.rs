//! The codes that end a case or pass it on, with what people read.
//!
//! They are lists on purpose: "there will be an inspection" is in none of them. An intention is a `plan` with a date, never an outcome.

/// One line of a list of codes, for screens.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CodeText {
    /// What travels.
    pub code: String,
    /// In Italian.
    pub it: String,
    /// In English.
    pub en: String,
}

macro_rules! codes {
    ($(#[$outer:meta])* $list:ident { $($(#[$doc:meta])* $name:ident = $code:literal, $it:literal, $en:literal;)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $list {
            $($(#[$doc])* $name,)+
        }

        impl $list {
            /// All of them, in the order they are offered.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As it is stored and stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// Reads the stored form; `None` for anything else.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }

            /// What people read, in Italian.
            pub const fn it(self) -> &'static str {
                match self { $(Self::$name => $it,)+ }
            }

            /// What people read, in English.
            pub const fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)+ }
            }

            /// The list for a screen.
            pub fn texts() -> Vec<CodeText> {
                Self::ALL
                    .iter()
                    .map(|code| CodeText { code: code.as_str().to_owned(), it: code.it().to_owned(), en: code.en().to_owned() })
                    .collect()
            }
        }
    };
}

codes! {
    /// What was done. Each of them is over when it is said.
    Outcome {
        /// It works again.
        Repaired = "repaired", "Riparato", "Repaired";
        /// There is a new one in its place.
        Replaced = "replaced", "Sostituito", "Replaced";
        /// It is clean.
        Cleaned = "cleaned", "Pulito", "Cleaned";
        /// It is gone.
        Removed = "removed", "Rimosso", "Removed";
        /// Plants were cut back.
        CutBack = "cut_back", "Potato o sfalciato", "Cut back";
        /// Something that was missing is there.
        Installed = "installed", "Installato", "Installed";
        /// It is no danger any more.
        MadeSafe = "made_safe", "Messo in sicurezza", "Made safe";
        /// Somebody was fined or reported.
        Enforced = "enforced", "Sanzionato", "Enforced";
        /// What was asked was answered.
        Answered = "answered", "Risposto", "Answered";
        /// Somebody was there and there was nothing.
        NothingFound = "nothing_found", "Non riscontrato sul posto", "Nothing found there";
        /// Somebody was there and it was done already.
        AlreadyDone = "already_done", "Già risolto", "Already done";
    }
}

impl Outcome {
    /// Whether it is about a place: then presence is evidence. An answer is given from anywhere.
    pub const fn is_on_site(self) -> bool {
        !matches!(self, Self::Answered)
    }
}

codes! {
    /// Why something will not be done.
    DeclineReason {
        /// Private ground.
        PrivateProperty = "private_property", "Proprietà privata", "Private property";
        /// State, region, railway, port authority.
        OtherAuthority = "other_authority", "Competenza di un altro ente", "Another authority's";
        /// It is as it should be.
        NotADefect = "not_a_defect", "Non è un guasto", "Not a defect";
        /// Nobody could find out what or where it is.
        NotEnoughInformation = "not_enough_information", "Informazioni insufficienti", "Not enough information";
        /// Not allowed by a rule.
        AgainstTheRules = "against_the_rules", "Contrario alle norme", "Against the rules";
        /// Weighed and found too much for too little.
        NotProportionate = "not_proportionate", "Non proporzionato", "Not proportionate";
        /// Insults, advertising, nothing to act on.
        Abuse = "abuse", "Uso improprio", "Abuse";
    }
}

codes! {
    /// Why it is somebody else's.
    HandOffReason {
        /// Another office of the city does this.
        OtherOffice = "other_office", "Competenza di un altro ufficio", "Another office's";
        /// Outside the district.
        OtherArea = "other_area", "Fuori dalla nostra zona", "Outside our area";
        /// Not in the company's contract.
        NotInContract = "not_in_contract", "Non previsto dal contratto", "Not in our contract";
        /// Another trade must do it first, or do all of it.
        OtherTrade = "other_trade", "Serve un'altra specializzazione", "Another trade is needed";
        /// The citizen chose another category than it is.
        WrongService = "wrong_service", "Categoria sbagliata", "Wrong category";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_has_words_in_both_languages() {
        for list in [Outcome::texts(), DeclineReason::texts(), HandOffReason::texts()] {
            for line in &list {
                assert!(!line.it.is_empty() && !line.en.is_empty(), "{}", line.code);
                assert_eq!(list.iter().filter(|other| other.code == line.code).count(), 1, "{}", line.code);
            }
        }
        assert!(Outcome::ALL.iter().all(|code| Outcome::parse(code.as_str()) == Some(*code)));
    }

    #[test]
    fn an_inspection_to_come_is_no_outcome() {
        for text in ["inspection", "inspection_planned", "sopralluogo", "to_be_inspected", "Repaired", ""] {
            assert_eq!(Outcome::parse(text), None, "{text}");
        }
    }
}
