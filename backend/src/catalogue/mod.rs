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
