//! A city to try Lanterna with: Genoa, its nine Municipi drawn by hand in a few strokes, its companies by their real names, and four log-ins.
//!
//! It is made once; what people then change stays. Everything it knows stands in `assets/demo`.

pub mod past;

use crate::catalogue::{addresses, areas};
use crate::clock::{Clock, NoEntropy, entropy};
use crate::staff::password::{self, PasswordError};
use crate::store::Store;
use crate::store::catalogue::{Import, Retire};
use crate::store::city::{CitySetup, ImportRefusal};
use crate::store::error::StoreError;
use crate::store::rules::NewRules;
use crate::store::staff::{NewStaff, StaffAdded};
use lanterna_shared::department::Department;
use lanterna_shared::id::UserId;
use lanterna_shared::role::Role;
use lanterna_shared::routing::RulesFile;
use lanterna_shared::service::{DepartmentCode, Service};
use serde::Deserialize;

const ADDRESSES: &str = include_str!("../../../assets/demo/addresses.csv");
const AREAS: &str = include_str!("../../../assets/demo/areas.geojson");
const CALENDAR: &str = include_str!("../../../assets/demo/calendar.json");
const CITY: &str = include_str!("../../../assets/demo/city.json");
const RULES: &str = include_str!("../../../assets/demo/rules.json");

/// Why the demo city could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The files it is made from are wrong.
    #[error("the demo city's files are wrong: {0}")]
    Files(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store refused it.
    #[error(transparent)]
    Refused(#[from] ImportRefusal),
    /// A password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The system has no randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// A log-in that everybody may know.
#[derive(Clone, Debug, Deserialize)]
pub struct DemoLogin {
    /// The log-in name.
    pub name: String,
    /// The password.
    pub password: String,
    /// In what capacity.
    pub role: Role,
    /// Where an officer works.
    #[serde(default)]
    pub department: Option<DepartmentCode>,
    /// What one can try with it.
    pub says: String,
}

#[derive(Deserialize)]
struct City {
    name: String,
    zone: String,
    departments: Vec<Department>,
    services: Vec<Service>,
    logins: Vec<DemoLogin>,
}

fn read() -> Result<City, DemoError> {
    serde_json::from_str(CITY).map_err(|error| DemoError::Files(error.to_string()))
}

/// Makes the city where there is none yet, and the log-ins that are missing. Returns the log-ins.
///
/// # Errors
/// See [`DemoError`].
pub async fn seed(store: &dyn Store, clock: &dyn Clock) -> Result<Vec<DemoLogin>, DemoError> {
    let City { name, zone, departments, services, logins } = read()?;
    if store.city().await?.catalogue.services.is_empty() {
        let wrong = |faults: crate::catalogue::file::Faults| DemoError::Files(format!("{:?}", faults.told()));
        store.import(Import::Areas(areas::read(AREAS).map_err(wrong)?), Retire::Refuse).await??;
        let read = addresses::read(ADDRESSES.as_bytes(), &addresses::Wanted::default()).map_err(wrong)?;
        store.import(Import::Addresses(read.addresses), Retire::Refuse).await??;
        let calendar = crate::cli::read_calendar(CALENDAR).map_err(|(_, what)| DemoError::Files(what))?;
        store.import_calendar(calendar, clock.now()).await?;
        store.set_up_city(CitySetup { name, zone, departments, services }).await??;
        publish_rules(store, clock).await?;
    }
    for login in &logins {
        add(store, clock, login).await?;
    }
    Ok(logins)
}

async fn publish_rules(store: &dyn Store, clock: &dyn Clock) -> Result<(), DemoError> {
    let file = RulesFile::read(RULES, &store.city().await?.offer())
        .map_err(|faults| DemoError::Files(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
    let new = NewRules { rules: file.rules, note: file.note, by: None };
    store.publish_rules(new, clock.now()).await?.map_err(|faults| DemoError::Files(faults.to_string()))?;
    Ok(())
}

async fn add(store: &dyn Store, clock: &dyn Clock, login: &DemoLogin) -> Result<(), DemoError> {
    if store.login(login.name.clone()).await?.is_some() {
        return Ok(());
    }
    let staff = NewStaff {
        user: UserId::mint(clock.now(), entropy()?),
        name: login.name.clone(),
        role: login.role,
        department: login.department.clone(),
        password_hash: password::hash(&login.password)?,
    };
    match store.add_staff(staff, clock.now()).await? {
        StaffAdded::Added | StaffAdded::NameTaken => Ok(()),
        StaffAdded::NoSuchDepartment => Err(DemoError::Files(format!("{} works in a department that is not there", login.name))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanterna_shared::area::AreaIndex;
    use lanterna_shared::position::{Position, PositionSource};

    fn area_of(index: &AreaIndex, lat: f64, lon: f64) -> Option<String> {
        let position = Position::from_degrees(lat, lon, None, PositionSource::Map).unwrap();
        index.find(&position).map(|area| area.name.clone())
    }

    #[test]
    fn well_known_places_lie_in_their_municipio() {
        let index = AreaIndex::new(areas::read(AREAS).unwrap().areas);
        assert_eq!(index.areas().len(), 9);
        for (lat, lon, name) in [
            (44.4072, 8.9340, "Centro Est"),        // Piazza De Ferrari
            (44.4045, 8.9046, "Centro Ovest"),      // the lighthouse
            (44.4165, 8.9525, "Bassa Val Bisagno"), // the stadium at Marassi
            (44.4440, 8.9640, "Media Val Bisagno"), // Molassana
            (44.4690, 8.8990, "Val Polcevera"),     // Bolzaneto
            (44.4250, 8.8500, "Medio Ponente"),     // Sestri Ponente
            (44.4270, 8.7500, "Ponente"),           // Voltri
            (44.3950, 8.9600, "Medio Levante"),     // Albaro
            (44.3850, 9.0400, "Levante"),           // Nervi
        ] {
            assert_eq!(area_of(&index, lat, lon).as_deref(), Some(name), "{lat} {lon}");
        }
        assert_eq!(area_of(&index, 44.30, 8.90), None);
    }

    #[test]
    fn genoa_works_from_8_to_18_and_not_on_its_patrons_day() {
        let calendar = crate::cli::read_calendar(CALENDAR).unwrap();
        assert_eq!(calendar.rules().zone, read().unwrap().zone);
        assert_eq!(calendar.rules().hours.minutes(), 50 * 60);
        let day = |month, day| jiff::civil::Date::new(2026, month, day).unwrap();
        assert!(!calendar.is_working_day(day(6, 24)) && calendar.is_working_day(day(6, 25)));
    }

    #[test]
    fn every_service_can_be_shown_found_and_asked_about() {
        for service in read().unwrap().services {
            let code = service.code.clone();
            assert_eq!(lanterna_shared::service::check::faults(&service), Vec::<String>::new(), "{code}");
            assert!(service.icon.is_some() && !service.keywords.is_empty(), "{code}");
            let questions = service.questions.iter();
            let labels =
                questions.clone().map(|question| &question.label).chain(questions.flat_map(|q| q.choices.iter().map(|c| &c.label)));
            for words in labels.chain([&service.name, &service.group, &service.description]) {
                assert!(words.contains_key("it") && words.contains_key("en"), "{code}: {words:?}");
            }
        }
    }

    #[test]
    fn nobody_must_answer_to_report_a_pothole_and_a_hanging_wire_is_a_call() {
        use lanterna_shared::answer::{Answer, Answers};
        use lanterna_shared::service::{QuestionCode, asking::check_answers, notice::notice_for};
        let services = read().unwrap().services;
        let service = |code: &str| services.iter().find(|service| service.code.as_str() == code).unwrap();
        assert_eq!(check_answers(service("pothole"), &Answers::new()), Ok(()));
        let wire = Answers::from([(QuestionCode::new("fault").unwrap(), Answer::One("wire".to_owned()))]);
        let notice = notice_for(service("street_lamp"), &wire).unwrap();
        assert_eq!((notice.call.as_deref(), notice.stops), (Some("112"), true));
    }

    #[test]
    fn the_demo_city_survives_being_exported_and_imported() {
        use crate::catalogue::{departments, services};
        let city = read().unwrap();
        let written = services::write(&city.services).unwrap();
        assert_eq!(services::read(&written).unwrap(), city.services);
        assert_eq!(departments::read(&departments::write(&city.departments).unwrap()).unwrap(), city.departments);
        let read = areas::read(AREAS).unwrap();
        assert_eq!(areas::read(&areas::write(&read.areas, &read.lies_in)).unwrap().areas, read.areas);
        let doors = addresses::read(ADDRESSES.as_bytes(), &addresses::Wanted::default()).unwrap().addresses;
        let mut csv = Vec::new();
        addresses::write(&doors, &mut csv).unwrap();
        assert_eq!(String::from_utf8(csv).unwrap(), ADDRESSES, "the file is written as an export writes it");
    }

    #[test]
    fn there_is_much_to_report_and_somebody_for_it() {
        let city = read().unwrap();
        assert!(city.services.len() >= 25, "{} services", city.services.len());
        assert_eq!(city.departments.len(), 9);
        assert!(city.services.iter().all(|service| service.name.contains_key("it") && service.name.contains_key("en")));
    }
}
