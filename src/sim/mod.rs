//! Devices and a platform that behave, on real bytes. Not part of the shipped image.

pub mod conformance;
pub mod district;
pub mod est;
pub mod hawkbit;
pub mod photo;
mod picture;
pub mod platform;
pub mod printer;
pub mod pty;
pub mod radar;
pub mod reader;
pub mod rig;
pub mod scanner;
pub mod script;
pub mod words;
