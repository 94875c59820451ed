//! The catalogue: imported in parts, whole or not at all, and never out from under an open case unasked.

use super::fixture::{Citizen, Desk, area, areas, create, department, here, publish, report, rules, service, small_city, sound};
use lanterna::address::Query;
use lanterna::store::Store;
use lanterna::store::catalogue::{AreaImport, Import, Orphans, Retire, Thing};
use lanterna::store::city::ImportRefusal;
use lanterna_shared::address::{Address, NumberColour};
use lanterna_shared::answer::{Answer, Answers};
use lanterna_shared::department::{Crew, Department, DepartmentKind};
use lanterna_shared::role::Role;
use lanterna_shared::service::asking::{AnswerFault, FaultKind};
use lanterna_shared::service::notice::Notice;
use lanterna_shared::service::question::{Choice, Question, QuestionKind};
use lanterna_shared::service::{ChoiceCode, CrewCode, QuestionCode, Service, Words};
use lanterna_shared::verdict::Verdict;
use std::sync::Arc;

fn words(text: &str) -> Words {
    Words::from([("it".to_owned(), text.to_owned())])
}

/// A lamp that asks what is wrong with it.
fn lamp() -> Service {
    let notice = Notice { text: words("Chiama il 112"), call: Some("112".to_owned()), stops: true };
    let choice = |code: &str, notice| Choice { code: ChoiceCode::new(code).unwrap(), label: words(code), notice };
    let fault = Question {
        code: QuestionCode::new("fault").unwrap(),
        kind: QuestionKind::SingleValueList,
        label: words("Che cosa ha?"),
        hint: words("Guarda in alto"),
        required: true,
        choices: vec![choice("out", None), choice("wire", Some(notice.clone()))],
        min: None,
        max: None,
        shown_when: None,
    };
    Service {
        group: words("Luci"),
        icon: Some("it-plug".to_owned()),
        description: words("Lampioni"),
        keywords: vec!["luce".to_owned()],
        questions: vec![fault],
        notice: Some(notice),
        ..service("lamp", 2)
    }
}

pub async fn everything_about_a_service_and_a_department_is_kept(store: Arc<dyn Store>) {
    small_city(&store).await;
    let services = vec![lamp(), service("pothole", 3)];
    store.import(Import::Services(services.clone()), Retire::Refuse).await.unwrap().unwrap();
    let crew = |code: &str| Crew { code: CrewCode::new(code).unwrap(), name: format!("Squadra {code}") };
    let partner = Department {
        kind: DepartmentKind::Partner,
        contact: Some("800 00 00 00".to_owned()),
        crews: vec![crew("east"), crew("west")],
        ..Department::new(department("lamps"), "Lamp Company")
    };
    let departments = vec![partner, Department::new(department("roads"), "Roads Office")];
    store.import(Import::Departments(departments.clone()), Retire::Refuse).await.unwrap().unwrap();
    let city = store.city().await.unwrap();
    assert_eq!(city.catalogue.services, services);
    assert_eq!(city.departments, departments);
    sound(&store).await;
}

pub async fn what_open_cases_name_does_not_disappear_unasked(store: Arc<dyn Store>) {
    small_city(&store).await;
    // Only potholes are ruled on, so that trees are nobody's but the cases'.
    let mut few = rules();
    few.truncate(1);
    publish(&store, few).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("tree").await;
    citizen.reports("tree").await;
    let version = store.city().await.unwrap().version;
    let east = AreaImport { areas: vec![areas().remove(1)], lies_in: String::new() };
    let orphans = |what, code: &str| ImportRefusal::Orphans(Orphans { what, gone: vec![(code.to_owned(), 2)] });
    let refusal = store.import(Import::Areas(east.clone()), Retire::Refuse).await.unwrap().unwrap_err();
    assert_eq!(refusal, orphans(Thing::Area, "west"));
    assert!(refusal.to_string().contains("2 open cases name the area west"), "{refusal}");
    let few = Import::Services(vec![service("pothole", 3), service("lamp", 2)]);
    assert_eq!(store.import(few.clone(), Retire::Refuse).await.unwrap().unwrap_err(), orphans(Thing::Service, "tree"));
    assert_eq!(store.city().await.unwrap().version, version, "nothing was written");
    store.import(Import::Areas(east), Retire::Anyway).await.unwrap().unwrap();
    store.import(few, Retire::Anyway).await.unwrap().unwrap();
    let desk = Desk::new(&store, Role::Dispatcher, None).await;
    let seen = desk.open(desk.newest().await).await.unwrap().summary;
    assert_eq!((seen.service_name.as_str(), seen.area.as_deref()), ("tree in italiano", Some("West Side")));
    sound(&store).await;
}

pub async fn what_a_rule_names_does_not_disappear_at_all(store: Arc<dyn Store>) {
    small_city(&store).await;
    let services = Import::Services(vec![service("tree", 3), service("lamp", 2)]);
    let refusal = store.import(services, Retire::Anyway).await.unwrap().unwrap_err();
    assert!(refusal.to_string().contains("pothole"), "{refusal}");
    let departments = Import::Departments(vec![Department::new(department("roads"), "Roads Office")]);
    let refusal = store.import(departments, Retire::Anyway).await.unwrap().unwrap_err();
    assert!(refusal.to_string().contains("lamps"), "{refusal}");
}

pub async fn a_report_is_kept_with_answers_that_do_not_fit(store: Arc<dyn Store>) {
    small_city(&store).await;
    store.import(Import::Services(vec![lamp(), service("pothole", 3)]), Retire::Refuse).await.unwrap().unwrap();
    let citizen = Citizen::new(&store).await;
    let mut new = report("lamp");
    let question = |code: &str| QuestionCode::new(code).unwrap();
    new.answers = Answers::from([
        (question("fault"), Answer::One("comet".to_owned())),
        (question("shoe"), Answer::Many(vec!["43".to_owned(), "44".to_owned()])),
    ]);
    assert_eq!(citizen.say(&create(&new)).await, Verdict::Applied);
    let desk = Desk::new(&store, Role::Auditor, None).await;
    let seen = desk.open(desk.newest().await).await.unwrap();
    assert_eq!(seen.reports[0].answers, new.answers);
    let fault = |code: &str, fault| AnswerFault { question: question(code), fault };
    assert_eq!(seen.reports[0].answer_faults, [fault("fault", FaultKind::UnknownChoice), fault("shoe", FaultKind::UnknownQuestion)]);
    sound(&store).await;
}

fn door(street: &str, number: u32, colour: NumberColour, east: i32) -> Address {
    let (lat_e7, lon_e7) = (here().lat_e7(), here().lon_e7() + east);
    Address { street: street.to_owned(), number, exponent: String::new(), colour, lat_e7, lon_e7, source: "ANNCSU".to_owned() }
}

/// Doors to the east of [`here`]: at 8, 16 and 24 metres, and one at 8 kilometres.
fn doors() -> Vec<Address> {
    use NumberColour::{Black, Red};
    let mut doors = vec![
        door("Via Garibaldi", 9, Red, 1_000),
        door("Via Garibaldi", 9, Black, 2_000),
        door("Via Nuova", 1, Black, 3_000),
        door("Via Nuova", 200, Black, 1_000_000),
    ];
    doors.sort();
    doors
}

pub async fn red_and_black_doors_are_found_apart_near_and_by_name(store: Arc<dyn Store>) {
    small_city(&store).await;
    assert!(store.addresses_near(here(), 100).await.unwrap().is_empty());
    store.import(Import::Addresses(doors()), Retire::Refuse).await.unwrap().unwrap();
    assert_eq!(store.addresses().await.unwrap(), doors());
    let near = store.addresses_near(here(), 100).await.unwrap();
    let near: Vec<_> = near.iter().map(|found| (found.text.as_str(), found.distance_m.unwrap())).collect();
    assert_eq!(near, [("Via Garibaldi 9 rosso", 8), ("Via Garibaldi 9", 16), ("Via Nuova 1", 24)]);
    assert_eq!(store.addresses_near(here(), 10).await.unwrap().len(), 1);
    for (typed, expected) in [
        ("via garibaldi 9 rosso", &["Via Garibaldi 9 rosso"][..]),
        ("garibaldi 9 nero", &["Via Garibaldi 9"]),
        ("Garib 9", &["Via Garibaldi 9", "Via Garibaldi 9 rosso"]),
        ("v. nuova", &["Via Nuova 1", "Via Nuova 200"]),
        ("via mazzini", &[]),
    ] {
        let found = store.search_addresses(Query::read(typed).unwrap()).await.unwrap();
        assert_eq!(found.iter().map(|found| found.text.as_str()).collect::<Vec<_>>(), expected, "{typed}");
    }
    store.import(Import::Addresses(vec![door("Via Sola", 1, NumberColour::Black, 0)]), Retire::Refuse).await.unwrap().unwrap();
    assert_eq!(store.addresses().await.unwrap().len(), 1, "an import replaces all");
}

pub async fn a_case_gets_the_nearest_address_and_keeps_it(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("pothole").await;
    let desk = Desk::new(&store, Role::Dispatcher, None).await;
    assert_eq!(desk.open(desk.newest().await).await.unwrap().address, None, "there were none");
    store.import(Import::Addresses(doors()), Retire::Refuse).await.unwrap().unwrap();
    citizen.reports("pothole").await;
    let case = desk.newest().await;
    store.import(Import::Addresses(vec![door("Via Sola", 1, NumberColour::Black, 0)]), Retire::Refuse).await.unwrap().unwrap();
    let address = desk.open(case).await.unwrap().address.unwrap();
    assert_eq!((address.text.as_str(), address.source.as_str(), address.distance_m), ("Via Garibaldi 9 rosso", "ANNCSU", 8));
    let mut nowhere = report("pothole");
    nowhere.position = None;
    assert_eq!(citizen.say(&create(&nowhere)).await, Verdict::Applied);
    assert_eq!(desk.open(desk.newest().await).await.unwrap().address, None);
    sound(&store).await;
}

pub async fn a_park_does_not_take_the_place_of_a_municipio(store: Arc<dyn Store>) {
    small_city(&store).await;
    let mut park = area("a-park", "Villa", 88_000_000, 444_000_000);
    "park".clone_into(&mut park.kind);
    let mut all = areas();
    all.push(park);
    store.import(Import::Areas(AreaImport { areas: all, lies_in: "municipio".to_owned() }), Retire::Refuse).await.unwrap().unwrap();
    let citizen = Citizen::new(&store).await;
    citizen.reports("pothole").await;
    assert_eq!(citizen.row().await.area.as_deref(), Some("West Side"));
    let city = store.city().await.unwrap();
    assert_eq!(city.areas.all_at(&here()).len(), 2);
    assert_eq!(city.areas.kind(), "municipio");
}

pub async fn areas_have_a_version_of_their_own(store: Arc<dyn Store>) {
    small_city(&store).await;
    let first = Arc::clone(&store.city().await.unwrap().catalogue);
    store.import(Import::Services(vec![lamp(), service("pothole", 3)]), Retire::Refuse).await.unwrap().unwrap();
    let second = Arc::clone(&store.city().await.unwrap().catalogue);
    assert_ne!(first.version, second.version);
    assert_eq!((first.areas_version.len(), &first.areas_version), (8, &second.areas_version));
    let moved = vec![area("west", "West Side", 88_000_001, 444_000_000), areas().remove(1)];
    store.import_areas(moved).await.unwrap().unwrap();
    assert_ne!(store.city().await.unwrap().catalogue.areas_version, second.areas_version);
}
