//! The city's files: services and departments as JSON, areas as `GeoJSON`, addresses as CSV, each read as a whole and written so that it reads the same.
//!
//! Reading is pure: text in, a part of the city or every fault out, each with its line and what to do. Nothing here touches the store; what an import
//! would orphan is the store's to say. The story in order: [`file`] opens a file within bounds and collects faults; [`elements`] finds the elements
//! of a JSON list with their lines; [`services`], [`departments`], [`areas`] and [`addresses`] read one kind of file each, and write it.

pub mod addresses;
pub mod areas;
pub mod columns;
pub mod departments;
mod elements;
pub mod file;
pub mod services;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever a file holds, a reader answers with faults that have lines within it.
        #[test]
        fn no_text_breaks_a_reader(text in "[\\[\\]{}:,\"a-z0-9. \n]{0,200}", cut in 0_usize..4_000) {
            let demo = include_str!("../../../assets/demo/areas.geojson");
            let broken: String = demo.chars().take(cut).chain(text.chars()).collect();
            let files = [text.clone(), format!("{{\"services\":[{text}],\"departments\":[{text}]}}"), broken];
            for file in &files {
                let lines = u64::try_from(file.lines().count()).unwrap() + 1;
                let told = [services::read(file).err(), departments::read(file).err(), areas::read(file).err()];
                for fault in told.iter().flatten().flat_map(file::Faults::told) {
                    prop_assert!(fault.line.is_none_or(|line| (1..=lines).contains(&line)), "{fault} of {lines}");
                }
            }
        }
    }
}
