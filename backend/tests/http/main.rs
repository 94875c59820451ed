//! The server's edge, in process: the real router over the real store. The files mirror the tree of addresses.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

mod addresses;
mod alike;
mod cases;
mod catalogue;
mod check;
mod edge;
mod hostile;
mod keeping;
mod limits;
mod luck;
mod moves;
mod session;
mod support;
mod sync;
mod uploads;
mod wire;
mod zone;
