//! Every parser of foreign bytes, fed with anything. What comes out is an event or an error of our own: never a panic, never
//! more than the input is worth in time, events and bytes.
//!
//! The same files run under libFuzzer (`tests/fuzz/run`) and, over the kept corpus, in every `cargo test`
//! (`tests/suite/fuzz_corpus.rs`).

mod input;
mod machine;

mod answers;
mod audit;
mod bundle;
mod catalogue;
mod codes;
mod config;
mod content;
mod divisions;
mod finder;
mod fleet;
mod notes;
mod order;
mod portrait;
mod printer;
mod radar;
mod reader;
mod reader_text;
mod receipt_proof;
mod reconciliation;
mod recordings;
mod scanner;
mod simulators;
mod store_files;
mod tables;

/// Takes one input. Whatever it is, it returns.
pub type Target = fn(&[u8]);

/// The targets and their names, which are those of their folders in `corpus`.
pub const ALL: [(&str, Target); 24] = [
    ("answers", answers::run),
    ("audit", audit::run),
    ("bundle", bundle::run),
    ("catalogue", catalogue::run),
    ("codes", codes::run),
    ("config", config::run),
    ("content", content::run),
    ("divisions", divisions::run),
    ("finder", finder::run),
    ("fleet", fleet::run),
    ("notes", notes::run),
    ("order", order::run),
    ("portrait", portrait::run),
    ("printer", printer::run),
    ("radar", radar::run),
    ("reader", reader::run),
    ("reader_text", reader_text::run),
    ("receipt_proof", receipt_proof::run),
    ("reconciliation", reconciliation::run),
    ("recordings", recordings::run),
    ("scanner", scanner::run),
    ("simulators", simulators::run),
    ("store_files", store_files::run),
    ("tables", tables::run),
];
