//! An order's code as a picture and on a terminal.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::Context as _;
use fast_qr::{ECL, QRBuilder, QRCode};

/// Light modules around the code, as ISO/IEC 18004 wants them.
const QUIET: usize = 4;
/// Pixels of a module.
const MODULE: usize = 6;

fn code(text: &str) -> anyhow::Result<QRCode> {
    QRBuilder::new(text)
        .ecl(ECL::M)
        .build()
        .map_err(|fault| anyhow::anyhow!("{fault}"))
}

fn is_dark(code: &QRCode, x: usize, y: usize) -> bool {
    let (x, y) = (x.wrapping_sub(QUIET), y.wrapping_sub(QUIET));
    x < code.size && y < code.size && code[y][x].value()
}

/// Two modules above each other are one character.
pub fn terminal(text: &str) -> anyhow::Result<String> {
    let code = code(text)?;
    let side = code.size + 2 * QUIET;
    let line = |y: usize| -> String {
        (0..side)
            .map(|x| match (is_dark(&code, x, y), is_dark(&code, x, y + 1)) {
                // Light modules are drawn: terminals are dark.
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            })
            .collect()
    };
    Ok((0..side)
        .step_by(2)
        .map(line)
        .collect::<Vec<_>>()
        .join("\n"))
}

/// A picture in shades of grey.
pub fn png(text: &str, path: &Path) -> anyhow::Result<()> {
    let code = code(text)?;
    let side = (code.size + 2 * QUIET) * MODULE;
    let pixels: Vec<u8> = (0..side * side)
        .map(|at| {
            if is_dark(&code, at % side / MODULE, at / side / MODULE) {
                0
            } else {
                255
            }
        })
        .collect();
    let file = File::create(path).with_context(|| path.display().to_string())?;
    let edge = u32::try_from(side)?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), edge, edge);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    Ok(encoder.write_header()?.write_image_data(&pixels)?)
}
