//! What stands on each tool's page.

use crate::domain::technician::{Facts, PaperStep, StickChoice, TARGETS, Technician, Tool, stick};
use crate::domain::world::{Line as PlatformLine, World};
use crate::status::{Device, Paper};
use crate::technician::Reason;
use crate::text::Text;

use super::super::info::line;
use super::super::view::Say;
use super::super::{Body, Choice, Icon, Page, Progress, Tone};
use super::{Part, name, part_at, sentence};

pub(super) fn tool(page: &mut Page, tool: Tool, technician: &Technician, world: &World, say: Say) {
    page.heading = say.text(&name(tool));
    match tool {
        Tool::Print => print(page, technician, say),
        Tool::Paper => paper(page, technician, say),
        Tool::Touch => touch(page, technician, say),
        Tool::Reader => reader(page, technician, world, say),
        Tool::Scanner => scanner(page, technician, world, say),
        Tool::Lights => lights(page, technician, say),
        Tool::Network => network(page, technician, world, say),
        Tool::Queue => queue(page, technician, say),
        Tool::Stick => stick_page(page, technician, say),
        Tool::Training => training(page, world, say),
        Tool::Service => service(page, world, say),
        Tool::Light => light(page, technician, world, say),
    }
    if let Some(ended) = &technician.ended {
        let tone = if ended.well {
            Tone::Good
        } else {
            Tone::Warning
        };
        page.banners = vec![(tone, say.text(&ended.text))];
    }
}

fn print(page: &mut Page, technician: &Technician, say: Say) {
    page.lead = say.t(
        "打一张测试页，看有没有断线、乱码、切不断。",
        "Prints a slip: look for gaps, wrong characters, a bad cut.",
    );
    let state = match (technician.printing, &technician.ended) {
        (true, _) => Progress::Active,
        (_, Some(ended)) if ended.well => Progress::Done,
        (_, Some(_)) => Progress::Failed,
        _ => Progress::Waiting,
    };
    page.body = Body::Work(vec![(say.t("打印测试页", "Test slip"), state)]);
    page.primary = Some(say.t("打印", "Print"));
    page.primary_enabled = !technician.printing;
}

fn paper(page: &mut Page, technician: &Technician, say: Say) {
    let change = &technician.paper;
    page.lead = say.t(
        "每一步由打印机自己确认，不用按键。",
        "The printer itself sees each step; there is nothing to press.",
    );
    let steps = PaperStep::ALL.map(|step| {
        let text = match step {
            PaperStep::Open => say.t("打开打印机上盖", "Open the printer's cover"),
            PaperStep::OldOut => say.t("取出旧纸卷和碎纸", "Take the old roll and scraps out"),
            PaperStep::NewIn => say.t(
                "放入新纸卷，热敏面朝打印头，拉出一段",
                "New roll in, thermal side to the head",
            ),
            PaperStep::Close => say.t(
                "合上盖，两边按到底",
                "Close the cover, press both sides home",
            ),
            PaperStep::Cut | PaperStep::Over => {
                say.t("打印机试打并切纸", "The printer prints a slip and cuts it")
            }
        };
        let state = match change.step().cmp(&step) {
            std::cmp::Ordering::Less => Progress::Waiting,
            std::cmp::Ordering::Equal => Progress::Active,
            std::cmp::Ordering::Greater if step == PaperStep::Cut && !change.has_cut() => {
                Progress::Failed
            }
            std::cmp::Ordering::Greater => Progress::Done,
        };
        (text, state)
    });
    page.body = Body::Work(steps.to_vec());
    if change.is_over() {
        page.primary = Some(say.t("再做一次", "Again"));
        page.lead = match (change.has_cut(), change.is_well()) {
            (true, true) => say.t("换好了，纸量恢复正常。", "Done; the printer sees a full roll."),
            (true, false) => say.t(
                "已打出，但打印机仍报纸将尽：检查纸卷和近端传感器。",
                "It prints, but the printer still sees the end of the roll near: look at roll and sensor.",
            ),
            (false, _) => say.t("试打没有成功，请检查纸路后再做一次。", "The slip did not come. Look at the paper's way and try again."),
        };
    }
}

fn touch(page: &mut Page, technician: &Technician, say: Say) {
    let hit = technician.hit.iter().filter(|hit| **hit).count();
    page.lead = say.t(
        &format!("依次点每个圆心，已点中 {hit} / {TARGETS}。点不中说明触摸屏要校准。"),
        &format!("Touch each circle: {hit} of {TARGETS} so far. One that cannot be hit: the screen needs calibration."),
    );
    page.body = Body::Targets(technician.hit.to_vec());
    page.primary = Some(say.t("重新开始", "Start again"));
}

fn counted(page: &mut Page, (well, bad): (u32, u32), say: Say) {
    page.body = Body::Lines(vec![
        line(Icon::Tick, &say.t("读到", "Read"), &well.to_string()),
        line(
            Icon::Warning,
            &say.t("没读到", "Not read"),
            &bad.to_string(),
        ),
    ]);
}

fn device(device: Device, say: Say) -> String {
    match device {
        Device::Online | Device::DeviceBusy => String::new(),
        Device::Unknown => say.t(
            "没有配置，或还没有应答。",
            "Not fitted, or nothing heard yet.",
        ),
        _ => say.t(
            "设备不可用，先看设备状态。",
            "The device cannot be used; see its light first.",
        ),
    }
}

fn reader(page: &mut Page, technician: &Technician, world: &World, say: Say) {
    page.lead = say.t(
        "放一张身份证，再拿开。只显示读到没有，不显示也不保存任何内容。",
        "Lay an ID card down and take it away. Only whether it was read is shown; nothing of it is kept.",
    );
    page.error = device(world.reader.get(), say);
    counted(page, technician.cards, say);
}

fn scanner(page: &mut Page, technician: &Technician, world: &World, say: Say) {
    page.lead = say.t(
        "把任意二维码对准扫码窗口。只显示读到没有，不显示内容。",
        "Hold any code before the scanner. Only whether it was read is shown.",
    );
    page.error = device(world.scanner.get(), say);
    counted(page, technician.codes, say);
}

fn lights(page: &mut Page, technician: &Technician, say: Say) {
    page.lead = say.t(
        "读卡器、出纸口、扫码窗口的灯闪十秒，蜂鸣器响一声。",
        "The lights at reader, slot and scanner flash for ten seconds; the buzzer sounds once.",
    );
    let state = match technician.lit_until {
        Some(_) => Progress::Active,
        None => Progress::Waiting,
    };
    page.body = Body::Work(vec![(say.t("灯和蜂鸣器", "Lights and buzzer"), state)]);
    page.primary = Some(say.t("试一次", "Try"));
}

fn duration(seconds: u64, say: Say) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) => say.t(&format!("{minutes} 分钟"), &format!("{minutes} min")),
        (0, hours) => say.t(
            &format!("{hours} 小时 {minutes} 分"),
            &format!("{hours} h {minutes} min"),
        ),
        (days, hours) => say.t(
            &format!("{days} 天 {hours} 小时"),
            &format!("{days} d {hours} h"),
        ),
    }
}

fn network(page: &mut Page, technician: &Technician, world: &World, say: Say) {
    let state = match world.line {
        PlatformLine::Up => say.t("通", "up"),
        PlatformLine::Down => say.t("中断", "down"),
        PlatformLine::Unknown => say.t("还没有连接过", "not tried yet"),
    };
    let reached = match technician.reached {
        Some(minutes) => {
            let ago = duration(minutes * 60, say);
            say.t(&format!("{ago}前"), &format!("{ago} ago"))
        }
        None => say.t("本次启动后没有连上过", "not since this start"),
    };
    let clock = match technician.facts.as_ref().map(|facts| facts.clock) {
        Some("trusted") => say.t("有时间源", "kept by a time source"),
        Some("holdover") => say.t(
            "校准过，现靠本机晶振",
            "set earlier, now on its own crystal",
        ),
        Some("bounded") => say.t("没有校准，只知道范围", "not set, within known bounds"),
        _ => say.t("没有校准", "not set"),
    };
    page.body = Body::Lines(vec![
        line(
            Icon::Phone,
            &say.t("到平台的线路", "Line to the platform"),
            &state,
        ),
        line(
            Icon::Tick,
            &say.t("平台应答", "Platform answered"),
            &reached,
        ),
        line(Icon::Clock, &say.t("时钟", "Clock"), &clock),
    ]);
    page.primary = Some(say.t("再看一次", "Look again"));
}

fn facts<'a>(page: &mut Page, technician: &'a Technician, say: Say) -> Option<&'a Facts> {
    if technician.facts.is_none() {
        page.body = Body::Work(vec![(say.t("正在查看", "Looking"), Progress::Active)]);
    }
    technician.facts.as_ref()
}

fn queue(page: &mut Page, technician: &Technician, say: Say) {
    page.lead = say.t(
        "只有数量，没有内容。",
        "Figures only, nothing of what is in them.",
    );
    page.primary = Some(say.t("再看一次", "Look again"));
    let Some(facts) = facts(page, technician, say) else {
        return;
    };
    let oldest = match facts.oldest_s {
        Some(seconds) => duration(seconds, say),
        None => "–".into(),
    };
    page.body = Body::Lines(vec![
        line(
            Icon::Form,
            &say.t("等待上传", "Waiting"),
            &facts.waiting.to_string(),
        ),
        line(
            Icon::Warning,
            &say.t("搁置，须人工处理", "Parked"),
            &facts.parked.to_string(),
        ),
        line(
            Icon::Clock,
            &say.t("最久的已等", "Oldest has waited"),
            &oldest,
        ),
    ]);
}

fn stick_page(page: &mut Page, technician: &Technician, say: Say) {
    page.secondary = vec![say.t("再看一次", "Look again")];
    let Some(facts) = facts(page, technician, say) else {
        return;
    };
    page.lead = match (technician.waits, facts.stick) {
        (true, _) => say.t(
            "正在处理，不要拔出U盘。",
            "At work. Do not pull the stick out.",
        ),
        (_, true) if facts.bundles.is_empty() => say.t(
            "U盘已插好，上面没有升级包（.raucb、.kcp）。",
            "A stick is plugged in; there is no update (.raucb, .kcp) on it.",
        ),
        (_, true) => say.t("U盘已插好。", "A stick is plugged in."),
        (_, false) => say.t(
            "没有U盘，或不是 FAT、exFAT、ext4 格式。",
            "No stick, or one that is neither FAT, exFAT nor ext4.",
        ),
    };
    if let Some(told) = stick::told(facts) {
        page.lead = say.text(&told);
    }
    if technician.waits {
        page.body = Body::Choices(Vec::new());
        return;
    }
    let choice = |choice: &StickChoice| match choice {
        StickChoice::Export => Choice {
            label: say.t("导出待上传办件", "Export waiting cases"),
            hint: say.t(
                "加密封装，只有平台能打开",
                "sealed; only the platform can open it",
            ),
            icon: Icon::Form,
            ..Choice::default()
        },
        StickChoice::Install(name) => Choice {
            label: say.t("从U盘升级", "Update from the stick"),
            hint: name.chars().take(40).collect(),
            icon: Icon::Work,
            ..Choice::default()
        },
        StickChoice::Answer(_, true) => Choice {
            label: say.t("同意升级", "Agree to the update"),
            icon: Icon::Tick,
            ..Choice::default()
        },
        StickChoice::Answer(_, false) => Choice {
            label: say.t("不同意升级", "Refuse the update"),
            icon: Icon::Warning,
            ..Choice::default()
        },
    };
    page.body = Body::Choices(stick::choices(facts).iter().map(choice).collect());
}

fn training(page: &mut Page, world: &World, say: Say) {
    page.lead = say.t(
        "给工作人员和群众练手：页面和纸上都有“练习 – 无效”。",
        "For staff and visitors to learn with: every page and paper says TRAINING – VOID.",
    );
    let minutes = world.machine.training.as_secs() / 60;
    page.body = Body::Paragraphs(vec![
        say.t("什么都不保存，什么都不上传，收件号是练习号。", "Nothing is kept, nothing is sent; numbers are for training only."),
        say.t(
            &format!("关上机箱门、十分钟没人碰、满 {minutes} 分钟或重新启动，都自动结束；首页有“结束练习”。"),
            &format!("It ends when the door is shut, after ten minutes without a touch, after {minutes} minutes, or with a restart; the start page has a button to end it."),
        ),
        say.t("原来等待上传的办件照常上传。", "Cases that wait from before are sent as usual."),
    ]);
    page.primary = Some(say.t("开始练习", "Begin"));
}

fn service(page: &mut Page, world: &World, say: Say) {
    match world.guard.out_of_service {
        Some(reason) => {
            page.lead =
                say.t("现在：暂停服务，", "Now out of service: ") + &say.text(&reason.text());
            page.primary = Some(say.t("恢复服务", "Put into service"));
        }
        None => {
            page.lead = say.t(
                "现在：在服务。选一个原因就暂停，重新启动后仍暂停。",
                "Now in service. A reason puts it out, over restarts, too.",
            );
            let choice = |reason: Reason| Choice {
                label: say.text(&reason.text()),
                ..Choice::default()
            };
            page.body = Body::Choices(Reason::ALL.map(choice).to_vec());
        }
    }
}

fn light(page: &mut Page, technician: &Technician, world: &World, say: Say) {
    let Some(part) = part_at(technician.light, world) else {
        return;
    };
    page.heading = say.text(&part.name());
    let mut lines: Vec<String> = part
        .lacks(world)
        .into_iter()
        .flat_map(|lack| {
            let action = say.t("处理：", "What to do: ") + &say.text(&lack.action());
            [sentence(&say.text(&lack.meaning())), action]
        })
        .collect();
    if lines.is_empty() {
        lines.push(match part {
            Part::Line if world.line == PlatformLine::Down => say.t("处理：查网线和光猫；办件存在本机，线路恢复后自动上传。", "What to do: look at cable and modem. Cases are kept here and sent when the line is back."),
            Part::Clock if !world.wall.as_ref().is_some_and(|wall| wall.checked) => say.t("处理：连上平台后自动校准；断网的机器查网络对时和时钟电池。", "What to do: it sets itself once the platform answers; without a line, look at the time source and the clock's battery."),
            Part::Paper if world.paper == Paper::Unknown => say.t("打印机还没有说。", "The printer has not said."),
            _ => say.text(&Text::new("正常，不用处理。", "Well; nothing to do.")),
        });
    }
    page.body = Body::Paragraphs(lines);
}
