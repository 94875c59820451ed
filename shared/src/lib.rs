//! The domain and the protocol of Lanterna: what a report, a case and a move are, and what travels between a device and the server.
//!
//! Pure code that runs unchanged on phone, browser, server and in the simulator. It never does I/O, never reads a clock and never draws a random
//! number: what it needs of those comes in as a value. Everything a stranger can send is bounded here, so that no host has to remember to.
//!
//! The story in order: [`report`] is what a citizen sends, about a [`service`], at a [`position`] in an [`area`]; [`routing`] finds who owns the
//! [`case`] it becomes, [`clock`] until when; [`moves`] is the table of everything that may happen to it then, [`guard`] checks what a
//! move asks for, and [`merge`] decides about a move
//! that was made against an older state. [`op`] is one intent on its way, [`verdict`] the answer to it, [`wire`] what both travel in and
//! [`problem`] how a whole request is refused.

pub mod account;
pub mod address;
pub mod answer;
pub mod area;
pub mod audit;
pub mod case;
pub mod catalogue;
mod cells;
pub mod check;
pub mod clock;
pub mod department;
pub mod duplicate;
pub mod enrolment;
pub mod follow;
pub mod guard;
pub mod id;
pub mod merge;
pub mod moves;
pub mod office;
pub mod op;
pub mod outline;
pub mod permission;
pub mod photo;
pub mod position;
pub mod priority;
pub mod problem;
pub mod profile;
pub mod report;
pub mod role;
pub mod routing;
pub mod service;
mod slabs;
pub mod text;
pub mod time;
pub mod verdict;
pub mod wire;
