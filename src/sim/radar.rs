//! A presence radar LD2410 that behaves, behind a path that opens like a serial port.
//!
//! Written from the published table of its frames, not from the firmware's decoder.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::pty::{Device, PtyDevice};

/// Ten frames a second.
const EVERY: Duration = Duration::from_millis(100);

/// What stands before the radar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Nobody.
    #[default]
    Nobody,
    /// Somebody who moves, so many centimetres away.
    Moving(u16),
    /// Somebody who stands still.
    Still(u16),
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RadarFault {
    /// Nothing.
    #[default]
    None,
    /// Garbage between the frames, with halves of headers in it.
    Noise,
    /// Frames with wrong ends.
    Garbled,
    /// It says nothing.
    Silent,
}

/// A simulated radar on a pseudo terminal. Ends on drop.
pub struct RadarSim(PtyDevice<SimRadar>);

impl RadarSim {
    /// Starts a radar that sees nobody behind a symbolic link at `link`.
    ///
    /// # Errors
    /// No pseudo terminal can be had, or the link cannot be made.
    pub fn start(link: &Path) -> io::Result<Self> {
        PtyDevice::start(link, SimRadar::default()).map(Self)
    }

    /// Somebody comes, moves or leaves.
    pub fn see(&self, target: Target) {
        self.0.with(|radar| radar.see(target));
    }

    /// Frames with the energy of every gate, or without.
    pub fn set_engineering(&self, on: bool) {
        self.0.with(|radar| radar.engineering = on);
    }

    /// From now on the radar has this fault.
    pub fn set_fault(&self, fault: RadarFault) {
        self.0.with(|radar| radar.set_fault(fault));
    }

    /// Pulls the plug.
    ///
    /// # Errors
    /// The link cannot be removed.
    pub fn unplug(&self) -> io::Result<()> {
        self.0.unplug()
    }

    /// Plugs it in again at the same path.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn replug(&self) -> io::Result<()> {
        self.0.replug()
    }
}

/// The radar without its line.
#[derive(Debug, Default)]
pub struct SimRadar {
    target: Target,
    engineering: bool,
    fault: RadarFault,
    next: Option<Instant>,
}

impl SimRadar {
    /// Somebody comes, moves or leaves.
    pub fn see(&mut self, target: Target) {
        self.target = target;
    }

    /// From now on it has this fault.
    pub fn set_fault(&mut self, fault: RadarFault) {
        self.fault = fault;
    }

    fn frame(&self) -> Vec<u8> {
        let (state, moving, still) = match self.target {
            Target::Nobody => (0u8, 0u16, 0u16),
            Target::Moving(cm) => (1, cm, 0),
            Target::Still(cm) => (2, 0, cm),
        };
        let energy = |cm: u16| if cm == 0 { 0 } else { 60 };
        let mut data = vec![if self.engineering { 1 } else { 2 }, 0xAA, state];
        data.extend(moving.to_le_bytes());
        data.push(energy(moving));
        data.extend(still.to_le_bytes());
        data.push(energy(still));
        data.extend(moving.max(still).to_le_bytes());
        if self.engineering {
            // Highest moving and still gate, the energies of nine gates each, light sensor and OUT pin.
            data.extend([8, 8]);
            data.extend([7; 18]);
            data.extend([0x80, u8::from(state != 0)]);
        }
        data.extend([0x55, 0x00]);
        let mut frame = vec![0xF4, 0xF3, 0xF2, 0xF1];
        frame.extend((data.len() as u16).to_le_bytes());
        frame.extend(data);
        frame.extend([0xF8, 0xF7, 0xF6, 0xF5]);
        frame
    }
}

impl Device for SimRadar {
    fn handle_input(&mut self, _: &[u8], _: Instant) {}

    fn poll_output(&mut self, now: Instant) -> Option<Vec<u8>> {
        let due = self.next.is_none_or(|at| at <= now);
        if !due {
            return None;
        }
        self.next = Some(now + EVERY);
        let mut frame = self.frame();
        match self.fault {
            RadarFault::None => {}
            RadarFault::Noise => {
                let mut noise = vec![0xF4, 0xF3, 0x00, 0xFF, 0xF4, 0xF3, 0xF2, 0xF1, 0xFF, 0xFF];
                noise.append(&mut frame);
                frame = noise;
            }
            RadarFault::Garbled => {
                frame.pop();
                frame.push(0);
            }
            RadarFault::Silent => return None,
        }
        Some(frame)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }

    fn unplugged(&mut self) {
        self.next = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Machine as _;
    use crate::wire::radar::{Event, Radar};

    /// What the firmware's machine makes of `frames` frames.
    fn told(sim: &mut SimRadar, frames: u32) -> Vec<Event> {
        let begin = Instant::now();
        let mut radar = Radar::new();
        radar.port_opened(begin);
        let mut events = Vec::new();
        for nth in 0..frames {
            let now = begin + EVERY * nth;
            while let Some(bytes) = sim.poll_output(now) {
                for byte in bytes {
                    radar.handle_input(&[byte], now);
                }
            }
            if radar.poll_timeout().is_some_and(|at| at <= now) {
                radar.handle_timeout(now);
            }
            events.extend(std::iter::from_fn(|| radar.poll_event()));
        }
        events
    }

    #[test]
    fn the_machine_understands_the_radar_with_and_without_noise() {
        use crate::status::Device as Health;
        let online = Event::Status(Health::Online);
        for fault in [RadarFault::None, RadarFault::Noise] {
            for engineering in [false, true] {
                for (target, seen) in [
                    (Target::Nobody, false),
                    (Target::Moving(80), true),
                    (Target::Still(0x55), true),
                ] {
                    let mut sim = SimRadar {
                        target,
                        engineering,
                        fault,
                        next: None,
                    };
                    assert_eq!(
                        told(&mut sim, 10),
                        [online, Event::Presence(seen)],
                        "{fault:?} {engineering} {target:?}"
                    );
                }
            }
        }
        for fault in [RadarFault::Garbled, RadarFault::Silent] {
            let mut sim = SimRadar {
                fault,
                target: Target::Still(90),
                ..SimRadar::default()
            };
            let off = Event::Status(Health::PowerOff);
            assert_eq!(told(&mut sim, 40), [off, Event::Presence(false)]);
        }
    }
}
