use super::*;

/// Drives a search over a line on which `answer` speaks: what it ends with, and after what time.
fn search(mut answer: impl FnMut(u32, &[u8]) -> Vec<u8>) -> (Event, Duration) {
    let (mut finder, begin) = (Finder::new(), Instant::now());
    let (mut now, mut rate) = (begin, FIRST_RATE);
    finder.port_opened(now);
    loop {
        if let Some(event) = finder.poll_event() {
            assert_eq!(finder.poll_timeout(), None, "it goes on");
            return (event, now - begin);
        }
        if let Some(PortWish::Rate(wished)) = finder.poll_port() {
            rate = wished;
            finder.port_opened(now);
        } else if let Some(bytes) = finder.poll_transmit() {
            for byte in answer(rate, &bytes) {
                finder.handle_input(&[byte], now);
            }
        } else {
            finder.handle_input(&answer(rate, &[]), now);
            now = finder.poll_timeout().unwrap_or(now);
            finder.handle_timeout(now);
        }
    }
}

#[test]
fn nobody_answers_an_empty_port() {
    let (event, time) = search(|_, _| Vec::new());
    assert_eq!((event, time), (Event::Nobody, Finder::longest()));
}

#[test]
fn what_only_echoes_is_no_device() {
    let (event, _) = search(|_, bytes| bytes.to_vec());
    assert_eq!(event, Event::Nobody);
}

#[test]
fn noise_is_no_device() {
    fastrand::seed(7);
    for _ in 0..200 {
        let (event, _) = search(|_, _| {
            // A floating line: zeros and ones, and what has a bit or two set among them.
            (0..fastrand::usize(..200))
                .map(|_| *fastrand::choice(&[0x00, 0xFF, 0x80, 0xFE, 0xE0]).unwrap_or(&0))
                .collect()
        });
        assert_eq!(event, Event::Nobody);
    }
}

#[test]
fn a_printer_is_asked_at_its_rate_and_never_hears_a_readers_question_there() {
    let mut heard = Vec::new();
    let (event, _) = search(|rate, bytes| {
        if rate != 19_200 {
            return Vec::new();
        }
        heard.extend_from_slice(bytes);
        // Of a number that it does not know it says nothing.
        let known = |three: &&[u8]| matches!(three, [0x10, 0x04, 1..=4]);
        let questions = bytes.chunks(3).filter(known);
        questions.map(|_| 0x12).collect()
    });
    let Event::Found(answered) = event else {
        panic!("{event:?}")
    };
    assert_eq!((answered.kind, answered.rate), (Kind::Printer, 19_200));
    assert_eq!(heard.len(), 12, "{heard:x?}");
}

#[test]
fn a_device_that_talks_by_itself_is_no_printer() {
    for said in [
        &b"226"[..],
        b"::2\r\n",
        b"$GPGGA,222622.00,2232.622,N,11326.226,E,1,8,1.2,22.6,M,,*7A\r\n",
        &[0x12; 20],
    ] {
        let (event, _) = search(|rate, _| match rate {
            9600 => said.to_vec(),
            _ => Vec::new(),
        });
        assert_eq!(event, Event::Nobody, "{said:x?}");
    }
}

#[test]
fn what_begins_like_a_printer_and_talks_on_is_none() {
    let (mut finder, mut now) = (Finder::new(), Instant::now());
    finder.port_opened(now);
    while finder.question().map(|question| question.kind) != Some(Kind::Printer) {
        now = finder.poll_timeout().unwrap_or(now);
        finder.handle_timeout(now);
    }
    finder.port_opened(now);
    finder.handle_input(&[0x12; 3], now);
    assert_eq!(finder.poll_event(), None, "it is not heard out");
    finder.handle_input(&[0x41; 14], now);
    now = finder.poll_timeout().expect("the end of the question");
    finder.handle_timeout(now);
    assert_eq!(finder.poll_event(), None);
}

#[test]
fn a_port_that_goes_away_ends_the_search() {
    let (mut finder, now) = (Finder::new(), Instant::now());
    finder.port_opened(now);
    finder.port_lost(now);
    finder.port_lost(now);
    assert_eq!(finder.poll_event(), Some(Event::NoPort));
    assert_eq!((finder.poll_event(), finder.poll_timeout()), (None, None));
    finder.port_opened(now);
    finder.handle_input(&[0x12; 3], now);
    finder.handle_timeout(now);
    assert!(finder.poll_transmit().is_none() && finder.poll_event().is_none());
}
