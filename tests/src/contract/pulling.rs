//! What a device gets: own rows only, the newest state of each, in pages that end.

use super::fixture::{Citizen, create, op, report, small_city};
use lanterna::store::Store;
use lanterna_shared::op::OpBody;
use lanterna_shared::wire::{MAX_PAGE_ROWS, Row};
use std::collections::BTreeSet;
use std::sync::Arc;

pub async fn a_subject_sees_its_own_reports_only(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, other) = (Citizen::new(&store).await, Citizen::new(&store).await);
    one.reports("pothole").await;
    let report = other.reports("lamp").await;
    assert_eq!(other.row().await.report, report);
}

pub async fn a_later_change_replaces_an_earlier_one(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let first = citizen.reports("pothole").await;
    let second = citizen.reports("lamp").await;
    let cursor = citizen.pull(0).await.cursor;
    citizen.say(&op(OpBody::Withdraw { report: first })).await;
    let anew: Vec<_> = citizen.pull(0).await.changes.iter().map(|Row::Report(row)| (row.report, row.withdrawn)).collect();
    assert_eq!(anew, [(second, false), (first, true)], "each report once, in the order of its last change");
    let since: Vec<_> = citizen.pull(cursor).await.changes.iter().map(|Row::Report(row)| row.report).collect();
    assert_eq!(since, [first]);
}

pub async fn pages_come_in_order_and_end(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let total = MAX_PAGE_ROWS * 2 + 7;
    let ops: Vec<_> = (0..total).map(|_| create(&report("pothole"))).collect();
    for some in ops.chunks(400) {
        citizen.send(some).await;
    }
    let (mut cursor, mut seen, mut pages) = (0, BTreeSet::new(), 0);
    loop {
        let page = citizen.pull(cursor).await;
        assert!(page.changes.len() <= MAX_PAGE_ROWS);
        for Row::Report(row) in &page.changes {
            assert!(row.version > cursor && row.version <= page.cursor);
            assert!(seen.insert(row.report), "no row comes twice");
        }
        (cursor, pages) = (page.cursor, pages + 1);
        if !page.more {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (total, 3));
}

pub async fn nothing_new_leaves_the_cursor(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    assert_eq!(citizen.pull(0).await.cursor, 0);
    citizen.reports("pothole").await;
    let cursor = citizen.pull(0).await.cursor;
    let again = citizen.pull(cursor).await;
    assert_eq!((again.cursor, again.changes.len(), again.more), (cursor, 0, false));
}

pub async fn a_cursor_from_the_future_starts_anew(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("pothole").await;
    let pull = citizen.pull(1_000_000).await;
    assert_eq!(pull.changes.len(), 1);
    assert!(pull.cursor < 1_000_000);
}
