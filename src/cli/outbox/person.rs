//! Who filed a case, for the few who may ask.

use anyhow::Context as _;
use kiosk::case::Key;
use kiosk::config::Config;
use kiosk::shell::identity;
use kiosk::shell::store::{Store, StoreFault};
use serde_json::Value;

use super::hold::hold;

/// The store, for somebody who may see what citizens filed.
///
/// # Errors
/// Says why not: another user, a key that is not there, a firmware that runs.
pub fn admitted(config: &Config) -> anyhow::Result<Store> {
    let path = &config.store.path;
    let may = identity::may_see_citizens(path).with_context(|| path.display().to_string())?;
    anyhow::ensure!(
        may,
        "不能显示个人信息：须由 root 或固件自己的用户执行\n\
         personal data is for root and the firmware's own user only, the owner of {}",
        path.display()
    );
    identity::load(&identity::Place::of(path)).context(
        "不能显示个人信息：读不到本机密钥\n\
         personal data is shown only where the machine's key can be read",
    )?;
    hold(config)
}

/// What a case holds of its person.
pub struct Person {
    pub name: String,
    pub cert_no: String,
    pub mobile: String,
}

/// The person of a case; `None` if the body is gone, as it is after acceptance.
///
/// # Errors
/// Of the store.
pub fn of(store: &Store, key: &str) -> anyhow::Result<Option<Person>> {
    let body = match store.body(&Key(key.to_owned())) {
        Ok(body) => body,
        Err(StoreFault::NotFound) => return Ok(None),
        Err(fault) => return Err(fault).with_context(|| key.to_owned()),
    };
    let body: Value = serde_json::from_slice(&body).context("the frozen body")?;
    let text = |place: &str| {
        let value = body.pointer(place).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    Ok(Some(Person {
        name: text("/applicant/name"),
        cert_no: text("/applicant/cert_no"),
        mobile: text("/contact/mobile"),
    }))
}
