//! Any bytes as what a device says at a sync: read as the server reads it (the request, then each op from its raw text), checked, and written again
//! without a loss.
#![no_main]

use lanterna_shared::op::Op;
use lanterna_shared::wire::SyncRequest;
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

fuzz_target!(|raw: &[u8]| {
    if let Ok(op) = serde_json::from_slice::<Op>(raw) {
        check(&op);
    }
    let Ok(request) = serde_json::from_slice::<SyncRequest<Box<RawValue>>>(raw) else { return };
    for op in &request.ops {
        if let Ok(op) = serde_json::from_str::<Op>(op.get()) {
            check(&op);
        }
    }
});

fn check(op: &Op) {
    let is_sound = op.check().is_ok();
    let written = serde_json::to_string(op).expect("whatever was read can be written");
    let again: Op = serde_json::from_str(&written).expect("whatever was written can be read");
    assert_eq!(again.check().is_ok(), is_sound, "{written}");
    assert_eq!(serde_json::to_string(&again).expect("written"), written);
}
