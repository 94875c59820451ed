//! How people prove who they are: passwords, second factors, and what happens to those who guess.

pub mod attempts;
pub mod password;
pub mod totp;
