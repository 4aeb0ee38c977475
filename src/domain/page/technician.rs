//! The technician's page: entry, lights and buttons.

mod tools;

use crate::domain::guard::Closure;
use crate::domain::health::{Grade, Lack};
use crate::domain::technician::{Place, Technician, Tool};
use crate::domain::visit::Visit;
use crate::domain::world::{Line, World};
use crate::status::{Device, Paper};
use crate::technician::DIGITS;
use crate::text::Text;

use super::view::Say;
use super::{Body, Choice, Field, Icon, Keys, Level, Light, Page, PageKind};

/// Which page it is.
pub(super) fn kind(visit: &Visit) -> PageKind {
    match visit
        .technician
        .as_ref()
        .map(|technician| technician.place())
    {
        Some(Place::Entry) | None => PageKind::TechnicianEntry,
        Some(Place::Overview) => PageKind::Technician,
        Some(Place::Tool(_)) => PageKind::TechnicianTool,
    }
}

pub(super) fn technician(page: &mut Page, visit: &Visit, world: &World, say: Say) {
    let Some(technician) = visit.technician.as_deref() else {
        return;
    };
    if let Some(error) = &technician.error {
        page.error = say.text(error);
    }
    match technician.place() {
        Place::Entry => entry(page, technician, say),
        Place::Overview => overview(page, world, say),
        Place::Tool(tool) => tools::tool(page, tool, technician, world, say),
    }
}

fn entry(page: &mut Page, technician: &Technician, say: Say) {
    page.heading = say.t("维护人员入口", "Technicians only");
    page.lead = match (&technician.badge, technician.judging) {
        (_, true) => say.t("正在核对…", "Checking…"),
        (Some(_), _) => say.t(
            "工牌已认出，再输入六位验证码。",
            "Badge known. Now the six digits of your code.",
        ),
        (None, _) => say.t(
            "输入六位一次性验证码，或把工牌二维码对准扫码窗口。",
            "Enter the six digits of your one-time code, or hold your badge before the scanner.",
        ),
    };
    page.body = Body::Field(Field {
        value: technician.code.clone(),
        placeholder: "000000".into(),
        keys: Keys::Digits,
        ..Field::default()
    });
    page.primary = Some(say.t("进入", "Enter"));
    page.primary_enabled = technician.code.len() == DIGITS && !technician.judging;
}

fn overview(page: &mut Page, world: &World, say: Say) {
    page.heading = say.t("设备维护", "Maintenance");
    page.lead = match world.guard.out_of_service {
        Some(reason) => say.t("已暂停服务：", "Out of service: ") + &say.text(&reason.text()),
        None => worst(world, say),
    };
    let lights = PARTS.iter().filter_map(|part| part.light(world, say));
    let buttons = Tool::MENU.map(|tool| Choice {
        label: say.text(&name(tool)),
        icon: icon(tool),
        ..Choice::default()
    });
    page.body = Body::Panel {
        lights: lights.collect(),
        buttons: buttons.to_vec(),
    };
}

/// The worst that is lacking, and what to do.
fn worst(world: &World, say: Say) -> String {
    let lack = PARTS
        .iter()
        .flat_map(|part| part.lacks(world))
        .max_by_key(|lack| lack.grade());
    match lack {
        Some(lack) => say.t(
            &format!("{}。处理：{}。", lack.meaning().zh, lack.action().zh),
            &format!(
                "{}. What to do: {}.",
                sentence(&lack.meaning().en),
                lack.action().en
            ),
        ),
        None => say.t(
            "点状态看含义和处理办法。",
            "Touch a light to see what it means and what to do.",
        ),
    }
}

/// With a capital letter, as sentences begin.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// Name of a tool on its button and above its page.
fn name(tool: Tool) -> Text {
    match tool {
        Tool::Print => Text::new("测试打印", "Test print"),
        Tool::Paper => Text::new("更换打印纸", "Change paper"),
        Tool::Touch => Text::new("触摸屏检查", "Touch screen"),
        Tool::Reader => Text::new("读卡器测试", "Card reader"),
        Tool::Scanner => Text::new("扫码器测试", "Scanner"),
        Tool::Lights => Text::new("灯和蜂鸣器", "Lights, buzzer"),
        Tool::Network => Text::new("网络和时钟", "Line and clock"),
        Tool::Queue => Text::new("待上传办件", "Queue"),
        Tool::Stick => Text::new("U盘", "USB stick"),
        Tool::Training => Text::new("练习模式", "Training"),
        Tool::Service => Text::new("暂停或恢复服务", "In or out of service"),
        Tool::Light => Text::new("设备状态", "State"),
    }
}

fn icon(tool: Tool) -> Icon {
    match tool {
        Tool::Print | Tool::Paper => Icon::Form,
        Tool::Touch => Icon::Person,
        Tool::Reader => Icon::Card,
        Tool::Scanner => Icon::Search,
        Tool::Lights => Icon::Utility,
        Tool::Network | Tool::Queue => Icon::Clock,
        Tool::Stick => Icon::Work,
        Tool::Training => Icon::Family,
        Tool::Service => Icon::Home,
        Tool::Light => Icon::Warning,
    }
}

/// What has a light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Reader,
    Printer,
    Paper,
    Scanner,
    Radar,
    Pins,
    Case,
    Line,
    Clock,
}

const PARTS: [Part; 9] = [
    Part::Reader,
    Part::Printer,
    Part::Paper,
    Part::Scanner,
    Part::Radar,
    Part::Pins,
    Part::Case,
    Part::Line,
    Part::Clock,
];

/// The part of the light at this place of the overview.
pub(super) fn part_at(place: usize, world: &World) -> Option<Part> {
    let fitted = PARTS.iter().filter(|part| part.is_fitted(world));
    fitted.copied().nth(place)
}

impl Part {
    /// A scanner, a radar or pins that a machine does not have never say anything.
    fn is_fitted(self, world: &World) -> bool {
        let silent = |device: Device| device == Device::Unknown;
        match self {
            Self::Scanner => !silent(world.scanner.get()),
            Self::Radar => !silent(world.radar.get()),
            Self::Pins => !silent(world.pins.get()),
            _ => true,
        }
    }

    pub(super) fn name(self) -> Text {
        match self {
            Self::Reader => Text::new("读卡器", "Card reader"),
            Self::Printer => Text::new("打印机", "Printer"),
            Self::Paper => Text::new("打印纸", "Paper"),
            Self::Scanner => Text::new("扫码器", "Scanner"),
            Self::Radar => Text::new("人体感应", "Presence"),
            Self::Pins => Text::new("引脚", "Pins"),
            Self::Case => Text::new("机箱和电源", "Case, power"),
            Self::Line => Text::new("线路", "Line"),
            Self::Clock => Text::new("时钟", "Clock"),
        }
    }

    /// What the machine lacks of it, worst first.
    pub(super) fn lacks(self, world: &World) -> Vec<Lack> {
        let of = |lack: Lack| match lack {
            lack if lack.is_of_reader() => Self::Reader,
            Lack::PaperOut | Lack::PaperLow | Lack::PaperJam => Self::Paper,
            Lack::ScannerOff => Self::Scanner,
            Lack::RadarOff => Self::Radar,
            Lack::PinsOff => Self::Pins,
            lack if lack.is_of_printer() => Self::Printer,
            _ => Self::Case,
        };
        let mut lacks: Vec<Lack> = world
            .lacks
            .iter()
            .copied()
            .filter(|lack| of(*lack) == self)
            .collect();
        if self == Self::Case && world.guard.closure() == Some(Closure::DoorOpen) {
            // Open while somebody works in it: that is how it should be.
            lacks.retain(|lack| *lack != Lack::DoorOpen);
        }
        lacks
    }

    fn light(self, world: &World, say: Say) -> Option<Light> {
        if !self.is_fitted(world) {
            return None;
        }
        let (level, state) = match self.lacks(world).first() {
            Some(lack) => {
                let level = match lack.grade() {
                    Grade::Attention => Level::Attention,
                    Grade::Degraded | Grade::Out => Level::Fault,
                };
                // What it means and what to do stands behind the light, and of the worst above them.
                let word = match level {
                    Level::Attention => Text::new("需处理", "See to it"),
                    _ => Text::new("故障", "Fault"),
                };
                (level, word)
            }
            None => self.well(world),
        };
        Some(Light {
            level,
            name: say.text(&self.name()),
            state: say.text(&state),
        })
    }

    fn well(self, world: &World) -> (Level, Text) {
        let well = || (Level::Well, Text::new("正常", "Well"));
        let unknown = || (Level::Unknown, Text::new("无应答", "Silent"));
        match self {
            Self::Reader if world.reader == Device::Unknown => unknown(),
            Self::Printer if world.printer == Device::Unknown => unknown(),
            Self::Paper if world.paper == Paper::Unknown => unknown(),
            Self::Case if world.guard.door_open => {
                (Level::Well, Text::new("机箱门开着", "Door open"))
            }
            Self::Line => match world.line {
                Line::Up => (Level::Well, Text::new("通", "Up")),
                Line::Down => (Level::Fault, Text::new("中断", "Down")),
                Line::Unknown => (Level::Unknown, Text::new("未连接", "Not tried")),
            },
            Self::Clock => match &world.wall {
                Some(wall) if wall.checked => (Level::Well, Text::new("已校准", "Set")),
                Some(_) => (Level::Attention, Text::new("未校准", "Not set")),
                None => (Level::Attention, Text::new("时间未知", "Not known")),
            },
            _ => well(),
        }
    }
}
