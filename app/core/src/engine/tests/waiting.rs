//! A server that says "wait" (429) is waited for, and nothing is lost.

use super::*;
use lanterna_shared::problem::Problem;

fn too_many() -> Vec<u8> {
    serde_json::to_vec(&Problem::new(ProblemCode::TooMany, "Too much for today: go on tomorrow.")).unwrap()
}

#[test]
fn ops_that_have_to_wait_stay_and_go_out_when_the_time_is_over() {
    let mut bench = Bench::registered();
    bench.send();
    let (token, first) = bench.take_http("/v1/sync");
    bench.answer_with(token, 429, &[("retry-after", "120")], &too_many());
    assert_eq!(bench.outbox_len(), 1);
    bench.later(119_000);
    assert!(bench.find_http("/v1/sync").is_none(), "before the time is over nothing is sent");
    bench.later(2_000);
    let (_, again) = bench.take_http("/v1/sync");
    let ops = |request: &HttpRequest| match &request.body {
        Body::Json(body) => body.split_once("\"ops\":").unwrap().1.to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(ops(&again), ops(&first), "byte for byte");
}

#[test]
fn photos_that_have_to_wait_stay_and_no_report_waits_for_them() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    bench.add_photo(draft);
    bench.finish_render();
    bench.send_draft(draft);
    bench.answer_sync(|request| all(request, &Verdict::Applied));
    while let Some((token, _)) = bench.find_http("/v1/uploads") {
        // To midnight is far; an attempt is made every 15 minutes all the same.
        bench.answer_with(token, 429, &[("retry-after", "40000")], &too_many());
    }
    bench.send();
    bench.answer_sync(|request| {
        assert_eq!(request.ops.len(), 1, "data does not wait for photos");
        all(request, &Verdict::Applied)
    });
    assert!(bench.find_http("/v1/uploads").is_none());
    assert_eq!(bench.reports().iter().map(|report| report.photos.len()).sum::<usize>(), 1);
    bench.later(15 * 60_000 + 1_000);
    assert!(bench.find_http("/v1/uploads").is_some(), "it is tried again");
}
