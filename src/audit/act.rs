//! What can be written down, in one closed list.

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident $word:literal $zh:literal $en:literal;)*) => {
        /// What somebody did.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Act { $($(#[$doc])* $name,)* }

        impl Act {
            /// Every act.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its word in the log.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What it means, in Chinese and in English.
            #[must_use]
            pub fn sentence(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($zh, $en),)* }
            }
        }
    };
}

acts! {
    /// The log was begun.
    LogBegan "log.began" "审计日志开始" "the log was begun";
    /// What a power cut left of the last line is no entry; the detail is its length in bytes.
    LogDamaged "log.damaged" "日志末尾在断电时损坏" "the end of the log was damaged by a power cut";
    /// Entries up to the number in the detail are missing at the end of the log.
    LogShort "log.short" "日志末尾缺少条目" "entries are missing at the end of the log";
    /// The signed end beside the store was missing, or not this machine's; there is a new one from here on.
    LogUnsealed "log.unsealed" "留存的末条签名缺失" "the signed end of the log was missing";
    /// Entries up to the number in the detail were old enough to go.
    LogExpired "log.expired" "满六个月的条目已删除" "entries older than six months were removed";
    /// Entries up to the number in the detail went before their time: there was no more room.
    LogDropped "log.dropped" "日志写满，提前删除了条目" "entries were removed early: the log was full";
    /// The log was taken out; the detail is its last number.
    LogExported "log.exported" "导出审计日志" "the log was exported";
    /// A one-time code was tried.
    CodeTried "code.tried" "输入一次性验证码" "a one-time code was tried";
    /// A badge was held before the scanner.
    BadgeShown "badge.shown" "出示维护工牌" "a technician's badge was shown";
    /// The technician's page was opened.
    PageOpened "page.opened" "打开维护页" "the technician's page was opened";
    /// It was left; the detail says how.
    PageLeft "page.left" "退出维护页" "the technician's page was left";
    /// The service door; the detail is `open` or `closed`.
    Door "door" "机箱门开关" "the door of the case";
    /// A test slip was printed.
    TestPrint "print.test" "打印测试页" "a test slip was printed";
    /// Paper was changed; the detail is how far it came.
    PaperChanged "paper.changed" "更换打印纸" "the paper was changed";
    /// The touch screen was checked; the detail is the targets that were hit.
    TouchChecked "touch.checked" "检查触摸屏" "the touch screen was checked";
    /// The reader was tested; only read or failed.
    ReaderTested "reader.tested" "测试读卡器" "the reader was tested";
    /// The scanner was tested.
    ScannerTested "scanner.tested" "测试扫码器" "the scanner was tested";
    /// Lights and buzzer were tried.
    LightsTested "lights.tested" "测试指示灯和蜂鸣器" "lights and buzzer were tried";
    /// Waiting cases were asked to be put on a stick.
    ExportAsked "export.asked" "导出待上传办件到U盘" "waiting cases were asked for on a stick";
    /// An update from a stick was asked for.
    UpdateAsked "update.asked" "从U盘升级" "an update from a stick was asked for";
    /// Out of service; the detail is the reason.
    ServiceOut "service.out" "设为暂停服务" "put out of service";
    /// In service again.
    ServiceIn "service.in" "恢复服务" "put into service";
    /// Training began.
    TrainingBegan "training.began" "练习模式开始" "training began";
    /// Training ended; the detail says how.
    TrainingEnded "training.ended" "练习模式结束" "training ended";
    /// The tamper alarm was cleared.
    TamperCleared "tamper.cleared" "解除撬动告警" "the tamper alarm was cleared";
    /// The key of the one-time codes was made anew.
    KeyMade "key.made" "更换一次性验证码密钥" "a new key for one-time codes was made";
}

impl Act {
    /// The act of this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|act| act.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_act_has_a_word_of_its_own() {
        let words: BTreeSet<_> = Act::ALL.iter().map(|act| act.word()).collect();
        assert_eq!(words.len(), Act::ALL.len());
        for act in Act::ALL {
            assert_eq!(Act::of_word(act.word()), Some(*act));
        }
        assert_eq!(Act::of_word("coffee"), None);
    }
}
