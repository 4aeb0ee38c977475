"""The parts of the test."""

import json
import re
import shutil
import subprocess
import time

from machine import HERE, TOOLS, Machine
from world import World, wait_for

IMAGE = HERE.parent / "image"
# The firmware's unit tells this when the first page is on the screen.
READY = "kiosk: first page"
# Emulation beside other work of the computer is slow; none of this is a figure.
START = 240


class Run:
    """What the parts share: folders, the image, figures."""

    def __init__(self, project, out, kiosk, firmware, work, earlier=None):
        self.project, self.out, self.kiosk, self.firmware, self.work = project, out, kiosk, firmware, work
        self.earlier, self.bundles = earlier, {}
        self.figures = {}
        self.disk = work / "qemu-x86_64" / "disk.img"

    def say(self, line):
        print(line, flush=True)
        with open(self.out / "log.txt", "a") as log:
            log.write(line + "\n")

    def build(self, version, *options):
        began = time.monotonic()
        with open(self.out / "build.log", "ab") as log:
            firmware = ["--firmware", str(self.firmware)] if self.firmware and "--firmware" not in options else []
            subprocess.run([IMAGE / "build", "qemu-x86_64", "--version", version, *firmware, *options], check=True, stdout=log, stderr=log)
        return round(time.monotonic() - began, 1)

    def image(self, world):
        """The image 0.1.0, built once, which knows the servers of `world`."""
        if "image_s" in self.figures:
            world.use_keys()
            return
        data = self.data()
        world.keys(data)
        self.figures["image_s"] = self.build("0.1.0", "--data", str(data))

    def bundle(self, version, firmware=None):
        """A bundle of the same packages with another version, and perhaps another firmware; made once."""
        if version not in self.bundles:
            self.bundles[version] = self.new_bundle(version, firmware)
        return self.bundles[version]

    def new_bundle(self, version, firmware):
        out, began = self.work / f"qemu-x86_64-{version}", time.monotonic()
        options = ["--firmware", str(firmware)] if firmware else []
        self.build(version, "--base", str(self.work / "qemu-x86_64"), "--out", str(out), *options)
        with open(self.out / "build.log", "ab") as log:
            subprocess.run([IMAGE / "bundle", "qemu-x86_64", "--out", str(out)], check=True, stdout=log, stderr=log)
        bundle = out / f"qemu-x86_64-{version}.raucb"
        self.figures[f"bundle_{version}_mib"] = round(bundle.stat().st_size / 2**20, 1)
        self.figures[f"bundle_{version}_s"] = round(time.monotonic() - began, 1)
        return bundle

    def broken_firmware(self):
        """One that ends as soon as it begins."""
        path = self.out / "broken"
        path.write_text("#!/bin/sh\nexit 1\n")
        path.chmod(0o755)
        return path

    def power_on(self, disk, world, figure):
        machine = Machine(disk, self.out, (world.reader_port, world.printer_port), world.servers)
        self.figures[figure] = round(machine.wait(READY, START, len(machine.told())), 1)
        self.say(f"first page after {self.figures[figure]} s")
        return machine

    def update_cut_short(self, machine, disk, world, bundle):
        """The plug is pulled while RAUC writes the other slot; the machine starts from the one it had."""
        world.ask(f"assign W0012 0.2.0 {bundle}")
        began = time.monotonic()
        wait_for(lambda: "Copying image" in progress(machine), "RAUC does not write", 600)
        self.figures["download_to_writing_s"] = round(time.monotonic() - began, 1)
        time.sleep(5)
        self.say(f"plug pulled at {progress(machine)}")
        machine.cut()
        machine = self.power_on(disk, world, "after_cut_to_first_page_s")
        assert running(machine) == ("A", "0.1.0"), f"after the cut it runs {running(machine)}"
        return machine

    def updated(self, machine, world, version):
        began = time.monotonic()
        wait_for(lambda: closed(world, 1), "the good version was not confirmed", 900)
        self.figures["update_after_cut_s"] = round(time.monotonic() - began, 1)
        said = closed(world, 1)
        assert "success" in said, said
        assert running(machine) == ("B", version), f"confirmed, but it runs {running(machine)}"
        self.say(f"confirmed: {said}")

    def rolled_back(self, machine, world, bundle, version):
        began = time.monotonic()
        world.ask(f"assign W0012 0.3.0 {bundle}")
        wait_for(lambda: closed(world, 2), "the bad version was not reported", 1200)
        self.figures["bad_version_reported_s"] = round(time.monotonic() - began, 1)
        said = closed(world, 2)
        assert "failure" in said, said
        assert running(machine) == ("B", version), f"after the bad version it runs {running(machine)}"
        self.say(f"rolled back: {said}")

    def copy_of_disk(self, name):
        disk = self.out / name
        subprocess.run(["cp", "--sparse=always", self.disk, disk], check=True)
        return disk

    def data(self):
        folder = self.out / "data"
        (folder / "settings").mkdir(parents=True, exist_ok=True)
        shutil.copy(self.project / "board/qemu-x86_64/kiosk.toml", folder / "settings")
        return folder

    def transcript(self):
        """A visit of nothing but touches, played through the same pages on this computer: where fingers go on a screen of this size."""
        folder = self.out / "on-paper"
        subprocess.run([self.kiosk, "visit", self.project / "board/qemu-x86_64/keys.visit", "--out", folder],
                       check=True, stdout=subprocess.DEVNULL, cwd=self.project)
        return [json.loads(line) for line in open(folder / "transcript.jsonl")]


def life(run):
    """One machine from its first start through a visit without a line, an update whose power is cut, and a bad update."""
    lines = run.transcript()
    world = World(run.kiosk, run.out, run.project / "board/laptop/cards")
    machine = None
    try:
        run.image(world)
        good, broken = run.bundle("0.2.0"), run.bundle("0.3.0", firmware=run.broken_firmware())
        world.hawkbit("W0012")
        platform_ends = world.platform()
        disk = run.copy_of_disk("life.img")
        machine = run.power_on(disk, world, "power_on_to_first_page_s")
        time.sleep(3)
        machine.picture(run.out / "01-first-page.png")
        # The platform sets the clock, without which nobody's age is known; then the line goes down.
        wait_for(lambda: '"clock":"trusted"' in machine.run("cat /run/kiosk/report.json"), "the platform did not set the clock", 240)
        platform_ends()
        touches = play(run, machine, world, lines)
        wait_for(world.receipts, "no receipt came out", 60)
        run.say(f"a visit without a line: {touches} touches, one receipt")
        machine = run.update_cut_short(machine, disk, world, good)
        run.updated(machine, world, "0.2.0")
        run.rolled_back(machine, world, broken, "0.2.0")
        assert not cases_at(world.db), "the platform was not to be there yet"
        world.platform()
        began = time.monotonic()
        wait_for(lambda: len(cases_at(world.db)) == 1, "the waiting case did not come", 600)
        run.figures["case_after_line_is_back_s"] = round(time.monotonic() - began, 1)
        time.sleep(15)
        cases = cases_at(world.db)
        assert len(cases) == 1, f"cases at the platform: {cases}"
        return "one visit, one receipt, one case; a good version confirmed over a cut of power, a bad one taken back"
    finally:
        if machine:
            (run.out / "journal.txt").write_text(last_words(machine))
            machine.off()
        world.end()


def last_words(machine, lines=400):
    try:
        return machine.run(f"journalctl --no-pager -b -o short-monotonic | tail -n {lines}", 60)
    except (OSError, RuntimeError, TimeoutError) as error:
        return f"no shell: {error}\n"


def play(run, machine, world, lines):
    """Every stroke of the transcript on the emulated panel; cards through the reader. Returns how many touches."""
    touches, step = 0, ""
    for line in lines:
        words = line.get("step", "").split()
        step = words[0] if words else step
        if words[:2] == ["card", "lay"]:
            world.lay(words[2])
            time.sleep(4)
        elif words[:2] == ["card", "take"]:
            world.take()
            time.sleep(3)
        elif words[:1] == ["screenshot"]:
            machine.picture(run.out / f"{words[1]}.png")
        elif "stroke" in line:
            # An emulated processor draws slowly: a touch before the page is there would be meant for the one before.
            if step != "type":
                machine.still(limit=15)
            machine.stroke(line["stroke"])
            touches += 1
            time.sleep(0.6 if step == "type" else 1.2)
        elif words[:2] in (["expect", "page"], ["expect", "text"]):
            machine.still(limit=12)
        elif words[:2] == ["expect", "receipts"]:
            wait_for(world.receipts, "no receipt came out", 60)
    return touches


def progress(machine):
    """How far RAUC is, in its own words; empty while it cannot be asked."""
    try:
        return machine.run("busctl get-property de.pengutronix.rauc / de.pengutronix.rauc.Installer Progress", 30)
    except (OSError, RuntimeError, TimeoutError):
        return ""


def running(machine):
    """Slot and version that run."""
    told = machine.run("cat /proc/cmdline /etc/os-release", 60)
    return re.search(r"rauc\.slot=(\w)", told)[1], re.search(r"IMAGE_VERSION=(\S+)", told)[1]


def closed(world, action):
    """What the machine said last of an action that has ended, or nothing."""
    said = [row for row in world.ask("feedback") if row.startswith(f"{action} ") and " closed " in row]
    return said[-1] if said else ""


def told_of(world, action, words):
    """Whether the machine has said `words` of an action."""
    return any(row.startswith(f"{action} ") and words in row for row in world.ask("feedback"))


def cases_at(db):
    import sqlite3
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as it:
        return it.execute("select * from cases").fetchall()


def prompt(run):
    """The same image to a login prompt: what the firmware costs."""
    disk = run.copy_of_disk("prompt.img")
    edit_command_line(run, disk, "systemd.getty_auto=1 systemd.mask=kiosk.service systemd.mask=kiosk-health.service "
                      "systemd.mask=kiosk-credentials.service systemd.mask=kiosk-fleet.service")
    machine = Machine(disk, run.out, size=(1920, 1080))
    try:
        after = len(machine.told())
        run.figures["power_on_to_prompt_s"] = round(machine.wait("login:", START, after), 1)
    finally:
        machine.off()
    page = run.figures.get("power_on_to_first_page_s")
    if page:
        run.figures["ratio"] = round(page / run.figures["power_on_to_prompt_s"], 2)
    return f"prompt after {run.figures['power_on_to_prompt_s']} s, ratio {run.figures.get('ratio', 'not known')}"


def edit_command_line(run, disk, words):
    """Adds words to the kernel's command line on the ESP, which begins at 1 MiB."""
    copy = run.out / "grub.cfg"
    esp = f"{disk}@@1M"
    tools = [str(TOOLS), "--shared", str(run.out)]
    subprocess.run([*tools, "mcopy", "-n", "-o", "-i", esp, "::grub/grub.cfg", str(copy)], check=True)
    text = copy.read_text()
    assert "panic=10" in text
    copy.write_text(text.replace("systemd.getty_auto=0", "").replace("panic=10", f"panic=10 {words}"))
    subprocess.run([*tools, "mcopy", "-o", "-i", esp, str(copy), "::grub/grub.cfg"], check=True)


def choice(run):
    """GRUB's choice is empty, as a cut of power while RAUC wrote it leaves it: the slot that was chosen starts, and the choice is whole again."""
    lived = run.out / "life.img"
    disk = lived if lived.exists() else run.copy_of_disk("choice.img")
    esp, copy = f"{disk}@@1M", run.out / "grubenv"
    tools = [str(TOOLS), "--shared", str(run.out)]
    subprocess.run([*tools, "mcopy", "-n", "-o", "-i", esp, "::grub/grubenv", str(copy)], check=True)
    kept = dict(re.findall(r"^(\w+)=(.*)$", copy.read_text(), re.M))
    # The first that is not bad and has a try left, as GRUB chooses.
    first = next(slot for slot in kept["ORDER"].split() if kept[f"{slot}_OK"] == "1" and kept[f"{slot}_TRY"] != "2")
    copy.write_bytes(b"")
    subprocess.run([*tools, "mcopy", "-o", "-i", esp, str(copy), "::grub/grubenv"], check=True)
    machine = Machine(disk, run.out)
    try:
        after = len(machine.told())
        machine.wait(READY, START, after)
        slot = running(machine)[0]
        assert slot == first, f"it runs {slot}, chosen was {first}"
        wait_for(lambda: "ORDER=" + kept["ORDER"] in machine.run("cat /boot/efi/grub/grubenv"), "the choice is not made anew", 60)
        wait_for(lambda: "'good'" in machine.run("rauc status --output-format=shell | grep -A9 booted | grep BOOT_STATUS"), "not marked good", 120)
    finally:
        machine.off()
    return f"slot {first} started from the spare choice, which is whole again"


def stream(run):
    """An update of which RAUC fetches only what differs: of the version alone, and of another firmware."""
    world = World(run.kiosk, run.out, run.project / "board/laptop/cards")
    machine = None
    try:
        run.image(world)
        bundles = [run.bundle("0.2.0")]
        if run.earlier:
            bundles.append(run.bundle("0.4.0", firmware=run.earlier))
        disk = run.copy_of_disk("stream.img")
        settings = (run.project / "board/qemu-x86_64/kiosk.toml").read_text()
        edit_settings(run, disk, settings.replace("[updates]\n", '[updates]\nfetch = "stream"\n'))
        world.hawkbit("W0012")
        world.platform()
        machine = run.power_on(disk, world, "stream_power_on_s")
        told = []
        for action, bundle in enumerate(bundles, 1):
            before, began = int(world.ask("sent")[0]), time.monotonic()
            version = bundle.stem.rpartition("-")[2]
            world.ask(f"assign W0012 {version} {bundle}")
            wait_for(lambda: told_of(world, action, "installed;") or closed(world, action), f"{version} was not installed", 900)
            assert told_of(world, action, "installed;"), closed(world, action)
            sent, size = int(world.ask("sent")[0]) - before, bundle.stat().st_size
            share = round(100 * sent / size, 2)
            run.figures[f"streamed_{version}_bytes"], run.figures[f"streamed_{version}_percent"] = sent, share
            run.figures[f"streamed_{version}_s"] = round(time.monotonic() - began, 1)
            told.append(f"{version}: {sent} of {size} bytes, {share} %")
            # Whether an earlier firmware can live with later settings is not asked here.
            if bundle == bundles[0]:
                wait_for(lambda: closed(world, action), f"{version} was not confirmed", 900)
                assert "success" in closed(world, action), closed(world, action)
        return "; ".join(told)
    finally:
        if machine:
            (run.out / "journal-stream.txt").write_text(last_words(machine, 2000))
            machine.off()
        world.end()


def edit_data(run, disk, *commands):
    """Commands of debugfs on the data partition."""
    offset = subprocess.run(["partx", "--output", "START", "--noheadings", "--nr", "4", str(disk)],
                            check=True, capture_output=True, text=True).stdout.strip()
    part = run.out / "data.ext4"
    subprocess.run(["dd", f"if={disk}", f"of={part}", "bs=512", f"skip={offset}", "conv=sparse", "status=none"], check=True)
    for command in commands:
        subprocess.run(["debugfs", "-w", "-R", command, str(part)], check=True, capture_output=True)
    subprocess.run(["dd", f"if={part}", f"of={disk}", "bs=512", f"seek={offset}", "conv=notrunc", "status=none"], check=True)
    part.unlink()


def edit_settings(run, disk, new):
    """Other settings than those of the image; they keep their owner and mode."""
    path = run.out / "kiosk.toml"
    path.write_text(new)
    edit_data(run, disk, "rm settings/kiosk.toml", f"write {path} settings/kiosk.toml", "sif settings/kiosk.toml mode 0100640",
              "sif settings/kiosk.toml uid 470", "sif settings/kiosk.toml gid 472")


def rescue(run):
    """A machine whose settings are no settings: the page that says whom to call stands there."""
    disk = run.copy_of_disk("rescue.img")
    edit_data(run, disk, "rm settings/kiosk.toml")
    machine = None
    try:
        machine = Machine(disk, run.out)
        after = len(machine.told())
        machine.wait("kiosk: rescue page", START, after)
        time.sleep(5)
        machine.picture(run.out / "rescue.png")
    finally:
        if machine:
            machine.off()
    return "the rescue page is up, see rescue.png"
