//! What is opened before the loop turns: store, catalogue, input methods, platform.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};

use crate::case::{Machine, MachineIdentity};
use crate::config::{Config, Token as ConfigToken};
use crate::domain::input::{Engines, HandwritingModel, PinyinDictionary};
use crate::domain::kiosk::{Event, Kiosk};
use crate::domain::outbox::{Outbox, Settings};
use crate::domain::visit::idle::IdleRules;
use crate::domain::world::MachineWords;
use crate::events::{EventId, FieldValue};
use crate::item::Catalogue;
use crate::pins::Input;
use crate::shell::catalogue;
use crate::shell::clock::{BootBook, Clock};
use crate::shell::identity;
use crate::shell::journal::Journal;
use crate::shell::platform::{Client, ClientConfig, Token};
use crate::shell::reconcile::Comparison;
use crate::shell::room::RoomKeeper;
use crate::shell::store::files::OsFiles;
use crate::shell::store::report::FileFacts;
use crate::shell::store::{self, Store};

use super::Inbox;
use super::network::{CACHED, Daily, Network, Site};

/// What the loop begins with.
pub(super) struct Parts {
    /// Reads items and input methods, which takes a moment; made on the loop's thread, while a window opens.
    pub(super) kiosk: Box<dyn FnOnce() -> Kiosk + Send>,
    pub(super) store: Store,
    /// Signs receipts; without it they prove nothing.
    pub(super) identity: Option<Arc<MachineIdentity>>,
    pub(super) network: Network,
    pub(super) boots: BootBook,
    /// Cases set apart before, then a first look at page and backlog.
    pub(super) first: Vec<Event>,
}

pub(super) fn prepare(
    config: &Config,
    clock: &Clock,
    journal: &Journal,
    inbox: &Inbox,
) -> anyhow::Result<Parts> {
    journal.event(
        EventId::FirmwareStarted,
        &[("version", FieldValue::id(env!("CARGO_PKG_VERSION")))],
    );
    let book = config.store.path.with_extension("boots");
    let boots = BootBook::open(book, Arc::new(OsFiles), clock);
    if !clock.class().is_checked() {
        journal.event(EventId::ClockUntrusted, &[]);
    }
    let store = open_store(config, journal)?;
    // A disk that takes no word of it stops nobody: an open claim already lets nothing be printed twice.
    let left = store.settle_prints().unwrap_or_default();
    if left > 0 {
        journal.event(
            EventId::PrintLeftOpen,
            &[("prints", FieldValue::count(left))],
        );
    }
    let identity = load_identity(config, journal);
    let client = client(config, clock)?;
    let network = Network::new(
        client,
        store.clone(),
        clock.clone(),
        journal.clone(),
        inbox.clone(),
        Site {
            cache_dir: config.catalogue.cache_dir.clone(),
            area_code: config.machine.town_code.clone(),
            room: RoomKeeper::new(&config.store.path, Arc::new(OsFiles)),
            daily: Daily::new(
                &config.machine.id,
                identity.clone(),
                Comparison::path(&config.store.path),
            ),
        },
    )?;
    let mut seed = [0; 8];
    store::os_random()(&mut seed).context("read the kernel's randomness")?;
    let now = clock.now();
    let machine = MachineWords {
        id: config.machine.id.clone(),
        town_code: config.machine.town_code.clone(),
        service: config.machine.service.clone(),
        place: config.machine.site.clone(),
        phone: config.machine.phone.clone(),
        window: config.machine.window.clone(),
        handoff: config.scanner.handoff.clone(),
        draws_photos: config.reader.photo_decoder.is_some(),
        badge_at_start: !config.gpio.inputs.contains_key(&Input::Door)
            && !config.technician.badge_keys.is_empty(),
        training: Duration::from_secs(60 * u64::from(config.technician.training_min)),
    };
    let idle = IdleRules {
        warn: Duration::from_secs(config.idle.warn_s.into()),
        countdown: Duration::from_secs(config.idle.countdown_s.into()),
        goodbye: Duration::from_secs(config.idle.goodbye_s.into()),
        technician: Duration::from_secs(config.technician.leave_s.into()),
        ..IdleRules::default()
    };
    let place = config.store.path.clone();
    let (config, journal) = (config.clone(), journal.clone());
    let kiosk = Box::new(move || {
        let policy = Settings {
            first_probe_spread: Duration::from_secs(config.platform.return_spread_s.into()),
            ..Settings::default()
        };
        let mut outbox = Outbox::new(policy, u64::from_ne_bytes(seed), now);
        outbox.expect_backlog();
        Kiosk::new(
            machine,
            load_catalogue(&config, &journal),
            load_engines(&config.input.dir),
            idle,
            outbox,
            now,
        )
    });
    let parked = store
        .parked(clock.stamp())
        .context("read what is parked in the store")?;
    let set_aside = FileFacts::set_aside(&place).is_ok_and(|files| !files.is_empty());
    let first = vec![
        Event::Parked(parked),
        Event::StoreSetAside(set_aside),
        Event::Tick,
    ];
    Ok(Parts {
        kiosk,
        store,
        identity,
        network,
        boots,
        first,
    })
}

fn open_store(config: &Config, journal: &Journal) -> anyhow::Result<Store> {
    let path = &config.store.path;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("make the folder {}", folder.display()))?;
    }
    let machine =
        Machine::parse(&config.machine.id).map_err(|error| anyhow!("machine id: {error}"))?;
    let mut place = store::Config::new(path, machine);
    let damage = journal.clone();
    place.on_damage = Box::new(move |row| {
        damage.event(EventId::CaseDamaged, &[("row", FieldValue::count(row))]);
    });
    let opened =
        Store::open(place).with_context(|| format!("open the store {}", path.display()))?;
    if opened.set_aside.is_some() {
        let fault = opened
            .fault
            .as_ref()
            .map_or("unknown", |fault| fault.word());
        let fields = [
            ("fault", FieldValue::Word(fault)),
            ("salvaged", FieldValue::count(opened.salvaged)),
            ("lost", FieldValue::count(opened.lost)),
        ];
        journal.event(EventId::StoreSetAside, &fields);
    }
    for trouble in &opened.troubles {
        let fields = [("fault", FieldValue::Word(trouble))];
        journal.event(EventId::StoreTrouble, &fields);
    }
    if opened.returned > 0 {
        let fields = [("cases", FieldValue::count(opened.returned))];
        journal.event(EventId::StoreReturned, &fields);
    }
    if let Ok(counts) = opened.store.counts() {
        let fields = [("waiting", FieldValue::count(counts.waiting))];
        journal.event(EventId::StoreOpened, &fields);
    }
    Ok(opened.store)
}

/// A machine without its key still files; its receipts are not signed, and somebody is told.
fn load_identity(config: &Config, journal: &Journal) -> Option<Arc<MachineIdentity>> {
    match identity::load_or_make(&identity::Place::of(&config.store.path)) {
        Ok(identity) => Some(Arc::new(identity)),
        Err(fault) => {
            journal.event(
                EventId::IdentityMissing,
                &[("fault", FieldValue::Word(fault.word()))],
            );
            None
        }
    }
}

/// A client of the platform that `config` names.
///
/// # Errors
/// Token or authorities that cannot be read, an address that cannot be used.
pub fn client(config: &Config, clock: &Clock) -> anyhow::Result<Client> {
    let platform = &config.platform;
    let token = match &platform.token {
        ConfigToken::Inline(secret) => secret.0.clone(),
        ConfigToken::File(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("read the token {}", path.display()))?;
            text.trim().to_owned()
        }
    };
    let ca_pem = match &platform.ca_file {
        None => None,
        Some(path) => Some(
            std::fs::read(path)
                .with_context(|| format!("read the authorities {}", path.display()))?,
        ),
    };
    let wall = clock.clone();
    let client = Client::new(
        ClientConfig {
            base_url: platform.url.clone(),
            paasid: platform.paasid.clone(),
            token: Token::new(token),
            ca_pem,
            device: config.machine.id.clone(),
            connect_timeout: Duration::from_millis(platform.connect_timeout_ms.into()),
            answer_timeout: Duration::from_millis(platform.answer_timeout_ms.into()),
        },
        Arc::new(move || wall.certificate_seconds()),
    )?;
    Ok(client.telling_time_to(clock.clone()))
}

/// The last good catalogue of the platform, else the one shipped with the firmware, else none: the machine starts.
fn load_catalogue(config: &Config, journal: &Journal) -> Catalogue {
    let cached = std::fs::read(config.catalogue.cache_dir.join(CACHED)).ok();
    let cached = cached.and_then(|bytes| match Catalogue::from_json(&bytes) {
        Ok((catalogue, _)) => Some(catalogue),
        Err(_) => {
            journal.event(
                EventId::CatalogueRejected,
                &[("faults", FieldValue::Number(1))],
            );
            None
        }
    });
    let catalogue = cached.unwrap_or_else(|| match catalogue::load(&config.catalogue.dir) {
        Ok((catalogue, _)) => catalogue,
        Err((_, report)) => {
            journal.event(
                EventId::CatalogueRejected,
                &[("faults", FieldValue::count(report.faults.len()))],
            );
            Catalogue::default()
        }
    });
    let fields = [
        ("version", FieldValue::id(&catalogue.version)),
        ("items", FieldValue::count(catalogue.items().len())),
    ];
    journal.event(EventId::CatalogueLoaded, &fields);
    catalogue
}

/// Input methods, each by itself: a missing table leaves the other keyboards working.
fn load_engines(dir: &Path) -> Engines {
    let text = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap_or_default();
    let pinyin = PinyinDictionary::parse(&text("pinyin.tsv"), &text("local.tsv")).ok();
    let handwriting = std::fs::read(dir.join("handwriting.bin")).ok();
    Engines {
        pinyin,
        handwriting: handwriting.and_then(|bytes| HandwritingModel::parse(&bytes).ok()),
    }
}
