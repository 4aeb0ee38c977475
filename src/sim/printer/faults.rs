//! What is wrong with the printer, and the status bytes that say so (Epson reference, DLE EOT and GS a).

/// The mechanism's state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Faults {
    pub(super) paper_low: bool,
    pub(super) paper_out: bool,
    pub(super) cover_open: bool,
    /// The cause of a jam is still there.
    pub(super) jam: bool,
    /// A jam or cutter error stopped the printer and has not been recovered from.
    pub(super) stopped_by_jam: bool,
    pub(super) cutter: bool,
    pub(super) stopped_by_cutter: bool,
    pub(super) offline: bool,
    pub(super) head_hot: bool,
    /// Bytes came while the buffer was full, and nobody has been told yet.
    pub(super) overrun: bool,
}

impl Faults {
    /// Whether buffered data waits.
    pub(super) fn blocks(self) -> bool {
        self.paper_out || self.cover_open || self.offline || self.head_hot || self.stopped()
    }

    pub(super) fn stopped(self) -> bool {
        self.stopped_by_jam || self.stopped_by_cutter
    }

    /// Errors, as DLE EOT 3 and the automatic status have them.
    fn errors(self) -> u8 {
        u8::from(self.stopped_by_jam) << 2
            | u8::from(self.stopped_by_cutter) << 3
            | u8::from(self.head_hot) << 6
    }

    /// Answer to DLE EOT `n`.
    pub(super) fn real_time(self, n: u8) -> u8 {
        let bits = match n {
            1 => u8::from(self.blocks()) << 3,
            2 => {
                u8::from(self.cover_open) << 2
                    | u8::from(self.paper_out) << 5
                    | u8::from(self.stopped()) << 6
            }
            3 => self.errors(),
            _ => {
                let near = if self.paper_low || self.paper_out {
                    0x0C
                } else {
                    0
                };
                near | if self.paper_out { 0x60 } else { 0 }
            }
        };
        0x12 | bits
    }

    /// The four bytes of the automatic status.
    pub(super) fn automatic(self) -> [u8; 4] {
        [
            0x10 | u8::from(self.blocks()) << 3 | u8::from(self.cover_open) << 5,
            self.errors(),
            self.paper_byte(),
            0,
        ]
    }

    /// Answer to DLE EOT 20, with what the exit's sensor sees.
    pub(super) fn full(self, at_exit: bool) -> [u8; 6] {
        let bit = |is_so: bool, mask: u8| if is_so { mask } else { 0 };
        [
            0x10,
            0x0F,
            bit(self.paper_out, 0x01)
                | bit(self.paper_low || self.paper_out, 0x04)
                | bit(at_exit, 0x20),
            bit(self.cover_open, 0x02),
            bit(self.head_hot, 0x01) | bit(self.overrun, 0x02) | bit(self.stopped_by_jam, 0x40),
            bit(self.stopped_by_cutter, 0x01),
        ]
    }

    /// Answer to GS r 1.
    pub(super) fn paper_byte(self) -> u8 {
        let near = if self.paper_low || self.paper_out {
            0x03
        } else {
            0
        };
        near | if self.paper_out { 0x0C } else { 0 }
    }
}
