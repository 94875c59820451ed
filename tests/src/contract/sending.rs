//! Every op takes effect exactly once, and one that cannot delays no other (SYNC.md, promises 2 and 4).

use super::fixture::{Citizen, at, count, create, fresh, op, report, small_city, sound, written};
use lanterna::store::Store;
use lanterna_shared::id::OpId;
use lanterna_shared::op::OpBody;
use lanterna_shared::problem::ProblemCode::{self, Invalid, Malformed, TooLarge, UnknownOp};
use lanterna_shared::verdict::Verdict;
use serde_json::value::RawValue;
use std::sync::Arc;

fn code(verdict: &Verdict) -> Option<ProblemCode> {
    match verdict {
        Verdict::Rejected { code, .. } => Some(*code),
        _ => None,
    }
}

pub async fn an_op_takes_effect_once_however_often_it_is_sent(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let op = create(&report("pothole"));
    for _ in 0..5 {
        assert_eq!(citizen.say(&op).await, Verdict::Applied);
    }
    assert_eq!(count(&store, "reports").await, 1);
    assert_eq!(count(&store, "cases").await, 1);
    sound(&store).await;
}

pub async fn an_op_sent_by_many_at_once_takes_effect_once(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let op = create(&report("pothole"));
    let sending: Vec<_> = (0..20)
        .map(|_| {
            let (citizen, op) = (citizen.clone(), op.clone());
            tokio::spawn(async move { citizen.say(&op).await })
        })
        .collect();
    for sent in sending {
        assert_eq!(sent.await.unwrap(), Verdict::Applied);
    }
    assert_eq!(count(&store, "reports").await, 1);
    sound(&store).await;
}

pub async fn another_op_under_a_known_id_is_refused_and_changes_nothing(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let first = create(&report("pothole"));
    citizen.say(&first).await;
    let mut other = create(&report("lamp"));
    other.op_id = first.op_id;
    for _ in 0..2 {
        assert_eq!(code(&citizen.say(&other).await), Some(ProblemCode::IdReused));
    }
    assert_eq!(citizen.say(&first).await, Verdict::Applied);
    assert_eq!(count(&store, "reports").await, 1);
    assert_eq!(count(&store, "quarantined ops").await, 1, "the same bytes are kept once");
    sound(&store).await;
}

pub async fn an_op_of_somebody_else_under_a_known_id_is_refused(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, other) = (Citizen::new(&store).await, Citizen::new(&store).await);
    let op = create(&report("pothole"));
    one.say(&op).await;
    assert_eq!(code(&other.say(&op).await), Some(ProblemCode::IdReused));
    assert!(other.pull(0).await.changes.is_empty());
    sound(&store).await;
}

pub async fn one_bad_op_delays_no_other(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let raw = |text: String| RawValue::from_string(text).unwrap();
    let id = || OpId::mint(at(0), fresh());
    let (good, last) = (create(&report("pothole")), create(&report("lamp")));
    let mut absurd = create(&report("pothole"));
    if let OpBody::CreateReport(new) = &mut absurd.body {
        new.text.push('\0');
    }
    let texts = [
        raw(format!(r#"{{"id":"{}","seq":"first"}}"#, id())),
        written(&good),
        raw(r#""not even an op""#.to_owned()),
        raw(format!(r#"{{"id":"{}","seq":1,"at":0,"up":0,"do":{{"sing":"aloud"}}}}"#, id())),
        written(&absurd),
        raw(format!(r#"{{"id":"{}","pad":"{}"}}"#, id(), "x".repeat(40_000))),
        written(&last),
    ];
    let replies = store.apply_ops(citizen.batch(&texts), at(0)).await.unwrap();
    let codes: Vec<_> = replies.iter().map(|reply| code(&reply.verdict)).collect();
    assert_eq!(codes, [Some(Malformed), None, Some(UnknownOp), Some(Invalid), Some(TooLarge), None]);
    assert_eq!((replies[1].op_id, replies[5].op_id), (good.op_id, last.op_id));
    assert_eq!(count(&store, "reports").await, 2);
    sound(&store).await;
}

pub async fn a_refusal_is_remembered(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let op = create(&report("comet"));
    let first = citizen.say(&op).await;
    assert_eq!(code(&first), Some(ProblemCode::Unknown));
    assert_eq!(citizen.say(&op).await, first);
}

pub async fn an_op_whose_predecessor_is_unknown_waits(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let new = report("pothole");
    let first = create(&new);
    let mut second = op(OpBody::Withdraw { report: new.report });
    second.after = Some(first.op_id);
    assert!(matches!(citizen.say(&second).await, Verdict::Deferred { retry_after_s: 1..=86_400 }));
    assert_eq!(citizen.say(&first).await, Verdict::Applied);
    assert_eq!(citizen.say(&second).await, Verdict::Applied, "a deferral is not remembered");
    sound(&store).await;
}

pub async fn an_op_after_another_of_its_batch_goes_on(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let new = report("pothole");
    let first = create(&new);
    let mut second = op(OpBody::Withdraw { report: new.report });
    second.after = Some(first.op_id);
    let verdicts: Vec<_> = citizen.send(&[first, second]).await.into_iter().map(|reply| reply.verdict).collect();
    assert_eq!(verdicts, [Verdict::Applied, Verdict::Applied]);
}

pub async fn an_op_after_a_refused_one_is_refused(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let new = report("comet");
    let first = create(&new);
    let mut second = op(OpBody::Withdraw { report: new.report });
    second.after = Some(first.op_id);
    let replies = citizen.send(&[first, second]).await;
    assert!(replies.iter().all(|reply| code(&reply.verdict) == Some(ProblemCode::Unknown)));
}

pub async fn two_of_one_id_in_a_batch_are_one(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let op = create(&report("pothole"));
    let replies = citizen.send(&[op.clone(), op]).await;
    assert_eq!(replies.len(), 2);
    assert!(replies.iter().all(|reply| reply.verdict == Verdict::Applied));
    assert_eq!(count(&store, "reports").await, 1);
}

pub async fn many_batches_at_once_are_all_applied(store: Arc<dyn Store>) {
    small_city(&store).await;
    let mut sending = Vec::new();
    for _ in 0..20 {
        let citizen = Citizen::new(&store).await;
        sending.push(tokio::spawn(async move {
            let ops: Vec<_> = (0..10).map(|_| create(&report("pothole"))).collect();
            citizen.send(&ops).await
        }));
    }
    for sent in sending {
        assert!(sent.await.unwrap().iter().all(|reply| reply.verdict == Verdict::Applied));
    }
    assert_eq!(count(&store, "reports").await, 200);
    sound(&store).await;
}
