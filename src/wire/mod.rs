//! Protocol machines without I/O: bytes and `now` go in; bytes to send, events and the next deadline come out.

pub mod escpos;
pub mod printer;
pub mod sam;
