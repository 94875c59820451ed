//! Routing rules: published in versions, deciding about every new report, and kept with what they decided.

use super::fixture::{Citizen, Desk, area, areas, at, create, here, publish, report, rule, rules, setup, small_city, sound};
use lanterna::store::Store;
use lanterna::store::rules::NewRules;
use lanterna_shared::answer::{Answer, Answers};
use lanterna_shared::office::CaseDetail;
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::priority::Priority;
use lanterna_shared::report::{NewReport, ReportKind};
use lanterna_shared::role::Role;
use lanterna_shared::routing::{RoutingRule, Tried, trace};
use lanterna_shared::service::QuestionCode;
use lanterna_shared::verdict::Verdict;
use std::sync::Arc;

fn read(json: &str) -> Vec<RoutingRule> {
    serde_json::from_str(json).unwrap()
}

/// Sends a report and looks at its case.
async fn routed(store: &Arc<dyn Store>, new: &NewReport) -> CaseDetail {
    let citizen = Citizen::new(store).await;
    assert_eq!(citizen.say(&create(new)).await, Verdict::Applied);
    let desk = Desk::new(store, Role::Dispatcher, None).await;
    desk.open(desk.newest().await).await.unwrap()
}

fn owner(case: &CaseDetail) -> Option<&str> {
    case.summary.owner.as_ref().map(|owner| owner.code.as_str())
}

pub async fn rules_are_published_in_versions_and_old_ones_stay(store: Arc<dyn Store>) {
    small_city(&store).await;
    assert_eq!(store.city().await.unwrap().rules.version, 1);
    assert_eq!(publish(&store, rules()).await, 1, "the same again is the same version");
    let other = vec![rule(None, None, "roads")];
    assert_eq!(publish(&store, other.clone()).await, 2);
    let city = store.city().await.unwrap();
    assert_eq!((city.rules.version, &city.rules.rules), (2, &other));
    assert_eq!(store.rules_of(1).await.unwrap().unwrap().rules, rules());
    assert_eq!(store.rules_of(3).await.unwrap(), None);
    let by = Desk::new(&store, Role::Supervisor, None).await.staff;
    let back = NewRules { rules: rules(), note: "as it was".to_owned(), by: Some(by.user) };
    assert_eq!(store.publish_rules(back, at(60)).await.unwrap().unwrap(), 3);
    let published = store.published_rules().await.unwrap();
    assert_eq!(published.iter().map(|one| one.version).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(
        (published[0].by.as_deref(), published[0].note.as_str(), published[0].published_at),
        (Some(by.name.as_str()), "as it was", at(60))
    );
    assert_eq!((published[2].by.as_deref(), published[2].published_at), (None, at(0)));
    sound(&store).await;
}

pub async fn rules_that_cannot_be_evaluated_are_refused_and_nothing_changes(store: Arc<dyn Store>) {
    small_city(&store).await;
    for (broken, path) in [
        (rule(Some("comet"), None, "roads"), "when[1].service[1]"),
        (rule(None, Some("moon"), "roads"), "when[1].area[1]"),
        (rule(None, None, "army"), "owner"),
    ] {
        let new = NewRules { rules: [rules(), vec![broken]].concat(), note: String::new(), by: None };
        let faults = store.publish_rules(new, at(0)).await.unwrap().unwrap_err().0;
        assert_eq!(faults.iter().map(|fault| (fault.rule, fault.path.as_str())).collect::<Vec<_>>(), [(3, path)]);
    }
    // What is retired is as good as missing.
    let mut without_trees = setup();
    without_trees.services.pop();
    store.set_up_city(without_trees).await.unwrap().unwrap();
    let about_trees = NewRules { rules: vec![rule(Some("tree"), None, "roads")], note: String::new(), by: None };
    assert_eq!(store.publish_rules(about_trees, at(0)).await.unwrap().unwrap_err().0.len(), 1);
    assert_eq!(store.city().await.unwrap().rules.rules, rules());
    sound(&store).await;
}

pub async fn a_rule_sets_owner_priority_and_promise(store: Arc<dyn Store>) {
    small_city(&store).await;
    publish(
        &store,
        read(
            r#"[{"when":[{"service":["pothole"]}],"owner":"roads","priority":"urgent","service_level":{"hours":4}},
            {"when":[{"service":["lamp"]}],"owner":"lamps","priority":"low","service_level":{"working_days":1}}]"#,
        ),
    )
    .await;
    let hole = routed(&store, &report("pothole")).await;
    assert_eq!((owner(&hole), hole.priority, hole.rules_version), (Some("roads"), Some(Priority::Urgent), Some(2)));
    assert_eq!(hole.summary.due_at.unwrap(), at(4 * 3_600));
    let lamp = routed(&store, &report("lamp")).await;
    assert_eq!((owner(&lamp), lamp.priority), (Some("lamps"), Some(Priority::Low)));
    // A Thursday morning: until the end of Friday, not of Monday as the service promises.
    assert_eq!(lamp.summary.due_at.unwrap().to_rfc3339(), "2026-11-27T22:59:59Z");
    let tree = routed(&store, &report("tree")).await;
    assert_eq!((owner(&tree), tree.priority), (None, Some(Priority::Medium)));
    assert_eq!(tree.trace.iter().map(|line| (line.outcome, line.condition)).collect::<Vec<_>>(), [(Tried::OtherService, Some(1)); 2]);
    sound(&store).await;
}

pub async fn answers_channel_time_and_kind_decide(store: Arc<dyn Store>) {
    small_city(&store).await;
    publish(
        &store,
        read(
            r#"[{"when":[{"number":{"question":"depth","above":10}}],"owner":"lamps"},
            {"when":[{"kind":["complaint"]}],"unless":[{"channel":["phone"]}],"owner":"lamps"},
            {"when":[{"weekday":["thursday"]},{"time_of_day":{"from":"09:00","to":"09:30"}},{"date":{"from":"11-01","to":"12-31"}}],"owner":"roads"}]"#,
        ),
    )
    .await;
    let mut deep = report("pothole");
    deep.answers = Answers::from([(QuestionCode::new("depth").unwrap(), Answer::One("12".to_owned()))]);
    let mut complaint = report("pothole");
    complaint.kind = ReportKind::Complaint;
    for (new, expected, rule) in [(deep, "lamps", 1), (complaint, "lamps", 2), (report("pothole"), "roads", 3)] {
        let case = routed(&store, &new).await;
        assert_eq!((owner(&case), case.trace.len()), (Some(expected), rule));
        let stored = trace::to_stored(&case.trace);
        assert!(!stored.contains("12"), "a trace says nothing of what a person said: {stored}");
    }
    sound(&store).await;
}

pub async fn a_report_near_a_boundary_names_both_owners(store: Arc<dyn Store>) {
    small_city(&store).await;
    let mut near = report("lamp");
    let place = |lon, accuracy| Position::from_degrees(44.45, lon, Some(accuracy), PositionSource::Gps).unwrap();
    // 79 m west of the boundary between west and east.
    near.position = Some(place(8.899, 50.0));
    assert_eq!(routed(&store, &near).await.boundary, None);
    let mut unsure = report("lamp");
    unsure.position = Some(place(8.899, 200.0));
    let case = routed(&store, &unsure).await;
    assert_eq!((owner(&case), case.summary.area.as_deref()), (Some("lamps"), Some("West Side")));
    let boundary = case.boundary.unwrap();
    assert!(boundary.is_disputed());
    let side = |side: &trace::Side| (side.area.clone().map(String::from), side.owner.clone().map(String::from), side.rule);
    assert_eq!(side(&boundary.here), (Some("west".to_owned()), Some("lamps".to_owned()), Some(2)));
    assert_eq!(boundary.others.iter().map(side).collect::<Vec<_>>(), [(Some("east".to_owned()), None, None)]);
    let mut nowhere = report("lamp");
    nowhere.position = Some(place(9.5, 5_000.0));
    assert_eq!(routed(&store, &nowhere).await.boundary, None);
    sound(&store).await;
}

pub async fn an_area_of_another_kind_decides_too(store: Arc<dyn Store>) {
    small_city(&store).await;
    let mut park = area("x-park", "The Park", 88_400_000, 444_000_000);
    "park".clone_into(&mut park.kind);
    store.import_areas([areas(), vec![park]].concat()).await.unwrap().unwrap();
    publish(&store, read(r#"[{"when":[{"area_kind":["park"]},{"area":["west"]}],"owner":"lamps"},{"owner":"roads"}]"#)).await;
    let case = routed(&store, &report("tree")).await;
    assert_eq!((owner(&case), case.summary.area.as_deref()), (Some("lamps"), Some("West Side")));
    let mut outside = report("tree");
    outside.position = Some(Position::from_degrees(44.45, 8.82, None, PositionSource::Map).unwrap());
    assert_eq!(owner(&routed(&store, &outside).await), Some("roads"));
    let refusal = store.import_areas(areas()).await.unwrap().unwrap_err();
    assert!(refusal.to_string().contains("park"), "{refusal}");
    sound(&store).await;
}

pub async fn a_case_keeps_the_version_of_the_rules_that_routed_it(store: Arc<dyn Store>) {
    small_city(&store).await;
    let before = routed(&store, &report("lamp")).await;
    publish(&store, vec![rule(None, None, "roads")]).await;
    let desk = Desk::new(&store, Role::Auditor, None).await;
    let after = desk.open(before.summary.case).await.unwrap();
    assert_eq!((after.rules_version, owner(&after), &after.trace), (Some(1), Some("lamps"), &before.trace));
    assert_eq!(routed(&store, &report("lamp")).await.rules_version, Some(2));
}

pub async fn a_city_without_rules_sends_everything_to_triage(store: Arc<dyn Store>) {
    store.import_areas(areas()).await.unwrap().unwrap();
    store.set_up_city(setup()).await.unwrap().unwrap();
    let case = routed(&store, &report("pothole")).await;
    assert_eq!((owner(&case), case.rules_version, case.trace.len()), (None, None, 0));
    sound(&store).await;
}

pub async fn past_cases_come_in_order_with_what_was_reported(store: Arc<dyn Store>) {
    small_city(&store).await;
    let mut told = report("lamp");
    told.answers = Answers::from([(QuestionCode::new("depth").unwrap(), Answer::One("12".to_owned()))]);
    told.kind = ReportKind::Suggestion;
    for new in [&report("pothole"), &told, &report("tree")] {
        routed(&store, new).await;
    }
    let first = store.past_cases(0, 2).await.unwrap();
    assert_eq!(first.iter().map(|case| case.number).collect::<Vec<_>>(), [1, 2]);
    let case = &first[1];
    assert_eq!((case.position, &case.answers, case.kind, case.is_erased), (Some(here()), &told.answers, ReportKind::Suggestion, false));
    assert_eq!((case.service.as_str(), case.received_at), ("lamp", at(0)));
    let rest = store.past_cases(2, 2).await.unwrap();
    assert_eq!(rest.iter().map(|case| case.number).collect::<Vec<_>>(), [3]);
    assert_eq!(store.past_cases(3, 2).await.unwrap(), []);
}
