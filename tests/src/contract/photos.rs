//! Photos: expected because a report mentions them, present because they arrived, seen because the report may be seen.

use super::fixture::{Citizen, Desk, at, create, op, photo, report, small_city, sound};
use lanterna::store::Store;
use lanterna::store::photo::{Upload, upload_id};
use lanterna_shared::id::ReportId;
use lanterna_shared::op::OpBody;
use lanterna_shared::photo::{PhotoHash, PhotoRef, Rendition};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::role::Role;
use lanterna_shared::verdict::Verdict;
use std::sync::Arc;

/// A report with one photo.
async fn with_photo(citizen: &Citizen) -> (ReportId, PhotoRef) {
    let (mut new, photo) = (report("pothole"), photo());
    new.photos.push(photo);
    assert_eq!(citizen.say(&create(&new)).await, Verdict::Applied);
    (new.report, photo)
}

async fn arrives(citizen: &Citizen, hash: PhotoHash) {
    let subject = citizen.device.subject;
    citizen.store.finish_photo(upload_id(subject, hash), subject, hash, 1_000, at(9)).await.unwrap();
}

pub async fn only_what_a_report_mentions_is_expected(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, other) = (Citizen::new(&store).await, Citizen::new(&store).await);
    let (_, photo) = with_photo(&one).await;
    for rendition in Rendition::ALL {
        let expected = store.expected_photo(one.device.subject, photo.hash(rendition)).await.unwrap().unwrap();
        assert_eq!((expected.rendition, expected.present, expected.size_bytes), (rendition, false, 0));
        assert_eq!(store.expected_photo(other.device.subject, photo.hash(rendition)).await.unwrap(), None);
    }
    assert_eq!(store.expected_photo(one.device.subject, PhotoHash::of(b"")).await.unwrap(), None);
}

pub async fn a_photo_that_arrived_is_no_longer_wanted(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let (_, photo) = with_photo(&citizen).await;
    assert_eq!(citizen.pull(0).await.wanted, [photo.thumb, photo.screen, photo.full]);
    arrives(&citizen, photo.screen).await;
    assert_eq!(citizen.pull(0).await.wanted, [photo.thumb, photo.full]);
    let expected = store.expected_photo(citizen.device.subject, photo.screen).await.unwrap().unwrap();
    assert_eq!((expected.present, expected.size_bytes), (true, 1_000));
    assert_eq!(store.present_photos(0).await.unwrap().iter().map(|present| present.hash).collect::<Vec<_>>(), [photo.screen]);
    sound(&store).await;
}

pub async fn arriving_twice_is_arriving_once(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let (_, photo) = with_photo(&citizen).await;
    arrives(&citizen, photo.thumb).await;
    arrives(&citizen, photo.thumb).await;
    assert_eq!(store.present_photos(0).await.unwrap().len(), 1);
    sound(&store).await;
}

pub async fn a_photo_is_present_within_its_subject_only(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, other) = (Citizen::new(&store).await, Citizen::new(&store).await);
    let (_, photo) = with_photo(&one).await;
    arrives(&one, photo.thumb).await;
    let mut same = report("pothole");
    same.photos.push(photo);
    other.say(&create(&same)).await;
    assert!(!store.expected_photo(other.device.subject, photo.thumb).await.unwrap().unwrap().present);
    assert_eq!(store.photo_of_report(same.report, 0, Rendition::Thumb).await.unwrap(), None);
}

pub async fn a_photo_is_found_by_its_report(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let (report, photo) = with_photo(&citizen).await;
    assert_eq!(store.photo_of_report(report, 0, Rendition::Screen).await.unwrap(), None, "it is on its way");
    arrives(&citizen, photo.screen).await;
    let found = store.photo_of_report(report, 0, Rendition::Screen).await.unwrap().unwrap();
    assert_eq!((found.hash, found.subject), (photo.screen, citizen.device.subject));
    assert_eq!(found.owner.unwrap().as_str(), "roads");
    assert_eq!(store.photo_of_report(report, 1, Rendition::Screen).await.unwrap(), None);
    assert_eq!(store.photo_of_report(report, 0, Rendition::Full).await.unwrap(), None);
}

pub async fn a_late_photo_joins_its_report(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, other) = (Citizen::new(&store).await, Citizen::new(&store).await);
    let (report, first) = with_photo(&citizen).await;
    let late = photo();
    let add = |photo| op(OpBody::AddPhoto { report, photo });
    assert_eq!(citizen.say(&add(late)).await, Verdict::Applied);
    assert_eq!(citizen.say(&add(first)).await, Verdict::Exists);
    assert!(matches!(other.say(&add(photo())).await, Verdict::Rejected { code: ProblemCode::Unknown, .. }));
    arrives(&citizen, late.thumb).await;
    let desk = Desk::new(&store, Role::Dispatcher, None).await;
    let seen = desk.open(desk.newest().await).await.unwrap();
    assert_eq!(seen.summary.photos, 2);
    let arrived: Vec<_> = seen.reports[0].photos.iter().map(|photo| (photo.ordinal, photo.thumb, photo.screen, photo.full)).collect();
    assert_eq!(arrived, [(0, false, false, false), (1, true, false, false)]);
    sound(&store).await;
}

pub async fn a_ninth_photo_is_refused(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let mut new = report("pothole");
    new.photos = (0..8).map(|_| photo()).collect();
    assert_eq!(citizen.say(&create(&new)).await, Verdict::Applied);
    let ninth = op(OpBody::AddPhoto { report: new.report, photo: photo() });
    assert!(matches!(citizen.say(&ninth).await, Verdict::Rejected { code: ProblemCode::Invalid, .. }));
    sound(&store).await;
}

pub async fn the_oldest_reports_photos_are_wanted_first(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let (_, first) = with_photo(&citizen).await;
    for _ in 0..200 {
        with_photo(&citizen).await;
    }
    let wanted = citizen.pull(0).await.wanted;
    assert_eq!(wanted.len(), 500);
    assert_eq!(wanted[..3], [first.thumb, first.screen, first.full]);
}

pub async fn uploads_are_remembered_until_they_end(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let (_, photo) = with_photo(&citizen).await;
    let subject = citizen.device.subject;
    let begun = |hash, expires_at| Upload { upload: upload_id(subject, hash), subject, hash, length_bytes: 5_000, expires_at };
    let (short, long) = (begun(photo.thumb, at(10)), begun(photo.full, at(100)));
    for upload in [short, long, long] {
        store.begin_upload(upload).await.unwrap();
    }
    assert_eq!(store.upload(long.upload).await.unwrap(), Some(long));
    assert_eq!(store.expired_uploads(at(50)).await.unwrap(), [short.upload]);
    store.begin_upload(begun(photo.thumb, at(200))).await.unwrap();
    assert!(store.expired_uploads(at(50)).await.unwrap().is_empty(), "who goes on has more time");
    store.end_upload(short.upload).await.unwrap();
    store.end_upload(short.upload).await.unwrap();
    assert_eq!(store.upload(short.upload).await.unwrap(), None);
    arrives(&citizen, photo.full).await;
    assert_eq!(store.upload(long.upload).await.unwrap(), None, "what arrived is no upload any more");
    sound(&store).await;
}
