//! A disk that is full: refused as something that passes, nothing half done, and all of it works once there is room again.

use super::SqliteStore;
use crate::metrics::StoreMeter;
use crate::store::batch::{Device, OpBatch, PreparedOp};
use crate::store::city::CitySetup;
use crate::store::error::StoreError;
use crate::store::{NewDevice, Store};
use lanterna_shared::id::{InstallId, JurisdictionId, Lineage, OpId, ReportId, SubjectId};
use lanterna_shared::report::Channel;
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::Verdict;
use serde_json::json;
use serde_json::value::RawValue;

const NOW: Timestamp = Timestamp::from_millis(1_795_680_000_000);

impl SqliteStore {
    /// Lets the database grow by so many pages and no more; `None` = as it likes.
    async fn room(&self, pages: Option<i64>) {
        let set = move |conn: &rusqlite::Connection, _: &crate::store::city::City, _| {
            let now: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0))?;
            let most = pages.map_or(1_000_000_000, |pages| now + pages);
            conn.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))?;
            Ok(())
        };
        self.writer.run(0, false, set).await.unwrap();
    }
}

struct Scene {
    store: SqliteStore,
    device: Device,
}

async fn scene() -> Scene {
    let path = crate::testing::folder("full").join("lanterna.db");
    let store = SqliteStore::open(&path, JurisdictionId::mint(NOW, [0; 10]), StoreMeter::default()).unwrap();
    let service = json!({ "code": "pothole", "name": { "it": "Buca" }, "working_days": 3 });
    let setup = CitySetup {
        name: "Prova".to_owned(),
        zone: "Europe/Rome".to_owned(),
        departments: Vec::new(),
        services: vec![serde_json::from_value(service).unwrap()],
    };
    store.set_up_city(setup).await.unwrap().unwrap();
    let device = Device { install: InstallId::mint(NOW, [1; 10]), subject: SubjectId::mint(NOW, [1; 10]), channel: Channel::App };
    let new = NewDevice { install: device.install, secret_sha256: [1; 32], channel: Channel::App, subject: device.subject };
    store.register_device(new, NOW).await.unwrap();
    Scene { store, device }
}

impl Scene {
    fn batch(&self, numbers: std::ops::Range<u32>) -> OpBatch {
        let op = |number: u32| {
            let mut bytes = [7; 10];
            bytes[6..].copy_from_slice(&number.to_be_bytes());
            let content = json!({ "report": ReportId::mint(NOW, bytes), "receipt": "0000-0000-00", "service": "pothole",
                "text": "x".repeat(3_000), "sent_at": NOW });
            let op = json!({ "id": OpId::mint(NOW, bytes), "seq": number, "at": NOW, "up": 5, "do": { "create_report": content } });
            PreparedOp::read(&RawValue::from_string(op.to_string()).unwrap()).unwrap()
        };
        OpBatch { device: self.device, lineage: Lineage::mint(NOW, [2; 10]), device_now: NOW, ops: numbers.map(op).collect() }
    }

    async fn send(&self, numbers: std::ops::Range<u32>) -> Result<Vec<Verdict>, StoreError> {
        let replies = self.store.apply_ops(self.batch(numbers), NOW).await?;
        Ok(replies.into_iter().map(|reply| reply.verdict).collect())
    }

    async fn is_sound_with(&self, reports: u64) {
        let found = self.store.check().await.unwrap();
        assert_eq!(found.faults, Vec::<String>::new());
        assert!(found.counts.contains(&("reports", reports)), "{:?}", found.counts);
    }
}

#[tokio::test]
async fn a_full_disk_passes_and_loses_nothing_that_was_acknowledged() {
    let scene = scene().await;
    scene.send(0..10).await.unwrap();
    scene.store.room(Some(5)).await;
    let error = scene.send(10..60).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert!(error.to_string().contains("the disk is full"), "{error}");
    let another = NewDevice {
        install: InstallId::mint(NOW, [9; 10]),
        secret_sha256: [9; 32],
        channel: Channel::App,
        subject: SubjectId::mint(NOW, [9; 10]),
    };
    scene.is_sound_with(10).await;
    scene.store.room(None).await;
    scene.store.ready().await.unwrap();
    scene.store.register_device(another, NOW).await.unwrap();
    assert_eq!(scene.send(10..60).await.unwrap(), vec![Verdict::Applied; 50]);
    assert_eq!(scene.send(0..10).await.unwrap(), vec![Verdict::Applied; 10], "what was acknowledged is still known");
    scene.is_sound_with(60).await;
}

#[tokio::test]
async fn of_many_senders_those_that_fit_are_taken_or_told_to_come_again() {
    let scene = std::sync::Arc::new(scene().await);
    scene.store.room(Some(40)).await;
    let sending: Vec<_> = (0..30_u32)
        .map(|number| {
            let scene = std::sync::Arc::clone(&scene);
            tokio::spawn(async move { scene.send(number * 3..number * 3 + 3).await })
        })
        .collect();
    let mut taken = 0;
    for one in sending {
        match one.await.unwrap() {
            Ok(verdicts) => taken += verdicts.len(),
            Err(error) => assert!(error.is_transient(), "{error}"),
        }
    }
    assert!(taken < 90, "the disk was not full");
    scene.is_sound_with(taken as u64).await;
    scene.store.room(None).await;
    assert_eq!(scene.send(0..90).await.unwrap(), vec![Verdict::Applied; 90]);
    scene.is_sound_with(90).await;
}
