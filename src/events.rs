//! Everything the machine may say in its journal, in one table.
//!
//! An event carries numbers, words from closed lists and identifiers of things, never anything about a person:
//! [`FieldValue`] has no room for a name. The README's table is written from here by [`markdown`].

use serde::Serialize;

use crate::text::Lang;

/// What kind of thing an event is, and so who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Something was done.
    Act,
    /// Something is in another state now.
    Status,
    /// Something did not work; the machine goes on by itself.
    Fault,
    /// Somebody must come or act.
    Alarm,
}

impl Kind {
    /// The word in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Status => "status",
            Self::Fault => "fault",
            Self::Alarm => "alarm",
        }
    }
}

macro_rules! events {
    ($($name:ident $id:literal $kind:ident [$($field:literal)*] $zh:literal $en:literal;)*) => {
        /// One event of the catalogue. The variants' documentation is their sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum EventId {
            $(#[doc = $en] $name,)*
        }

        impl EventId {
            /// All events in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name in the journal, e.g. `visit.begin`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// Who reads it.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }

            /// Names of the fields it may carry.
            #[must_use]
            pub fn fields(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($field),*],)* }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub fn sentence(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$name, Lang::Zh) => $zh, (Self::$name, Lang::En) => $en,)*
                }
            }
        }
    };
}

events! {
    FleetStarted "fleet.started" Act ["version" "slot"] "车队代理已启动。" "The fleet agent has started.";
    FleetPollFailed "fleet.poll_failed" Fault ["why" "wait_s"] "更新服务器未答复，稍后再试。" "The update server did not answer; it is asked again later.";
    FleetStateLost "fleet.state_lost" Fault [] "更新记录损坏，已另存并重新开始。" "The record of the update was damaged; it is set aside and begun anew.";
    CertificateRenewed "certificate.renewed" Act ["why" "days"] "本机证书已续期。" "The machine's certificate was renewed.";
    CertificateTaken "certificate.taken" Act [] "代理已改用另一张证书，无须重启。" "The agent uses another certificate from now on, without a restart.";
    CertificateRenewalFailed "certificate.renewal_failed" Fault ["why" "wait_s" "days" "clock"] "证书续期未成功，原证书仍在用，稍后再试。" "The certificate was not renewed; the one in use stays, and it is tried again later.";
    CertificateUnusable "certificate.unusable" Alarm ["why"] "本机证书无法使用或续期，须新工单。" "The machine's certificate cannot be used nor renewed: a new work order is needed.";
    UpdateState "update.state" Status ["state" "action"] "更新进入另一步骤。" "The update has gone on to another step.";
    UpdateEnded "update.ended" Act ["action" "outcome" "version"] "更新结束，结果见 outcome。" "An update has ended; see outcome.";
    UpdateStepFailed "update.step_failed" Fault ["step"] "更新的一个步骤未成功，将重试或回退。" "A step of an update did not work; it is tried again or taken back.";
    FleetRequestRefused "fleet.request_refused" Fault ["why"] "技术人员的升级请求没有执行，原因见 why。" "A technician's request to the fleet agent was not carried out; see why.";
    FirmwareStarted "firmware.started" Act ["version"] "固件已启动。" "The firmware has started.";
    FirmwareStopped "firmware.stopped" Act ["reason"] "固件已停止。" "The firmware has stopped.";
    ClockUntrusted "clock.untrusted" Fault [] "时钟未校准，时间不可信。" "The wall clock has not been set and is not trusted.";
    VisitBegin "visit.begin" Act ["visit" "how"] "一次办理开始。" "A visit has begun.";
    VisitEnd "visit.end" Act ["visit" "reason" "cases" "duration_ms"] "一次办理结束，已清除个人信息。" "The visit has ended and its data is wiped.";
    VisitIgnored "visit.ignored" Fault ["state" "event"] "当前步骤不受理此事件，已忽略。" "An event does not belong to this step of a visit and was ignored.";
    IdleWarned "idle.warned" Act ["page"] "长时间无操作，已询问是否继续。" "Nothing was touched for a while; the person was asked.";
    IdleReset "idle.reset" Act ["page"] "无人应答，已退回首页。" "Nobody answered; the machine went back to the start.";
    ItemChosen "item.chosen" Act ["task_code"] "已选择事项。" "An item was chosen.";
    CardRead "card.read" Act ["layout" "duration_ms"] "证件已读取。" "A card was read.";
    CardFailed "card.failed" Fault ["fault" "sw3"] "证件读取失败。" "A card could not be read.";
    PhotoNotDrawn "photo.not_drawn" Fault ["fault"] "证件照片未能显示。" "The photo of a card could not be drawn.";
    CardRemoved "card.removed" Act [] "证件已取走。" "The card was taken away.";
    CardLeft "card.left" Fault [] "办理结束，证件仍在读卡器上。" "The visit is over and its card still lies on the reader.";
    HealthLacks "health.lacks" Fault ["lack"] "本机缺少一项条件，见 lack。" "The machine lacks something; see lack.";
    HealthMended "health.mended" Status ["lack"] "缺少的条件已恢复。" "What was lacking is there again.";
    ServiceChanged "service.changed" Status ["service"] "本机服务状态变化。" "What the machine can do has changed.";
    ReaderStatus "reader.status" Status ["device"] "读卡器状态变化。" "The card reader's state has changed.";
    ReaderIdentified "reader.identified" Act ["sam_id"] "已读到读卡器模块编号。" "The card reader's module has told its identity.";
    ReaderRateFound "reader.rate_found" Fault ["rate"] "读卡器的波特率与配置不符，已改用此波特率；请更正配置。" "The card reader answers at another bit rate than configured, which is used now; the configuration should be corrected.";
    PrinterPowerCycleWanted "printer.power_cycle_wanted" Alarm [] "打印机一直无应答或报故障，须断电数秒后重新上电。" "The printer stays silent or broken; its power should be cut for some seconds.";
    ReaderPowerCycleWanted "reader.power_cycle_wanted" Alarm [] "读卡器无应答，须断电数秒后重新上电。" "The card reader answers nothing; its power should be cut for some seconds.";
    PrinterStatus "printer.status" Status ["device" "paper"] "打印机状态变化。" "The printer's state has changed.";
    PrinterMisconfigured "printer.misconfigured" Alarm ["field"] "打印机型号配置有误，不能打印。" "The configuration names no printer that can be used: nothing is printed.";
    PaperOut "paper.out" Alarm [] "缺纸，须换纸。" "The paper is out and must be replaced.";
    PrintBegin "print.begin" Act ["case" "reprint"] "开始打印回执。" "A receipt began to print.";
    PrintEnd "print.end" Act ["case" "outcome" "duration_ms"] "回执打印结束。" "The receipt's printing has ended.";
    PrintLeftOpen "print.left_open" Fault ["prints"] "上次运行有回执未确认打印，不会自动重打。" "Receipts of the last run were never proved to be printed; they are not printed again by themselves.";
    PrintFailed "print.failed" Fault ["case" "outcome" "duration_ms" "why"] "回执未能确认打印。" "It is not proved that the receipt was printed.";
    ReceiptTaken "receipt.taken" Act ["case"] "回执已被取走。" "The receipt was taken.";
    ReceiptRetracted "receipt.retracted" Fault ["case"] "回执无人取走，已收回机内。" "Nobody took the receipt; it was drawn back into the machine.";
    ReceiptEjected "receipt.ejected" Fault ["case"] "回执无人取走，打印下一张之前已推出。" "Nobody took the receipt; it was pushed out to make room for the next.";
    ReceiptLeft "receipt.left" Fault ["case"] "回执到时无人取走，仍在出纸口。" "Nobody took the receipt in time; it still lies in the exit.";
    ReceiptJammed "receipt.jammed" Fault ["case"] "回执卡在出纸口里。" "The receipt is stuck in the printer's exit.";
    CaseStored "case.stored" Act ["case" "task_code" "bytes"] "办件已落盘。" "A case is committed and synced.";
    CaseNotStored "case.not_stored" Alarm ["error"] "办件未能落盘，未受理。" "A case could not be committed; nothing was said to be received.";
    SendAttempt "send.attempt" Act ["case" "attempt" "age_s"] "开始上传办件。" "A case is being sent.";
    SendAccepted "send.accepted" Act ["case" "attempt" "duration_ms"] "平台已受理。" "The platform has taken the case.";
    SendRejected "send.rejected" Act ["case" "code"] "平台不予受理。" "The platform has refused the case for good.";
    RefusalTold "refusal.told" Act ["case"] "已向本人告知此件未通过。" "The person was told that this case was refused.";
    RefusalPutAway "refusal.put_away" Act ["case"] "本人选择不再提醒此件。" "The person does not want to be told of this case again.";
    SendRetry "send.retry" Fault ["case" "attempt" "why" "wait_ms"] "未得到平台答复，稍后重试。" "The platform's answer is not known; the same bytes are sent again later.";
    SendParked "send.parked" Alarm ["case" "why"] "办件已搁置，须人工处理。" "A case is parked until somebody looks at it.";
    CaseOverdue "case.overdue" Alarm ["case"] "办件等待上传超过时限，仍在继续上传。" "A case has waited longer than it may; it is still sent.";
    LineUp "line.up" Status ["down_s" "waiting"] "与平台的线路恢复。" "The line to the platform is up.";
    LineDown "line.down" Status ["why" "waiting"] "与平台的线路中断，办件暂存本机。" "The line to the platform is down; cases are kept here.";
    LinePortal "line.portal" Alarm [] "有其他设备冒充平台答复(如上网认证页)，办件仍存本机。" "Something else answers in the platform's name (a portal page); cases are kept here.";
    PlatformNotUnderstood "platform.not_understood" Alarm [] "平台不认所有办件的格式，双方接口不一致。" "The platform calls every case malformed: the two sides do not keep the same contract.";
    LaneStopped "lane.stopped" Alarm ["fault" "waiting"] "凭证、时钟或证书有误，已停止上传。" "Sending has stopped: credentials, clock or certificate are wrong.";
    LaneResumed "lane.resumed" Status ["waiting"] "恢复上传。" "Sending goes on.";
    StoreOpened "store.opened" Act ["epoch" "cases" "waiting"] "数据库已打开。" "The store is open.";
    StoreSetAside "store.set_aside" Alarm ["fault" "salvaged" "lost"] "数据库损坏，已另存并抢救。" "A damaged store was set aside and salvaged.";
    StoreTrouble "store.trouble" Alarm ["fault"] "数据库密钥或密钥文件异常，请检查。" "The store's key or its key slots are not as they should be.";
    StoreReturned "store.returned" Alarm ["cases"] "密钥已恢复，原先另存的办件已取回，继续上传。" "The key is back: cases of a store that was set aside are here again and are sent.";
    CaseDamaged "case.damaged" Alarm ["row"] "一条办件记录损坏，已跳过；请重新启动固件以抢救。" "The row of a case is damaged and is passed over; a restart of the firmware saves what can be saved.";
    ReconcileAgrees "reconcile.agrees" Act ["cases"] "每日对账一致。" "The daily comparison with the platform agrees.";
    ReconcileDiffers "reconcile.differs" Alarm ["cases" "missing" "differing" "unlisted" "chains"] "每日对账不一致，须人工核对。" "The daily comparison with the platform differs; somebody must look.";
    ReconcileFailed "reconcile.failed" Fault [] "每日对账未完成，一小时后再试。" "The daily comparison could not be made; it is tried again in an hour.";
    IdentityMissing "identity.missing" Alarm ["fault"] "本机密钥不可用，回执没有签名。" "The machine's key cannot be used; receipts are not signed.";
    RoomEnough "room.enough" Status ["free" "usable"] "存储空间充足。" "There is room enough for filings.";
    RoomLow "room.low" Fault ["free" "usable"] "存储空间不多，请尽快处理。" "Room for filings runs low.";
    RoomOut "room.out" Alarm ["free" "usable"] "存储空间不足，已停止收件，仍在上传。" "No room is left: nothing new is taken, what waits is still sent.";
    CatalogueLoaded "catalogue.loaded" Act ["version" "items"] "事项目录已加载。" "The catalogue of items is loaded.";
    CatalogueRejected "catalogue.rejected" Alarm ["faults"] "事项目录有误，沿用上一版。" "A catalogue was refused; the last good one stays.";
    CatalogueUpdated "catalogue.updated" Act ["version" "items"] "事项目录已更新。" "The catalogue of items was replaced.";
    ContentUsed "content.used" Act ["kind" "version" "serial"] "内容已更换；serial 为 0 表示出厂内容。" "Other content is used; serial 0 is what was shipped.";
    ContentRejected "content.rejected" Alarm ["kind" "serial" "fault"] "内容包不可用，已退回上一个可用的。" "A content package cannot be used; the last good one is.";
    ContentExpired "content.expired" Fault ["kind" "serial" "fault"] "内容包已过期，改用上一个有效的或出厂内容。" "A content package has expired; the one before it or what was shipped is used.";
    PresenceChanged "presence.changed" Status ["present"] "机前有人或离开。" "Somebody came to the machine or left it.";
    DoorOpened "door.opened" Alarm [] "机箱门被打开。" "The door of the case is open.";
    DoorClosed "door.closed" Status [] "机箱门已关闭。" "The door of the case is closed.";
    TamperDetected "tamper.detected" Alarm [] "机箱被撬动，已停止服务，须人工解除。" "The case was forced; the machine is closed until somebody clears it.";
    TamperCleared "tamper.cleared" Act [] "撬动告警已人工解除。" "A technician has cleared the tamper alarm.";
    MainsLost "mains.lost" Alarm [] "市电中断，办完当前业务后停止受理。" "Mains power is gone; no new visit begins.";
    MainsBack "mains.back" Status [] "市电恢复。" "Mains power is back.";
    PinsStatus "pins.status" Status ["device"] "引脚接口状态变化。" "The state of the pins has changed.";
    RadarStatus "radar.status" Status ["device"] "人体感应雷达状态变化。" "The presence radar's state has changed.";
    ScannerStatus "scanner.status" Status ["device"] "扫码器状态变化。" "The scanner's state has changed.";
    CodeScanned "code.scanned" Act ["form"] "扫到一个二维码。" "A code was scanned; only its form is told.";
    ProvisioningScanned "provisioning.scanned" Act [] "机箱门打开时扫到配置码。" "A technician's code was scanned at the open door.";
    ProvisioningBegan "provisioning.began" Act ["step" "key"] "本机尚未开通，从 step 一步开始；key 是本机公钥指纹的开头。" "This machine is not in service yet and begins at this step; key is the beginning of its public key's fingerprint.";
    ProvisioningOrderTaken "provisioning.order_taken" Act ["task" "machine"] "工单已接受。" "A work order was taken.";
    ProvisioningOrderRefused "provisioning.order_refused" Fault ["why"] "工单未被接受，原因见 why。" "A work order was refused; see why.";
    ProvisioningKeyMade "provisioning.key_made" Act ["key"] "本机证书的密钥已备好。" "The key for this machine's certificate is there.";
    ProvisioningCertified "provisioning.certified" Act ["machine" "days"] "已领到证书，有效天数见 days。" "The certificate has come; days is how long it is good.";
    ProvisioningStepFailed "provisioning.step_failed" Fault ["step" "why"] "开通的一个步骤未完成，原因见 why。" "A step into service was not done; see why.";
    ProvisioningInService "provisioning.in_service" Act ["machine" "faults"] "验收单已打印，本机投入使用；faults 为带着验收的故障数。" "The slip is printed and the machine is in service; faults is how many it was accepted with.";
    PinFailed "pin.failed" Fault ["pin"] "一个引脚无法使用。" "A pin cannot be had or moved.";
    PowerCycled "power.cycled" Act ["part"] "设备已断电重启。" "A device was cut from its power and given it back.";
    PowerSpent "power.spent" Fault ["part"] "设备一小时内已断电重启三次，不再重试。" "A device was power-cycled three times within an hour and is left alone.";
    TechnicianEntered "technician.entered" Act [] "维护页已打开。" "The technician's page was opened.";
    TechnicianRefused "technician.refused" Fault [] "维护页的验证码或工牌未通过。" "A code or badge for the technician's page was refused.";
    TechnicianLeft "technician.left" Act ["how"] "维护页已退出。" "The technician's page was left.";
    TrainingBegan "training.began" Status [] "练习模式开始：不保存、不上传。" "Training has begun: nothing is kept or sent.";
    TrainingEnded "training.ended" Status [] "练习模式结束。" "Training has ended.";
    ServiceSwitched "service.switched" Status ["reason"] "人工设为暂停或恢复服务。" "Somebody has put the machine out of or into service.";
    AuditNotWritten "audit.not_written" Alarm [] "审计日志写不进磁盘。" "The audit log cannot be written.";
    AuditDoubted "audit.doubted" Alarm ["found"] "审计日志不完整，请运行 kiosk audit verify。" "The audit log is not whole; run `kiosk audit verify`.";
    DeviceTrail "device.trail" Fault ["device" "fault" "trail"] "设备出错前端口上的最后收发，见 trail：出错前毫秒数，<收到、>发出的字节数（/分几次），!指令，事件。" "What passed on a device's port before a fault; trail tells milliseconds before it, bytes < received and > sent (/ in how many portions), ! commands, events.";
    JournalDropped "journal.dropped" Fault ["lines"] "日志写入失败，有记录丢失。" "Lines of the journal could not be written.";
}

/// What an event may carry. There is no way to make one from a text that somebody entered or a card held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// A number: milliseconds, bytes, counts.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A word the program itself contains, e.g. the name of an enum's variant.
    Word(&'static str),
    /// An identifier of a thing.
    Id(Id),
}

/// Identifier of an item, a case or a version: 1–40 characters `[0-9A-Za-z.-]` that are no citizen number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Id {
    bytes: [u8; 40],
    len: u8,
}

impl Id {
    /// `None` when `text` is no identifier: wrong length or characters, or it has the form of an ID card number
    /// (17 digits and a digit or X, anywhere in it) or of a mobile number (11 digits and nothing else).
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
        let raw = text.as_bytes();
        let mobile = raw.len() == 11 && raw.iter().all(u8::is_ascii_digit);
        if raw.is_empty() || raw.len() > 40 || !raw.iter().all(|&b| good(b)) {
            return None;
        }
        if mobile || holds_citizen_number(raw) {
            return None;
        }
        let mut bytes = [0; 40];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self {
            bytes,
            len: u8::try_from(raw.len()).ok()?,
        })
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or("")
    }
}

/// A run of exactly 18 characters in the form of GB 11643, not part of a longer run of letters and digits.
fn holds_citizen_number(raw: &[u8]) -> bool {
    raw.split(|b| !b.is_ascii_alphanumeric()).any(|run| {
        run.len() == 18
            && run[..17].iter().all(u8::is_ascii_digit)
            && matches!(run[17], b'0'..=b'9' | b'X' | b'x')
    })
}

impl std::fmt::Debug for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FieldValue {
    /// An identifier, or the word `unfit` where `text` is none.
    #[must_use]
    pub fn id(text: &str) -> Self {
        Id::new(text).map_or(Self::Word("unfit"), Self::Id)
    }

    /// A count or a length; what does not fit is the largest number.
    #[must_use]
    pub fn count(n: impl TryInto<i64>) -> Self {
        Self::Number(n.try_into().unwrap_or(i64::MAX))
    }
}

/// The table of the README, between `<!-- events -->` and `<!-- /events -->`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from("| event | kind | fields | meaning |\n|---|---|---|---|\n");
    for event in EventId::ALL {
        let fields: Vec<String> = event.fields().iter().map(|f| format!("`{f}`")).collect();
        out += &format!(
            "| `{}` | {} | {} | {} {} |\n",
            event.id(),
            event.kind().word(),
            fields.join(" "),
            event.sentence(Lang::Zh),
            event.sentence(Lang::En)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_event_has_its_own_name_of_two_words_and_a_sentence() {
        let ids: BTreeSet<&str> = EventId::ALL.iter().map(|event| event.id()).collect();
        assert_eq!(ids.len(), EventId::ALL.len());
        for event in EventId::ALL {
            let parts: Vec<&str> = event.id().split('.').collect();
            assert_eq!(parts.len(), 2, "{event:?}");
            let lower =
                |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            assert!(parts.iter().all(lower), "{event:?}");
            assert!(event.sentence(Lang::Zh).ends_with('。'), "{event:?}");
            assert!(event.sentence(Lang::En).ends_with('.'), "{event:?}");
        }
    }

    #[test]
    fn numbers_of_people_do_not_fit_into_an_identifier() {
        for text in [
            "11010519491231002X",
            "999999194912310020",
            "case-11010519491231002X",
            "13800138000",
            "张三",
            "a b",
            "",
        ] {
            assert_eq!(FieldValue::id(text), FieldValue::Word("unfit"), "{text}");
        }
        assert_eq!(Id::new(&"a".repeat(41)), None);
    }

    #[test]
    fn identifiers_of_things_fit() {
        for text in [
            "W0012-01-000123-7",
            "11440203MB2D0001234442014001000",
            "0.1.0",
            "11440203MB2D000123",
        ] {
            assert_eq!(Id::new(text).expect(text).as_str(), text);
        }
    }

    #[test]
    fn values_are_plain_in_json() {
        let json = |value: FieldValue| serde_json::to_string(&value).expect("plain value");
        assert_eq!(json(FieldValue::count(7usize)), "7");
        assert_eq!(json(FieldValue::count(u64::MAX)), i64::MAX.to_string());
        assert_eq!(json(FieldValue::Flag(true)), "true");
        assert_eq!(json(FieldValue::id("W0012-01")), "\"W0012-01\"");
    }

    #[test]
    fn the_table_has_one_row_for_each_event() {
        assert_eq!(markdown().lines().count(), 2 + EventId::ALL.len());
        assert!(markdown().contains(
            "| `visit.begin` | act | `visit` `how` | 一次办理开始。 A visit has begun. |"
        ));
    }
}
