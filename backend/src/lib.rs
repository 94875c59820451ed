//! Lanterna's server: takes in reports and photos, makes them cases, gives them to the right office, and lets people follow and move them.
//!
//! The library is the whole server, so that tests run it in process; the binary only reads the command line. It must never keep what an op said apart
//! from the rows it made, never log what a person wrote, where they stood or what they are called, and never answer "saved" before a sync.
//!
//! The story in order: [`http`] bounds and authorises a request, [`store`] makes it durable and answers, [`photo`] keeps the files, [`staff`] knows
//! passwords, [`catalogue`] reads and writes the city's files, [`address`] understands house numbers, [`keeping`] makes backups and restores them,
//! [`web`] serves the two bundles, [`jobs`] does what nobody asks for, [`cli`] is what an administrator types and [`demo`] a city to try it with.

pub mod address;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod http;
pub mod jobs;
pub mod keeping;
pub mod metrics;
pub mod photo;
pub mod server;
pub mod staff;
pub mod store;
#[cfg(test)]
mod testing;
pub mod web;
