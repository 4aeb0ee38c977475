//! The radar's recordings. That somebody stands there is nobody's name.

use std::convert::Infallible;

use serde_json::Value;

use super::{NoVeil, Recorded, Setup, Veil};
use crate::wire::radar::{Event, Radar};

/// There is nothing to set.
impl Setup for () {
    type Machine = Radar;
    const DEVICE: &'static str = "radar";

    fn machine(&self) -> Radar {
        Radar::new()
    }

    fn veil(&self) -> Box<dyn Veil> {
        Box::new(NoVeil)
    }
}

impl Recorded for Radar {
    fn write(command: &Infallible) -> Value {
        match *command {}
    }

    fn read(_: &Value) -> Result<Infallible, String> {
        Err("a radar is never told anything".into())
    }

    fn describe(event: &Event) -> String {
        format!("{event:?}")
    }
}
