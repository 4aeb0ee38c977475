# Sourced by the scripts beside it: where things are, and what all images share.
# shellcheck shell=bash disable=SC2034
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root_of_project=$(cd "$here/../.." && pwd)
mirror=${KIOSK_MIRROR:-http://deb.debian.org/debian}
suite=trixie
# One time for everything in an image, so that two builds of one version have the same blocks.
export KIOSK_KEYRING=${KIOSK_KEYRING:-}
export KIOSK_DESK=${KIOSK_DESK:-}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1767225600}
export E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH
export PATH=/usr/sbin:/sbin:$PATH

say() { printf '== %s\n' "$*" >&2; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Reads board/NAME/board.conf: names, packages and modules of one board.
board_of() {
    board=$1
    folder=$root_of_project/board/$board
    # What most boards have.
    BOOT=grub BOOT_FILES='' DTBS=''
    [ -r "$folder/board.conf" ] || die "no board $board: there is no $folder/board.conf"
    # shellcheck source=/dev/null
    . "$folder/board.conf"
}

# Programs of another processor's root run here through the kernel's table of interpreters.
foreign() {
    if [ "$ARCH" = "$(dpkg --print-architecture)" ]; then return 0; fi
    command -v update-binfmts >/dev/null || die "for $ARCH: apt-get install qemu-user-static binfmt-support"
    [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    update-binfmts --enable
}
