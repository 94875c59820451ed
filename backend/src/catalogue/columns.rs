//! Which column of a CSV of addresses is which, by its heading.
//!
//! Three kinds are known: our own export; the national archive of house numbers ANNCSU (`INDIR_ITA_*.csv`: semicolons, decimal commas, no quotes; the
//! columns of its open data of 2025 and 2026); and `OpenAddresses` (LON, LAT, NUMBER, STREET, …). Case and order do not matter, further columns are
//! passed over.

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Our own export.
    Own,
    /// The national archive of house numbers.
    Anncsu,
    /// `OpenAddresses`.
    OpenAddresses,
}

impl Kind {
    /// What an address says of its source, where the file has no column for it.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Anncsu => "ANNCSU",
            Self::OpenAddresses => "OpenAddresses",
        }
    }
}

/// The places of the columns, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Whose file it is.
    pub kind: Kind,
    /// The street's name.
    pub street: usize,
    /// The house number, perhaps with what follows it.
    pub number: usize,
    /// What follows the number.
    pub exponent: Option<usize>,
    /// Its colour.
    pub colour: Option<usize>,
    /// Longitude in degrees.
    pub lon: usize,
    /// Latitude in degrees.
    pub lat: usize,
    /// Who says so.
    pub source: Option<usize>,
    /// The comune's code in the cadastre, "D969" for Genoa.
    pub comune: Option<usize>,
}

impl Columns {
    /// Finds the columns among a file's headings.
    ///
    /// # Errors
    /// A sentence with what is missing.
    pub fn find(headings: &[&str]) -> Result<Self, String> {
        let headings: Vec<String> =
            headings.iter().map(|heading| heading.trim_start_matches('\u{feff}').trim().to_ascii_lowercase()).collect();
        let place = |name: &str| headings.iter().position(|heading| heading == name);
        let (kind, names) = if place("odonimo").is_some() {
            (Kind::Anncsu, ["odonimo", "civico", "esponente", "specificita", "coord_x_comune", "coord_y_comune"])
        } else {
            let kind = if place("colour").is_some() { Kind::Own } else { Kind::OpenAddresses };
            (kind, ["street", "number", "exponent", "colour", "lon", "lat"])
        };
        let [street, number, exponent, colour, lon, lat] = names;
        let needed = |name: &str| {
            place(name).ok_or_else(|| {
                format!("there is no column {}: a file of addresses has the columns of ANNCSU (ODONIMO, CIVICO, COORD_X_COMUNE, COORD_Y_COMUNE, …), of \
                    OpenAddresses (STREET, NUMBER, LON, LAT, …) or of an export", name.to_ascii_uppercase())
            })
        };
        let source = if kind == Kind::Own { Some(needed("source")?) } else { None };
        Ok(Self {
            kind,
            street: needed(street)?,
            number: needed(number)?,
            exponent: place(exponent),
            colour: place(colour),
            lon: needed(lon)?,
            lat: needed(lat)?,
            source,
            comune: place("codice_comune"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_kinds_are_told_apart_by_their_headings() {
        let anncsu = "CODICE_COMUNE;CODICE_ISTAT;PROGRESSIVO_NAZIONALE;CODICE_COMUNALE;ODONIMO;LOCALITA';DIZIONE_LINGUA1;DIZIONE_LINGUA2;\
            PROGRESSIVO_ACCESSO;CODICE_COMUNALE_ACCESSO;CIVICO;ESPONENTE;SPECIFICITA;METRICO;PROGRESSIVO_SNC;COORD_X_COMUNE;COORD_Y_COMUNE;QUOTA;METODO";
        let found = Columns::find(&anncsu.split(';').collect::<Vec<_>>()).unwrap();
        assert_eq!((found.kind, found.street, found.number, found.lon, found.lat), (Kind::Anncsu, 4, 10, 15, 16));
        assert_eq!((found.exponent, found.colour, found.comune), (Some(11), Some(12), Some(0)));
        let open =
            Columns::find(&["\u{feff}LON", "LAT", "NUMBER", "STREET", "UNIT", "CITY", "DISTRICT", "REGION", "POSTCODE", "ID", "HASH"])
                .unwrap();
        assert_eq!((open.kind, open.lon, open.street, open.exponent), (Kind::OpenAddresses, 0, 3, None));
        assert_eq!(Columns::find(&["street", "number", "exponent", "colour", "lon", "lat", "source"]).unwrap().kind, Kind::Own);
    }

    #[test]
    fn a_column_that_is_missing_is_named() {
        assert!(Columns::find(&["ODONIMO", "CIVICO", "COORD_X_COMUNE"]).unwrap_err().contains("no column COORD_Y_COMUNE"));
        assert!(Columns::find(&["a", "b"]).unwrap_err().contains("no column STREET"));
    }
}
