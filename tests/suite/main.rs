//! One binary for all suites, so that they link once.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[cfg(feature = "sim")]
mod printer_bytes;
#[cfg(feature = "sim")]
mod printer_emupos;
#[cfg(feature = "sim")]
mod printer_faults;
#[cfg(feature = "sim")]
mod printer_line;
#[cfg(feature = "sim")]
mod printer_picture;
#[cfg(feature = "sim")]
mod printer_world;
