//! Lights of the parts of a machine.

/// Colour of a light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Grey: nothing is known.
    #[default]
    Unknown,
    /// Green.
    Well,
    /// Amber: somebody should look.
    Attention,
    /// Red.
    Fault,
}

/// How a part of the machine is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Light {
    /// Its colour; the words say the same.
    pub level: Level,
    /// The part.
    pub name: String,
    /// How it is.
    pub state: String,
}
