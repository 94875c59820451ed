//! Backups, restores and checks of a data folder that a server uses.

use crate::support::{Pictures, TestDevice, TestServer, now, pictures};
use crate::uploads::send_thumb;
use lanterna::clock::{entropy, hex};
use lanterna::keeping::Progress;
use lanterna::keeping::archive::{SUMMARY, SUMS, Summary, photo_path, sum_line};
use lanterna::keeping::backup::{Made, backup};
use lanterna::keeping::error::KeepingError;
use lanterna::keeping::folder::DATABASE;
use lanterna::keeping::restore::{Restored, restore};
use lanterna::photo::folder::PhotoFolder;
use lanterna::store::Store;
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::wire::Row;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

fn place(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("lanterna-keeping-{}", hex(&entropy::<8>().unwrap())));
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn back_up(data: &Path, file: &Path) -> Result<Made, KeepingError> {
    backup(data, file, now(), &mut |_| {})
}

fn put_back(file: &Path, data: &Path) -> Result<Restored, KeepingError> {
    restore(file, data, 1_000, now(), &mut |_| {})
}

fn refusal(file: &Path) -> String {
    let data = place("restored");
    let said = put_back(file, &data).unwrap_err().to_string();
    assert!(!data.exists(), "{said}");
    let partial = data.with_extension("partial");
    assert!(!partial.exists(), "nothing is left of it: {said}");
    said
}

/// A report with a photo of which the thumbnail has arrived.
async fn with_photo(server: &TestServer, device: &TestDevice) -> Pictures {
    let pictures = pictures(9_000);
    device.reports(server, "pothole", &[pictures.named]).await;
    send_thumb(server, device, &pictures).await;
    pictures
}

/// The members of an archive, in order.
fn members(file: &Path) -> Vec<(String, Vec<u8>)> {
    let unpacked = zstd::decode_all(fs::File::open(file).unwrap()).unwrap();
    let mut archive = tar::Archive::new(&unpacked[..]);
    let read = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
    };
    archive.entries().unwrap().map(read).collect()
}

/// An archive of these members, whose names may be anything.
fn archive(members: &[(String, Vec<u8>)], kind: tar::EntryType) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_entry_type(if name.starts_with("photos") || name.contains("..") { kind } else { tar::EntryType::Regular });
        header.set_cksum();
        builder.append(&header, &bytes[..]).unwrap();
    }
    zstd::encode_all(&builder.into_inner().unwrap()[..], 1).unwrap()
}

/// The manifest of these members, as a backup writes it.
fn sums(members: &[(String, Vec<u8>)]) -> (String, Vec<u8>) {
    let lines: String = members.iter().map(|(name, bytes)| sum_line(PhotoHash::of(bytes), name)).collect();
    (SUMS.to_owned(), lines.into_bytes())
}

#[tokio::test]
async fn a_backup_holds_what_the_database_speaks_of_and_can_be_read_by_anybody() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let pictures = with_photo(&server, &device).await;
    fs::write(server.data.join("staging/0123"), "on its way").unwrap();
    let file = place("city.tar.zst");
    let mut told = Vec::new();
    let made = backup(&server.data, &file, now(), &mut |progress| told.push(progress)).unwrap();
    let last = told.last().unwrap();
    assert_eq!(*last, Progress { done: made.summary.bytes(), of: made.summary.bytes() });
    assert_eq!((made.summary.reports, made.summary.cases, made.summary.photos, made.summary.photo_bytes), (1, 1, 1, 2_000));
    assert_eq!((made.file_bytes, made.missing.len()), (fs::metadata(&file).unwrap().len(), 0));
    let members = members(&file);
    let names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [SUMMARY, DATABASE, &photo_path(pictures.named.thumb), SUMS]);
    assert_eq!(members[2].1, pictures.thumb);
    assert_eq!(sums(&members[..3]).1, members[3].1);
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing else is left");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o077, 0, "nobody else may read it");
    assert!(back_up(&server.data, &file).unwrap_err().to_string().contains("is there already"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_beside_many_writers_is_one_state_of_the_city() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let (data, file) = (server.data.clone(), place("city.tar.zst"));
    for _ in 0..20 {
        device.reports(&server, "pothole", &[]).await;
    }
    let to = file.clone();
    let making = tokio::task::spawn_blocking(move || back_up(&data, &to).unwrap());
    let mut sent = 20;
    while !making.is_finished() {
        device.reports(&server, "pothole", &[]).await;
        sent += 1;
    }
    let made = making.await.unwrap();
    assert!((20..=sent).contains(&made.summary.reports), "{} of {sent}", made.summary.reports);
    let restored = place("restored");
    put_back(&file, &restored).unwrap();
    let again = TestServer::open_at(restored);
    let found = again.store.check().await.unwrap();
    assert_eq!(found.faults, Vec::<String>::new());
    assert!(found.counts.contains(&("reports", made.summary.reports)));
}

#[tokio::test]
async fn a_restored_city_goes_on_where_the_backup_was_made() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let cookie = server.log_in("roads").await;
    let pictures = with_photo(&server, &device).await;
    let before = device.sync(&server, 0, &[]).await;
    let (file, data) = (place("city.tar.zst"), place("restored"));
    back_up(&server.data, &file).unwrap();
    device.reports(&server, "pothole", &[]).await;
    fs::create_dir(&data).unwrap();
    let restored = put_back(&file, &data).unwrap();
    assert_eq!((restored.photos, restored.wanted_again, restored.summary.reports), (1, 0, 1));
    let again = TestServer::open_at(data.clone());
    let after = device.sync(&again, 0, &[]).await;
    assert_eq!((&after.changes, before.epoch), (&before.changes, 0));
    assert!(after.epoch > 0, "devices are told that something may be forgotten");
    assert_eq!(fs::read(PhotoFolder::at(&data).whole(pictures.named.thumb)).unwrap(), pictures.thumb);
    device.reports(&again, "pothole", &[]).await;
    let numbers: Vec<_> = device.sync(&again, 0, &[]).await.changes.iter().map(|Row::Report(row)| row.number.sequence()).collect();
    assert_eq!(numbers, [1, 1_002], "numbers that citizens may have been told are not given again");
    let session = again.get("/v1/session", &[("cookie", &cookie)]).await;
    assert_eq!(session.problem(), "unauthenticated", "sessions may have ended meanwhile");
    assert_eq!(again.store.check().await.unwrap().faults, Vec::<String>::new());
    assert!(put_back(&file, &data).unwrap_err().to_string().contains("is not empty"));
}

#[tokio::test]
async fn a_photo_that_is_gone_or_damaged_is_named_and_wanted_again() {
    let server = TestServer::start().await;
    let device = server.device().await;
    let (gone, damaged) = (with_photo(&server, &device).await, with_photo(&server, &device).await);
    let photos = PhotoFolder::at(&server.data);
    fs::remove_file(photos.whole(gone.named.thumb)).unwrap();
    fs::write(photos.whole(damaged.named.thumb), "other bytes").unwrap();
    let (file, data) = (place("city.tar.zst"), place("restored"));
    let mut missing = back_up(&server.data, &file).unwrap().missing;
    missing.sort();
    let mut expected = [gone.named.thumb, damaged.named.thumb];
    expected.sort();
    assert_eq!(missing, expected);
    assert_eq!(put_back(&file, &data).unwrap().wanted_again, 2);
    let again = TestServer::open_at(data);
    let wanted = device.sync(&again, 0, &[]).await.wanted;
    assert!(expected.iter().all(|hash| wanted.contains(hash)));
    assert_eq!(again.store.check().await.unwrap().faults, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_whole_backup_is_refused_and_leaves_nothing() {
    let server = TestServer::start().await;
    let device = server.device().await;
    with_photo(&server, &device).await;
    let file = place("city.tar.zst");
    back_up(&server.data, &file).unwrap();
    let whole = fs::read(&file).unwrap();
    let good = members(&file);
    let write = |bytes: &[u8]| {
        let file = place("bad.tar.zst");
        fs::write(&file, bytes).unwrap();
        file
    };
    assert!(refusal(&write(b"no backup")).contains("is no backup"));
    assert!(refusal(&write(b"")).contains("bad.tar.zst is"));
    for at in [1, 40, whole.len() / 3, whole.len() / 2, whole.len() - 30] {
        let said = refusal(&write(&whole[..at]));
        assert!(said.contains("ends too early") || said.contains("is no backup"), "{at}: {said}");
    }
    let packed = |members: &[(String, Vec<u8>)]| write(&archive(members, tar::EntryType::Regular));
    assert!(refusal(&packed(&good[..3])).contains("ends too early"), "without a manifest");
    assert!(refusal(&packed(&good[1..])).contains("does not begin as one"));
    assert!(refusal(&packed(&[good[0].clone(), good[2].clone()])).contains("no backup holds"), "the database comes first");
    assert!(refusal(&packed(&[good.clone(), vec![good[2].clone()]].concat())).contains("behind its end"));
    let twice = [good[..3].to_vec(), vec![good[2].clone()]].concat();
    let said = refusal(&packed(&twice));
    assert!(said.contains("twice") || said.contains("more than it says"), "{said}");
    let mut other = good.clone();
    other[2].1[100] ^= 1;
    assert!(refusal(&packed(&other)).contains("has other bytes"));
    let mut other = good.clone();
    other[1].1[5_000] ^= 1;
    assert!(refusal(&packed(&other)).contains("not what its manifest lists"));
    put_back(&packed(&good), &place("restored")).unwrap();
}

#[tokio::test]
async fn hostile_archives_are_refused() {
    let server = TestServer::start().await;
    let file = place("city.tar.zst");
    back_up(&server.data, &file).unwrap();
    let good = members(&file);
    let hash = PhotoHash::of(b"evil");
    let attack = |name: String, bytes: &[u8], kind| {
        let head = [good[0].clone(), good[1].clone(), (name, bytes.to_vec())];
        let all = [head.to_vec(), vec![sums(&head)]].concat();
        let file = place("hostile.tar.zst");
        fs::write(&file, archive(&all, kind)).unwrap();
        refusal(&file)
    };
    for name in ["../../etc/cron.d/evil", "/etc/passwd", "lanterna.lock", "photos/../../x", "photos", "lanterna.db-wal", "", DATABASE] {
        let said = attack(name.to_owned(), b"evil", tar::EntryType::Regular);
        assert!(said.contains("no backup holds"), "{name}: {said}");
    }
    assert!(attack(format!("photos/zz/../{hash}"), b"evil", tar::EntryType::Regular).contains("no backup holds"));
    for kind in
        [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Directory, tar::EntryType::GNULongName, tar::EntryType::XHeader]
    {
        assert!(attack(photo_path(hash), b"evil", kind).contains("else than plain files"), "{kind:?}");
    }
    assert!(attack(photo_path(hash), b"evil", tar::EntryType::Regular).contains("more than it says"));
    // A bomb: announced to be small, or larger than any disk.
    let mut summary: Summary = serde_json::from_slice(&good[0].1).unwrap();
    summary.photo_bytes = u64::MAX / 4;
    let bomb = [(SUMMARY.to_owned(), serde_json::to_vec(&summary).unwrap())];
    let file = place("bomb.tar.zst");
    fs::write(&file, archive(&bomb, tar::EntryType::Regular)).unwrap();
    assert!(refusal(&file).contains("make room"));
    let zeros = [(SUMMARY.to_owned(), vec![b' '; 300 * 1024 * 1024])];
    fs::write(&file, archive(&zeros, tar::EntryType::Regular)).unwrap();
    assert!(fs::metadata(&file).unwrap().len() < 64 * 1024);
    assert!(refusal(&file).contains("does not say what it is"));
}

#[tokio::test]
async fn a_backup_of_a_newer_program_is_refused_in_words() {
    let server = TestServer::start().await;
    let file = place("city.tar.zst");
    back_up(&server.data, &file).unwrap();
    let good = members(&file);
    let with = |key: &str| {
        let mut summary: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&good[0].1).unwrap();
        summary.insert(key.to_owned(), serde_json::json!(4_711));
        let file = place("newer.tar.zst");
        let members = [(SUMMARY.to_owned(), serde_json::to_vec(&summary).unwrap())];
        fs::write(&file, archive(&members, tar::EntryType::Regular)).unwrap();
        refusal(&file)
    };
    for key in ["format", "schema"] {
        let said = with(key);
        assert!(said.contains("newer program") && said.contains(&format!("{key} 4711")), "{said}");
    }
}
