//! The power-cut rig on a block device: a logged disk in user space, a loop device, ext4, and a program that files.
//!
//! `rig cuts N` files for a few seconds on a real file system, then makes N moments of the log again, mounts each and
//! holds what the program had said against what is there. `rig work KIND FOLDER` is the program. Needs root, /dev/fuse
//! and loop devices; `tests/rig/run` starts it.
#![allow(clippy::print_stdout)]

mod disk;
mod queue;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use disk::Disk;
use queue::Kind;

const DISK_BYTES: usize = 48 << 20;
const WORK: Duration = Duration::from_secs(4);

/// Runs a program and returns what it printed.
fn run(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| program.to_owned())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{program} {arguments:?}: {said}");
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// ext4 in a file, mounted through a loop device; taken down when it is dropped.
struct Mount {
    device: String,
    folder: PathBuf,
}

impl Mount {
    fn new(file: &Path, folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let device = run("losetup", &["--find", "--show", text(file)])?;
        let mount = Self {
            device,
            folder: folder.to_owned(),
        };
        run("mount", &["-t", "ext4", &mount.device, text(folder)])?;
        Ok(mount)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // A mount that failed has nothing to unmount; the device is freed in any case.
        let _ = run("umount", &[text(&self.folder)]);
        let _ = run("losetup", &["--detach", &self.device]);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or("a path that is not UTF-8")
}

/// An empty ext4.
fn formatted(folder: &Path) -> anyhow::Result<Vec<u8>> {
    let file = folder.join("empty");
    fs::write(&file, vec![0; DISK_BYTES])?;
    run(
        "mkfs.ext4",
        &[
            "-q",
            "-F",
            "-E",
            "nodiscard,lazy_itable_init=0",
            text(&file),
        ],
    )?;
    let image = fs::read(&file)?;
    fs::remove_file(file)?;
    Ok(image)
}

/// What a program said, each line with the length of the disk's log when it was heard.
type Said = Vec<(usize, String)>;

fn work(kind: Kind, disk: &Disk, folder: &Path) -> anyhow::Result<Said> {
    let fuse = folder.join("fuse");
    fs::create_dir_all(&fuse)?;
    let session = fuser::spawn_mount(disk.clone(), &fuse, &fuser::Config::default())?;
    let mount = Mount::new(&fuse.join(disk::NAME), &folder.join("live"))?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["work", kind.word(), text(&mount.folder)])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = Said::new();
    let start = Instant::now();
    for line in BufReader::new(child.stdout.take().context("its words")?).lines() {
        said.push((disk.events(), line?));
        if start.elapsed() > WORK {
            break;
        }
    }
    child.kill()?;
    child.wait()?;
    drop(mount);
    drop(session);
    Ok(said)
}

/// What came of the cuts of one program.
#[derive(Debug, Default)]
struct Sum {
    cuts: u32,
    with_loss: u32,
    lost: usize,
    promised: usize,
    unmountable: u32,
}

fn cuts(kind: Kind, count: u32, folder: &Path, rng: &mut fastrand::Rng) -> anyhow::Result<Sum> {
    let disk = Disk::new(formatted(folder)?);
    let said = work(kind, &disk, folder)?;
    let begin = said.first().context("the program said nothing")?.0;
    // What unmounting wrote is not part of it.
    let end = said[said.len() - 1].0;
    println!(
        "{kind:?}: {} lines, {} flushes, {} events",
        said.len(),
        disk.flushes(),
        disk.events()
    );
    let mut sum = Sum::default();
    for _ in 0..count {
        let at = rng.usize(begin..=end);
        let file = folder.join("cut");
        fs::write(&file, disk.cut(at, rng))?;
        let promised: Vec<String> = said
            .iter()
            .filter(|(heard, _)| *heard <= at)
            .map(|(_, line)| line.clone())
            .collect();
        sum.cuts += 1;
        sum.promised += promised.len();
        let Ok(mount) = Mount::new(&file, &folder.join("after")) else {
            sum.unmountable += 1;
            continue;
        };
        let lost = kind
            .lost(&mount.folder, &promised)
            .with_context(|| format!("cut after {at} events"))?;
        sum.lost += lost;
        sum.with_loss += u32::from(lost > 0);
    }
    println!("{kind:?}: {sum:?}");
    Ok(sum)
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["work", kind, folder] => Kind::from_word(kind)
            .context("which program")?
            .work(Path::new(folder)),
        ["cuts", count] => {
            let count: u32 = count.parse()?;
            let folder = tempfile::tempdir()?;
            let mut rng = fastrand::Rng::with_seed(1);
            let bad = cuts(Kind::Unsynced, count.div_ceil(4), folder.path(), &mut rng)?;
            ensure!(
                bad.with_loss > 0,
                "the rig does not see a queue that never syncs"
            );
            let store = cuts(Kind::Store, count, folder.path(), &mut rng)?;
            ensure!(
                store.with_loss == 0,
                "the store lost what it had acknowledged: {store:?}"
            );
            ensure!(store.unmountable < count, "no file system could be mounted");
            Ok(())
        }
        _ => bail!("rig cuts N | rig work store|unsynced FOLDER"),
    }
}
