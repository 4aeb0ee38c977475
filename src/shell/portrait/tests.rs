use super::*;

/// A shell that does this is the decoder.
fn decoder(script: &str) -> PhotoDecoder {
    PhotoDecoder {
        program: "/bin/sh".into(),
        arguments: ["-c", script].map(OsString::from).to_vec(),
        time: Duration::from_secs(60),
    }
}

fn draw(script: &str) -> Result<Portrait, &'static str> {
    let drawn = decoder(script).draw(&Photo::new(&[0x57; 1024]));
    drawn.map_err(|fault| fault.word())
}

fn png(color: png::ColorType, (width, height): (u32, u32), dots: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(dots).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A script that gives these bytes.
fn gives(bytes: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("face.png");
    std::fs::write(&file, bytes).unwrap();
    let script = format!("/bin/cat >/dev/null; /bin/cat {}", file.display());
    (folder, script)
}

#[test]
fn every_kind_of_png_is_shown_as_it_looks() {
    let size = (2, 1);
    for (color, dots, rgb) in [
        (
            png::ColorType::Rgb,
            &[1, 2, 3, 4, 5, 6][..],
            [1, 2, 3, 4, 5, 6],
        ),
        (png::ColorType::Grayscale, &[9, 8], [9, 9, 9, 8, 8, 8]),
        (
            png::ColorType::Rgba,
            &[0, 0, 0, 0, 10, 20, 30, 255],
            [255, 255, 255, 10, 20, 30],
        ),
    ] {
        let (_folder, script) = gives(&png(color, size, dots));
        let portrait = draw(&script).unwrap();
        assert_eq!((portrait.width(), portrait.height()), size);
        assert_eq!(portrait.rgb(), rgb, "{color:?}");
    }
}

#[test]
fn the_decoder_is_given_the_photo_and_nothing_else() {
    // The check is the program's own: it fails where it is given something else.
    let (_folder, script) = gives(&png(png::ColorType::Grayscale, (1, 1), &[0]));
    let asks = "test \"$(/usr/bin/tr -d W | /usr/bin/wc -c)\" = 0 && test -z \"$HOME\" || exit 1;";
    assert!(draw(&format!("{asks}{script}")).is_ok());
}

#[test]
fn a_decoder_that_does_not_draw_is_named() {
    let large = gives(&png(png::ColorType::Grayscale, (513, 1), &[0; 513]));
    let cut = gives(&png(png::ColorType::Grayscale, (100, 100), &[7; 10_000])[..60]);
    for (script, word) in [
        ("exit 3", "failed"),
        ("kill -9 $$", "failed"),
        ("echo no picture", "no-picture"),
        ("true", "no-picture"),
        ("/bin/cat /dev/zero", "too-long"),
        (&large.1, "no-picture"),
        (&cut.1, "no-picture"),
    ] {
        assert_eq!(draw(script), Err(word), "{script}");
    }
    for script in ["exec /bin/sleep 60", "exec >&-; exec /bin/sleep 60"] {
        let mut hangs = decoder(script);
        hangs.time = Duration::from_millis(20);
        let fault = hangs.draw(&Photo::new(&[0; 1024])).unwrap_err();
        assert_eq!(fault.word(), "too-late", "{script}");
    }
    let none = PhotoDecoder::of(Path::new("/nonexistent/decoder"));
    let fault = none.draw(&Photo::new(&[0; 1024])).unwrap_err();
    assert_eq!(fault.word(), "not-run");
}
