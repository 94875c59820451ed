//! Lanterna.
fn main() {}
