//! What can be lacking: one table for the pages, the doctor, the self-test slip and the README.

use crate::domain::guard::Closure;
use crate::status::{Device, Paper, Slot};
use crate::text::Text;

/// How much a lack takes away, rising.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Nothing yet; somebody should look.
    Attention,
    /// People are served with less.
    Degraded,
    /// Nobody is served.
    Out,
}

macro_rules! lacks {
    ($( $(#[$doc:meta])* $name:ident $word:literal $grade:ident
        told [$told_zh:literal $told_en:literal]
        means [$zh:literal $en:literal]
        act [$act_zh:literal $act_en:literal] ; )*) => {
        /// Something that this machine lacks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Lack { $( $(#[$doc])* $name, )* }

        impl Lack {
            /// Every one.
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            /// Its word in journal and files.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// How much it takes away.
            #[must_use]
            pub fn grade(self) -> Grade {
                match self { $(Self::$name => Grade::$grade,)* }
            }

            /// For the person at the machine: what does not work and what to do; nothing where it takes nothing from them.
            #[must_use]
            pub fn told(self) -> Text {
                match self { $(Self::$name => Text::new($told_zh, $told_en),)* }
            }

            /// For the technician: what it means.
            #[must_use]
            pub fn meaning(self) -> Text {
                match self { $(Self::$name => Text::new($zh, $en),)* }
            }

            /// For the technician: what to do.
            #[must_use]
            pub fn action(self) -> Text {
                match self { $(Self::$name => Text::new($act_zh, $act_en),)* }
            }
        }
    };
}

lacks! {
    /// The port of the reader is not there.
    ReaderGone "readerGone" Degraded
        told ["读卡器暂时不能用：可以查进度、看指南，办事请到窗口。" "No card reader now: look up progress and guides here; file at the window."]
        means ["读卡器的串口不存在：没插好、没装驱动或规则没有认到" "the reader's port is not there: unplugged, no driver, or no udev rule knows it"]
        act ["插紧读卡器的 USB 线；再运行 kiosk doctor；仍不行换一个 USB 口或换读卡器" "push the reader's USB plug home and run `kiosk doctor` again; then try another port or another reader"] ;
    /// The reader does not answer on its port.
    ReaderOff "readerOff" Degraded
        told ["读卡器暂时不能用：可以查进度、看指南，办事请到窗口。" "No card reader now: look up progress and guides here; file at the window."]
        means ["读卡器在线路上不应答：没有供电、速率不对或模块死机" "the reader does not answer: no power, wrong rate, or the module hangs"]
        act ["看读卡器指示灯；断电 10 秒再通电；核对 kiosk.toml 里 reader.baud" "look at the reader's lamp; take its power away for 10 s; compare reader.baud in kiosk.toml"] ;
    /// The reader says that it is broken.
    ReaderFault "readerFault" Degraded
        told ["读卡器暂时不能用：可以查进度、看指南，办事请到窗口。" "No card reader now: look up progress and guides here; file at the window."]
        means ["读卡器自检不通过或安全模块未授权" "the reader's self-test failed or its security module is not authorised"]
        act ["断电重启读卡器一次；仍报错则更换读卡器并送修" "switch the reader off and on once; if it stays, replace it and send it in"] ;
    /// The port of the printer is not there.
    PrinterGone "printerGone" Degraded
        told ["本机暂时不能打印，回执可以用手机拍照。" "No printing now: you can photograph the receipt."]
        means ["打印机的串口不存在：没插好、没装驱动或规则没有认到" "the printer's port is not there: unplugged, no driver, or no udev rule knows it"]
        act ["插紧打印机的数据线；再运行 kiosk doctor；仍不行换一个口或换线" "push the printer's data plug home and run `kiosk doctor` again; then try another port or cable"] ;
    /// The printer does not answer on its port.
    PrinterOff "printerOff" Degraded
        told ["本机暂时不能打印，回执可以用手机拍照。" "No printing now: you can photograph the receipt."]
        means ["打印机不应答或脱机：没有供电、速率不对、打印头过热或按了脱机" "the printer does not answer or is off-line: no power, wrong rate, a hot head, or switched off-line"]
        act ["看打印机电源灯；按一下走纸键；核对 kiosk.toml 里 printer.baud" "look at the printer's power lamp; press its feed button; compare printer.baud in kiosk.toml"] ;
    /// No paper.
    PaperOut "paperOut" Degraded
        told ["本机暂时不能打印，回执可以用手机拍照。" "No printing now: you can photograph the receipt."]
        means ["没有打印纸" "the paper is out"]
        act ["换一卷纸：热敏面朝打印头，拉出一段，合上盖" "put in a roll, thermal side to the head, pull some out, close the cover"] ;
    /// Paper jam.
    PaperJam "paperJam" Degraded
        told ["本机暂时不能打印，回执可以用手机拍照。" "No printing now: you can photograph the receipt."]
        means ["卡纸或切刀卡住" "paper jam, or the cutter is blocked"]
        act ["打开盖，取出皱纸，切刀复位后合盖；不要用金属撬" "open the cover, take the crumpled paper out, let the cutter go home, close; use no metal"] ;
    /// Jam in the exit.
    PresenterJam "presenterJam" Degraded
        told ["本机暂时不能打印，回执可以用手机拍照。" "No printing now: you can photograph the receipt."]
        means ["回执卡在出纸口里" "a receipt is stuck in the printer's exit"]
        act ["打开机箱，顺着出纸方向抽出卡住的回执，不要硬拉；取出的回执交窗口销毁" "open the case and draw the receipt out the way it was going, without force; hand it to the window to be destroyed"] ;
    /// A receipt that nobody took lies in the exit, and the printer cannot get rid of it.
    ReceiptLeft "receiptLeft" Degraded
        told ["出纸口有没取走的回执，取走后才能打印。不是您的请交给工作人员。" "Take the receipt out of the slot and printing works again. If it is not yours, give it to the staff."]
        means ["出纸口有回执没有取走，打印机收不回它" "nobody took the receipt in the exit, and the printer cannot draw it back"]
        act ["取走出纸口的回执，交窗口销毁；出纸口没有纸仍报告，则擦净出口传感器" "take the receipt out and hand it to the window to be destroyed; if nothing is there, clean the sensor of the exit"] ;
    /// Cover open.
    CoverOpen "coverOpen" Degraded
        told ["本机暂时不能打印，回执可以用手机拍照。" "No printing now: you can photograph the receipt."]
        means ["打印机盖子没有合上" "the printer's cover is open"]
        act ["把盖子两边都按到底" "press both sides of the cover home"] ;
    /// The printer says that it is broken.
    PrinterFault "printerFault" Degraded
        told ["本机暂时不能打印，回执可以用手机拍照。" "No printing now: you can photograph the receipt."]
        means ["打印机报告自身故障（切刀、电压或打印头）" "the printer reports a fault of its own (cutter, voltage or head)"]
        act ["关机 10 分钟再开；仍报错则更换打印机" "switch it off for ten minutes; if it stays, replace the printer"] ;
    /// The end of the roll is near.
    PaperLow "paperLow" Attention
        told ["打印纸快用完了，回执照常打印。" "Paper is low; your receipt still prints."]
        means ["打印纸快用完了" "the paper is near its end"]
        act ["今天换纸" "change the roll today"] ;
    /// The scanner is configured and not there.
    ScannerOff "scannerOff" Attention
        told ["" ""]
        means ["扫码器不应答或串口不存在，查进度改为手工输入" "the scanner does not answer or its port is not there; progress is looked up by typing"]
        act ["插紧扫码器的线；看其指示灯；核对 kiosk.toml 里 scanner 的速率和型号" "push the scanner's plug home; look at its lamp; compare rate and dialect of [scanner] in kiosk.toml"] ;
    /// The presence radar is configured and not there.
    RadarOff "radarOff" Attention
        told ["" ""]
        means ["人体感应雷达没有数据，屏幕不能按有无人调光" "the presence radar says nothing; the screen does not dim by who is there"]
        act ["查雷达的供电和接线；速率固定为 256000" "look at the radar's power and wires; its rate is always 256000"] ;
    /// The pins cannot be had.
    PinsOff "pinsOff" Attention
        told ["" ""]
        means ["引脚接口不可用：门、撬动、市电的状态停在最后所见，指示灯不受控" "the pins cannot be had: door, tamper and mains stay as they were seen last, lights do not obey"]
        act ["查 GPIO 排线和 kiosk.toml 的 [gpio]；重新启动固件" "look at the GPIO cable and [gpio] in kiosk.toml; restart the firmware"] ;
    /// The service door is open.
    DoorOpen "doorOpen" Out
        told ["维护人员正在处理，请到人工窗口办理。" "Being serviced. Please go to the window."]
        means ["机箱门开着，或门开关断线" "the service door is open, or the wire of its switch is cut"]
        act ["关好机箱门；门关着仍报告则检查门开关接线" "close the door; if it is closed, look at the wire of the switch"] ;
    /// The machine runs from its UPS.
    MainsLost "mainsLost" Out
        told ["来电后自动恢复。急办的请到人工窗口。" "The machine opens when power is back. If it is urgent, please go to the window."]
        means ["市电中断，正由备用电源供电" "mains power is gone; the machine runs from its UPS"]
        act ["查电源插座和空气开关；来电十秒后自动恢复" "look at socket and breaker; the machine opens ten seconds after power is back"] ;
    /// The machine is about to restart into another version.
    Updating "updating" Out
        told ["本机正在更新，约五分钟后恢复。急办的请到人工窗口。" "Being updated; it opens again in about five minutes. If it is urgent, please go to the window."]
        means ["正在换用新版本，即将自动重启" "a new version is about to be started"]
        act ["等待自动重启；十分钟后仍是这样，运行 kiosk fleet status" "wait for the restart; if it is still so after ten minutes, run `kiosk fleet status`"] ;
    /// The case was forced, and nobody has cleared it.
    Tampered "tampered" Out
        told ["维护人员正在处理，请到人工窗口办理。" "Being serviced. Please go to the window."]
        means ["机箱被撬动过，停用至人工解除" "the case was forced; closed until somebody clears it"]
        act ["检查机箱和设备无异常后，运行 kiosk clear-tamper" "look at case and devices, then run `kiosk clear-tamper`"] ;
}

impl From<Closure> for Lack {
    fn from(closure: Closure) -> Self {
        match closure {
            Closure::Tampered => Self::Tampered,
            Closure::MainsLost => Self::MainsLost,
            Closure::DoorOpen => Self::DoorOpen,
            Closure::Updating => Self::Updating,
        }
    }
}

impl Lack {
    /// What a reader in this state lacks. One that has not spoken yet lacks nothing.
    #[must_use]
    pub fn of_reader(reader: Device) -> Option<Self> {
        match reader {
            Device::NoDevice => Some(Self::ReaderGone),
            Device::PowerOff | Device::Offline => Some(Self::ReaderOff),
            Device::HardwareError | Device::UserError => Some(Self::ReaderFault),
            Device::Online | Device::DeviceBusy | Device::Unknown => None,
        }
    }

    /// What a printer in this state lacks, beside paper: without paper it is off-line by that alone.
    #[must_use]
    pub fn of_printer(printer: Device, paper: Paper) -> Option<Self> {
        let by_paper = matches!(paper, Paper::Out | Paper::Jammed);
        match printer {
            Device::NoDevice => Some(Self::PrinterGone),
            Device::Offline | Device::UserError if by_paper => None,
            Device::PowerOff | Device::Offline => Some(Self::PrinterOff),
            Device::UserError => Some(Self::CoverOpen),
            Device::HardwareError => Some(Self::PrinterFault),
            Device::Online | Device::DeviceBusy | Device::Unknown => None,
        }
    }

    /// This, unless the scanner, the radar or the pins are well. None of them is missed where it is not configured, for
    /// then it never speaks.
    #[must_use]
    pub fn unless_well(self, device: Device) -> Option<Self> {
        let well = matches!(
            device,
            Device::Online | Device::DeviceBusy | Device::Unknown
        );
        (!well).then_some(self)
    }

    /// What a printer with this paper lacks.
    #[must_use]
    pub fn of_paper(paper: Paper) -> Option<Self> {
        match paper {
            Paper::Out => Some(Self::PaperOut),
            Paper::Jammed => Some(Self::PaperJam),
            Paper::Low => Some(Self::PaperLow),
            Paper::Full | Paper::Unknown => None,
        }
    }

    /// What an exit in this state lacks. A jam there is also one of the paper: this is the nearer word for it.
    #[must_use]
    pub fn of_slot(slot: Slot) -> Option<Self> {
        match slot {
            Slot::Jammed => Some(Self::PresenterJam),
            Slot::Blocked => Some(Self::ReceiptLeft),
            Slot::Unknown
            | Slot::Empty
            | Slot::Presented
            | Slot::Taken
            | Slot::Retracted
            | Slot::Ejected
            | Slot::LeftBehind => None,
        }
    }

    /// Said by nobody, only missed: a moment of it means nothing.
    #[must_use]
    pub fn is_silence(self) -> bool {
        matches!(
            self,
            Self::ReaderGone
                | Self::ReaderOff
                | Self::PrinterGone
                | Self::PrinterOff
                | Self::ScannerOff
                | Self::RadarOff
                | Self::PinsOff
        )
    }

    /// Of the card reader.
    #[must_use]
    pub fn is_of_reader(self) -> bool {
        matches!(self, Self::ReaderGone | Self::ReaderOff | Self::ReaderFault)
    }

    /// Of the receipt printer.
    #[must_use]
    pub fn is_of_printer(self) -> bool {
        let others = matches!(self, Self::ScannerOff | Self::RadarOff | Self::PinsOff);
        !self.is_of_reader() && !others && self.grade() != Grade::Out
    }

    /// The lack of this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lack| lack.word() == word)
    }
}

/// The table of the README, between `<!-- lacks -->` and `<!-- /lacks -->`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "| lack | service | the page says | doctor says | what to do |\n|---|---|---|---|---|\n",
    );
    for lack in Lack::ALL {
        let service = match lack.grade() {
            Grade::Attention => "in",
            Grade::Degraded => "degraded",
            Grade::Out => "out",
        };
        let (told, meaning, action) = (lack.told(), lack.meaning(), lack.action());
        out += &format!(
            "| `{}` | {service} | {} | {} | {} |\n",
            lack.word(),
            if told.zh.is_empty() { "–" } else { &told.zh },
            meaning.zh,
            action.zh
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_lack_has_its_own_word_and_says_what_to_do() {
        let words: BTreeSet<&str> = Lack::ALL.into_iter().map(Lack::word).collect();
        assert_eq!(words.len(), Lack::ALL.len());
        for lack in Lack::ALL {
            assert_eq!(Lack::of_word(lack.word()), Some(lack));
            // What takes nothing from a person is not told to them.
            let silent = lack.told().zh.is_empty();
            assert!(!silent || lack.grade() == Grade::Attention, "{lack:?}");
            assert!(!lack.meaning().zh.is_empty() && !lack.action().zh.is_empty());
            for text in [lack.told(), lack.meaning(), lack.action()] {
                assert_eq!(text.zh.is_empty(), text.en.is_empty(), "{lack:?}");
                assert!(!text.zh.contains(','), "{lack:?}: a half-width comma");
            }
        }
    }
}
