//! One test binary for what crosses modules. Names of the modules are the trouble they test.

mod outbox_kill;
mod outbox_policy;
