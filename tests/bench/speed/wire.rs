//! The reader's decoder beside one pass over the same bytes, and on noise.

use kiosk::wire::sam::{Decoded, Decoder};

use crate::rows::{Beside, Times, row};

/// Answers of 1295 bytes: a text and a photo.
const ANSWERS: usize = 400;
/// Bytes of noise, and of twice the noise.
const NOISE: usize = 1 << 19;

/// So many bytes of a kind.
type Noise = fn(usize) -> Vec<u8>;

pub fn measure() {
    let stream = stream();
    let rate = |times: &Times, bytes: usize| bytes as f64 / 1e6 / (times.ms(50) / 1000.0);
    let bare = Times::of(20, 200, || {
        let check = std::hint::black_box(&stream)
            .iter()
            .fold(0, |xor, byte| xor ^ byte);
        std::hint::black_box(check);
    });
    let bare = rate(&bare, stream.len());
    // Whole, and in the small pieces that serial ports hand over.
    for (name, piece) in [
        (
            "Reader's answers decoded (the line brings 0.0115 MB/s)",
            stream.len(),
        ),
        ("Reader's answers decoded in pieces of 512 bytes", 512),
    ] {
        let times = Times::of(20, 200, || assert_eq!(decode(&stream, piece), ANSWERS));
        let yardstick = Beside::Yardstick("bare XOR of the same bytes", bare);
        row(name, rate(&times, stream.len()), "MB/s", yardstick);
    }
    let kinds: [(&str, Noise); 3] = [
        ("Reader's decoder on a flood of AA", |size| vec![0xAA; size]),
        (
            "Reader's decoder on false beginnings of 2400 bytes",
            |size| {
                let header = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x09, 0x60];
                header.into_iter().cycle().take(size).collect()
            },
        ),
        ("Reader's decoder on random bytes", |size| {
            let mut random = fastrand::Rng::with_seed(7);
            (0..size).map(|_| random.u8(..)).collect()
        }),
    ];
    for (name, noise) in kinds {
        let [once, twice] = [NOISE, 2 * NOISE].map(|size| {
            let noise = noise(size);
            let times = Times::of(2, 20, || {
                std::hint::black_box(decode(&noise, noise.len()));
            });
            rate(&times, size)
        });
        let yardstick = Beside::Yardstick("half as many of the same bytes", once);
        row(name, twice, "MB/s", yardstick);
    }
}

/// How many answers there are.
fn decode(stream: &[u8], piece: usize) -> usize {
    let mut decoder = Decoder::default();
    let mut found = 0;
    for mut piece in stream.chunks(piece) {
        while let Some(decoded) = decoder.poll(&mut piece) {
            found += usize::from(matches!(decoded, Decoded::Answer(_)));
        }
    }
    found
}

fn stream() -> Vec<u8> {
    let mut frame = vec![
        0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x05, 0x08, 0x00, 0x00, 0x90, 0x01, 0x00, 0x04, 0x00,
    ];
    frame.extend((0..1280_u32).map(|at| (at.wrapping_mul(31) % 251) as u8));
    frame.push(frame[5..].iter().fold(0, |xor, byte| xor ^ byte));
    frame.repeat(ANSWERS)
}
