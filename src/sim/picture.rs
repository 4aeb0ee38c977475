//! Pictures of what simulated devices show.

/// A PNG of `width` × `height` dots; `rgb` is three bytes a dot, row by row from the top.
///
/// # Errors
/// The dots are not as many.
pub(super) fn png(width: u32, height: u32, rgb: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(file)
}
