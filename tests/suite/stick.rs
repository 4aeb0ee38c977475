//! The script that mounts a stick, run as it is shipped: on disks that are files, in a view of the disks of its own.

use std::path::Path;
use std::process::Command;

/// `unit` is what a unit with `ProtectSystem=strict` and `ReadWritePaths=` of the folder has of the disks.
const PLAY: &str = r#"
set -eu
mount --make-rshared /
mount -t tmpfs none /run
mkdir /run/kiosk-stick
cd "$1"
for n in 1 2; do
    truncate -s 4M $n.img
    mkfs.ext4 -q $n.img
    mkdir -p m
    mount -o loop $n.img m
    echo $n >m/kiosk-$n.raucb
    umount m
done
head -c 4M /dev/zero >3.img
one=$(losetup -f --show 1.img) two=$(losetup -f --show 2.img) three=$(losetup -f --show 3.img)
unit=
trap 'kill $unit; umount -l /run/kiosk-stick 2>/dev/null || true; losetup -d $one $two $three' EXIT
start() {
    unshare -m --propagation slave sh -c '
        mountpoint -q /run/kiosk-stick || mount --bind /run/kiosk-stick /run/kiosk-stick
        mount -o remount,bind,ro /run
        touch ready.$$
        exec sleep 600' &
    unit=$!
    until [ -e ready.$unit ]; do sleep 0.02; done
}
sees() {
    got=$(nsenter --mount=/proc/$unit/ns/mnt sh -c 'cd /run/kiosk-stick && echo *.raucb')
    echo "$1: $got"
    [ "$got" = "$2" ]
}
stick() { setpriv --bounding-set=-all,+sys_admin --no-new-privs "$stick" "$1" "${2#/dev/}"; }
stick=$2
start
sees "nothing plugged in" '*.raucb'
stick add "$one"
sees "the first" kiosk-1.raucb
findmnt -n -o OPTIONS /run/kiosk-stick | grep -q '^ro,nosuid,nodev,noexec'
stick add "$two"
sees "the second waits" kiosk-1.raucb
stick remove "$two"
sees "and goes" kiosk-1.raucb
stick remove "$one"
sees "the first is gone" '*.raucb'
! stick add "$three"
sees "one of no use" '*.raucb'
stick add "$two"
sees "the second" kiosk-2.raucb
kill $unit
start
sees "plugged in before the firmware started" kiosk-2.raucb
stick remove "$two"
sees "and taken out" '*.raucb'
stick add "$one"
sees "and another" kiosk-1.raucb
stick remove "$one"
! stick add ../../etc/passwd
! stick add nothing0
"#;

#[test]
fn a_stick_is_seen_by_a_unit_that_runs_already_and_gone_when_it_is_taken_out() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: not root, who alone mounts");
        return;
    }
    for tool in [
        "unshare",
        "setpriv",
        "nsenter",
        "losetup",
        "mkfs.ext4",
        "findmnt",
        "blkid",
    ] {
        if Command::new(tool).arg("--version").output().is_err()
            && Command::new(tool).arg("-V").output().is_err()
        {
            println!("skipped: no {tool}");
            return;
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let loops = Command::new("losetup").arg("-f").output().unwrap();
    if !loops.status.success() {
        println!("skipped: no loop devices here");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/lib/stick");
    let played = Command::new("unshare")
        .args(["-m", "sh", "-c", PLAY, "play"])
        .args([dir.path(), &script])
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&played.stdout),
        String::from_utf8_lossy(&played.stderr),
    );
    assert!(played.status.success(), "{out}{err}");
}
