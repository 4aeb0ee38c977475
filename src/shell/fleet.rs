//! The fleet agent's ways to the desk.

pub mod push;
