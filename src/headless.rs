//! A screen without a display: Slint's software renderer draws into memory, a script's finger touches, and time
//! moves only when it is told to. One per process, because Slint has one platform per process.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementRoot};
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{
    Platform, PointerEventButton, WindowAdapter, WindowEvent, update_timers_and_animations,
};
use slint::{LogicalPosition, PhysicalSize, PlatformError, Rgb8Pixel};

/// What went wrong, for the writer of a script.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// A platform is there already.
    #[error("a Slint platform is set already: {0}")]
    Platform(String),
    /// Nothing with this text can be touched.
    #[error("nothing to touch says \"{text}\". To be touched: {}", .labels.join(" | "))]
    NotFound {
        /// What was looked for.
        text: String,
        /// What is there.
        labels: Vec<String>,
    },
    /// More than one thing has this text in its label, none has it alone.
    #[error("\"{text}\" is not enough, there is: {}", .labels.join(" | "))]
    Ambiguous {
        /// What was looked for.
        text: String,
        /// What has it.
        labels: Vec<String>,
    },
    /// It is there and grey.
    #[error("\"{0}\" cannot be pressed now")]
    Disabled(String),
    /// The picture could not be written.
    #[error("picture not written: {0}")]
    Picture(String),
}

/// One thing a finger can touch, in pixels of the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// What it says.
    pub label: String,
    /// Its line below, if any.
    pub hint: String,
    /// The one filled button.
    pub primary: bool,
    /// Can be pressed now.
    pub enabled: bool,
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Target {
    fn of(element: &ElementHandle) -> Self {
        let (at, size) = (element.absolute_position(), element.size());
        Self {
            label: element.accessible_label().unwrap_or_default().into(),
            hint: element.accessible_description().unwrap_or_default().into(),
            primary: element.accessible_id().is_some_and(|id| id == "primary"),
            enabled: element.accessible_enabled().unwrap_or(true),
            x: at.x,
            y: at.y,
            width: size.width,
            height: size.height,
        }
    }
}

/// One text, in pixels of the window.
#[derive(Clone, Debug, PartialEq)]
pub struct TextPlace {
    /// What it says.
    pub text: String,
    /// It needs more room than it has.
    pub cut: bool,
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

struct Hands {
    adapter: Rc<MinimalSoftwareWindow>,
    clock: Rc<Cell<Duration>>,
}

impl Platform for Hands {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(Rc::<MinimalSoftwareWindow>::clone(&self.adapter))
    }

    fn duration_since_start(&self) -> Duration {
        self.clock.get()
    }
}

/// The screen.
pub struct Headless {
    adapter: Rc<MinimalSoftwareWindow>,
    clock: Rc<Cell<Duration>>,
    size: Cell<(u32, u32)>,
    pixels: RefCell<Vec<Rgb8Pixel>>,
    strokes: RefCell<Vec<Vec<(f32, f32)>>>,
}

impl Headless {
    /// Makes Slint draw into memory. The next window that is made gets this screen of `width` × `height` pixels.
    ///
    /// # Errors
    /// [`HeadlessError::Platform`] when Slint has a platform already.
    pub fn install(width: u32, height: u32) -> Result<Self, HeadlessError> {
        let adapter = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        let clock = Rc::new(Cell::new(Duration::ZERO));
        slint::platform::set_platform(Box::new(Hands {
            adapter: Rc::clone(&adapter),
            clock: Rc::clone(&clock),
        }))
        .map_err(|error| HeadlessError::Platform(error.to_string()))?;
        let screen = Self {
            adapter,
            clock,
            size: Cell::default(),
            pixels: RefCell::default(),
            strokes: RefCell::default(),
        };
        screen.resize(width, height);
        Ok(screen)
    }

    /// Turns or changes the screen.
    pub fn resize(&self, width: u32, height: u32) {
        self.size.set((width, height));
        *self.pixels.borrow_mut() = vec![Rgb8Pixel::default(); width as usize * height as usize];
        self.adapter.set_size(PhysicalSize::new(width, height));
        self.adapter.request_redraw();
    }

    /// The time by hand, since the start.
    pub fn now(&self) -> Duration {
        self.clock.get()
    }

    /// Moves time by hand: timers fire, animations go on.
    pub fn advance(&self, by: Duration) {
        self.clock.set(self.clock.get() + by);
        update_timers_and_animations();
    }

    /// Draws what changed. True when anything did.
    pub fn render(&self) -> bool {
        update_timers_and_animations();
        let stride = self.size.get().0 as usize;
        let mut pixels = self.pixels.borrow_mut();
        self.adapter.draw_if_needed(|renderer| {
            renderer.render(&mut pixels, stride);
        })
    }

    /// Draws and gives width, height and RGB bytes.
    pub fn picture(&self) -> (u32, u32, Vec<u8>) {
        self.render();
        let (width, height) = self.size.get();
        let pixels = self.pixels.borrow();
        let rgb = pixels
            .iter()
            .flat_map(|pixel| [pixel.r, pixel.g, pixel.b])
            .collect();
        (width, height, rgb)
    }

    /// Draws and writes a PNG.
    ///
    /// # Errors
    /// [`HeadlessError::Picture`] with the file's name.
    pub fn png(&self, path: &Path) -> Result<(), HeadlessError> {
        let (width, height, rgb) = self.picture();
        let broken = |error: &dyn std::fmt::Display| {
            HeadlessError::Picture(format!("{}: {error}", path.display()))
        };
        let file = File::create(path).map_err(|error| broken(&error))?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(|error| broken(&error))?;
        writer
            .write_image_data(&rgb)
            .map_err(|error| broken(&error))?;
        writer.finish().map_err(|error| broken(&error))
    }

    /// A finger down and up at a point.
    pub fn tap(&self, x: f32, y: f32) {
        self.stroke(&[(x, y)]);
    }

    /// A finger down at the first point, over all others, up at the last.
    pub fn stroke(&self, points: &[(f32, f32)]) {
        let (button, at) = (PointerEventButton::Left, |(x, y)| {
            LogicalPosition::new(x, y)
        });
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return;
        };
        self.strokes.borrow_mut().push(points.to_vec());
        let send = |event| self.adapter.window().dispatch_event(event);
        send(WindowEvent::PointerMoved {
            position: at(*first),
        });
        send(WindowEvent::PointerPressed {
            position: at(*first),
            button,
        });
        for point in points {
            send(WindowEvent::PointerMoved {
                position: at(*point),
            });
        }
        send(WindowEvent::PointerReleased {
            position: at(*last),
            button,
        });
        send(WindowEvent::PointerExited);
        update_timers_and_animations();
    }

    /// Where fingers went since the last call, in pixels: what replays a visit on another screen of the same size.
    pub fn take_strokes(&self) -> Vec<Vec<(f32, f32)>> {
        self.strokes.take()
    }

    /// Touches what says `text`: the label itself, or the only label that contains it.
    ///
    /// # Errors
    /// Not found (with what is there), ambiguous, or grey.
    pub fn touch<T: ElementRoot>(&self, ui: &T, text: &str) -> Result<(), HeadlessError> {
        let target = find(self.targets(ui), text)?;
        self.tap(
            target.x + target.width / 2.0,
            target.y + target.height / 2.0,
        );
        Ok(())
    }

    /// Writes one stroke (0..1) on the sheet.
    ///
    /// # Errors
    /// [`HeadlessError::NotFound`] when this page has no sheet.
    pub fn write<T: ElementRoot>(
        &self,
        ui: &T,
        stroke: &[(f32, f32)],
    ) -> Result<(), HeadlessError> {
        let sheet = top(ui)
            .query_descendants()
            .match_predicate(|element| element.accessible_id().is_some_and(|id| id == "canvas"))
            .find_first()
            .ok_or_else(|| not_found("canvas", &self.targets(ui)))?;
        let (at, size) = (sheet.absolute_position(), sheet.size());
        let on_screen: Vec<_> = stroke
            .iter()
            .map(|(x, y)| (at.x + x * size.width, at.y + y * size.height))
            .collect();
        self.stroke(&on_screen);
        Ok(())
    }

    /// Everything that can be touched now, in the order of the page; under a layer only what is on the layer.
    pub fn targets<T: ElementRoot>(&self, ui: &T) -> Vec<Target> {
        update_timers_and_animations();
        top(ui)
            .query_descendants()
            .match_accessible_role(AccessibleRole::Button)
            .find_all()
            .iter()
            .map(Target::of)
            .collect()
    }

    /// Every text that can be read now, in the order of the page, also below a layer.
    pub fn texts<T: ElementRoot>(&self, ui: &T) -> Vec<String> {
        update_timers_and_animations();
        says(&ui.root_element())
            .into_iter()
            .map(|place| place.text)
            .collect()
    }

    /// Where the texts stand; under a layer only those of the layer.
    pub fn text_places<T: ElementRoot>(&self, ui: &T) -> Vec<TextPlace> {
        update_timers_and_animations();
        says(&top(ui))
    }
}

fn says(root: &ElementHandle) -> Vec<TextPlace> {
    let mut places = Vec::new();
    for element in root.query_descendants().match_inherits("Say").find_all() {
        let text: String = element.accessible_value().unwrap_or_default().into();
        let (at, size) = (element.absolute_position(), element.size());
        if !text.is_empty() {
            places.push(TextPlace {
                text,
                cut: element
                    .accessible_description()
                    .is_some_and(|cut| cut == "cut"),
                x: at.x,
                y: at.y,
                width: size.width,
                height: size.height,
            });
        }
    }
    places
}

/// The layer when there is one, else the page.
fn top<T: ElementRoot>(ui: &T) -> ElementHandle {
    let page = ui.root_element();
    page.query_descendants()
        .match_inherits("Layer")
        .find_first()
        .unwrap_or(page)
}

fn find(targets: Vec<Target>, text: &str) -> Result<Target, HeadlessError> {
    let exact = targets.iter().find(|target| target.label == text);
    let having: Vec<&Target> = targets
        .iter()
        .filter(|target| target.label.contains(text))
        .collect();
    let found = match (exact, having.as_slice()) {
        (Some(target), _) => target.clone(),
        (None, [target]) => (*target).clone(),
        (None, []) => return Err(not_found(text, &targets)),
        (None, many) => {
            return Err(HeadlessError::Ambiguous {
                text: text.to_owned(),
                labels: many.iter().map(|target| target.label.clone()).collect(),
            });
        }
    };
    if found.enabled {
        Ok(found)
    } else {
        Err(HeadlessError::Disabled(found.label))
    }
}

fn not_found(text: &str, targets: &[Target]) -> HeadlessError {
    HeadlessError::NotFound {
        text: text.to_owned(),
        labels: targets.iter().map(|target| target.label.clone()).collect(),
    }
}
