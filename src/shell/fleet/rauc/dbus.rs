//! The interface `de.pengutronix.rauc.Installer` (RAUC's reference, "D-Bus API").

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;

use zbus::{Connection, OwnedVariant, Variant, proxy};

use super::{From, Mark, Slots};
use crate::domain::update::{Bundle, Running};

/// Writing a slot on a slow card over a slow line takes hours; a day is a daemon that hangs.
const INSTALL_MAX: Duration = Duration::from_secs(86_400);
/// Without a word for so long, the daemon is asked whether it is still at it.
const ASK_EVERY: Duration = Duration::from_secs(60);

#[proxy(
    interface = "de.pengutronix.rauc.Installer",
    default_service = "de.pengutronix.rauc",
    default_path = "/"
)]
trait Installer {
    fn install_bundle(&self, source: &str, args: BTreeMap<&str, Variant<'_>>) -> zbus::Result<()>;
    fn inspect_bundle(
        &self,
        source: &str,
        args: BTreeMap<&str, Variant<'_>>,
    ) -> zbus::Result<BTreeMap<String, OwnedVariant>>;
    fn info(&self, bundle: &str) -> zbus::Result<(String, String)>;
    fn mark(&self, state: &str, slot_identifier: &str) -> zbus::Result<(String, String)>;
    fn get_slot_status(&self) -> zbus::Result<Vec<(String, BTreeMap<String, OwnedVariant>)>>;
    fn get_primary(&self) -> zbus::Result<String>;
    #[zbus(signal)]
    fn completed(&self, result: i32) -> zbus::Result<()>;
    #[zbus(property(emits_changed_signal = "false"))]
    fn operation(&self) -> zbus::Result<String>;
    #[zbus(property(emits_changed_signal = "false"))]
    fn last_error(&self) -> zbus::Result<String>;
    #[zbus(property(emits_changed_signal = "false"))]
    fn progress(&self) -> zbus::Result<(i32, String, i32)>;
    #[zbus(property(emits_changed_signal = "false"))]
    fn boot_slot(&self) -> zbus::Result<String>;
    #[zbus(property(emits_changed_signal = "false"))]
    fn compatible(&self) -> zbus::Result<String>;
}

/// Which bus RAUC is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bus {
    /// The system's.
    System,
    /// One at this address, for tests.
    At(String),
}

impl Bus {
    async fn connect(&self) -> zbus::Result<Connection> {
        match self {
            Self::System => Connection::system().await,
            Self::At(address) => {
                zbus::connection::Builder::address(address.as_str())
                    .build()
                    .await
            }
        }
    }
}

/// RAUC's service. The connection is made anew for every call: the bus or the daemon may have been restarted since.
#[derive(Clone, Debug)]
pub struct Rauc {
    bus: Bus,
}

impl Rauc {
    /// On `bus`.
    #[must_use]
    pub fn new(bus: Bus) -> Self {
        Self { bus }
    }

    async fn proxy(&self) -> zbus::Result<InstallerProxy<'static>> {
        let connection = self.bus.connect().await?;
        InstallerProxy::builder(&connection)
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
            .await
    }

    /// How far an installation is: percent and what is being done.
    ///
    /// # Errors
    /// Of the bus.
    pub async fn progress(&self) -> Result<(i32, String), String> {
        let proxy = self.proxy().await.map_err(text)?;
        let (percent, what, _depth) = proxy.progress().await.map_err(text)?;
        Ok((percent, what))
    }

    /// Name of the slot that starts next.
    ///
    /// # Errors
    /// Of the bus, of the boot loader's files.
    pub async fn primary(&self) -> Result<String, String> {
        self.proxy()
            .await
            .map_err(text)?
            .get_primary()
            .await
            .map_err(text)
    }

    async fn verdict(&self, from: &From) -> zbus::Result<Result<(), String>> {
        let proxy = self.proxy().await?;
        // An agent that was killed in the middle finds the daemon still at work, on its own former order or on somebody's.
        while proxy.operation().await? != "idle" {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        // Before the call, which answers well whatever the bundle is: the verdict comes as a signal.
        let mut completed = pin!(proxy.receive_completed().await?);
        let (source, args) = arguments(from);
        proxy.install_bundle(&source, args).await?;
        let result = loop {
            match tokio::time::timeout(ASK_EVERY, completed.next()).await {
                Ok(Some(signal)) => break signal.args()?.result,
                Ok(None) => return Ok(Err("the bus went away during the installation".into())),
                // A daemon that died says nothing; a new one is idle.
                Err(_) if proxy.operation().await? == "idle" => {
                    return Ok(Err("the installation ended without a verdict".into()));
                }
                Err(_) => {}
            }
        };
        if result == 0 {
            return Ok(Ok(()));
        }
        let why = proxy.last_error().await.unwrap_or_default();
        Ok(Err(if why.is_empty() {
            format!("RAUC says {result} and not why")
        } else {
            why
        }))
    }
}

impl Slots for Rauc {
    async fn running(&self) -> Result<Running, String> {
        let proxy = self.proxy().await.map_err(text)?;
        let slots = proxy.get_slot_status().await.map_err(text)?;
        let word = |status: &BTreeMap<String, OwnedVariant>, key: &str| {
            status
                .get(key)
                .and_then(|v| v.downcast_ref::<&str>().ok())
                .unwrap_or_default()
                .to_owned()
        };
        let booted = slots
            .iter()
            .find(|(_, status)| word(status, "state") == "booted");
        let (slot, status) = booted.ok_or("RAUC does not know which slot runs")?;
        // The system itself knows what it is; RAUC, what it once wrote there.
        let version = image_version().filter(|version| !version.is_empty());
        Ok(Running {
            slot: slot.clone(),
            version: version.unwrap_or_else(|| word(status, "bundle.version")),
        })
    }

    async fn inspect(&self, from: &From) -> Result<Bundle, String> {
        let proxy = self.proxy().await.map_err(text)?;
        let (source, args) = arguments(from);
        match proxy.inspect_bundle(&source, args).await {
            Ok(info) => {
                let own = proxy.compatible().await.map_err(text)?;
                bundle(&info, &own)
            }
            // RAUC before 1.9.
            Err(error) if error.to_string().contains("UnknownMethod") => {
                let (compatible, version) = proxy.info(&source).await.map_err(text)?;
                fits(&compatible, &proxy.compatible().await.map_err(text)?)?;
                Ok(Bundle {
                    version,
                    ..Bundle::default()
                })
            }
            Err(error) => Err(text(error)),
        }
    }

    async fn install(&self, from: &From) -> Result<(), String> {
        match tokio::time::timeout(INSTALL_MAX, self.verdict(from)).await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(error)) => Err(text(error)),
            Err(_) => Err("the installation takes more than a day".into()),
        }
    }

    async fn mark(&self, mark: Mark) -> Result<(), String> {
        let state = match mark {
            Mark::Good => "good",
            Mark::Bad => "bad",
            Mark::Active => "active",
        };
        let proxy = self.proxy().await.map_err(text)?;
        proxy.mark(state, "booted").await.map(drop).map_err(text)
    }

    async fn reboot(&self) -> Result<(), String> {
        // On a machine the user of the agent may not restart anything: a unit of root's watches for this file.
        if let Some(folder) = std::env::var_os("RUNTIME_DIRECTORY") {
            let asked = std::path::Path::new(&folder).join("restart");
            return std::fs::write(asked, []).map_err(text);
        }
        let connection = self.bus.connect().await.map_err(text)?;
        login_reboot(&connection).await
    }
}

/// `IMAGE_VERSION` of `/etc/os-release` (os-release(5)).
fn image_version() -> Option<String> {
    let text = std::fs::read_to_string("/etc/os-release").ok()?;
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix("IMAGE_VERSION="))?;
    Some(value.trim_matches(['"', '\'']).chars().take(64).collect())
}

/// Restarts the machine through systemd-logind (`org.freedesktop.login1.reboot` must be allowed to this user).
async fn login_reboot(connection: &Connection) -> Result<(), String> {
    let (service, path, interface) = (
        "org.freedesktop.login1",
        "/org/freedesktop/login1",
        "org.freedesktop.login1.Manager",
    );
    let call = connection.call_method(Some(service), path, Some(interface), "Reboot", &(false,));
    call.await.map(drop).map_err(text)
}

fn bundle(info: &BTreeMap<String, OwnedVariant>, own: &str) -> Result<Bundle, String> {
    let update: BTreeMap<String, Variant<'_>> =
        part(info, "update").ok_or("the bundle says nothing of itself")?;
    let word = |key: &str| match update.get(key) {
        Some(Variant::Str(word)) => word.to_string(),
        _ => String::new(),
    };
    fits(&word("compatible"), own)?;
    let meta: Option<BTreeMap<String, BTreeMap<String, String>>> = part(info, "meta");
    let allowed = meta.and_then(|meta| meta.get("kiosk")?.get("allow-older").cloned());
    let manifest: Option<String> = part(info, "manifest-hash");
    Ok(Bundle {
        version: word("version"),
        manifest: manifest.unwrap_or_default(),
        allow_older: allowed.as_deref() == Some("true"),
    })
}

fn part<'a, T: TryFrom<Variant<'a>>>(
    info: &'a BTreeMap<String, OwnedVariant>,
    key: &str,
) -> Option<T> {
    let mut value: &Variant<'a> = info.get(key)?;
    // RAUC 1.15 puts a variant into the variant (`g_variant_dict_insert(…, "v", …)` in r_manifest_to_dict).
    while let Variant::Variant(inner) = value {
        value = inner;
    }
    T::try_from(value.try_clone().ok()?).ok()
}

fn fits(compatible: &str, own: &str) -> Result<(), String> {
    let same = compatible == own;
    same.then_some(())
        .ok_or_else(|| format!("the bundle is for {compatible:?}, this machine is {own:?}"))
}

fn arguments(from: &From) -> (String, BTreeMap<&'static str, Variant<'_>>) {
    let mut args = BTreeMap::new();
    match from {
        From::File(path) => (path.clone(), args),
        From::Stream {
            url,
            headers,
            ca,
            identity,
            manifest,
        } => {
            if !headers.is_empty() {
                args.insert("http-headers", Variant::from(headers.clone()));
            }
            if let Some(ca) = ca {
                args.insert("tls-ca", Variant::from(ca.as_str()));
            }
            if let Some((certificate, key)) = identity {
                args.insert("tls-cert", Variant::from(certificate.as_str()));
                args.insert("tls-key", Variant::from(key.as_str()));
            }
            if let Some(manifest) = manifest {
                args.insert("require-manifest-hash", Variant::from(manifest.as_str()));
            }
            (url.clone(), args)
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string().chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As RAUC 1.8 and as 1.15 have it.
    fn info(nested: bool) -> BTreeMap<String, OwnedVariant> {
        let wrapped = |value: Variant<'static>| {
            let value = if nested {
                Variant::Variant(Box::new(value))
            } else {
                value
            };
            OwnedVariant::try_from(value).expect("owned")
        };
        let update = BTreeMap::from([
            ("compatible", Variant::from("kiosk-x")),
            ("version", Variant::from("2.0.0")),
        ]);
        let meta = BTreeMap::from([("kiosk", BTreeMap::from([("allow-older", "true")]))]);
        BTreeMap::from([
            ("update".to_owned(), wrapped(Variant::from(update))),
            ("meta".to_owned(), wrapped(Variant::from(meta))),
            ("manifest-hash".to_owned(), wrapped(Variant::from("ab12"))),
        ])
    }

    #[test]
    fn a_bundle_says_what_it_is_however_deep() {
        for nested in [false, true] {
            let said = bundle(&info(nested), "kiosk-x").expect("understood");
            assert_eq!((said.version.as_str(), said.allow_older), ("2.0.0", true));
            assert_eq!(said.manifest, "ab12");
            assert!(bundle(&info(nested), "kiosk-y").is_err(), "another board");
        }
    }
}
