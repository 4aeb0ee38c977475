//! Tables that the keyboards read at start: the pinyin dictionary and the templates of handwriting.

use kiosk::domain::input::{DataError, HandwritingModel, PinyinDictionary};

use super::input::Input;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte_or_zero() {
        0 => templates(input.rest()),
        size => {
            let overlay = input.take(size.into());
            let both = (
                std::str::from_utf8(input.rest()),
                std::str::from_utf8(overlay),
            );
            if let (Ok(main), Ok(overlay)) = both {
                dictionary(main, overlay);
            }
        }
    }
}

fn templates(bytes: &[u8]) {
    // Numbers of features that fit no template are only told.
    if let Ok(model) = HandwritingModel::parse(bytes) {
        assert!(model.recognise(&[]).is_empty());
        assert!(format!("{model:?}").len() < 60);
    }
}

fn dictionary(main: &str, overlay: &str) {
    match PinyinDictionary::parse(main, overlay) {
        Ok(dictionary) => {
            assert!(dictionary.len() <= main.len() + overlay.len());
        }
        Err(DataError::Dictionary { line, .. }) => {
            let lines = main.lines().count().max(overlay.lines().count());
            assert!((1..=lines).contains(&line), "line {line} of {lines}");
        }
        Err(DataError::Handwriting(what)) => panic!("of a dictionary: {what}"),
    }
}
