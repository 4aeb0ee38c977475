//! The printer's recordings: a receipt of the same shape with nothing on it.
//!
//! Letters and figures are replaced by others that are as wide, as many bytes long and as likely to be in the printer's
//! font; blanks and punctuation stay, since lines break at them. So every command, every mark and every piece on the line
//! is as long as it was. Characters that the firmware draws itself are drawn white: no font is needed for a replay. What
//! a printer sends is its state, and stays.

use encoding_rs::GB18030;
use serde_json::{Value, json};

use super::{NoVeil, Recorded, Setup, Veil};
use crate::receipt::{Align, Block, Receipt, Size};
use crate::wire::escpos::{Bitmap, Glyphs};
use crate::wire::printer::{Command, Config, Event, Printer};

impl Setup for Config {
    type Machine = Printer;
    const DEVICE: &'static str = "printer";

    fn is_usable(&self) -> bool {
        self.profile.clone().within_limits().is_ok()
    }

    fn machine(&self) -> Printer {
        Printer::new(self.clone(), Box::new(White))
    }

    fn veil(&self) -> Box<dyn Veil> {
        Box::new(NoVeil)
    }
}

/// Draws every character as white paper.
struct White;

impl Glyphs for White {
    fn glyph(&self, _: char, width: usize, height: usize) -> Option<Bitmap> {
        Some(Bitmap::new(width, height))
    }
}

impl Recorded for Printer {
    fn write(command: &Command) -> Value {
        match command {
            Command::Print { job, receipt } => {
                let blocks: Vec<Value> = receipt.blocks.iter().map(write_block).collect();
                json!({ "print": job, "blocks": blocks })
            }
            Command::Cancel { job } => json!({ "cancel": job }),
            Command::GiveUpReceipt => json!("giveUpReceipt"),
        }
    }

    fn read(command: &Value) -> Result<Command, String> {
        if command == "giveUpReceipt" {
            return Ok(Command::GiveUpReceipt);
        }
        if let Some(job) = command["cancel"].as_u64() {
            return Ok(Command::Cancel { job });
        }
        let job = command["print"]
            .as_u64()
            .ok_or("neither print nor cancel")?;
        let blocks = command["blocks"].as_array().ok_or("no blocks")?;
        let blocks: Option<Vec<Block>> = blocks.iter().map(read_block).collect();
        let blocks = blocks.ok_or("no block of a receipt")?;
        let receipt = Receipt { blocks };
        Ok(Command::Print { job, receipt })
    }

    fn describe(event: &Event) -> String {
        format!("{event:?}")
    }
}

/// `text` with nothing in it.
fn empty(text: &str) -> String {
    text.chars().map(nothing).collect()
}

fn nothing(ch: char) -> char {
    // Lines break, or do not, at these (GB/T 15834).
    const PUNCTUATION: &str = "。，、；：？！）》〉」』】〕”’‰…—·（《〈「『【〔“‘";
    match ch {
        '0'..='9' => '0',
        'A'..='Z' => 'X',
        'a'..='z' => 'x',
        _ if ch.is_ascii() || ch.is_control() || PUNCTUATION.contains(ch) => ch,
        // Without width.
        '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' => '\u{200B}',
        _ => match GB18030.encode(ch.encode_utf8(&mut [0; 4])) {
            (bytes, _, false) if bytes.len() == 2 => '某',
            // Extension A and the end of the basic block: in the fonts of newer printers.
            (_, _, false) if matches!(ch, '\u{3400}'..='\u{4DBF}' | '\u{9FA6}'..='\u{9FEF}') => {
                '㐂'
            }
            // In no printer's font: drawn.
            _ => '𠮷',
        },
    }
}

fn write_block(block: &Block) -> Value {
    match block {
        Block::Line {
            text,
            size,
            bold,
            align,
        } => json!({
            "line": empty(text),
            "size": match size { Size::Normal => 0, Size::Tall => 1, Size::Large => 2 },
            "bold": bold,
            "centre": *align == Align::Centre,
        }),
        Block::Pair { name, value } => json!({ "pair": [empty(name), empty(value)] }),
        Block::Notice { text } => json!({ "notice": empty(text) }),
        Block::Rule => json!("rule"),
        Block::Feed { lines } => json!({ "feed": lines }),
        Block::Qr { data, module } => json!({ "qr": empty(data), "module": module }),
    }
}

fn read_block(block: &Value) -> Option<Block> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let number = |value: &Value| u8::try_from(value.as_u64()?).ok();
    Some(if block.as_str() == Some("rule") {
        Block::Rule
    } else if let Some(line) = text(&block["line"]) {
        Block::Line {
            text: line,
            size: match number(&block["size"])? {
                0 => Size::Normal,
                1 => Size::Tall,
                _ => Size::Large,
            },
            bold: block["bold"].as_bool()?,
            align: match block["centre"].as_bool()? {
                true => Align::Centre,
                false => Align::Left,
            },
        }
    } else if let Some([name, value]) = block["pair"].as_array().and_then(|pair| pair.as_array()) {
        Block::Pair {
            name: text(name)?,
            value: text(value)?,
        }
    } else if let Some(notice) = text(&block["notice"]) {
        Block::Notice { text: notice }
    } else if let Some(data) = text(&block["qr"]) {
        Block::Qr {
            data,
            module: number(&block["module"])?,
        }
    } else {
        Block::Feed {
            lines: number(&block["feed"])?,
        }
    })
}
