//! Any bytes through the photo pipeline: no panic (libFuzzer's hook ends the process even where the pipeline guards itself), and what comes out is three
//! JPEGs within their bytes that the pipeline can read again and that carry no position.
#![no_main]

use lanterna_core::photo::{examine, render};
use lanterna_shared::photo::Rendition;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let examined = examine(raw);
    let Ok(rendered) = render(raw) else { return };
    assert!(examined.is_ok(), "what is refused at the door is never rendered");
    let files = [(&rendered.thumb, Rendition::Thumb), (&rendered.screen, Rendition::Screen), (&rendered.full, Rendition::Full)];
    for (file, rendition) in files {
        assert!(file.bytes.len() as u64 <= rendition.max_bytes());
        let read = examine(&file.bytes).expect("a JPEG of its own making");
        assert_eq!((read.media_type, read.position), ("image/jpeg", None));
    }
});
