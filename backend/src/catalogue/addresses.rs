//! Addresses as CSV, read line by line: see [`super::columns`] for the three kinds of file.
//!
//! A row that cannot be right is a fault and nothing is imported. A row that only says less (no position yet, no number: both are common in ANNCSU) is
//! left out and counted.

use super::columns::{Columns, Kind};
use super::file::Faults;
use crate::address::{colour, house_number};
use csv::{ErrorKind, ReaderBuilder, StringRecord};
use lanterna_shared::address::{Address, NumberColour};
use lanterna_shared::area::Corner;
use lanterna_shared::outline::Bounds;
use lanterna_shared::text;
use std::io::{self, BufRead, BufReader, Read};

/// The most addresses of a city.
pub const MAX_ADDRESSES: usize = 2_000_000;
/// The longest line, in bytes.
const MAX_LINE_BYTES: usize = 64 * 1024;
/// The longest name of a street or source, in characters.
const MAX_NAME_CHARS: usize = 120;
/// The longest exponent.
const MAX_EXPONENT_CHARS: usize = 12;
/// How far outside the city's areas a door may be: 0.3 degree, some 30 km.
const MARGIN_E7: i32 = 3_000_000;

/// What a file of addresses is read for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only rows of this comune, "D969"; without it the file may hold only one.
    pub comune: Option<String>,
    /// Around the city's areas, where there are any.
    pub city: Option<Bounds>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Sorted, each once.
    pub addresses: Vec<Address>,
    /// Rows without a position, which were left out.
    pub without_position: u64,
    /// Rows without a number, which were left out.
    pub without_number: u64,
    /// Rows that say what another one says.
    pub repeated: u64,
}

/// Ends with an error at a line that is too long, so that no field can grow without bound.
struct Lines<R> {
    inner: R,
    line_bytes: usize,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for piece in buffer.get(..count).unwrap_or_default().split_inclusive(|byte| *byte == b'\n') {
            self.line_bytes = self.line_bytes.saturating_add(piece.len());
            if self.line_bytes > MAX_LINE_BYTES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is over 64 KiB: this is no file of addresses"));
            }
            if piece.ends_with(b"\n") {
                self.line_bytes = 0;
            }
        }
        Ok(count)
    }
}

/// Reads addresses.
///
/// # Errors
/// Every fault with its line.
pub fn read(source: impl Read, wanted: &Wanted) -> Result<Reading, Faults> {
    let mut source = BufReader::with_capacity(MAX_LINE_BYTES, Lines { inner: source, line_bytes: 0 });
    let begin = source.fill_buf().map_err(|error| Faults::one(None, format!("it cannot be read: {error}")))?;
    let first = begin.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| first.split(|byte| *byte == wanted).count();
    let delimiter = if count(b';') > count(b',') { b';' } else { b',' };
    // The archive's file has no quotes, and names with one in them.
    let is_anncsu = String::from_utf8_lossy(first).to_ascii_lowercase().contains("odonimo");
    let mut reader = ReaderBuilder::new().delimiter(delimiter).quoting(!is_anncsu).from_reader(source);
    let headings = reader.headers().map_err(|error| unreadable(&error, 1))?.clone();
    let columns = Columns::find(&headings.iter().collect::<Vec<_>>()).map_err(|what| Faults::one(Some(1), what))?;
    let mut rows = Rows { columns, wanted, comune: wanted.comune.clone(), reading: Reading::default(), faults: Faults::default() };
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                if let Err(what) = rows.take(&record) {
                    rows.faults.add(Some(line), what);
                }
            }
            Err(error) => {
                let line = error.position().map_or_else(|| reader.position().line(), csv::Position::line);
                for fault in unreadable(&error, line).told() {
                    rows.faults.add(fault.line, fault.what.clone());
                }
                if matches!(error.kind(), ErrorKind::Io(_)) {
                    break;
                }
            }
        }
        if rows.reading.addresses.len() > MAX_ADDRESSES {
            return Err(Faults::one(None, "it has over 2,000,000 addresses: name one comune with --comune"));
        }
    }
    rows.finish()
}

fn unreadable(error: &csv::Error, line: u64) -> Faults {
    let what = match error.kind() {
        ErrorKind::Utf8 { .. } => "this is no UTF-8: save the file as UTF-8".to_owned(),
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("there are {len} fields where the headings are {expected_len}: look for a delimiter too much or too few")
        }
        ErrorKind::Io(error) => format!("it cannot be read: {error}"),
        _ => format!("this is no CSV: {error}"),
    };
    Faults::one(Some(line), what)
}

struct Rows<'a> {
    columns: Columns,
    wanted: &'a Wanted,
    /// The comune whose rows are read.
    comune: Option<String>,
    reading: Reading,
    faults: Faults,
}

impl Rows<'_> {
    fn take(&mut self, record: &StringRecord) -> Result<(), String> {
        let field = |place: usize| record.get(place).unwrap_or_default().trim();
        let columns = &self.columns;
        if let Some(place) = columns.comune {
            let comune = field(place);
            match &self.comune {
                Some(known) if known.eq_ignore_ascii_case(comune) => {}
                Some(_) if self.wanted.comune.is_some() => return Ok(()),
                Some(known) => {
                    return Err(format!("this is the comune {comune}, and before there was {known}: name one with --comune"));
                }
                None => self.comune = Some(comune.to_owned()),
            }
        }
        let (lon, lat) = (field(columns.lon), field(columns.lat));
        if lon.is_empty() && lat.is_empty() {
            self.reading.without_position = self.reading.without_position.saturating_add(1);
            return Ok(());
        }
        let written = field(columns.number);
        if written.is_empty() || written == "0" {
            self.reading.without_number = self.reading.without_number.saturating_add(1);
            return Ok(());
        }
        let street = name("street", field(columns.street))?;
        let (lon_e7, lat_e7) = (degrees("longitude", lon, 180.0)?, degrees("latitude", lat, 90.0)?);
        self.place(Corner(lon_e7, lat_e7))?;
        let house = house_number(written)
            .ok_or_else(|| format!("{written:?} is no house number: it is 1 to 99999, and what follows it as 9/A or 9 rosso"))?;
        let (exponent, tinge) = exponent(columns.exponent.map(field).unwrap_or_default())?;
        let said = columns.colour.map(field).unwrap_or_default();
        // The archive's column holds other specialities, too; only colours are ours.
        let said = match (colour(said), columns.kind) {
            (None, Kind::Own) if !said.is_empty() => return Err(format!("{said:?} is no colour: it is black or red")),
            (said, _) => said,
        };
        let source = match columns.source {
            Some(place) => name("source", field(place))?,
            None => columns.kind.source().to_owned(),
        };
        self.reading.addresses.push(Address {
            street,
            number: house.number,
            exponent: if exponent.is_empty() { written_as(&house.exponent) } else { exponent },
            colour: said.or(tinge).or(house.colour).unwrap_or(NumberColour::Black),
            lat_e7,
            lon_e7,
            source,
        });
        Ok(())
    }

    /// A position that cannot be of this city.
    fn place(&self, corner: Corner) -> Result<(), String> {
        let city = self.wanted.city.map(|bounds| bounds.widened(MARGIN_E7));
        if city.unwrap_or(Bounds::ITALY).is_swapped(corner) {
            return Err("longitude and latitude are swapped: in Genoa the longitude is 8.9 and the latitude 44.4".to_owned());
        }
        if city.is_some_and(|city| !city.holds(corner)) || corner == Corner(0, 0) {
            let Corner(lon, lat) = corner;
            let (lon, lat) = (f64::from(lon) / 1e7, f64::from(lat) / 1e7);
            return Err(format!("longitude {lon}, latitude {lat} is far outside the city's areas: correct it, or import the areas first"));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Reading, Faults> {
        if self.faults.count() == 0 && self.reading.addresses.is_empty() {
            let what = match &self.wanted.comune {
                Some(comune) => format!("it has no addresses with number and position in the comune {comune}"),
                None => "it has no addresses with number and position".to_owned(),
            };
            self.faults.add(None, what);
        }
        let read = self.reading.addresses.len();
        self.reading.addresses.sort();
        self.reading.addresses.dedup();
        self.reading.repeated = u64::try_from(read.saturating_sub(self.reading.addresses.len())).unwrap_or(u64::MAX);
        self.faults.none_or(self.reading)
    }
}

/// What follows a number, from a column of its own: some comuni write the colour there.
fn exponent(written: &str) -> Result<(String, Option<NumberColour>), String> {
    if let Some(colour) = colour(written) {
        return Ok((String::new(), Some(colour)));
    }
    let plain: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
    if plain.len() > MAX_EXPONENT_CHARS {
        return Err(format!("{written:?} is too long to follow a house number: at most 12 letters and digits"));
    }
    Ok((written_as(&plain), None))
}

/// "A" and "B2", but "bis".
fn written_as(exponent: &str) -> String {
    if exponent.len() <= 2 { exponent.to_ascii_uppercase() } else { exponent.to_ascii_lowercase() }
}

fn name(what: &str, written: &str) -> Result<String, String> {
    if written.is_empty() {
        return Err(format!("the {what} is empty: add it, or leave the line out"));
    }
    text::check("name", written, MAX_NAME_CHARS).map_err(|invalid| format!("the {what} {}", invalid.why))?;
    Ok(written.to_owned())
}

/// Degrees with a decimal point or comma.
fn degrees(what: &str, written: &str, most: f64) -> Result<i32, String> {
    let plain = written.replace(',', ".");
    let degrees: Option<f64> = plain.parse().ok().filter(|degrees: &f64| degrees.abs() <= most);
    #[expect(clippy::cast_possible_truncation, reason = "at most 180 degrees; what is not a number was filtered out")]
    let e7 = degrees.map(|degrees| (degrees * 1e7).round() as i32);
    e7.ok_or_else(|| format!("{written:?} is no {what} in degrees: correct it"))
}

/// Writes addresses as [`read`] reads them.
///
/// # Errors
/// What the writer said.
pub fn write(addresses: &[Address], to: impl io::Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(["street", "number", "exponent", "colour", "lon", "lat", "source"])?;
    for address in addresses {
        let (lon, lat) = (f64::from(address.lon_e7) / 1e7, f64::from(address.lat_e7) / 1e7);
        writer.write_record([
            &address.street,
            &address.number.to_string(),
            &address.exponent,
            address.colour.as_str(),
            &lon.to_string(),
            &lat.to_string(),
            &address.source,
        ])?;
    }
    Ok(writer.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write as _;

    const ANNCSU: &str = "CODICE_COMUNE;CODICE_ISTAT;PROGRESSIVO_NAZIONALE;CODICE_COMUNALE;ODONIMO;LOCALITA';DIZIONE_LINGUA1;DIZIONE_LINGUA2;\
PROGRESSIVO_ACCESSO;CODICE_COMUNALE_ACCESSO;CIVICO;ESPONENTE;SPECIFICITA;METRICO;PROGRESSIVO_SNC;COORD_X_COMUNE;COORD_Y_COMUNE;QUOTA;METODO\n";

    fn anncsu(rows: &[&str]) -> String {
        rows.iter().fold(ANNCSU.to_owned(), |mut text, row| {
            let [comune, street, number, exponent, colour, lon, lat] = row.split('|').collect::<Vec<_>>()[..] else { panic!("{row}") };
            let _ = writeln!(text, "{comune};010025;1;;{street};;;;7;;{number};{exponent};{colour};;;{lon};{lat};12,5;1");
            text
        })
    }

    fn texts(reading: &Reading) -> Vec<String> {
        reading.addresses.iter().map(ToString::to_string).collect()
    }

    fn faults(text: &str, wanted: &Wanted) -> Vec<String> {
        read(text.as_bytes(), wanted).unwrap_err().told().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_national_archive_is_read_with_its_commas_colours_and_gaps() {
        let text = anncsu(&[
            "D969|VIA GARIBALDI|9|||8,9326|44,4112",
            "D969|VIA GARIBALDI|9||ROSSO|8,9327|44,4112",
            "D969|VIA GARIBALDI|12|a||8,9328|44,4113",
            "D969|VICO DEL \"CAMPO|3|R||8,9300|44,4120",
            "D969|VICO DEL \"CAMPO|5|BIS|T|8,9300|44,4120",
            "D969|VIA GARIBALDI|||SNC|8,9328|44,4113",
            "D969|VIA GARIBALDI|14||||",
            "D969|VIA GARIBALDI|9|||8,9326|44,4112",
        ]);
        let reading = read(text.as_bytes(), &Wanted::default()).unwrap();
        assert_eq!(
            texts(&reading),
            ["VIA GARIBALDI 9", "VIA GARIBALDI 9 rosso", "VIA GARIBALDI 12/A", "VICO DEL \"CAMPO 3 rosso", "VICO DEL \"CAMPO 5/bis"]
        );
        assert_eq!((reading.without_number, reading.without_position, reading.repeated), (1, 1, 1));
        assert_eq!((reading.addresses[0].lon_e7, reading.addresses[0].source.as_str()), (89_326_000, "ANNCSU"));
    }

    #[test]
    fn one_comune_is_taken_of_many_and_two_are_not_mixed() {
        let text = anncsu(&["A001|VIA ROMA|1|||11,7|45,3", "D969|VIA ROMA|2|||8,93|44,41"]);
        let genoa = Wanted { comune: Some("D969".to_owned()), city: None };
        assert_eq!(texts(&read(text.as_bytes(), &genoa).unwrap()), ["VIA ROMA 2"]);
        assert!(faults(&text, &Wanted::default())[0].starts_with("line 3: this is the comune D969, and before there was A001"));
    }

    #[test]
    fn openaddresses_is_read_with_colours_in_its_numbers() {
        let text = "LON,LAT,NUMBER,STREET,UNIT,CITY\n8.93,44.41,9R,\"Via Balbi, lato mare\",,Genova\n8.93,44.41,11/b,Via Balbi,,Genova\n";
        let reading = read(text.as_bytes(), &Wanted::default()).unwrap();
        assert_eq!(texts(&reading), ["Via Balbi 11/B", "Via Balbi, lato mare 9 rosso"]);
        assert_eq!(reading.addresses[0].source, "OpenAddresses");
    }

    #[test]
    fn the_bad_line_4711_is_named_and_nothing_is_imported() {
        let mut text = "street,number,exponent,colour,lon,lat,source\n".to_owned();
        for number in 2..=6_000 {
            let number = if number == 4_711 { "nove".to_owned() } else { number.to_string() };
            let _ = writeln!(text, "Via Lunga,{number},,black,8.93,44.41,test");
        }
        let faults = faults(&text, &Wanted::default());
        assert_eq!(faults.len(), 1);
        assert!(faults[0].starts_with("line 4711: \"nove\" is no house number"), "{faults:?}");
    }

    #[test]
    fn every_kind_of_bad_line_is_told_with_what_to_do() {
        let genoa = Bounds { least: Corner(86_000_000, 443_000_000), most: Corner(91_000_000, 446_000_000) };
        let wanted = Wanted { comune: None, city: Some(genoa) };
        for (row, expected) in [
            ("Via Balbi,1,,black,44.41,8.93,t", "longitude and latitude are swapped"),
            ("Via Balbi,1,,black,2.35,48.85,t", "far outside"),
            ("Via Balbi,1,,black,est,44.41,t", "no longitude"),
            ("Via Balbi,1,,black,8.93,NaN,t", "no latitude"),
            ("Via Balbi,1,,black,8.93,144.41,t", "no latitude"),
            ("Via Balbi,100000,,black,8.93,44.41,t", "no house number"),
            ("Via Balbi,1,,green,8.93,44.41,t", "no colour"),
            (",1,,black,8.93,44.41,t", "the street is empty"),
            ("Via Balbi,1,,black,8.93,44.41,", "the source is empty"),
            ("Via Balbi,1,,black,8.93,44.41", "6 fields where the headings are 7"),
        ] {
            let text = format!("street,number,exponent,colour,lon,lat,source\nVia Balbi,2,,red,8.93,44.41,t\n{row}\n");
            let told = faults(&text, &wanted);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with("line 3: ") && told[0].contains(expected), "{told:?} is not {expected}");
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        let own = "street,number,exponent,colour,lon,lat,source\n";
        assert!(faults("", &Wanted::default())[0].contains("no column"));
        assert!(faults(own, &Wanted::default())[0].contains("no addresses"));
        assert!(faults(&format!("{own}{}", "x".repeat(MAX_LINE_BYTES + 1)), &Wanted::default())[0].contains("over 64 KiB"));
        let broken = [own.as_bytes(), b"Via \xff,1,,black,8.93,44.41,t\n"].concat();
        let told = read(&broken[..], &Wanted::default()).unwrap_err();
        assert!(told.told()[0].to_string().starts_with("line 2: this is no UTF-8"), "{told:?}");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(rows in proptest::collection::vec(("[A-Za-z\"',; àèì]{0,20}[a-z]", 1_u32..99_999, "|A|b2|bis", any::<bool>(), -10_000_000_i32..10_000_000, -10_000_000_i32..10_000_000), 1..20)) {
            let mut addresses: Vec<Address> = rows.into_iter().map(|(street, number, exponent, red, east, north)| Address {
                street: street.trim().to_owned(),
                number,
                exponent: if exponent.len() <= 2 { exponent.to_uppercase() } else { exponent },
                colour: if red { NumberColour::Red } else { NumberColour::Black },
                lat_e7: 444_000_000 + north,
                lon_e7: 89_000_000 + east,
                source: "ANNCSU".to_owned(),
            }).collect();
            addresses.sort();
            addresses.dedup();
            let mut text = Vec::new();
            write(&addresses, &mut text).unwrap();
            prop_assert_eq!(read(&text[..], &Wanted::default()).unwrap().addresses, addresses);
        }

        #[test]
        fn no_text_breaks_the_reader(text in "[a-z;,\"\n0-9.]{0,300}") {
            let _ = read(text.as_bytes(), &Wanted::default());
            let _ = read(format!("street,number,exponent,colour,lon,lat,source\n{text}").as_bytes(), &Wanted::default());
        }
    }
}
