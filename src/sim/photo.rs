//! What stands for the decoder of a reader's maker: it knows the format by its beginning alone and draws a figure that is
//! nobody, in colours that follow from the bytes.

/// Begins every photo.
const BEGIN: [u8; 4] = *b"WLf\0";
/// Bytes of a photo.
const LENGTH: usize = 1024;
/// Dots of the picture: those of a card.
const WIDTH: u32 = 102;
const HEIGHT: u32 = 126;

const SKIN: [u8; 3] = [0xE8, 0xC3, 0xA0];
const WALL: [u8; 3] = [0xF4, 0xF6, 0xF8];
const HAIR: [[u8; 3]; 4] = [
    [0x24, 0x22, 0x24],
    [0x3A, 0x2E, 0x28],
    [0x8A, 0x8A, 0x8C],
    [0xD0, 0xD0, 0xD2],
];
const CLOTH: [[u8; 3]; 4] = [
    [0x2F, 0x4E, 0x72],
    [0x6B, 0x2E, 0x3A],
    [0x3D, 0x5A, 0x45],
    [0x4A, 0x4A, 0x52],
];

/// The bytes are no photo of a card.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// Another length or another beginning.
    #[error("not a photo of a card: {LENGTH} bytes that begin with WLf")]
    NoPhoto,
    /// The picture cannot be written.
    #[error("write the picture")]
    Write(#[from] png::EncodingError),
}

/// A PNG for the photo of a simulated card.
///
/// # Errors
/// The bytes are no photo.
pub fn draw(photo: &[u8]) -> Result<Vec<u8>, PhotoError> {
    if photo.len() != LENGTH || !photo.starts_with(&BEGIN) {
        return Err(PhotoError::NoPhoto);
    }
    let seed = usize::from(photo[LENGTH - 1]);
    let (hair, cloth) = (HAIR[seed % 4], CLOTH[seed / 4 % 4]);
    let mut rgb = Vec::with_capacity((WIDTH * HEIGHT * 3) as usize);
    for y in 0..HEIGHT as i32 {
        for x in 0..WIDTH as i32 {
            rgb.extend(dot(x, y, hair, cloth));
        }
    }
    Ok(super::picture::png(WIDTH, HEIGHT, &rgb)?)
}

/// Shoulders, head and hair without a face.
fn dot(x: i32, y: i32, hair: [u8; 3], cloth: [u8; 3]) -> [u8; 3] {
    let within = |middle: (i32, i32), radii: (i32, i32)| {
        let (dx, dy) = (x - middle.0, y - middle.1);
        dx * dx * radii.1 * radii.1 + dy * dy * radii.0 * radii.0
            <= radii.0 * radii.0 * radii.1 * radii.1
    };
    match () {
        () if within((51, 56), (20, 27)) && y > 42 => SKIN,
        () if within((51, 48), (24, 27)) && y < 60 => hair,
        () if within((51, 56), (20, 27)) => SKIN,
        () if (41..62).contains(&x) && (80..96).contains(&y) => SKIN,
        () if within((51, 130), (44, 40)) => cloth,
        () => WALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_drawn_and_nothing_else() {
        let mut photo = vec![0x57, 0x4C, 0x66, 0x00];
        photo.resize(LENGTH, 9);
        let png = draw(&photo).unwrap();
        let info = png::Decoder::new(std::io::Cursor::new(&png))
            .read_info()
            .unwrap()
            .info()
            .size();
        assert_eq!(info, (WIDTH, HEIGHT));
        photo[LENGTH - 1] = 10;
        assert!(draw(&photo).unwrap() != png, "another card, another figure");
        photo[0] = 0;
        assert!(draw(&photo).is_err());
        assert!(draw(&[]).is_err() && draw(&[0x57; LENGTH + 1]).is_err());
    }
}
