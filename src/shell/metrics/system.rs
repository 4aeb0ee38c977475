//! What the kernel knows of the machine.

use std::fs;
use std::path::Path;

use crate::fleet::openmetrics::{Exposition, Kind};

/// Temperatures, memory, disks. What a machine does not tell is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct System {
    /// Thermal zones by their type, °C.
    pub celsius: Vec<(String, f64)>,
    /// Since the kernel started, seconds.
    pub uptime_s: Option<f64>,
    /// Memory in all and what can be had without swapping, bytes.
    pub memory: Option<(f64, f64)>,
    /// What this process holds in memory, bytes.
    pub resident: Option<f64>,
    /// How far eMMC and SD cards that tell are worn, 0 new to 1 at the end of their warranted life, in tenths.
    pub wear: Vec<(String, f64)>,
    /// Size of the disk of the store and what is free on it, bytes.
    pub disk: Option<(f64, f64)>,
}

impl System {
    /// Looks below `root` (`/` but for tests), and at the disk on which `data` is.
    #[must_use]
    pub fn look(root: &Path, data: &Path) -> Self {
        let meminfo = text(&root.join("proc/meminfo")).unwrap_or_default();
        let kib = |name: &str| {
            let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim_start_matches(':')
                .split_whitespace()
                .next()?
                .parse::<f64>()
                .ok()
        };
        let status = text(&root.join("proc/self/status")).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident =
            resident.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
        Self {
            celsius: celsius(root),
            uptime_s: text(&root.join("proc/uptime"))
                .and_then(|text| text.split_whitespace().next()?.parse().ok()),
            memory: kib("MemTotal")
                .zip(kib("MemAvailable"))
                .map(|(all, free)| (all * 1024.0, free * 1024.0)),
            resident: resident.map(|kib| kib * 1024.0),
            wear: wear(root),
            disk: rustix::fs::statvfs(data).ok().map(|disk| {
                let block = disk.f_frsize as f64;
                (disk.f_blocks as f64 * block, disk.f_bavail as f64 * block)
            }),
        }
    }

    /// Writes its families.
    pub fn tell(&self, out: &mut Exposition) {
        if !self.celsius.is_empty() {
            out.family(
                "kiosk_temperature_celsius",
                Kind::Gauge,
                "celsius",
                "Temperatures of the board.",
            );
        }
        for (zone, celsius) in &self.celsius {
            out.sample(&[("zone", zone)], *celsius);
        }
        out.gauge(
            "kiosk_uptime_seconds",
            "seconds",
            "Since the kernel started.",
            self.uptime_s,
        );
        let (all, available) = (self.memory.map(|m| m.0), self.memory.map(|m| m.1));
        out.gauge("kiosk_memory_size_bytes", "bytes", "Memory in all.", all);
        out.gauge(
            "kiosk_memory_available_bytes",
            "bytes",
            "Memory that can be had without swapping.",
            available,
        );
        out.gauge(
            "kiosk_firmware_resident_bytes",
            "bytes",
            "What the firmware holds in memory.",
            self.resident,
        );
        if !self.wear.is_empty() {
            out.family(
                "kiosk_storage_wear_ratio",
                Kind::Gauge,
                "ratio",
                "How far the card is worn, 1 at the end of its warranted life.",
            );
        }
        for (device, wear) in &self.wear {
            out.sample(&[("device", device)], *wear);
        }
        out.gauge(
            "kiosk_disk_size_bytes",
            "bytes",
            "Disk on which the store lies.",
            self.disk.map(|d| d.0),
        );
        out.gauge(
            "kiosk_disk_free_bytes",
            "bytes",
            "What is free on it.",
            self.disk.map(|d| d.1),
        );
    }
}

/// A short file of the kernel.
fn text(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// Names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

fn celsius(root: &Path) -> Vec<(String, f64)> {
    let folder = root.join("sys/class/thermal");
    let mut zones: Vec<(String, f64)> = Vec::new();
    for name in names(&folder)
        .into_iter()
        .filter(|name| name.starts_with("thermal_zone"))
    {
        let zone = folder.join(&name);
        let value = text(&zone.join("temp")).and_then(|text| text.trim().parse::<f64>().ok());
        let kind = text(&zone.join("type")).map(|kind| kind.trim().to_owned());
        let kind = kind.filter(|kind| zones.iter().all(|(of, _)| of != kind));
        if let Some(thousandths) = value {
            zones.push((kind.unwrap_or(name), thousandths / 1000.0));
        }
    }
    zones
}

/// JEDEC eMMC 5.0, EXT_CSD 268 and 269: `0x01` for up to 10 % of the life used, `0x0a` up to 100 %, `0x0b` beyond; 0 not told.
fn wear(root: &Path) -> Vec<(String, f64)> {
    let folder = root.join("sys/block");
    let cards = names(&folder)
        .into_iter()
        .filter(|name| name.starts_with("mmcblk"));
    let worn = cards.filter_map(|card| {
        let told = text(&folder.join(&card).join("device/life_time"))?;
        let tenths = told.split_whitespace().filter_map(|word| {
            let tenths = u32::from_str_radix(word.strip_prefix("0x")?, 16).ok()?;
            (1..=11).contains(&tenths).then_some(tenths)
        });
        Some((card, f64::from(tenths.max()?) / 10.0))
    });
    worn.collect()
}
