//! An X server without a screen, what can be seen on it, and a finger.

use std::io::{BufRead as _, BufReader, IoSlice};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};
use x11rb::rust_connection::RustConnection;

use crate::process::Running;

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(1);
/// Where every measured window has its heading: x, y, width, height.
const HEADING: (i16, i16, u16, u16) = (48, 190, 700, 130);

/// Xvfb with a screen of 1080 × 1920.
pub struct Server {
    connection: RustConnection,
    root: u32,
    /// Major code of the XTEST extension.
    xtest: u8,
    display: String,
    _process: Running,
}

impl Server {
    /// `None` when there is no Xvfb.
    pub fn start() -> Option<Self> {
        let mut xvfb = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1080x1920x24",
                "-br",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        BufReader::new(xvfb.stdout.take()?)
            .read_line(&mut number)
            .ok()?;
        let process = Running(xvfb);
        let display = format!(":{}", number.trim());
        let (connection, screen) = RustConnection::connect(Some(&display)).ok()?;
        let root = connection.setup().roots[screen].root;
        let xtest = connection
            .query_extension(b"XTEST")
            .ok()?
            .reply()
            .ok()?
            .major_opcode;
        Some(Self {
            connection,
            root,
            xtest,
            display,
            _process: process,
        })
    }

    /// For the environment of windows.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// What stands in the place of the heading, four bytes a pixel.
    pub fn heading(&self) -> Vec<u8> {
        let (x, y, width, height) = HEADING;
        let image =
            self.connection
                .get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, !0);
        image.unwrap().reply().unwrap().data
    }

    /// Waits until there is dark writing on a light ground, and something else than `before`.
    pub fn wait_for_heading(&self, before: &[u8], limit: Duration) -> Option<Duration> {
        let began = Instant::now();
        while began.elapsed() < limit {
            let now = self.heading();
            if now != before && is_written(&now) {
                return Some(began.elapsed());
            }
            std::thread::sleep(LOOK);
        }
        None
    }

    /// Black everywhere, once whoever drew here is gone.
    pub fn wait_for_nothing(&self) {
        for _ in 0..5000 {
            if !is_written(&self.heading()) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        panic!("a window stays");
    }

    /// A finger down and up.
    pub fn touch(&self, x: i16, y: i16) {
        let (press, release, motion) = (4, 5, 6);
        for (kind, detail) in [(motion, 0), (press, 1), (release, 1)] {
            // XTestFakeInput: opcode 2, nine words; see the protocol's "XTEST Extension Protocol", section 4.
            let mut request = vec![self.xtest, 2, 9, 0, kind, detail, 0, 0];
            request.extend([0; 4]);
            request.extend(self.root.to_ne_bytes());
            request.extend([0; 8]);
            request.extend(x.to_ne_bytes());
            request.extend(y.to_ne_bytes());
            request.extend([0; 8]);
            let sent = self
                .connection
                .send_request_without_reply(&[IoSlice::new(&request)], Vec::new());
            // Dropping the cookie waits for nothing.
            drop(sent.unwrap());
        }
        self.connection.flush().unwrap();
    }
}

/// Light ground and dark ink, a good deal of both.
fn is_written(image: &[u8]) -> bool {
    let (mut light, mut dark) = (0, 0);
    for pixel in image.chunks_exact(4) {
        let sum: u32 = pixel[..3].iter().map(|level| u32::from(*level)).sum();
        light += u32::from(sum > 660);
        dark += u32::from(sum < 240);
    }
    let all = image.len() as u32 / 4;
    light > all / 3 && dark > all / 100
}
