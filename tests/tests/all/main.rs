//! Every test of the whole system, in one binary: linking is dear.

mod browser;
mod desktop;
mod faults;
mod kills;
mod story;
mod webdriver;
mod window;
