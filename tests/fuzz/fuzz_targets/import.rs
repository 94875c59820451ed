//! Any bytes as each of the files that a city is imported from: an answer, whatever they are; and what was read is written and read again to the same.
#![no_main]

use lanterna::catalogue::{addresses, areas, departments, services};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    if let Ok(read) = addresses::read(raw, &addresses::Wanted::default()) {
        let mut written = Vec::new();
        addresses::write(&read.addresses, &mut written).expect("whatever was read can be written");
        let again = addresses::read(written.as_slice(), &addresses::Wanted::default());
        assert!(read.addresses.is_empty() || again.is_ok_and(|again| again.addresses == read.addresses));
    }
    let Ok(text) = std::str::from_utf8(raw) else { return };
    if let Ok(read) = services::read(text) {
        let written = services::write(&read).expect("whatever was read can be written");
        assert!(services::read(&written).is_ok_and(|again| again == read), "{written}");
    }
    if let Ok(read) = departments::read(text) {
        let written = departments::write(&read).expect("whatever was read can be written");
        assert!(departments::read(&written).is_ok_and(|again| again == read), "{written}");
    }
    if let Ok(read) = areas::read(text) {
        let written = areas::write(&read.areas, &read.lies_in);
        assert!(areas::read(&written).is_ok_and(|again| again.areas == read.areas), "{written}");
    }
});
