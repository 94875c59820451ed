//! The city's own data: replaced whole, and never out from under an old case.

use super::fixture::{Citizen, area, areas, rule, setup, small_city, sound};
use lanterna::store::Store;
use lanterna::store::city::ImportRefusal;
use std::sync::Arc;

pub async fn an_import_replaces_what_was_and_old_cases_keep_their_names(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("lamp").await;
    let mut without_lamps = setup();
    without_lamps.rules.pop();
    without_lamps.departments.pop();
    store.set_up_city(without_lamps).await.unwrap().unwrap();
    store.import_areas(vec![area("east", "East Side", 89_000_000, 444_000_000)]).await.unwrap().unwrap();
    let city = store.city().await.unwrap();
    assert_eq!(city.departments.len(), 1);
    assert_eq!(city.catalogue.areas.len(), 1);
    let row = citizen.row().await;
    assert_eq!((row.owner.as_deref(), row.area.as_deref()), (Some("Lamp Company"), Some("West Side")));
    sound(&store).await;
}

pub async fn a_rule_that_names_nothing_is_refused_and_nothing_changes(store: Arc<dyn Store>) {
    small_city(&store).await;
    let before = store.city().await.unwrap().catalogue.version.clone();
    for (broken, what) in [
        (rule(Some("comet"), None, "roads"), "service"),
        (rule(None, Some("moon"), "roads"), "area"),
        (rule(None, None, "army"), "department"),
    ] {
        let mut other = setup();
        other.name.push_str(" Nuovo");
        other.rules.push(broken);
        let refusal = store.set_up_city(other).await.unwrap().unwrap_err();
        assert!(matches!(refusal, ImportRefusal::RuleNames { rule: 3, what: named, .. } if named == what), "{refusal}");
    }
    assert_eq!(store.city().await.unwrap().catalogue.version, before);
    sound(&store).await;
}

pub async fn an_area_that_a_rule_needs_cannot_disappear(store: Arc<dyn Store>) {
    small_city(&store).await;
    let refusal = store.import_areas(vec![areas().remove(1)]).await.unwrap().unwrap_err();
    assert!(matches!(refusal, ImportRefusal::AreaInUse(code) if code.as_str() == "west"));
    assert_eq!(store.city().await.unwrap().catalogue.areas.len(), 2);
}

pub async fn the_catalogue_has_another_version_after_every_change(store: Arc<dyn Store>) {
    small_city(&store).await;
    let first = store.city().await.unwrap().catalogue.version.clone();
    assert_eq!(first.len(), 16);
    store.set_up_city(setup()).await.unwrap().unwrap();
    assert_eq!(store.city().await.unwrap().catalogue.version, first, "the same again is the same");
    let mut other = setup();
    other.services.pop();
    store.set_up_city(other).await.unwrap().unwrap();
    assert_ne!(store.city().await.unwrap().catalogue.version, first);
}
