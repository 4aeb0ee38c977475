//! One binary for all integration tests. A file's name is the trouble it looks for.

mod board_files;
mod events_table;
mod floors;
