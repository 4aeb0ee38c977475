//! Handwriting: compares drawn ink with one template for each character of GB 2312 level 1.
//!
//! Stroke order is not looked at: old people write in their own.

use super::{
    DataError,
    ink::{FEATURES, Stroke, features},
};

/// Most characters offered for one drawing.
pub const RECOGNISED_MAX: usize = 8;

/// First bytes of the file.
const MAGIC: &[u8] = b"KHW1";

/// Bytes of one template: the character and its features.
const TEMPLATE: usize = 2 + FEATURES;

/// The templates. Immutable; nothing is learnt from use.
pub struct HandwritingModel {
    characters: Vec<char>,
    /// One after the other, [`FEATURES`] each.
    features: Vec<u8>,
    /// One over the length of each template's vector.
    scale: Vec<f32>,
}

impl std::fmt::Debug for HandwritingModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HandwritingModel({} characters)", self.characters.len())
    }
}

impl HandwritingModel {
    /// Reads `handwriting.bin`: `KHW1`, u16 count, u16 features (256), then by character u16 code point and one byte
    /// for each feature; numbers are little-endian.
    ///
    /// # Errors
    /// [`DataError::Handwriting`] if the bytes do not follow that, to the last byte.
    pub fn parse(bytes: &[u8]) -> Result<Self, DataError> {
        let bad = DataError::Handwriting;
        let bytes = bytes.strip_prefix(MAGIC).ok_or(bad("not such a file"))?;
        let Some((&[c0, c1, f0, f1], templates)) = bytes.split_first_chunk::<4>() else {
            return Err(bad("cut off"));
        };
        let count = usize::from(u16::from_le_bytes([c0, c1]));
        if usize::from(u16::from_le_bytes([f0, f1])) != FEATURES {
            return Err(bad("other features than this version uses"));
        }
        if templates.len() != count * TEMPLATE {
            return Err(bad("length does not fit the count"));
        }
        let mut model = Self {
            characters: Vec::with_capacity(count),
            features: Vec::with_capacity(count * FEATURES),
            scale: Vec::with_capacity(count),
        };
        for template in templates.chunks_exact(TEMPLATE) {
            let (code, features) = template.split_at(2);
            let code = u32::from(u16::from_le_bytes([code[0], code[1]]));
            let character = char::from_u32(code).ok_or(bad("not a character"))?;
            let square: u32 = features.iter().map(|f| u32::from(*f).pow(2)).sum();
            if square == 0 {
                return Err(bad("empty template"));
            }
            model.characters.push(character);
            model.features.extend_from_slice(features);
            model.scale.push(1.0 / (square as f32).sqrt());
        }
        Ok(model)
    }

    /// The characters the ink looks like, best first, at most [`RECOGNISED_MAX`]. Empty without ink.
    #[must_use]
    pub fn recognise(&self, ink: &[Stroke]) -> Vec<char> {
        let Some(drawn) = features(ink) else {
            return Vec::new();
        };
        // Whole numbers compare several times faster than fractions, and no worse.
        let top = drawn.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let drawn = drawn.map(|f| (f / top * 255.0).round() as u8);
        let templates = self.features.chunks_exact(FEATURES).zip(&self.scale);
        let mut scores: Vec<(f32, char)> = templates
            .zip(&self.characters)
            .map(|((template, scale), character)| {
                (dot(&drawn, template) as f32 * scale, *character)
            })
            .collect();
        let order = |a: &(f32, char), b: &(f32, char)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if scores.len() > RECOGNISED_MAX {
            scores.select_nth_unstable_by(RECOGNISED_MAX, order);
            scores.truncate(RECOGNISED_MAX);
        }
        scores.sort_by(order);
        scores.into_iter().map(|(_, character)| character).collect()
    }
}

/// At most 256 × 255², which fits.
fn dot(a: &[u8; FEATURES], b: &[u8]) -> u32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| u32::from(*a) * u32::from(*b))
        .sum()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    const FILE: &[u8] = include_bytes!("../../../board/input/handwriting.bin");

    static MODEL: LazyLock<HandwritingModel> =
        LazyLock::new(|| HandwritingModel::parse(FILE).expect("the shipped templates are good"));

    /// `character<TAB>x,y x,y;x,y x,y` a line.
    fn drawings(file: &str) -> Vec<(char, Vec<Stroke>)> {
        let point = |text: &str| -> Option<(f32, f32)> {
            let (x, y) = text.split_once(',')?;
            Some((x.parse().ok()?, y.parse().ok()?))
        };
        let stroke = |text: &str| text.split(' ').filter_map(point).collect();
        let drawing = |line: &str| {
            let (character, ink) = line.split_once('\t').expect("a tab");
            let character = character.chars().next().expect("a character");
            (character, ink.split(';').map(stroke).collect())
        };
        file.lines().map(drawing).collect()
    }

    #[test]
    fn all_of_gb_2312_level_one_is_there() {
        assert_eq!(MODEL.characters.len(), 3755);
    }

    #[test]
    fn shaky_drawings_in_any_order_are_recognised() {
        let file = include_str!("../../../board/input/sample/handwriting.tsv");
        let drawings = drawings(file);
        assert!(drawings.len() >= 120);
        let (mut first, mut offered) = (0, 0);
        for (character, ink) in &drawings {
            let found = MODEL.recognise(ink);
            assert_eq!(found.len(), RECOGNISED_MAX);
            first += usize::from(found[0] == *character);
            offered += usize::from(found.contains(character));
        }
        assert!(first * 100 >= drawings.len() * 90, "{first} first");
        assert!(offered * 100 >= drawings.len() * 97, "{offered} offered");
    }

    #[test]
    fn files_that_do_not_follow_the_format_are_refused() {
        let what = |bytes: &[u8]| HandwritingModel::parse(bytes).err();
        let bad = |what| Some(DataError::Handwriting(what));
        assert_eq!(what(b""), bad("not such a file"));
        assert_eq!(what(b"KHW1\x01"), bad("cut off"));
        assert_eq!(
            what(b"KHW1\x00\x00\x00\x02"),
            bad("other features than this version uses")
        );
        assert_eq!(
            what(&FILE[..FILE.len() - 1]),
            bad("length does not fit the count")
        );
        let one = |code: [u8; 2], feature| {
            let mut file = b"KHW1\x01\x00\x00\x01".to_vec();
            file.extend(code);
            file.extend([feature; FEATURES]);
            file
        };
        assert_eq!(what(&one([0x00, 0xD8], 1)), bad("not a character"));
        assert_eq!(what(&one([0x00, 0x4E], 0)), bad("empty template"));
        assert_eq!(what(&one([0x00, 0x4E], 1)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn any_ink_is_answered(ink in proptest::collection::vec(
            proptest::collection::vec((any::<f32>(), any::<f32>()), 0..20), 0..60)) {
            prop_assert!(MODEL.recognise(&ink).len() <= RECOGNISED_MAX);
        }

        #[test]
        fn any_bytes_are_parsed(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let mut file = MAGIC.to_vec();
            file.extend(bytes);
            let _ = HandwritingModel::parse(&file);
        }
    }
}
