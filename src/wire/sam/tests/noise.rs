//! Any bytes in any pieces at any time.

use proptest::{collection::vec, prelude::*};

use super::*;

/// Noise without a whole preamble, though full of its parts.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(0xAA), Just(0x96), Just(0x69), Just(0x00), any::<u8>()];
    vec(byte, 0..80).prop_filter("no preamble", |noise| {
        let followed = [noise, &PREAMBLE[..4]].concat();
        !followed.windows(5).any(|window| window == PREAMBLE)
    })
}

proptest! {
    #[test]
    fn noise_never_costs_a_good_answer(
        noises in vec(noise(), 1..6),
        data in vec(any::<u8>(), 0..300),
        piece in 1usize..40,
    ) {
        let mut body = ((data.len() + 4) as u16).to_be_bytes().to_vec();
        body.extend([0, 0, 0x90]);
        body.extend(&data);
        body.push(body.iter().fold(0, |xor, byte| xor ^ byte));
        let mut line = Vec::new();
        for noise in &noises {
            line.extend(noise);
            line.extend(PREAMBLE);
            line.extend(&body);
        }
        // The data may hold a preamble of its own, but only inside an answer that is whole.
        let found = answers(&line, piece);
        prop_assert_eq!(found.len(), noises.len());
        prop_assert!(found.iter().all(|answer| answer.data[..] == data));
    }

    #[test]
    fn any_bytes_at_any_time_do_no_harm(
        steps in vec((0u8..8, vec(any::<u8>(), 0..200), 0u64..3000), 0..60),
    ) {
        let (mut reader, mut now) = waiting();
        let good: Vec<_> = vectors().into_iter().map(|(_, bytes)| bytes).collect();
        for (action, bytes, pause) in steps {
            match action {
                0 => reader.port_lost(now),
                1 => reader.port_opened(now),
                2 => reader.command(ReaderCommand::SetPolling(pause % 2 == 0), now),
                3 => reader.command(ReaderCommand::Reset, now),
                4 | 5 => reader.handle_input(&good[pause as usize % good.len()], now),
                _ => reader.handle_input(&bytes, now),
            }
            while reader.poll_event().is_some() {}
            while let Some(request) = reader.poll_transmit() {
                prop_assert!(request.starts_with(&PREAMBLE) && request.len() <= 11);
            }
            now += Duration::from_millis(pause);
            reader.handle_timeout(now);
            if let Some(next) = reader.poll_timeout() {
                prop_assert!(next <= now + Duration::from_secs(60));
            }
        }
    }

    /// A decoder as plain as can be, beside ours: the same answers in whatever pieces, however false the beginnings.
    #[test]
    fn pieces_and_false_beginnings_change_nothing(
        parts in vec(prop_oneof![
            vec(any::<u8>(), 0..40),
            Just(PREAMBLE.to_vec()),
            (0u16..2402).prop_map(|length| [&PREAMBLE[..], &length.to_be_bytes()].concat()),
            Just([&PREAMBLE[..], &[0, 5, 5, 5, 5]].concat()),
            vec(any::<u8>(), 0..900).prop_map(|data| {
                let mut body = ((data.len() + 4) as u16).to_be_bytes().to_vec();
                body.extend([0, 0, 0x90]);
                body.extend(&data);
                body.push(body.iter().fold(0, |xor, byte| xor ^ byte));
                [&PREAMBLE[..], &body].concat()
            }),
        ], 0..30),
        piece in 1usize..3000,
    ) {
        let bytes = parts.concat();
        let mut plain = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            at += 1;
            if !rest.starts_with(&PREAMBLE) || rest.len() < 7 {
                continue;
            }
            if rest[5..].starts_with(&[0, 5, 5, 5, 5]) {
                at += 9;
                continue;
            }
            let length = usize::from(rest[5]) << 8 | usize::from(rest[6]);
            let whole = rest.get(..7 + length).filter(|_| (4..=2400).contains(&length));
            if let Some(whole) = whole.filter(|whole| whole[5..].iter().fold(0, |xor, byte| xor ^ byte) == 0) {
                plain.push((whole[9], whole[10..6 + length].to_vec()));
                at += 6 + length;
            }
        }
        let found: Vec<_> = answers(&bytes, piece)
            .iter()
            .map(|answer| (answer.sw3.code(), answer.data.to_vec()))
            .collect();
        prop_assert_eq!(found, plain);
    }

    #[test]
    fn any_bytes_are_answers_or_not(bytes in vec(any::<u8>(), 0..6000), piece in 1usize..6000) {
        for answer in answers(&bytes, piece) {
            prop_assert!(answer.data.len() <= 2400);
            let _ = card::split(&answer.data, true);
        }
    }
}
