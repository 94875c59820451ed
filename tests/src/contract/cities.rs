//! The city's own data: replaced whole, and never out from under an old case.

use super::fixture::{Citizen, area, areas, publish, rule, setup, small_city, sound};
use lanterna::store::Store;
use lanterna::store::city::ImportRefusal;
use std::sync::Arc;

pub async fn an_import_replaces_what_was_and_old_cases_keep_their_names(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("lamp").await;
    publish(&store, vec![rule(Some("pothole"), None, "roads")]).await;
    let mut without_lamps = setup();
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

pub async fn what_a_rule_names_cannot_disappear(store: Arc<dyn Store>) {
    small_city(&store).await;
    let before = store.city().await.unwrap().catalogue.version.clone();
    for (without_service, place, path) in
        [(true, 1, "rule 2, when[1].service[1]"), (false, 1, "rule 2, owner"), (true, 0, "rule 1, when[1].service[1]")]
    {
        let mut other = setup();
        other.name.push_str(" Nuovo");
        if without_service {
            other.services.remove(place);
        } else {
            other.departments.remove(place);
        }
        let refusal = store.set_up_city(other).await.unwrap().unwrap_err();
        assert!(matches!(&refusal, ImportRefusal::Rules(_)) && refusal.to_string().contains(path), "{refusal}");
    }
    assert_eq!(store.city().await.unwrap().catalogue.version, before);
    sound(&store).await;
}

pub async fn an_area_that_a_rule_needs_cannot_disappear(store: Arc<dyn Store>) {
    small_city(&store).await;
    let refusal = store.import_areas(vec![areas().remove(1)]).await.unwrap().unwrap_err();
    assert!(matches!(&refusal, ImportRefusal::Rules(_)) && refusal.to_string().contains("west"), "{refusal}");
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
