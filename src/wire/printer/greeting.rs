//! What is asked to learn whether a printer is there at all, and what counts as its answer.

use super::reader::{Reply, ReplyReader};
use super::status::is_real_time;
use crate::wire::escpos::StatusDialect;
use crate::wire::escpos::commands::ask_status;

/// Most bytes within the time for an answer: three and six, and a few of something else. Who talks by itself says more.
const MOST: usize = 16;

/// DLE EOT 1, 2 and 4: printer, cause of being off-line, paper; then 20, Custom's full status, for in Custom's answers to
/// the others nothing tells an answer from noise. Answered at once whatever the printer does, and put on paper by none
/// (ESC/POS, real-time commands; a number that a printer does not know is ignored, and nothing comes behind it that could
/// be taken for a part of it).
pub(in crate::wire) fn hello() -> Vec<u8> {
    [1, 2, 4, 20].map(ask_status).concat()
}

/// Whether `heard`, all that came within the time for an answer, is a printer's.
pub(in crate::wire) fn is_answer(heard: &[u8]) -> bool {
    heard.len() <= MOST && !is_text(heard) && (has_three(heard) || has_full(heard))
}

/// As bits the "226" or "::2" of a GPS, a UPS or a meter would be three good states.
fn is_text(heard: &[u8]) -> bool {
    let text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    heard.iter().all(text)
}

/// Three states in a row. Bit 7 is free in the first only (Cashino KP-628E: a slip hangs in the exit); a floating line,
/// which reads as FE now and then, must not pass in all three.
fn has_three(heard: &[u8]) -> bool {
    heard.windows(3).any(|three| {
        three.iter().all(|byte| is_real_time(*byte)) && (three[1] | three[2]) & 0x80 == 0
    })
}

fn has_full(heard: &[u8]) -> bool {
    let mut reader = ReplyReader::new(StatusDialect::Custom);
    let mut replies = heard.iter().filter_map(|byte| reader.push(*byte));
    replies.any(|reply| matches!(reply, Reply::Full(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printers_answer_with_three_states_or_with_the_full_one() {
        for heard in [
            &[0x12, 0x12, 0x12][..],
            &[0x1A, 0x32, 0x7E],
            &[0x92, 0x12, 0x12],
            &[0x00, 0x16, 0x12, 0x1E],
            &[0x12, 0x12, 0x12, 0x12],
            &[0, 0, 0, 0x10, 0x0F, 0, 0, 0, 0],
            &[0x80, 0x20, 0x6C, 0x10, 0x0F, 0x25, 0x02, 0x40, 0x01],
        ] {
            assert!(is_answer(heard), "{heard:x?}");
        }
    }

    #[test]
    fn text_noise_echoes_and_torn_answers_are_none() {
        let echo = hello();
        for heard in [
            &[0u8; 0][..],
            b"226",
            b"::2\r\n",
            b"226*7A\r\n",
            &[0x12, 0x12],
            &[0x12, 0x00, 0x12, 0x12],
            &[0xFE, 0xFE, 0xFE],
            &[0x12; 17],
            &[0, 0, 0],
            &[0x10, 0x0F, 0, 0, 0],
            &[0x10, 0x0F, 0, 0x10, 0, 0],
            &echo[..],
        ] {
            assert!(!is_answer(heard), "{heard:x?}");
        }
    }
}
