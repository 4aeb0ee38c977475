//! What a draft carries along: the content of an attachment, until the store has it.

use std::fmt;

use zeroize::Zeroizing;

use super::attachment::{ATTACHMENT_MAX, Attachment};
use super::digest::Digest;

/// Content of an attachment and its name. The bytes are wiped when the last copy is dropped, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    attachment: Attachment,
    bytes: Zeroizing<Vec<u8>>,
}

impl Content {
    /// Takes over `bytes`; whoever made them must not keep a copy. `name` is as in [`Attachment::name`]. `None` for no
    /// bytes, and for more than [`ATTACHMENT_MAX`]: the contract takes neither.
    #[must_use]
    pub fn new(name: &str, bytes: Vec<u8>) -> Option<Self> {
        let bytes = Zeroizing::new(bytes);
        let length = bytes.len() as u64;
        (1..=ATTACHMENT_MAX).contains(&length).then(|| Self {
            attachment: Attachment {
                digest: Digest::of(&bytes),
                length,
                name: name.to_owned(),
            },
            bytes,
        })
    }

    /// As the case names it.
    #[must_use]
    pub fn attachment(&self) -> &Attachment {
        &self.attachment
    }

    /// The bytes, for the place that keeps them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Content({}, {} bytes)",
            self.attachment.name, self.attachment.length
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_named_by_its_bytes_and_shows_none_of_them() {
        let content = Content::new("M1", b"secret".to_vec()).expect("content");
        assert_eq!(content.attachment().digest, Digest::of(b"secret"));
        assert_eq!(content.attachment().length, 6);
        assert_eq!(format!("{content:?}"), "Content(M1, 6 bytes)");
    }

    #[test]
    fn what_the_contract_does_not_take_is_no_content() {
        let longest = usize::try_from(ATTACHMENT_MAX).expect("32 MiB");
        assert_eq!(Content::new("M1", Vec::new()), None);
        assert_eq!(Content::new("M1", vec![0; longest + 1]), None);
        assert!(Content::new("M1", vec![0; longest]).is_some());
    }
}
