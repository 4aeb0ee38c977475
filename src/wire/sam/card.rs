//! Parts of a reading.

/// Text and photo of a reading with or without fingerprint, cut by the lengths in it; `None` when they do not fit.
///
/// Layout: u16be text length, u16be photo length, with fingerprint also u16be fingerprint length, then the parts.
/// The fingerprint is left where it is: nobody here needs it.
pub(super) fn split(data: &[u8], with_fingerprint: bool) -> Option<(&[u8], &[u8])> {
    let length = |at: usize| {
        let &[high, low] = data.get(at..at + 2)?.as_array()?;
        Some(usize::from(u16::from_be_bytes([high, low])))
    };
    let (text, photo) = (length(0)?, length(2)?);
    let (start, fingerprint) = if with_fingerprint {
        (6, length(4)?)
    } else {
        (4, 0)
    };
    if data.len() != start + text + photo + fingerprint {
        return None;
    }
    let (text, rest) = data[start..].split_at(text);
    Some((text, &rest[..photo]))
}
