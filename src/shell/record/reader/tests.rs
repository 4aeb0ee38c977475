use super::*;
use crate::wire::sam::{Decoded, Decoder};

/// What a decoder makes of a stream: result and length of answers, and what is none.
fn seen(stream: &[u8]) -> Vec<String> {
    let (mut decoder, mut rest, mut seen) = (Decoder::default(), stream, Vec::new());
    while let Some(decoded) = decoder.poll(&mut rest) {
        seen.push(match decoded {
            Decoded::Answer(frame) => format!("{:?} {}", frame.sw3, frame.data.len()),
            Decoded::Broken => "broken".into(),
            Decoded::TimedOut => "timed out".into(),
        });
    }
    seen
}

fn answer(data: &[u8], wrong: u8) -> Vec<u8> {
    let length = u16::try_from(data.len() + 4).expect("short");
    let mut body = length.to_be_bytes().to_vec();
    body.extend([0, 0, 0x90]);
    body.extend(data);
    body.push(body.iter().fold(wrong, |sum, byte| sum ^ byte));
    [&PREAMBLE[..], &body].concat()
}

/// Something that a reader, or its cable, may send.
fn piece(random: &mut fastrand::Rng) -> Vec<u8> {
    let some = |random: &mut fastrand::Rng, most: usize| -> Vec<u8> {
        let len = random.usize(0..most);
        // Never a preamble's first byte: two pieces must not make an answer that neither is.
        (0..len).map(|_| random.u8(0..0xAA)).collect()
    };
    match random.u8(0..7) {
        0 => some(random, 40),
        1 => answer(&some(random, 1400), 0),
        2 => answer(&some(random, 1400), 1),
        3 => answer(&[0x41; 16], 0),
        4 => answer(&[0x41; 140], 0),
        5 => [&PREAMBLE[..], &TIMED_OUT].concat(),
        _ => [&PREAMBLE[..], &[0xFF, 0xFF, 1, 2, 3]].concat(),
    }
}

/// The stream through the veil in portions of any size.
fn veiled(stream: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut veil = CardVeil(People::new());
    let (mut rest, mut waiting, mut drawn) = (stream, Vec::new(), Vec::new());
    while !rest.is_empty() {
        let (portion, later) = rest.split_at(random.usize(1..=rest.len().min(300)));
        waiting.push(Input::Bytes(portion.to_vec()));
        rest = later;
        let mut inputs: Vec<&mut Input> = waiting.iter_mut().collect();
        if veil.draw(&mut inputs, rest.is_empty()) {
            for input in waiting.drain(..) {
                if let Input::Bytes(bytes) = input {
                    drawn.extend(bytes);
                }
            }
        }
    }
    drawn
}

#[test]
fn a_veiled_stream_has_the_same_answers_and_the_same_breaks() {
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let pieces = random.usize(1..6);
        let stream: Vec<u8> = (0..pieces).flat_map(|_| piece(&mut random)).collect();
        let drawn = veiled(&stream, &mut random);
        assert_eq!(drawn.len(), stream.len(), "seed {seed}");
        assert_eq!(seen(&drawn), seen(&stream), "seed {seed}");
    }
}

#[test]
fn nothing_of_a_card_stays_however_its_answer_is_cut_or_spoilt() {
    let secret = b"SECRET".repeat(50);
    let data = [&[1, 0, 4, 0][..], &secret].concat();
    let whole = answer(&data, 0);
    let mut random = fastrand::Rng::with_seed(7);
    for from in 0..whole.len() {
        // The beginning is lost, or the end is, or a byte within.
        let mut without = whole.clone();
        without.remove(from);
        let next = answer(&[], 0);
        for stream in [
            whole[from..].to_vec(),
            [&whole[..from], &next].concat(),
            [&without[..], &next, &next].concat(),
        ] {
            let drawn = veiled(&stream, &mut random);
            let known = drawn
                .windows(3)
                .any(|part| secret[..8].windows(3).any(|s| s == part));
            assert!(!known, "{from}: {drawn:02x?}");
        }
    }
}
