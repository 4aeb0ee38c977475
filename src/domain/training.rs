//! Words of training (练习模式): what is on its pages and papers.

use std::time::Duration;

use crate::receipt::{Block, Receipt};
use crate::text::Text;

/// Set in the number of every print job of a lesson; the store numbers from 1 on.
pub const PRACTICE: u64 = 1 << 62;

/// Nobody has touched anything for so long: nobody learns here any more, and somebody may come who does not know.
pub const QUIET: Duration = Duration::from_secs(600);

/// What stands across every page and on every paper.
#[must_use]
pub fn watermark() -> Text {
    Text::new("练习 – 无效", "TRAINING – VOID")
}

/// The paper of a lesson: its first and last words say so, and so does every part between.
#[must_use]
pub fn void(receipt: Receipt) -> Receipt {
    let notice = || Block::Notice {
        text: "练习 – 无效 TRAINING – VOID".into(),
    };
    let mut blocks = vec![notice()];
    for block in receipt.blocks {
        match block {
            Block::Rule => blocks.extend([Block::Rule, notice()]),
            // A code could be taken for the proof of a filing.
            Block::Qr { .. } => {}
            block => blocks.push(block),
        }
    }
    blocks.push(notice());
    Receipt { blocks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_void_paper_says_so_at_both_ends_and_has_no_code() {
        let receipt = Receipt {
            blocks: vec![
                Block::Rule,
                Block::Qr {
                    data: "x".into(),
                    module: 4,
                },
                Block::Feed { lines: 2 },
            ],
        };
        let void = void(receipt).blocks;
        let says = |block: Option<&Block>| matches!(block, Some(Block::Notice { .. }));
        assert!(says(void.first()) && says(void.last()));
        assert_eq!(void.iter().filter(|block| says(Some(block))).count(), 3);
        assert!(!void.iter().any(|block| matches!(block, Block::Qr { .. })));
    }
}
