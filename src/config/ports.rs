//! Which section has which serial port.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use super::reading::Section;

/// The ports of the sections read so far: two drivers on one port would each take half of the other's bytes.
#[derive(Default)]
pub(super) struct Ports(RefCell<BTreeMap<PathBuf, &'static str>>);

impl Ports {
    /// `port` of the section that is called `name`, if it has one.
    pub(super) fn of(&self, s: &mut Section<'_>, name: &'static str) -> Option<PathBuf> {
        let port = s.optional_path("port")?;
        let first = *self.0.borrow_mut().entry(port.clone()).or_insert(name);
        if first != name {
            s.fault("port", &format!("the port of {first}"), "a port of its own");
        }
        Some(port)
    }
}
