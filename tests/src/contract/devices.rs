//! Devices: known by their installation and secret.

use super::fixture::{Citizen, at, fresh, small_city};
use lanterna::store::{NewDevice, Registration, Store};
use lanterna_shared::id::{InstallId, SubjectId};
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::report::Channel;
use std::sync::Arc;

fn new_device() -> NewDevice {
    NewDevice {
        install: InstallId::mint(at(0), fresh()),
        secret_sha256: *PhotoHash::of(&fresh()).as_bytes(),
        channel: Channel::Web,
        subject: SubjectId::mint(at(0), fresh()),
    }
}

pub async fn the_same_registration_is_answered_the_same(store: Arc<dyn Store>) {
    small_city(&store).await;
    let device = new_device();
    assert_eq!(store.register_device(device, at(0)).await.unwrap(), Registration::Known(device.subject));
    let again = NewDevice { subject: SubjectId::mint(at(9), fresh()), ..device };
    assert_eq!(store.register_device(again, at(9)).await.unwrap(), Registration::Known(device.subject));
}

pub async fn another_secret_is_refused(store: Arc<dyn Store>) {
    small_city(&store).await;
    let device = new_device();
    store.register_device(device, at(0)).await.unwrap();
    let other = NewDevice { secret_sha256: [9; 32], ..device };
    assert_eq!(store.register_device(other, at(0)).await.unwrap(), Registration::OtherSecret);
    assert_eq!(store.device([9; 32]).await.unwrap(), None);
}

pub async fn a_secret_finds_its_device_and_no_other(store: Arc<dyn Store>) {
    small_city(&store).await;
    Citizen::new(&store).await;
    let device = new_device();
    store.register_device(device, at(0)).await.unwrap();
    let found = store.device(device.secret_sha256).await.unwrap().unwrap();
    assert_eq!((found.install, found.subject, found.channel), (device.install, device.subject, Channel::Web));
    assert_eq!(store.device([0; 32]).await.unwrap(), None);
}

pub async fn one_secret_is_not_taken_by_two_installations(store: Arc<dyn Store>) {
    small_city(&store).await;
    let device = new_device();
    store.register_device(device, at(0)).await.unwrap();
    let other = NewDevice { secret_sha256: device.secret_sha256, ..new_device() };
    assert_eq!(store.register_device(other, at(0)).await.unwrap(), Registration::OtherSecret);
}
