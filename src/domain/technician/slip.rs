//! The test slip: how the machine is, and what a print head with a dead spot cannot bring out.

use crate::domain::world::World;
use crate::receipt::{Align, Block, Receipt, Size};

fn line(text: &str, size: Size, bold: bool, align: Align) -> Block {
    Block::Line {
        text: text.into(),
        size,
        bold,
        align,
    }
}

/// The slip of the machine as it is now. Nobody's data is on it.
#[must_use]
pub fn slip(world: &World) -> Receipt {
    let plain = |text: &str| line(text, Size::Normal, false, Align::Left);
    let time = world.wall.as_ref().map(|wall| {
        let unset = if wall.checked { "" } else { "（未校准）" };
        format!("{} {}{unset}", wall.day, wall.time)
    });
    let rows = [
        ("设备编号", world.machine.id.clone()),
        ("时间", time.unwrap_or_else(|| "时间未知".into())),
        ("读卡器", world.reader.get().word().into()),
        ("打印机", world.printer.get().word().into()),
        ("打印纸", world.paper.get().word().into()),
    ];
    let mut blocks = vec![
        line("测试页", Size::Large, true, Align::Centre),
        line("TEST SLIP", Size::Normal, false, Align::Centre),
        Block::Rule,
    ];
    blocks.extend(rows.map(|(name, value)| Block::Pair {
        name: name.into(),
        value,
    }));
    blocks.push(Block::Rule);
    blocks.push(plain("永和九年，岁在癸丑，暮春之初，会于会稽山阴之兰亭"));
    blocks.push(plain("0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    blocks.push(Block::Notice {
        text: "黑底白字".into(),
    });
    blocks.push(Block::Qr {
        data: format!("SELFTEST {}", world.machine.id),
        module: 5,
    });
    blocks.push(Block::Feed { lines: 2 });
    Receipt { blocks }
}
