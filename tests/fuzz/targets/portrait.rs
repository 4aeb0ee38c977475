//! What a photo decoder gives: a picture that fits the page, or none.

use kiosk::document::photo::EDGE_MAX;
use kiosk::shell::portrait::picture;

pub fn run(data: &[u8]) {
    if let Some(portrait) = picture(data) {
        let edges = [portrait.width(), portrait.height()];
        assert!(edges.iter().all(|edge| (1..=EDGE_MAX).contains(edge)));
        assert_eq!(portrait.rgb().len() as u32, edges[0] * edges[1] * 3);
    }
}
