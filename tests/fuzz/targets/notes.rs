//! Small files beside the store: the devices as the running firmware noted them, for the doctor.

use kiosk::domain::health::Lack;
use kiosk::shell::device_file::Noted;

pub fn run(data: &[u8]) {
    let Ok(noted) = serde_json::from_slice::<Noted>(data) else {
        return;
    };
    let written = serde_json::to_vec(&noted).expect("JSON");
    assert_eq!(
        serde_json::from_slice::<Noted>(&written).expect("its own words"),
        noted
    );
    for lack in noted.lacks.iter().filter_map(|word| Lack::of_word(word)) {
        assert!(noted.lacks.iter().any(|word| word == lack.word()));
        assert!(!lack.meaning().zh.is_empty() && !lack.action().zh.is_empty());
    }
}
