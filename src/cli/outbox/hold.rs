//! Taking the store for oneself, which only one process can.

use anyhow::Context as _;
use kiosk::case::Machine;
use kiosk::config::Config;
use kiosk::shell::store::{self, Store, StoreFault};

/// Opens the store for writing or for bodies.
///
/// # Errors
/// With what to do when the firmware holds it.
pub fn hold(config: &Config) -> anyhow::Result<Store> {
    let path = &config.store.path;
    // Looking must not make a store where there is none.
    anyhow::ensure!(path.is_file(), "{}: there is no store", path.display());
    let machine = Machine::parse(&config.machine.id).context("machine.id")?;
    let mut place = store::Config::new(path, machine);
    // A tool that lacks the key must not set the firmware's store aside.
    place.only_if_whole = true;
    match Store::open(place) {
        Ok(opened) => Ok(opened.store),
        Err(StoreFault::Busy) => anyhow::bail!(
            "固件正在运行，独占数据库。请先停止服务：systemctl stop kiosk；处理完再启动：systemctl start kiosk\n\
             {}: the firmware is running and holds the store. Stop it first: `systemctl stop kiosk`; \
             afterwards `systemctl start kiosk`",
            path.display()
        ),
        Err(fault) => Err(fault).with_context(|| path.display().to_string()),
    }
}
