//! A finger on every button of every page, and on the sheet.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use kiosk::domain::page::Intent;

use crate::dock::{Dock, Paper};
use crate::headless::{Headless, HeadlessError};
use slint::ComponentHandle;

use crate::window::Window;
use crate::{Findings, samples};

/// Every enabled button says one thing, every grey one only that somebody is there; the sheet gives the stroke that was written.
pub fn all(screen: &Headless, window: &Window, findings: &mut Findings) {
    let said = Rc::new(RefCell::new(Vec::new()));
    let hear = Rc::clone(&said);
    window.on_intent(move |intent| hear.borrow_mut().push(intent));
    for (name, page) in samples::all() {
        window.show(&page);
        screen.render();
        let mut wrong = Vec::new();
        let mut all = Vec::new();
        for target in screen.targets(window.component()) {
            said.borrow_mut().clear();
            screen.tap(
                target.x + target.width / 2.0,
                target.y + target.height / 2.0,
            );
            let said = said.borrow().clone();
            let one = said.len() == 1 && said[0] != Intent::Touch && !all.contains(&said[0]);
            let silent = said.iter().all(|intent| *intent == Intent::Touch);
            if (target.enabled && !one) || (!target.enabled && !silent) {
                wrong.push(format!("{} says {said:?}", target.label));
            }
            all.extend(said);
        }
        findings.check(&format!("{name}: every button says its own"), wrong);
    }
    panel(screen, window, &said, findings);
    sheet(screen, window, &said, findings);
    names(screen, window, &said, findings);
}

fn page(name: &str) -> kiosk::domain::page::Page {
    samples::all()
        .into_iter()
        .find(|(sample, _)| *sample == name)
        .unwrap()
        .1
}

/// The large panel of the first page looks like a button: it says what the filled button says.
fn panel(screen: &Headless, window: &Window, said: &RefCell<Vec<Intent>>, findings: &mut Findings) {
    window.show(&page("start"));
    screen.render();
    said.borrow_mut().clear();
    screen.tap(1200.0, 500.0);
    let by_panel = said.borrow().clone();
    said.borrow_mut().clear();
    screen.touch(window.component(), "开始办理").unwrap();
    let mut wrong = Vec::new();
    if by_panel.is_empty() || by_panel != *said.borrow() {
        wrong.push(format!("{by_panel:?}, the button {:?}", said.borrow()));
    }
    findings.check("the panel of the first page begins", wrong);
}

fn sheet(screen: &Headless, window: &Window, said: &RefCell<Vec<Intent>>, findings: &mut Findings) {
    window.show(&page("sign"));
    said.borrow_mut().clear();
    let written = [(0.2, 0.3), (0.4, 0.5), (0.6, 0.4)];
    screen.write(window.component(), &written).unwrap();
    let wrong = match said.borrow().as_slice() {
        [Intent::Stroke(points)] if points.len() == written.len() => points
            .iter()
            .zip(written)
            .filter(|(got, put)| (got.0 - put.0).abs() > 0.01 || (got.1 - put.1).abs() > 0.01)
            .map(|(got, put)| format!("{put:?} became {got:?}"))
            .collect(),
        other => vec![format!("{other:?}")],
    };
    findings.check("a stroke arrives as it was written", wrong);
}

fn names(screen: &Headless, window: &Window, said: &RefCell<Vec<Intent>>, findings: &mut Findings) {
    let mut wrong = Vec::new();
    window.show(&page("items"));
    said.borrow_mut().clear();
    screen
        .touch(window.component(), "老年人优待卡申领")
        .unwrap();
    if *said.borrow() != [Intent::Choose(1)] {
        wrong.push(format!("{:?}", said.borrow()));
    }
    let missing = screen.touch(window.component(), "婚姻登记");
    if !matches!(&missing, Err(HeadlessError::NotFound { labels, .. }) if labels.len() > 7) {
        wrong.push(format!("{missing:?}"));
    }
    let unclear = screen.touch(window.component(), "养老");
    if !matches!(&unclear, Err(HeadlessError::Ambiguous { labels, .. }) if labels.len() == 3) {
        wrong.push(format!("{unclear:?}"));
    }
    window.show(&page("question-digits"));
    if !matches!(
        screen.touch(window.component(), "下一步"),
        Err(HeadlessError::Disabled(_))
    ) {
        wrong.push("a grey button was pressed".to_owned());
    }
    if !screen
        .texts(window.component())
        .iter()
        .any(|text| text == "您的手机号码是多少？")
    {
        wrong.push("the heading cannot be read".to_owned());
    }
    findings.check("touching by name", wrong);
}

/// Every button of the dock says another thing; slips with the wrong number of bytes are left out.
pub fn dock(screen: &Headless, picture: &Path, findings: &mut Findings) {
    let dock = Dock::new(&["陈*华 82".to_owned(), "李*珍 67".to_owned()]).unwrap();
    dock.component().show().unwrap();
    screen.resize(760, 980);
    let said = Rc::new(RefCell::new(Vec::new()));
    let hear = Rc::clone(&said);
    dock.on_act(move |what| hear.borrow_mut().push(what.to_owned()));
    let slip = |bytes: usize| Paper {
        width: 64,
        height: 32,
        rgba: vec![255; bytes],
    };
    dock.set_papers(&[slip(64 * 32 * 4), slip(5)]);
    for line in 0..20 {
        dock.log(&format!("line {line}"));
    }
    screen.png(picture).unwrap();
    let targets = screen.targets(dock.component());
    for target in &targets {
        screen.tap(
            target.x + target.width / 2.0,
            target.y + target.height / 2.0,
        );
    }
    let mut said = said.borrow().clone();
    said.sort();
    said.dedup();
    let mut wrong = Vec::new();
    if said.len() != targets.len() || said.len() != 21 {
        wrong.push(format!("{} buttons say {said:?}", targets.len()));
    }
    let texts = screen.texts(dock.component());
    if !texts.iter().any(|text| text.ends_with("(1)")) || texts.iter().any(|text| text == "line 7")
    {
        wrong.push(format!("{texts:?}"));
    }
    findings.check("the dock", wrong);
}
