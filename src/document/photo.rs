//! The photo on the chip: opaque bytes, and the picture that a decoder makes of them.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

/// Longest edge of a picture, in dots. The photo of a card has 102 × 126.
pub const EDGE_MAX: u32 = 512;

/// The bytes as the chip holds them, in a code that is not published (WLT, 1024 bytes). Wiped on drop; Debug shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct Photo(Zeroizing<Vec<u8>>);

impl Photo {
    /// These bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// For the decoder.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Photo({} bytes)", self.0.len())
    }
}

/// A face. Wiped with its last copy; Debug shows its size alone.
#[derive(Clone)]
pub struct Portrait(Arc<Dots>);

struct Dots {
    width: u32,
    rgb: Zeroizing<Vec<u8>>,
}

impl Portrait {
    /// `rgb` is three bytes a dot, row by row from the top; `None` where it is no picture of that size.
    #[must_use]
    pub fn new(width: u32, height: u32, rgb: Zeroizing<Vec<u8>>) -> Option<Self> {
        let edges = [width, height];
        let fits = edges.iter().all(|edge| (1..=EDGE_MAX).contains(edge));
        let whole = fits && rgb.len() == (width * height * 3) as usize;
        whole.then(|| Self(Arc::new(Dots { width, rgb })))
    }

    /// Dots of a row.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.0.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> u32 {
        (self.0.rgb.len() / 3) as u32 / self.0.width
    }

    /// Three bytes a dot, row by row from the top.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.0.rgb
    }
}

/// The same one: pages are compared often.
impl PartialEq for Portrait {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Portrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Portrait({} × {})", self.width(), self.height())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_as_large_as_it_says_and_shows_nothing_of_itself() {
        let made = |width, height, bytes: usize| {
            Portrait::new(width, height, Zeroizing::new(vec![7; bytes]))
        };
        let portrait = made(102, 126, 102 * 126 * 3).unwrap();
        assert_eq!((portrait.width(), portrait.height()), (102, 126));
        assert_eq!(format!("{portrait:?}"), "Portrait(102 × 126)");
        assert!(portrait == portrait.clone() && Some(portrait) != made(102, 126, 102 * 126 * 3));
        for (width, height, bytes) in [
            (0, 1, 0),
            (1, 0, 0),
            (2, 2, 11),
            (2, 2, 13),
            (513, 1, 513 * 3),
            (u32::MAX, u32::MAX, 3),
        ] {
            assert!(made(width, height, bytes).is_none(), "{width} × {height}");
        }
        assert_eq!(format!("{:?}", Photo::new(&[1, 2])), "Photo(2 bytes)");
    }
}
