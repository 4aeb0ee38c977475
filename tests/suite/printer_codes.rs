//! QR codes drawn by the firmware, dot by dot beside those of another library.

use kiosk::receipt::{Block, Receipt};
use kiosk::sim::printer::{Item, print_at_once};
use kiosk::wire::escpos::{NoGlyphs, Profile, encode};
use qrcode::bits::Bits;
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::{Color, EcLevel, Version};

const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// The black dots of the code as it is printed, `module` dots a module, without the white around it.
fn printed(data: &str, module: u8) -> Vec<Vec<bool>> {
    let receipt = Receipt {
        blocks: vec![Block::Qr {
            data: data.into(),
            module,
        }],
    };
    let profile = Profile::builtin("generic-gbk-58").unwrap();
    assert!(!profile.native_qr);
    let encoded = encode(&receipt, &profile, &NoGlyphs).unwrap();
    let papers = print_at_once(&encoded.to_bytes(&profile), profile.width_dots.into());
    let mut rows: Vec<Vec<bool>> = Vec::new();
    for item in &papers[0].items {
        if let Item::Image {
            row_bytes, data, ..
        } = item
        {
            let dots = |byte: &u8| {
                (0..8)
                    .map(|bit| byte >> (7 - bit) & 1 == 1)
                    .collect::<Vec<_>>()
            };
            rows.extend(
                data.chunks(*row_bytes)
                    .map(|row| row.iter().flat_map(dots).collect()),
            );
        }
    }
    let black = |row: &Vec<bool>| row.iter().any(|dot| *dot);
    let left = |row: &Vec<bool>| row.iter().position(|dot| *dot);
    let begin = rows.iter().filter_map(left).min().unwrap();
    rows.retain(black);
    let side = rows.len();
    rows.into_iter()
        .map(|row| row[begin..begin + side].to_vec())
        .collect()
}

/// The same by the other library, one for each mask. In one piece: it would change between its ways to write a text.
fn others(data: &str, side: usize) -> Vec<Vec<bool>> {
    let version = Version::Normal(i16::try_from((side - 17) / 4).unwrap());
    let mut bits = Bits::new(version);
    let bytes = data.as_bytes();
    let is_figure = |byte: &u8| byte.is_ascii_digit();
    let is_capital = |byte: &u8| byte.is_ascii_uppercase() || b" $%*+-./:".contains(byte);
    if bytes.iter().all(is_figure) {
        bits.push_numeric_data(bytes).unwrap();
    } else if bytes.iter().all(|b| is_figure(b) || is_capital(b)) {
        bits.push_alphanumeric_data(bytes).unwrap();
    } else {
        bits.push_byte_data(bytes).unwrap();
    }
    bits.push_terminator(EcLevel::M).unwrap();
    let (data, correction) =
        qrcode::ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M).unwrap();
    let mut canvas = Canvas::new(version, EcLevel::M);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    let masked = |mask| {
        let mut canvas = canvas.clone();
        canvas.apply_mask(mask);
        let colors = canvas.into_colors();
        colors.iter().map(|color| *color == Color::Dark).collect()
    };
    MASKS.into_iter().map(masked).collect()
}

#[test]
fn every_dot_is_as_another_library_has_it() {
    let long = "KIOSK2/T2026-06-01T09:41:00+08:00/W0012-A7-000001-C/".to_owned()
        + &"0123456789ABCDEF".repeat(7);
    for (data, module) in [
        ("7", 3),
        ("31415926535897932384", 4),
        ("GD2024-0000-0001-7", 8),
        ("https://example.invalid/r/wujiang", 5),
        ("回执：待上传，未受理", 6),
        (&long, 4),
    ] {
        let (dots, scale) = (printed(data, module), usize::from(module));
        let side = dots.len() / scale;
        assert_eq!(dots.len() % scale, 0, "{data}");
        let modules: Vec<bool> = (0..side * side)
            .map(|at| dots[at / side * scale][at % side * scale])
            .collect();
        for (y, row) in dots.iter().enumerate() {
            for (x, dot) in row.iter().enumerate() {
                assert_eq!(
                    *dot,
                    modules[y / scale * side + x / scale],
                    "{data}: {x}, {y}"
                );
            }
        }
        assert!(others(data, side).contains(&modules), "{data}");
    }
}
