//! Characters as GB 18030 bytes, as far as the printer's font goes.

use super::profile::Level;

/// What the paper shows of `text`: control characters become spaces, so that no text can carry a command;
/// characters without width vanish.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .filter(|ch| !matches!(ch, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'))
        .map(|ch| if ch.is_control() || ch == '\u{A0}' { ' ' } else { ch })
        .collect()
}

/// Bytes of `ch` if a printer of this level has it in its font.
pub(super) fn bytes_of(ch: char, level: Level) -> Option<Vec<u8>> {
    if ch.is_ascii() {
        return (!ch.is_control()).then(|| vec![ch as u8]);
    }
    if matches!(ch, '\u{E000}'..='\u{F8FF}') {
        return None;
    }
    let mut buffer = [0; 4];
    let (bytes, _, unmappable) = encoding_rs::GB18030.encode(ch.encode_utf8(&mut buffer));
    if unmappable {
        return None;
    }
    let held = match *bytes {
        [lead, trail] => match level {
            Level::Ascii => false,
            Level::Gb18030 => true,
            Level::Gbk => !added_after_gbk(lead, trail),
            Level::Gb2312 => {
                matches!(lead, 0xA1..=0xA9 | 0xB0..=0xF7)
                    && trail >= 0xA1
                    && !added_after_gbk(lead, trail)
            }
        },
        [_, _, _, _] => level == Level::Gb18030 && in_printer_fonts(ch),
        _ => false,
    };
    held.then(|| bytes.into_owned())
}

/// Two-byte characters that GB 18030 added to GBK; fonts of GBK printers show blanks there.
fn added_after_gbk(lead: u8, trail: u8) -> bool {
    matches!(
        (lead, trail),
        (0xA2, 0xAB..=0xB0 | 0xE3..=0xE4 | 0xEF..=0xF0 | 0xFD..=0xFE)
            | (0xA6, 0xD9..=0xFE)
            | (0xA8, 0xBF)
            | (0xA9, 0x8A..=0x95)
            | (0xFE, 0x50..=0xA0)
    )
}

/// Four-byte characters that implementation level 2 of GB 18030-2022 asks for: Extension A, the end of the
/// basic block, and the general names of persons in Extension B. The rest of Unicode has no glyph in a printer.
fn in_printer_fonts(ch: char) -> bool {
    matches!(ch, '\u{3400}'..='\u{4DBF}' | '\u{9FA6}'..='\u{9FEF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_hold_what_their_standards_hold() {
        // (character, GB 2312, GBK, GB 18030)
        for (ch, gb2312, gbk, gb18030) in [
            ('政', true, true, true),
            ('。', true, true, true),
            ('A', true, true, true),
            ('喆', false, true, true),
            ('€', false, false, true),
            ('䶮', false, false, true),
            ('㐂', false, false, true),
            ('𠮷', false, false, false),
            ('😀', false, false, false),
            ('\u{E000}', false, false, false),
        ] {
            assert_eq!(
                bytes_of(ch, Level::Gb2312).is_some(),
                gb2312,
                "{ch} GB 2312"
            );
            assert_eq!(bytes_of(ch, Level::Gbk).is_some(), gbk, "{ch} GBK");
            assert_eq!(
                bytes_of(ch, Level::Gb18030).is_some(),
                gb18030,
                "{ch} GB 18030"
            );
        }
        assert_eq!(bytes_of('政', Level::Gbk), Some(vec![0xD5, 0xFE]));
        assert_eq!(
            bytes_of('㐂', Level::Gb18030),
            Some(vec![0x81, 0x39, 0xEF, 0x31])
        );
    }

    #[test]
    fn text_carries_no_commands() {
        assert_eq!(printable("a\u{1b}@\u{200b}b\n"), "a @b ");
        assert_eq!(bytes_of('\u{1b}', Level::Gb18030), None);
        assert_eq!(bytes_of('\u{85}', Level::Gbk), None);
    }
}
