//! Lanterna.

pub mod webdriver;
