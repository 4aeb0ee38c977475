use super::*;
use proptest::prelude::*;

/// A basic frame, written out from the table: moving at 80 cm with energy 60, still at 120 cm with energy 40.
fn bytes(state: u8) -> Vec<u8> {
    let mut frame = vec![0xF4, 0xF3, 0xF2, 0xF1, 0x0D, 0x00, 0x02, 0xAA, state];
    frame.extend([
        0x50, 0x00, 0x3C, 0x78, 0x00, 0x28, 0x50, 0x00, 0x55, 0x00, 0xF8, 0xF7, 0xF6, 0xF5,
    ]);
    frame
}

fn told(radar: &mut Radar) -> Vec<Event> {
    std::iter::from_fn(|| radar.poll_event()).collect()
}

fn online(now: Instant) -> Radar {
    let mut radar = Radar::new();
    radar.port_opened(now);
    radar
}

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[test]
fn who_comes_is_told_at_once_and_who_leaves_after_the_hold_off() {
    let begin = Instant::now();
    let mut radar = online(begin);
    radar.handle_input(&bytes(0), begin);
    assert_eq!(
        told(&mut radar),
        [Event::Status(Device::Online), Event::Presence(false)]
    );
    radar.handle_input(&bytes(2), begin + ms(100));
    assert_eq!(told(&mut radar), [Event::Presence(true)]);
    // Out of sight for a moment, as somebody who bends down is.
    for at in [200, 1000, 2100] {
        radar.handle_input(&bytes(0), begin + ms(at));
        radar.handle_timeout(begin + ms(at));
    }
    assert!(told(&mut radar).is_empty());
    assert_eq!(radar.poll_timeout(), Some(begin + ms(2200)));
    radar.handle_input(&bytes(3), begin + ms(2150));
    radar.handle_input(&bytes(0), begin + ms(2300));
    radar.handle_timeout(begin + ms(4299));
    assert!(told(&mut radar).is_empty());
    radar.handle_timeout(begin + ms(4300));
    assert_eq!(told(&mut radar), [Event::Presence(false)]);
}

#[test]
fn late_frames_of_a_port_that_is_gone_are_not_believed() {
    let now = Instant::now();
    let mut radar = online(now);
    radar.handle_input(&bytes(1), now);
    radar.port_lost(now);
    told(&mut radar);
    radar.handle_input(&bytes(1), now);
    assert_eq!((told(&mut radar), radar.poll_timeout()), (vec![], None));
}

#[test]
fn a_silent_radar_has_no_power_and_sees_nobody() {
    let begin = Instant::now();
    let mut radar = online(begin);
    radar.handle_input(&bytes(1), begin);
    told(&mut radar);
    assert_eq!(radar.poll_timeout(), Some(begin + ms(3000)));
    radar.handle_input(&[0xFF; 100], begin + ms(2900)); // noise is no word
    radar.handle_timeout(begin + ms(3000));
    assert_eq!(
        told(&mut radar),
        [Event::Status(Device::PowerOff), Event::Presence(false)]
    );
    assert_eq!(radar.poll_timeout(), None);
    radar.handle_input(&bytes(1), begin + ms(9000));
    assert_eq!(
        told(&mut radar),
        [Event::Status(Device::Online), Event::Presence(true)]
    );
    radar.port_lost(begin + ms(9001));
    radar.port_lost(begin + ms(9002));
    assert_eq!(
        told(&mut radar),
        [Event::Status(Device::NoDevice), Event::Presence(false)]
    );
}

#[test]
fn frames_that_are_none_tell_nothing() {
    let good = bytes(1);
    let mut broken: Vec<Vec<u8>> = [0, 1, 2, 3, 4, 5, 6, 7, 17, 18, 19, 20, 21, 22]
        .into_iter()
        .map(|at| {
            let mut frame = good.clone();
            frame[at] ^= 0x80;
            frame
        })
        .collect();
    broken.push(good[..good.len() - 1].to_vec());
    for frame in broken {
        let now = Instant::now();
        let mut radar = online(now);
        radar.handle_input(&frame, now);
        assert!(told(&mut radar).is_empty(), "{frame:02X?}");
    }
}

#[test]
fn an_unknown_state_is_a_sign_of_life_and_nothing_else() {
    let now = Instant::now();
    let mut radar = online(now);
    radar.handle_input(&bytes(5), now);
    assert_eq!(told(&mut radar), [Event::Status(Device::Online)]);
}

#[test]
fn an_engineering_frame_is_read_as_well() {
    let mut frame = vec![0xF4, 0xF3, 0xF2, 0xF1, 0x23, 0x00, 0x01, 0xAA, 0x03];
    frame.extend([0x50, 0x00, 0x3C, 0x78, 0x00, 0x28, 0x50, 0x00, 0x08, 0x08]);
    frame.extend([10; 9]);
    frame.extend([20; 9]);
    frame.resize(6 + 0x23 - 2, 0);
    frame.extend([0x55, 0x00, 0xF8, 0xF7, 0xF6, 0xF5]);
    let now = Instant::now();
    let mut radar = online(now);
    radar.handle_input(&frame, now);
    assert_eq!(
        told(&mut radar),
        [Event::Status(Device::Online), Event::Presence(true)]
    );
}

proptest! {
    #[test]
    fn a_frame_is_found_after_any_noise_in_any_portions(
        noise in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(HEADER.to_vec())], 0..600),
        portion in 1usize..300,
    ) {
        let now = Instant::now();
        let mut radar = online(now);
        let mut line = noise;
        // The longest thing that noise can pretend to be is over after three frames and a half.
        for _ in 0..5 {
            line.extend(bytes(1));
        }
        for portion in line.chunks(portion) {
            radar.handle_input(portion, now);
            prop_assert!(radar.decoder.bytes.len() <= PORTION + 6 + DATA_LEN.1 + 4);
        }
        prop_assert!(told(&mut radar).contains(&Event::Presence(true)));
    }
}
