//! How people prove who they are: passwords, and what happens to those who guess.

pub mod attempts;
pub mod password;
