//! The window on the kernel's own display: how large it is, which way it is turned, and touches for it.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use kiosk::config::{Orientation, Rotation, Screen};
use kiosk::shell::touch::{Told, watch};
use kiosk::wire::touch::Touch;
use kiosk_ui::KioskWindow;
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{ComponentHandle as _, LogicalPosition, PhysicalSize};

/// The one way to tell Slint's back end how the panel is built in.
const ROTATION: &str = "SLINT_KMS_ROTATION";

/// Starts this program anew, as the same process, where the surroundings do not say yet how the panel is built in: a
/// running program may not change its own.
///
/// # Errors
/// The program's file cannot be run. Does not come back otherwise, where there is something to change.
pub fn turned(rotation: Rotation) -> std::io::Result<()> {
    let wanted = rotation.degrees().to_string();
    let known = std::env::var(ROTATION).ok();
    if known.as_deref() == Some(&wanted) || (known.is_none() && rotation == Rotation::None) {
        return Ok(());
    }
    let program = std::env::current_exe()?;
    let arguments = std::env::args_os().skip(1);
    Err(Command::new(program)
        .args(arguments)
        .env(ROTATION, wanted)
        .exec())
}

/// Pages are drawn for 1080x1920 or 1920x1080; on another panel the larger of the two scales that leave nothing out is
/// taken, so that a page is wider or higher than designed, but never cut.
pub fn scale(panel: PhysicalSize, orientation: Orientation) -> f32 {
    let (width, height): (u16, u16) = match orientation {
        Orientation::Portrait => (1080, 1920),
        Orientation::Landscape => (1920, 1080),
    };
    // Pixels of a panel are far below what f32 counts exactly.
    #[allow(clippy::cast_precision_loss)]
    let of = |panel: u32, design: u16| panel as f32 / f32::from(design);
    of(panel.width, width).min(of(panel.height, height))
}

/// Opens the window over the whole panel and reads touches for it from now on.
///
/// # Errors
/// No display, or no thread for touches.
pub fn open(ui: &KioskWindow, screen: &Screen) -> anyhow::Result<()> {
    ui.show()?;
    let window = ui.window();
    let panel = window.size();
    let scale_factor = scale(panel, screen.orientation);
    window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor });
    let size = panel.to_logical(scale_factor);
    window.dispatch_event(WindowEvent::Resized { size });
    let ui = ui.as_weak();
    watch(screen.touch_rotation, move |told| match told {
        Told::Touched(touch) => {
            // After the end of the loop nobody is touched any more.
            let _ = ui.upgrade_in_event_loop(move |ui| touched(&ui, touch));
        }
        Told::Found(name) => eprintln!("touch panel: {name}"),
        Told::Lost(name) => eprintln!("touch panel gone: {name}"),
    })?;
    Ok(())
}

fn touched(ui: &KioskWindow, touch: Touch) {
    let window = ui.window();
    let size = window.size().to_logical(window.scale_factor());
    let at = |x: f32, y: f32| LogicalPosition::new(x * size.width, y * size.height);
    let button = PointerEventButton::Left;
    match touch {
        Touch::Down(x, y) => {
            let position = at(x, y);
            window.dispatch_event(WindowEvent::PointerPressed { position, button });
        }
        Touch::Move(x, y) => {
            let position = at(x, y);
            window.dispatch_event(WindowEvent::PointerMoved { position });
        }
        Touch::Up(x, y) => {
            let position = at(x, y);
            window.dispatch_event(WindowEvent::PointerReleased { position, button });
            // A finger that is lifted is nowhere; nothing is to look as if it were pointed at.
            window.dispatch_event(WindowEvent::PointerExited);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_page_is_cut_on_any_panel() {
        let upright = |w, h| scale(PhysicalSize::new(w, h), Orientation::Portrait);
        assert!((upright(1080, 1920) - 1.0).abs() < 1e-6);
        assert!((upright(2160, 3840) - 2.0).abs() < 1e-6);
        // 800x1280 is wider than the pages: its height decides.
        assert!((upright(800, 1280) - 1280.0 / 1920.0).abs() < 1e-6);
        let lying = scale(PhysicalSize::new(1280, 800), Orientation::Landscape);
        assert!((lying - 1280.0 / 1920.0).abs() < 1e-6);
    }
}
