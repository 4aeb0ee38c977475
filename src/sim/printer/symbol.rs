//! QR codes as the printer's own firmware draws them.

use qrcode::{Color, EcLevel, QrCode};

/// Modules along an edge, and all modules row by row (`true` is dark). `level` is 48 L, 49 M, 50 Q or 51 H.
/// `None` if the data does not fit any symbol.
pub(super) fn qr(data: &[u8], level: u8) -> Option<(usize, Vec<bool>)> {
    let level = match level {
        49 => EcLevel::M,
        50 => EcLevel::Q,
        51 => EcLevel::H,
        _ => EcLevel::L,
    };
    let code = QrCode::with_error_correction_level(data, level).ok()?;
    let dark = code
        .to_colors()
        .into_iter()
        .map(|color| color == Color::Dark);
    Some((code.width(), dark.collect()))
}
