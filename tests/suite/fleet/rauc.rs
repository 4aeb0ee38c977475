//! The real RAUC service on a bus of its own: files as slots, plain bundles, a boot loader that is a script.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kiosk::shell::fleet::rauc::{Bus, From, Mark, Rauc, Slots as _};

const SLOT: usize = 1024 * 1024;

/// What the boot loader keeps, in files: which slot is first, and what each is worth.
const BACKEND: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
case "$1" in
get-primary) cat primary ;;
set-primary) echo "$2" > primary; echo good > "state.$2" ;;
get-state) cat "state.$2" ;;
set-state) echo "$3" > "state.$2" ;;
get-current) echo A ;;
esac
"#;

struct Service {
    dir: tempfile::TempDir,
    bus: Child,
    service: Child,
}

impl Drop for Service {
    fn drop(&mut self) {
        for child in [&mut self.service, &mut self.bus] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn tool(program: &str, arguments: &[&str], dir: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Why it cannot be tried here.
fn missing() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("not root: a bundle is mounted to be read".into());
    }
    let found = |name: &str| {
        Command::new("sh")
            .args(["-c", &format!("command -v {name}")])
            .output()
            .is_ok_and(|o| o.status.success())
    };
    ["rauc", "dbus-daemon", "openssl", "mksquashfs", "unshare"]
        .into_iter()
        .find(|name| !found(name))
        .map(|name| format!("no {name} (board/laptop/packages.txt)"))
}

fn pki(dir: &Path, name: &str) {
    let subject = format!("/CN={name}");
    let [key, cert] = [format!("{name}.key"), format!("{name}.pem")];
    let curve = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ];
    let usage = [
        "-addext",
        "keyUsage=critical,digitalSignature,keyCertSign",
        "-addext",
        "extendedKeyUsage=emailProtection",
    ];
    let mut arguments = vec![
        "req", "-x509", "-days", "30", "-subj", &subject, "-keyout", &key, "-out", &cert,
    ];
    arguments.extend(curve);
    arguments.extend(usage);
    tool("openssl", &arguments, dir);
}

fn bundle(dir: &Path, name: &str, signer: &str, compatible: &str, version: &str) -> PathBuf {
    let content = dir.join(format!("content-{name}"));
    fs::create_dir_all(&content).unwrap();
    fs::write(
        content.join("root.img"),
        format!("system {version}").repeat(1000),
    )
    .unwrap();
    let manifest = format!(
        "[update]\ncompatible={compatible}\nversion={version}\n[bundle]\nformat=plain\n[image.rootfs]\nfilename=root.img\n"
    );
    fs::write(content.join("manifest.raucm"), manifest).unwrap();
    let [key, cert, file] = [
        format!("{signer}.key"),
        format!("{signer}.pem"),
        format!("{name}.raucb"),
    ];
    let content = content.display().to_string();
    tool(
        "rauc",
        &[
            "bundle",
            &format!("--key={key}"),
            &format!("--cert={cert}"),
            &content,
            &file,
        ],
        dir,
    );
    dir.join(file)
}

impl Service {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path();
        let here = at.display();
        pki(at, "trusted");
        pki(at, "stranger");
        for slot in ["slot-a", "slot-b"] {
            fs::write(at.join(slot), vec![0; SLOT]).unwrap();
        }
        for (file, text) in [
            ("primary", "A"),
            ("state.A", "good"),
            ("state.B", "good"),
            ("backend.sh", BACKEND),
        ] {
            fs::write(at.join(file), text).unwrap();
        }
        tool("chmod", &["+x", "backend.sh"], at);
        fs::create_dir(at.join("mnt")).unwrap();
        let config = format!(
            "[system]\ncompatible=kiosk-test\nbootloader=custom\nmountprefix={here}/mnt\nstatusfile={here}/status\n\
            [keyring]\npath={here}/trusted.pem\n[handlers]\nbootloader-custom-backend={here}/backend.sh\n\
            [slot.rootfs.0]\ndevice={here}/slot-a\ntype=raw\nbootname=A\n[slot.rootfs.1]\ndevice={here}/slot-b\ntype=raw\nbootname=B\n"
        );
        fs::write(at.join("system.conf"), config).unwrap();
        let address = format!("unix:path={here}/bus");
        let bus_config = format!(
            "<busconfig><type>session</type><listen>{address}</listen><auth>EXTERNAL</auth><policy context=\"default\">\
            <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>"
        );
        fs::write(at.join("bus.conf"), bus_config).unwrap();
        let mut bus = Command::new("dbus-daemon");
        bus.arg(format!("--config-file={here}/bus.conf"))
            .args(["--nofork", "--print-address"]);
        let mut bus = bus.stdout(Stdio::piped()).spawn().unwrap();
        // It prints its address when it listens.
        let mut first = [0; 5];
        bus.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        // Mounts of its own, so that nothing is left behind.
        let service = Command::new("unshare")
            .args([
                "-m",
                "rauc",
                &format!("--conf={here}/system.conf"),
                "--override-boot-slot=A",
                "service",
            ])
            .env("DBUS_STARTER_BUS_TYPE", "session")
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .env("DBUS_STARTER_ADDRESS", &address)
            .stderr(fs::File::create(at.join("rauc.log")).unwrap())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { dir, bus, service }
    }

    fn rauc(&self) -> Rauc {
        Rauc::new(Bus::At(format!(
            "unix:path={}/bus",
            self.dir.path().display()
        )))
    }

    fn file(path: &Path) -> From {
        From::File(path.display().to_string())
    }
}

#[test]
fn rauc_itself_installs_what_is_signed_and_gives_its_verdict_on_the_rest() {
    if let Some(why) = missing() {
        println!("not tried: {why}");
        return;
    }
    let service = Service::start();
    let dir = service.dir.path();
    let good = bundle(dir, "good", "trusted", "kiosk-test", "2.0.0");
    let strange = bundle(dir, "strange", "stranger", "kiosk-test", "2.0.0");
    let other = bundle(dir, "other", "trusted", "another-board", "2.0.0");
    let flipped = dir.join("flipped.raucb");
    let mut bytes = fs::read(&good).unwrap();
    bytes[200] ^= 1;
    fs::write(&flipped, &bytes).unwrap();
    let cut = dir.join("cut.raucb");
    fs::write(&cut, &fs::read(&good).unwrap()[..3000]).unwrap();
    let rauc = service.rauc();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut running = rauc.running().await;
        for _ in 0..100 {
            if running.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            running = rauc.running().await;
        }
        let log = || fs::read_to_string(dir.join("rauc.log")).unwrap_or_default();
        let running = running.unwrap_or_else(|error| panic!("{error}\n{}", log()));
        assert_eq!(running.slot, "rootfs.0");
        let looked = rauc
            .inspect(&Service::file(&good))
            .await
            .unwrap_or_else(|e| panic!("{e}\n{}", log()));
        assert_eq!(
            (looked.version.as_str(), looked.allow_older),
            ("2.0.0", false)
        );
        // RAUC 1.8 gives no reason to a question; the verdict on an installation has one.
        for file in [&strange, &cut, &dir.join("missing.raucb")] {
            assert!(
                rauc.inspect(&Service::file(file)).await.is_err(),
                "{file:?}"
            );
        }
        let why = rauc.inspect(&Service::file(&other)).await.unwrap_err();
        assert!(why.contains("another-board"), "{why}");
        let before = fs::read(dir.join("slot-b")).unwrap();
        for file in [&strange, &other, &flipped, &cut, &dir.join("missing.raucb")] {
            let why = rauc.install(&Service::file(file)).await.unwrap_err();
            let told = *file != strange || why.to_lowercase().contains("signature");
            assert!(!why.is_empty() && told, "{file:?}: {why}");
            assert_eq!(rauc.primary().await.unwrap(), "rootfs.0", "{file:?}: {why}");
        }
        assert!(
            fs::read(dir.join("slot-b")).unwrap() == before,
            "no bad bundle has touched the other slot"
        );
        rauc.install(&Service::file(&good))
            .await
            .unwrap_or_else(|e| panic!("{e}\n{}", log()));
        assert!(
            fs::read(dir.join("slot-b"))
                .unwrap()
                .starts_with(b"system 2.0.0")
        );
        assert_eq!(rauc.primary().await.unwrap(), "rootfs.1");
        assert_eq!(rauc.progress().await.unwrap().0, 100);
        // Not wanted after all: the slot that runs is the first again.
        rauc.mark(Mark::Active).await.unwrap();
        assert_eq!(rauc.primary().await.unwrap(), "rootfs.0");
        rauc.mark(Mark::Bad).await.unwrap();
        assert_eq!(
            fs::read_to_string(dir.join("state.A")).unwrap().trim(),
            "bad"
        );
        rauc.mark(Mark::Good).await.unwrap();
        assert_eq!(
            fs::read_to_string(dir.join("state.A")).unwrap().trim(),
            "good"
        );
        assert!(
            rauc.reboot().await.is_err(),
            "nobody restarts a machine on this bus"
        );
    });
}
