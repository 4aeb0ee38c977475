//! ID card reader: serial protocol of the card verification module (SAM_V / SAM_A, GA/T 467).
//!
//! 115200 8N1. Request: `AA AA AA 96 69 | length | CMD PARA data | check`; answer: `… | length | SW1 SW2 SW3 data |
//! check`. Length is big-endian and counts what follows it, check included; check is the XOR of length and body.

mod card;
mod config;
mod event;
mod frame;
mod link;
mod reader;
mod request;
mod sam_id;
mod status;

#[cfg(test)]
mod tests;

pub use config::SamConfig;
pub use event::{ReadFault, ReaderCommand, ReaderEvent};
pub use frame::{Answer, Decoded, Decoder, Frame};
pub use reader::SamReader;
pub use request::Request;
pub use sam_id::decode as identity;
pub use status::{Class, Sw3};
