//! The simulator's decoder against streams of independent encoders, and our encoder against that decoder.

use kiosk::receipt::{Align, Block, Receipt, Size};
use kiosk::sim::printer::{Item, Paper, PaperFont, Token, decode_tokens, print_at_once};
use kiosk::wire::escpos::{
    Bitmap, Cutter, EncodeError, Glyphs, Level, NoGlyphs, Profile, encode, estimate_length_mm,
};

/// A made-up receipt with every kind of block. The identity number has an impossible region.
pub fn sample() -> Receipt {
    let pair = |name: &str, value: &str| Block::Pair {
        name: name.into(),
        value: value.into(),
    };
    let line = |text: &str, size, bold, align| Block::Line {
        text: text.into(),
        size,
        bold,
        align,
    };
    Receipt {
        blocks: vec![
            line("政务服务自助终端", Size::Normal, false, Align::Centre),
            line("业务办理回执", Size::Large, true, Align::Centre),
            Block::Rule,
            pair("受理编号", "GD2024-0000-0001-7"),
            pair(
                "事项",
                "高龄老人津贴申领（八十周岁以上，含一百周岁以上长寿老人保健金）",
            ),
            pair("申请人", "张三㐂"),
            pair("证件号码", "999999********002X"),
            pair("提交时间", "2026-03-01 09:41"),
            Block::Rule,
            Block::Notice {
                text: "已保存，待上传".into(),
            },
            line(
                "请妥善保管本回执，凭受理编号可查询办理进度。",
                Size::Normal,
                false,
                Align::Left,
            ),
            Block::Qr {
                data: "https://example.invalid/r/GD2024-0000-0001-7".into(),
                module: 6,
            },
            line("扫码查询进度", Size::Normal, false, Align::Centre),
            line("咨询电话 12345", Size::Tall, true, Align::Centre),
            Block::Feed { lines: 1 },
        ],
    }
}

fn vector(name: &str) -> Vec<u8> {
    std::fs::read(format!("tests/vectors/printer/{name}.bin")).unwrap()
}

fn only(papers: Vec<Paper>) -> Paper {
    assert_eq!(papers.len(), 1, "pieces of paper");
    papers.into_iter().next().unwrap()
}

fn assert_all_known(bytes: &[u8]) {
    let unknown = |token: &Token| matches!(token, Token::Unknown(_));
    assert_eq!(decode_tokens(bytes).into_iter().filter(unknown).count(), 0);
}

#[test]
fn text_of_two_independent_encoders_is_read() {
    let bytes = vector("receiptline_text_gb18030");
    assert_all_known(&bytes);
    let lines = only(print_at_once(&bytes, 576)).lines();
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    assert_eq!(lines[0], "政务服务回执");
    assert!(
        lines[1].starts_with("姓名：张三㐂𠮷") && lines[1].ends_with("2024"),
        "{lines:?}"
    );
    assert_eq!(lines[2], "事项：居民身份证换领");

    let bytes = vector("pyescpos_text_gb18030");
    assert_eq!(
        only(print_at_once(&bytes, 576)).lines(),
        ["政务服务回执 ABC"]
    );
}

#[test]
fn the_hand_made_stream_is_read_as_another_decoder_read_it() {
    let bytes = vector("handmade_cn");
    assert_all_known(&bytes);
    let paper = only(print_at_once(&bytes, 576));
    let theirs = std::fs::read_to_string("tests/vectors/printer/handmade_cn.emupos.txt").unwrap();
    // Their dump shows single bytes as code page 437; the last line without Chinese reads the same in both.
    assert!(theirs.contains("No. 20240101-0001 ABC"));
    assert!(
        theirs.contains("[qr https://example.gov.cn/r/0001]") && theirs.contains("[image 16x8]")
    );
    assert_eq!(
        paper
            .lines()
            .iter()
            .map(|line| line.trim())
            .collect::<Vec<_>>(),
        [
            "政务服务回执",
            "姓名：张三㐂𠮷",
            "事项：居民身份证换领",
            "No. 20240101-0001 ABC",
            "[image 16×8]"
        ]
    );
    assert_eq!(paper.qr_codes(), ["https://example.gov.cn/r/0001"]);
    assert!(decode_tokens(&bytes).contains(&Token::ProcessId(*b"ABCD")));
    assert!(!paper.torn);
}

#[test]
fn symbols_and_images_of_independent_encoders_are_read() {
    let qr = only(print_at_once(&vector("pyescpos_qr_native"), 576));
    assert_eq!(qr.qr_codes(), ["https://example.gov.cn/r/0001"]);
    for name in ["pyescpos_code128", "receiptline_code128"] {
        let paper = only(print_at_once(&vector(name), 576));
        let code = paper.items.iter().find_map(|item| match item {
            Item::Barcode { kind, data, .. } => Some((*kind, data.clone())),
            _ => None,
        });
        let (kind, data) = code.unwrap();
        assert_eq!(kind, 73, "{name}: CODE128");
        assert!(data.starts_with(b"{BGD"), "{name}");
    }
    let (one, two) = (
        vector("pyescpos_raster_gsv0"),
        vector("pyescpos_raster_gs8L"),
    );
    let images = [one, two].map(|bytes| only(print_at_once(&bytes, 576)).items);
    assert_eq!(images[0], images[1], "the same checks by two commands");
    let large = only(print_at_once(&vector("receiptline_qr"), 576));
    assert!(
        large
            .lines()
            .iter()
            .any(|line| line.starts_with("[image 17") || line.starts_with("[image 18"))
    );
    assert_eq!(
        decode_tokens(&vector("pyescpos_cut")),
        [Token::FeedLines(6), Token::Cut]
    );
}

#[test]
fn our_receipt_reads_back_on_every_profile() {
    for name in Profile::NAMES {
        let profile = Profile::builtin(name).unwrap();
        let encoded = encode(&sample(), &profile, &Blocks).unwrap();
        assert_eq!(encoded.missing, 0);
        let bytes = encoded.to_bytes(&profile);
        assert_all_known(&bytes);
        let paper = only(print_at_once(&bytes, profile.width_dots.into()));
        let text = paper.lines().join("\n");
        if profile.level == Level::Ascii {
            assert!(!text.contains(['回', '，', '?']), "{name}: drawn\n{text}");
        }
        let parts = [
            "业务办理回执",
            "受理编号：GD2024-0000-0001-7",
            "999999********002X",
            "已保存，待上传",
        ];
        for part in parts.iter().filter(|_| profile.level != Level::Ascii) {
            assert!(text.contains(part), "{name}: {part} in\n{text}");
        }
        // 㐂 stands in GB 18030 only; elsewhere its line is an image.
        assert_eq!(
            text.contains("张三㐂"),
            profile.level == Level::Gb18030,
            "{name}\n{text}"
        );
        assert_eq!(
            paper.qr_codes().len(),
            usize::from(profile.native_qr),
            "{name}"
        );
        for item in &paper.items {
            if let Item::Line { cells, .. } = item {
                let right = cells.last().map_or(0, |cell| cell.x + cell.width);
                assert!(right <= profile.width_dots.into(), "{name}");
            }
        }
        let dots: usize = paper.items.iter().map(Item::height).sum();
        let estimate = estimate_length_mm(&sample(), &profile).unwrap() as usize;
        // Without a cutter the white at the end is fed by a command and counted already.
        let end = if profile.cutter == Cutter::None {
            0
        } else {
            14
        };
        assert!(
            estimate.abs_diff(dots / 8 + end) <= 6,
            "{name}: {estimate} mm for {dots} dots"
        );
    }
}

/// Draws every character as a black cell.
struct Blocks;

impl Glyphs for Blocks {
    fn glyph(&self, _: char, width: usize, height: usize) -> Option<Bitmap> {
        let mut bitmap = Bitmap::new(width, height);
        (0..width * height).for_each(|dot| bitmap.set(dot % width, dot / width, true));
        Some(bitmap)
    }
}

fn one_line(text: &str) -> Receipt {
    let (size, bold, align) = (Size::Normal, false, Align::Left);
    Receipt {
        blocks: vec![Block::Line {
            text: text.into(),
            size,
            bold,
            align,
        }],
    }
}

#[test]
fn names_outside_every_font_are_marked_not_dropped() {
    let profile = Profile::builtin("epson-tm-t88").unwrap();
    let encoded = encode(&one_line("王𠮷"), &profile, &NoGlyphs).unwrap();
    assert_eq!(encoded.missing, 1);
    let paper = only(print_at_once(&encoded.to_bytes(&profile), 576));
    assert_eq!(paper.lines(), ["王〓"]);
    let drawn = encode(&one_line("王𠮷"), &profile, &Blocks).unwrap();
    assert_eq!(drawn.missing, 0);
    let paper = only(print_at_once(&drawn.to_bytes(&profile), 576));
    assert!(
        paper
            .lines()
            .iter()
            .all(|line| line.starts_with("[image 576×"))
    );
}

#[test]
fn text_cannot_command_the_printer() {
    let profile = Profile::builtin("epson-tm-t88").unwrap();
    let evil = "甲\u{1b}@\u{1d}V\u{0}\u{10}\u{4}\u{1}乙\n丙";
    let bytes = encode(&one_line(evil), &profile, &NoGlyphs)
        .unwrap()
        .to_bytes(&profile);
    let tokens = decode_tokens(&bytes);
    assert_eq!(
        tokens.iter().filter(|token| **token == Token::Cut).count(),
        1
    );
    assert_eq!(
        tokens
            .iter()
            .filter(|token| **token == Token::Initialise)
            .count(),
        1
    );
    assert!(!tokens.contains(&Token::RealTime));
    assert_eq!(only(print_at_once(&bytes, 576)).lines().len(), 1);
}

#[test]
fn limits_are_errors() {
    let profile = Profile::builtin("generic-gbk-58").unwrap();
    let long = Receipt {
        blocks: vec![Block::Feed { lines: 255 }; 2],
    };
    assert_eq!(
        encode(&long, &profile, &NoGlyphs).unwrap_err(),
        EncodeError::TooLong
    );
    let many = Receipt {
        blocks: vec![Block::Feed { lines: 0 }; 201],
    };
    assert_eq!(
        encode(&many, &profile, &NoGlyphs).unwrap_err(),
        EncodeError::TooLong
    );
    let wide = Receipt {
        blocks: vec![Block::Qr {
            data: "x".repeat(390),
            module: 8,
        }],
    };
    assert_eq!(
        encode(&wide, &profile, &NoGlyphs).unwrap_err(),
        EncodeError::QrTooLarge
    );
}

#[test]
fn no_piece_of_a_drawn_receipt_acts_on_arrival() {
    let Ok(font) = PaperFont::find() else {
        println!("skipped: no Chinese font on this machine");
        return;
    };
    let profile = Profile::builtin("generic-gbk-58").unwrap();
    let bytes = encode(&sample(), &profile, &font.into_glyphs())
        .unwrap()
        .to_bytes(&profile);
    let acts = |pair: &[u8]| pair[0] == 0x10 && matches!(pair[1], 4 | 5 | 0x14);
    assert!(!bytes.windows(2).any(acts));
}
