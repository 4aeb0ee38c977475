//! One binary for all integration tests. A file's name is the trouble it looks for.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod board_files;
mod boot_choice;
#[cfg(feature = "sim")]
mod card_left;
#[cfg(feature = "sim")]
mod command;
#[cfg(feature = "sim")]
mod content;
mod desk;
#[cfg(feature = "sim")]
mod diagnose;
#[cfg(feature = "sim")]
mod doctor;
#[cfg(feature = "sim")]
mod find;
#[cfg(feature = "sim")]
mod fleet;
mod floors;
#[cfg(feature = "sim")]
mod fuzz_corpus;
mod health;
mod image_desk;
#[cfg(feature = "sim")]
mod kill_nine;
#[cfg(feature = "sim")]
mod outbox_attachments;
#[cfg(feature = "sim")]
mod outbox_cli;
#[cfg(feature = "sim")]
mod outbox_days;
#[cfg(feature = "sim")]
mod outbox_kill;
mod outbox_policy;
#[cfg(feature = "sim")]
mod outbox_usb;
#[cfg(feature = "sim")]
mod outbox_verify;
#[cfg(feature = "sim")]
mod pairs;
#[cfg(feature = "sim")]
mod power_cut;
#[cfg(feature = "sim")]
mod printer_ailing;
mod printer_bytes;
mod printer_codes;
#[cfg(feature = "sim")]
mod printer_cut_off;
#[cfg(feature = "sim")]
mod printer_emupos;
#[cfg(feature = "sim")]
mod printer_exit;
mod printer_faults;
#[cfg(feature = "sim")]
mod printer_flow;
#[cfg(feature = "sim")]
mod printer_left;
#[cfg(feature = "sim")]
mod printer_line;
#[cfg(feature = "sim")]
mod printer_losses;
#[cfg(feature = "sim")]
mod printer_picture;
mod printer_presenter;
#[cfg(feature = "sim")]
mod printer_questions;
#[cfg(feature = "sim")]
mod printer_world;
mod provision;
mod provision_page;
mod readme;
#[cfg(feature = "sim")]
mod reconcile;
#[cfg(feature = "sim")]
mod recordings;
#[cfg(feature = "sim")]
mod report;
mod selftest;
#[cfg(feature = "sim")]
mod stick;
#[cfg(feature = "sim")]
mod street;
mod tally;
#[cfg(feature = "sim")]
mod trouble_bench;
#[cfg(feature = "sim")]
mod trouble_matrix;
#[cfg(feature = "sim")]
mod trouble_platform;
#[cfg(feature = "sim")]
mod trouble_printer;
#[cfg(feature = "sim")]
mod trouble_reader;
mod trouble_receipt;
#[cfg(feature = "sim")]
mod trouble_refused;
mod trouble_scanner;
#[cfg(feature = "sim")]
mod trouble_start;
mod units;
mod visits;
