//! Lanterna.
