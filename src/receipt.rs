//! A receipt as blocks: what is on the paper, without any printer's bytes.

/// One piece of paper from top to cut.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Blocks from top to bottom. The cut follows the last one.
    pub blocks: Vec<Block>,
}

/// Size of a line's characters, as multiples of the printer's base font (12×24 dots Latin, 24×24 Chinese).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 1 × 1.
    #[default]
    Normal,
    /// 1 wide, 2 high.
    Tall,
    /// 2 × 2.
    Large,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Left margin.
    #[default]
    Left,
    /// Centre.
    Centre,
}

/// A piece of a receipt.
#[derive(Clone, PartialEq, Eq)]
pub enum Block {
    /// Text; wrapped by the encoder at the paper's width (a Chinese character is two columns).
    Line {
        /// Text without line breaks.
        text: String,
        /// Character size.
        size: Size,
        /// Bold print.
        bold: bool,
        /// Position.
        align: Align,
    },
    /// Name at the left, value beside it; the value wraps under itself.
    Pair {
        /// Name, e.g. `事项`.
        name: String,
        /// Value.
        value: String,
    },
    /// White on black across the paper: what must not be overlooked (`待上传,未受理`).
    Notice {
        /// Text.
        text: String,
    },
    /// A horizontal rule.
    Rule,
    /// Empty lines.
    Feed {
        /// How many.
        lines: u8,
    },
    /// QR code, model 2, level M.
    Qr {
        /// Content, at most 400 bytes.
        data: String,
        /// Edge of a module in dots, 3 to 8.
        module: u8,
    },
}

/// Without the text: it names a person.
impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Receipt").field(&self.blocks).finish()
    }
}

/// Without the text: it names a person.
impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Line { .. } => "Line",
            Self::Pair { .. } => "Pair",
            Self::Notice { .. } => "Notice",
            Self::Rule => "Rule",
            Self::Feed { .. } => "Feed",
            Self::Qr { .. } => "Qr",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_text() {
        let value = "张三".to_owned();
        let pair = Block::Pair {
            name: "申请人".into(),
            value,
        };
        let receipt = Receipt {
            blocks: vec![pair, Block::Rule],
        };
        assert_eq!(format!("{receipt:?}"), "Receipt([Pair, Rule])");
    }
}
