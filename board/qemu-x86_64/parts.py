"""The parts of the test."""

import json
import pathlib
import shutil
import subprocess
import time

from machine import TOOLS, Machine
from world import World, wait_for

# The firmware's unit tells this when the first page is on the screen.
READY = "kiosk: first page"
# Emulation beside other work of the computer is slow; none of this is a figure.
START = 240


class Run:
    """What the parts share: folders, the image, figures."""

    def __init__(self, project, out, kiosk, image, work):
        self.project, self.out, self.kiosk, self.image, self.work = project, out, kiosk, image, work
        self.figures = {}
        self.disk = work / "qemu-x86_64" / "disk.img"

    def say(self, line):
        print(line, flush=True)
        with open(self.out / "log.txt", "a") as log:
            log.write(line + "\n")

    def build(self, data, *options):
        began = time.monotonic()
        with open(self.out / "build.log", "ab") as log:
            subprocess.run([*self.image, "--data", str(data), *options], check=True, stdout=log, stderr=log)
        return round(time.monotonic() - began, 1)

    def copy_of_disk(self, name):
        disk = self.out / name
        subprocess.run(["cp", "--sparse=always", self.disk, disk], check=True)
        return disk

    def data(self):
        folder = self.out / "data"
        folder.mkdir(exist_ok=True)
        shutil.copy(self.project / "board/qemu-x86_64/kiosk.toml", folder / "kiosk.toml")
        return folder

    def transcript(self):
        """A visit of nothing but touches, played through the same pages on this computer: where fingers go on a screen of this size."""
        folder = self.out / "on-paper"
        subprocess.run([self.kiosk, "visit", self.project / "board/qemu-x86_64/keys.visit", "--out", folder],
                       check=True, stdout=subprocess.DEVNULL, cwd=self.project)
        return [json.loads(line) for line in open(folder / "transcript.jsonl")]


def visit(run):
    lines = run.transcript()
    data = run.data()
    world = World(run.kiosk, run.out, run.project / "board/laptop/cards")
    machine = None
    try:
        port = world.platform(data)
        run.figures["image_s"] = run.build(data)
        disk = run.copy_of_disk("visit.img")
        machine = Machine(disk, run.out, (world.reader_port, world.printer_port), port)
        run.figures["power_on_to_first_page_s"] = round(machine.wait(READY, START), 1)
        time.sleep(3)
        machine.picture(run.out / "01-first-page.png")
        touches = play(run, machine, world, lines)
        wait_for(world.receipts, "no receipt came out", 60)
        cases = cases_at(world.db)
        assert len(cases) == 1, f"cases at the platform: {cases}"
        return f"first page after {run.figures['power_on_to_first_page_s']} s, {touches} touches, one receipt, one case"
    finally:
        if machine:
            machine.off()
        world.end()


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


def rescue(run):
    """A machine whose settings are no settings: the page that says whom to call stands there."""
    disk = run.copy_of_disk("rescue.img")
    offset = subprocess.run(["partx", "--output", "START", "--noheadings", "--nr", "4", str(disk)],
                            check=True, capture_output=True, text=True).stdout.strip()
    # The data partition is emptied: no settings at all.
    machine = None
    part = run.out / "data.ext4"
    subprocess.run(["dd", f"if={disk}", f"of={part}", "bs=512", f"skip={offset}", "conv=sparse", "status=none"], check=True)
    subprocess.run(["debugfs", "-w", "-R", "rm kiosk.toml", str(part)], check=True, capture_output=True)
    subprocess.run(["dd", f"if={part}", f"of={disk}", "bs=512", f"seek={offset}", "conv=notrunc", "status=none"], check=True)
    part.unlink()
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
