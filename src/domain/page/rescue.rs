//! The one page of a machine whose firmware does not start: nothing of the core is needed for it.

use super::{Body, Icon, Page, PageKind, info::line};
use crate::config::Machine;
use crate::text::Lang;

/// Who to call where not even the machine's own settings can be read: the government service line.
const HOTLINE: &str = "12345";

/// Out of service, in both languages at once; `machine` is what its settings say of it, if they can be read.
#[must_use]
pub fn rescue(machine: Option<&Machine>) -> Page {
    let text = |of: fn(&Machine) -> &crate::text::Text| {
        machine.map_or_else(String::new, |machine| of(machine).zh.clone())
    };
    let phone = machine.map_or(HOTLINE, |machine| machine.phone.as_str());
    Page {
        kind: PageKind::Closed,
        watermark: String::new(),
        lang: Lang::default(),
        service: text(|machine| &machine.service),
        place: text(|machine| &machine.site),
        time: String::new(),
        task: String::new(),
        step: (0, 0),
        step_text: String::new(),
        banners: Vec::new(),
        heading: "本机暂停服务 Out of service".into(),
        lead: "请到人工窗口办理，或拨打电话。Please use the service window, or call.".into(),
        face: None,
        error: String::new(),
        body: Body::Lines(vec![line(Icon::Phone, "咨询电话 Questions", phone)]),
        primary: None,
        primary_enabled: false,
        secondary: Vec::new(),
        pager: (0, 0),
        back: String::new(),
        leave: String::new(),
        help: String::new(),
        phone: String::new(),
        language: String::new(),
        overlay: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_whom_to_call_even_without_settings() {
        let Body::Lines(lines) = rescue(None).body else {
            panic!("no lines");
        };
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].value, HOTLINE);
    }
}
