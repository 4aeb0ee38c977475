//! Key, clock, catalogue, platform.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use kiosk::case::{ClockClass, Key, LaneFault};
use kiosk::config::Config;
use kiosk::domain::clock::{Dating, Local};
use kiosk::item::Catalogue;
use kiosk::shell::catalogue as shipped;
use kiosk::shell::clock::{BootBook, Clock};
use kiosk::shell::identity::{self, IdentityFault};
use kiosk::shell::platform::{Client, Failure};
use kiosk::shell::runtime::{CACHED_CATALOGUE, platform_client};
use kiosk::shell::store::files::OsFiles;

use super::finding::{Finding, Grade};

/// Signatures older or younger than this are refused by the gateway.
const WINDOW_S: u64 = 180;
/// A province changes its items more often than that.
const CATALOGUE_OLD: Duration = Duration::from_secs(90 * 86_400);

/// The machine's key, and what others check its receipts with.
pub fn key(config: &Config) -> Finding {
    let place = identity::Place::of(&config.store.path);
    match identity::load(&place) {
        Ok(identity) => {
            let (public, print) = (identity.public().text(), identity.fingerprint());
            Finding::new(Grade::Ok, "key", "本机密钥", "machine key").meaning(
                &format!("可用，指纹 {print}，公钥 {public}"),
                &format!("there, fingerprint {print}, public key {public}"),
            )
        }
        Err(IdentityFault::Missing(_))
            if place.credential.is_none() && !config.store.path.exists() =>
        {
            Finding::new(Grade::Attention, "key", "本机密钥", "machine key")
                .meaning("还没有", "there is none yet")
                .action(
                    "首次启动固件时建立；正式设备应由 systemd 凭据提供",
                    "the firmware makes it at its first start; a real machine is given it as a systemd credential",
                )
        }
        Err(fault) => Finding::new(Grade::Fault, "key", "本机密钥", "machine key")
            .meaning(
                &format!("不可用，回执没有签名：{fault}"),
                &format!("cannot be used, receipts are not signed: {fault}"),
            )
            .action(
                "以 root 或固件用户执行；确实没有则重新开通本机并登记新公钥",
                "run this as root or the firmware's user; if it is really not there, provision the machine anew and \
                 register its new public key",
            ),
    }
}

/// The wall clock, and what the firmware knows of the time beside it.
pub fn clock(config: &Config, clock: &Clock) -> Finding {
    let book = config.store.path.with_extension("boots");
    // Raises the floor as well: a clock behind what was certain before is no clock.
    let book = BootBook::open(book, Arc::new(OsFiles), clock);
    clock_finding(
        clock.rfc3339(),
        clock.class(),
        book.date(clock.boot_id(), clock.boot_ms()),
    )
}

fn clock_finding(now: Option<String>, class: ClockClass, heard: Dating) -> Finding {
    let finding = |grade| Finding::new(grade, "clock", "时钟", "clock");
    let (zh_do, en_do) = (
        "检查网络对时（timedatectl）和时钟电池",
        "look at time synchronisation (`timedatectl`) and the clock's battery",
    );
    match (now, heard) {
        (Some(now), _) if class.is_checked() => finding(Grade::Ok).meaning(
            &format!("{now}，已校准"),
            &format!("{now}, a time source stands behind it"),
        ),
        (_, Dating::Exact { unix_ms, error_ms }) => {
            let true_time = Local::of_unix(unix_ms.div_euclid(1000)).rfc3339();
            finding(Grade::Attention)
                .meaning(
                    &format!("系统时钟未对时；固件按平台的时间走：{true_time} ± {error_ms} ms"),
                    &format!(
                        "the system's clock has no source; the firmware goes by the platform's: {true_time} ± {error_ms} ms"
                    ),
                )
                .action(zh_do, en_do)
        }
        (Some(now), Dating::Between { .. }) => finding(Grade::Attention)
            .meaning(
                &format!("{now}，未校准：回执注明时间未校准，连上平台后自动校准"),
                &format!(
                    "{now}, not checked: receipts say so; it is set right by the first answer of the platform"
                ),
            )
            .action(zh_do, en_do),
        (None, Dating::Between { .. }) => finding(Grade::Fault)
            .meaning(
                "时间不可能正确：回执注明时间未校准，连上平台后自动校准",
                "cannot be right: receipts say that the time is not known; the first answer of the platform sets it right",
            )
            .action(zh_do, en_do),
    }
}

/// The items that can be filed.
pub fn catalogue(config: &Config, clock: &Clock) -> Finding {
    let path = config.catalogue.cache_dir.join(CACHED_CATALOGUE);
    let finding = |grade| Finding::new(grade, "catalogue", "事项目录", "catalogue");
    let cached = fs::read(&path)
        .ok()
        .map(|bytes| Catalogue::from_json(&bytes));
    let broken = matches!(cached, Some(Err(_)));
    if let Some(Ok((catalogue, _))) = cached {
        let changed = fs::metadata(&path).and_then(|facts| facts.modified()).ok();
        let age = clock
            .wall()
            .zip(changed)
            .and_then(|(now, then)| now.duration_since(then).ok());
        let (version, items) = (&catalogue.version, catalogue.items().len());
        let days = age.map_or("?".to_owned(), |age| (age.as_secs() / 86_400).to_string());
        let (zh, en) = (
            format!("版本 {version}，{items} 项，{days} 天前更新"),
            format!("version {version}, {items} items, changed {days} days ago"),
        );
        return match age {
            Some(age) if age > CATALOGUE_OLD => finding(Grade::Attention).meaning(&zh, &en).action(
                "向平台核实目录是否有新版本",
                "ask the platform whether there is a newer one",
            ),
            _ => finding(Grade::Ok).meaning(&zh, &en),
        };
    }
    match shipped::load(&config.catalogue.dir) {
        Ok((catalogue, _)) => finding(if broken { Grade::Attention } else { Grade::Ok }).meaning(
            &format!("随固件版本 {}，还没有从平台取得", catalogue.version),
            &format!(
                "the one shipped, {}; none from the platform yet",
                catalogue.version
            ),
        ),
        Err((error, _)) => finding(Grade::Fault)
            .meaning(
                &format!("没有可用的目录，不能办理任何事项：{error}"),
                &format!("there is none, nothing can be filed: {error}"),
            )
            .action(
                "kiosk config check 检查目录文件夹；恢复线路后会自动取得",
                "`kiosk config check` on its folder; with a line it comes by itself",
            ),
    }
}

/// The way to the platform: reachable, and it takes this machine's signature.
pub fn platform(config: &Config, clock: &Clock) -> Finding {
    let finding = |grade| Finding::new(grade, "platform", "平台", "platform");
    let asked = platform_client(config, clock).and_then(|client| {
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(tokio.block_on(ask(&client)))
    });
    let url = &config.platform.url;
    match asked {
        Err(error) => finding(Grade::Fault)
            .meaning(
                &format!("不能连接：{error:#}"),
                &format!("cannot be asked: {error:#}"),
            )
            .action(
                "更正配置的 [platform]",
                "correct [platform] of the configuration",
            ),
        Ok(Err(failure)) => {
            let (zh, en, zh_do, en_do) = words(&failure);
            finding(Grade::Fault)
                .meaning(&format!("{zh}（{url}）"), &format!("{en} ({url})"))
                .action(zh_do, en_do)
        }
        Ok(Ok(time)) => {
            let ours = clock.unix_seconds().unwrap_or(0);
            let off = ours.abs_diff(u64::try_from(time).unwrap_or(0));
            let (zh, en) = (
                format!("可达，接受本机签名，时钟相差 {off} 秒"),
                format!("reachable, takes our signature, clocks differ by {off} s"),
            );
            if off < WINDOW_S {
                finding(Grade::Ok).meaning(&zh, &en)
            } else {
                finding(Grade::Attention).meaning(&zh, &en).action(
                    "检查网络对时（timedatectl）",
                    "look at time synchronisation (`timedatectl`)",
                )
            }
        }
    }
}

/// The platform's time, and a signed question about a case that cannot be.
async fn ask(client: &Client) -> Result<i64, Failure> {
    let time = client.time().await?;
    client
        .case_by_key(&Key("00000-00-000000-0000000000000000".into()))
        .await?;
    Ok(time)
}

type Words = (&'static str, &'static str, &'static str, &'static str);

/// What a failure means, and what to do.
fn words(failure: &Failure) -> Words {
    match failure {
        Failure::Retry { .. } => (
            "没有得到平台答复，办件暂存本机",
            "no answer of the platform; cases are kept here",
            "检查网线、路由器和网址；恢复后自动上传",
            "look at cable, router and address; sending goes on by itself",
        ),
        Failure::LaneStopped(LaneFault::Credentials) => (
            "平台拒绝本机凭证，已停止上传",
            "the platform refuses our credentials; sending has stopped",
            "核对 paasid 和令牌文件",
            "check paasid and the token's file",
        ),
        Failure::LaneStopped(LaneFault::Clock) => (
            "时钟相差太大，平台拒绝签名",
            "our clock is too far off, the platform refuses our signatures",
            "检查网络对时（timedatectl）和时钟电池",
            "look at time synchronisation (`timedatectl`) and the clock's battery",
        ),
        Failure::LaneStopped(LaneFault::Certificate) => (
            "平台的证书不可信",
            "the platform's certificate does not verify",
            "检查 ca_file，以及是否有认证页面或代理截断了线路",
            "check ca_file, and whether a portal or proxy stands in the line",
        ),
        Failure::Problem { .. } => (
            "平台答复有误",
            "the platform answers with a problem",
            "向平台核实本机是否已登记",
            "ask the platform whether this machine is registered",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-03-02T14:05:00+08:00";

    #[test]
    fn a_clock_is_as_good_as_what_stands_behind_it() {
        let never = Dating::Between {
            after_ms: None,
            before_ms: None,
        };
        let platform = Dating::Exact {
            unix_ms: 1_772_431_500_000,
            error_ms: 800,
        };
        let grade =
            |now: Option<&str>, class, heard| clock_finding(now.map(str::to_owned), class, heard);
        let now = Some(NOW);
        assert_eq!(grade(now, ClockClass::Trusted, never).grade, Grade::Ok);
        assert_eq!(grade(now, ClockClass::Holdover, platform).grade, Grade::Ok);
        assert_eq!(
            grade(now, ClockClass::Unknown, never).grade,
            Grade::Attention
        );
        assert_eq!(grade(None, ClockClass::Unknown, never).grade, Grade::Fault);
        let told = grade(None, ClockClass::Unknown, platform);
        assert_eq!(told.grade, Grade::Attention);
        assert!(told.zh.contains(NOW), "{}", told.zh);
    }
}
