//! Lanterna on a desktop. Phones enter through the library.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    lanterna_shell::run();
}
