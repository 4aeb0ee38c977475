//! What can be measured on a page. 1080 px are 268 mm: 81 px are 20 mm, 13 px are 3 mm.

use kiosk::domain::page::{Body, Page, Progress};
use kiosk_ui::{Kiosk, Theme};
use slint::{Color, ComponentHandle};

use crate::headless::{Headless, Target, TextPlace};
use crate::window::Window;
use crate::{Findings, SETTLE};

const TARGET_MIN: f32 = 81.0;
const SPACE_MIN: f32 = 13.0;
const CONTRAST_MIN: f32 = 7.0;

type Box = (f32, f32, f32, f32);

fn place(target: &Target) -> Box {
    (
        target.x,
        target.y,
        target.x + target.width,
        target.y + target.height,
    )
}

fn text_place(text: &TextPlace) -> Box {
    (text.x, text.y, text.x + text.width, text.y + text.height)
}

/// Distance in x and in y; negative where they overlap.
fn apart(a: Box, b: Box) -> (f32, f32) {
    ((b.0 - a.2).max(a.0 - b.2), (b.1 - a.3).max(a.1 - b.3))
}

fn pairs<T>(items: &[T]) -> impl Iterator<Item = (&T, &T)> {
    items
        .iter()
        .enumerate()
        .flat_map(|(at, a)| items[at + 1..].iter().map(move |b| (a, b)))
}

/// Sizes, spaces, places.
pub fn page(
    screen: &Headless,
    window: &Window,
    name: &str,
    size: (u32, u32),
    findings: &mut Findings,
) {
    let (width, height) = (size.0 as f32, size.1 as f32);
    let targets = screen.targets(window.component());
    let mut texts = screen.text_places(window.component());
    // It lies over everything on purpose.
    let watermark = window.component().global::<Kiosk>().get_watermark();
    texts.retain(|text| watermark.is_empty() || text.text != watermark.as_str());
    let inside = |at: Box| at.0 >= 0.0 && at.1 >= 0.0 && at.2 <= width && at.3 <= height;

    let small = targets
        .iter()
        .filter(|target| target.width < TARGET_MIN || target.height < TARGET_MIN);
    let small =
        small.map(|target| format!("{} is {}×{}", target.label, target.width, target.height));
    findings.check(&format!("{name}: targets of 20 mm"), small.collect());

    let near = pairs(&targets).filter(|(a, b)| {
        let (x, y) = apart(place(a), place(b));
        x < SPACE_MIN - 0.5 && y < SPACE_MIN - 0.5
    });
    let near =
        near.map(|(a, b)| format!("{} | {}: {:?}", a.label, b.label, apart(place(a), place(b))));
    findings.check(&format!("{name}: 3 mm between targets"), near.collect());

    let primaries: Vec<_> = targets
        .iter()
        .filter(|target| target.primary)
        .map(|target| target.label.clone())
        .collect();
    let many = if primaries.len() > 1 {
        primaries
    } else {
        Vec::new()
    };
    findings.check(&format!("{name}: one primary button"), many);

    let unnamed = targets
        .iter()
        .filter(|target| target.label.trim().is_empty());
    findings.check(
        &format!("{name}: targets have names"),
        unnamed.map(|target| format!("{target:?}")).collect(),
    );

    let out = targets
        .iter()
        .filter(|target| !inside(place(target)))
        .map(|target| target.label.clone());
    findings.check(&format!("{name}: targets inside"), out.collect());

    if height > width {
        let high = targets.iter().filter(|target| {
            target.y < height / 3.0 - 30.0
                && !target.label.starts_with("修改")
                && !target.label.starts_with("Change")
        });
        let high = high.map(|target| format!("{} at {}", target.label, target.y));
        findings.check(&format!("{name}: within reach"), high.collect());
    }

    let cut = texts
        .iter()
        .filter(|text| text.cut)
        .map(|text| text.text.clone());
    findings.check(&format!("{name}: texts fit"), cut.collect());

    let seen: Vec<_> = texts
        .iter()
        .filter(|text| apart(text_place(text), (0.0, 0.0, width, height)).0 < 0.0)
        .collect();
    let out = seen
        .iter()
        .filter(|text| !inside(text_place(text)))
        .map(|text| text.text.clone());
    findings.check(&format!("{name}: texts inside"), out.collect());

    let over = pairs(&seen).filter(|(a, b)| {
        let (x, y) = apart(text_place(a), text_place(b));
        x < -2.0 && y < -2.0
    });
    let over = over.map(|(a, b)| format!("{} | {}", a.text, b.text));
    findings.check(&format!("{name}: texts apart"), over.collect());

    let mut crossing = Vec::new();
    for text in &seen {
        for target in &targets {
            let (a, b) = (text_place(text), place(target));
            let (x, y) = apart(a, b);
            let within =
                a.0 >= b.0 - 2.0 && a.1 >= b.1 - 2.0 && a.2 <= b.2 + 2.0 && a.3 <= b.3 + 2.0;
            if x < -2.0 && y < -2.0 && !within {
                crossing.push(format!("{} | {}", text.text, target.label));
            }
        }
    }
    findings.check(&format!("{name}: texts do not cross targets"), crossing);
}

/// A page that explains nothing by motion is drawn once and then rests.
pub fn rest(screen: &Headless, page: &Page, name: &str, findings: &mut Findings) {
    let moves = match &page.body {
        Body::PlaceCard { reading } => !reading,
        Body::Work(steps) => steps
            .iter()
            .any(|(_, progress)| *progress == Progress::Active),
        Body::Slides(slides) => slides.len() > 1,
        _ => false,
    };
    if moves {
        return;
    }
    screen.advance(SETTLE);
    screen.render();
    let mut drawn = Vec::new();
    for second in 0..10 {
        screen.advance(SETTLE);
        if screen.render() {
            drawn.push(format!("drawn again after {second} s"));
        }
    }
    findings.check(&format!("{name}: rests"), drawn);
}

fn luminance(color: Color) -> f32 {
    let linear = |level: u8| {
        let level = f32::from(level) / 255.0;
        if level <= 0.040_45 {
            level / 12.92
        } else {
            ((level + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(color.red()) + 0.7152 * linear(color.green()) + 0.0722 * linear(color.blue())
}

/// WCAG 2.2, contrast ratio: 7:1 for every pair of text and ground.
pub fn contrast(window: &Window) -> Vec<String> {
    let theme = window.component().global::<Theme>();
    let pairs = [
        ("ink on ground", theme.get_ink(), theme.get_ground()),
        ("ink on card", theme.get_ink(), theme.get_card()),
        ("ink on tint", theme.get_ink(), theme.get_tint()),
        ("ink on press", theme.get_ink(), theme.get_press()),
        ("muted on ground", theme.get_muted(), theme.get_ground()),
        ("muted on tint", theme.get_muted(), theme.get_tint()),
        ("muted on press", theme.get_muted(), theme.get_press()),
        ("brand on card", theme.get_brand(), theme.get_card()),
        ("brand on tint", theme.get_brand(), theme.get_tint()),
        ("brand on sunk", theme.get_brand(), theme.get_sunk()),
        ("white on brand", theme.get_on_brand(), theme.get_brand()),
        (
            "white on brand-press",
            theme.get_on_brand(),
            theme.get_brand_press(),
        ),
        (
            "soft on brand",
            theme.get_on_brand_soft(),
            theme.get_brand(),
        ),
        ("off text on off", theme.get_off_text(), theme.get_off()),
        (
            "error on its ground",
            theme.get_error(),
            theme.get_error_ground(),
        ),
        ("error on card", theme.get_error(), theme.get_card()),
        (
            "good on its ground",
            theme.get_good(),
            theme.get_good_ground(),
        ),
        ("good on card", theme.get_good(), theme.get_card()),
        (
            "warn on its ground",
            theme.get_warn(),
            theme.get_warn_ground(),
        ),
        ("warn on card", theme.get_warn(), theme.get_card()),
    ];
    pairs
        .into_iter()
        .map(|(name, text, ground)| {
            let (a, b) = (luminance(text), luminance(ground));
            (name, (a.max(b) + 0.05) / (a.min(b) + 0.05))
        })
        .filter(|(_, ratio)| *ratio < CONTRAST_MIN)
        .map(|(name, ratio)| format!("{name} {ratio:.1}:1"))
        .collect()
}
