//! The reader's decoder beside one pass over the same bytes.

use kiosk::wire::sam::{Decoded, Decoder};

use crate::rows::{Beside, Times, row};

/// Answers of 1295 bytes: a text and a photo.
const ANSWERS: usize = 400;

pub fn measure() {
    let stream = stream();
    let decoding = Times::of(2, 20, || {
        let mut decoder = Decoder::default();
        let mut rest = stream.as_slice();
        let mut found = 0;
        while !rest.is_empty() {
            // Serial ports hand over small pieces.
            let taken = decoder.push(&rest[..rest.len().min(512)]);
            rest = &rest[taken..];
            while let Some(decoded) = decoder.poll() {
                assert!(matches!(decoded, Decoded::Answer(_)));
                found += 1;
            }
        }
        assert_eq!(found, ANSWERS);
    });
    let bare = Times::of(2, 20, || {
        let check = std::hint::black_box(&stream)
            .iter()
            .fold(0, |xor, byte| xor ^ byte);
        std::hint::black_box(check);
    });
    let rate = |times: &Times| stream.len() as f64 / 1e6 / (times.ms(50) / 1000.0);
    row(
        "Reader's answers decoded (the line brings 0.0115 MB/s)",
        rate(&decoding),
        "MB/s",
        Beside::Yardstick("bare XOR of the same bytes", rate(&bare)),
    );
}

fn stream() -> Vec<u8> {
    let mut frame = vec![
        0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x05, 0x08, 0x00, 0x00, 0x90, 0x01, 0x00, 0x04, 0x00,
    ];
    frame.extend((0..1280_u32).map(|at| (at.wrapping_mul(31) % 251) as u8));
    frame.push(frame[5..].iter().fold(0, |xor, byte| xor ^ byte));
    frame.repeat(ANSWERS)
}
