"""The emulated machine: QEMU in the chroot of tools, its display, its finger, its serial ports, its plug."""

import json
import os
import pathlib
import re
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = HERE.parent / "image" / "tools"


class Qmp:
    """QEMU's own protocol: one JSON object a line."""

    def __init__(self, path, limit=60):
        self.socket = socket.socket(socket.AF_UNIX)
        until = time.monotonic() + limit
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        self.file = self.socket.makefile("rw")
        self.file.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        """The answer of one command; what QEMU tells unasked is passed over."""
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']}")
            if "return" in answer:
                return answer["return"]


class Machine:
    """One power-on to one power-off. `ports` are the terminals behind ttyS1, ttyS2, …; `servers` are addresses that the machine
    reaches at port 443, the only ones it reaches, with the TCP port of this computer behind each."""

    def __init__(self, disk, folder, ports=(), servers=None, size=(1920, 1080), extra=()):
        self.folder = pathlib.Path(folder)
        self.size = size
        self.console = self.folder / "console.log"
        qmp = self.folder / "qmp"
        firmware = self.folder / "firmware.fd"
        qmp.unlink(missing_ok=True)
        shared = [part for path in {self.folder, pathlib.Path(disk).parent} for part in ("--shared", str(path))]
        if not firmware.exists():
            subprocess.run([TOOLS, *shared, "cp", "/usr/share/OVMF/OVMF_VARS_4M.fd", firmware], check=True)
        network = "user,id=net,restrict=on"
        for address, port in (servers or {}).items():
            network += f",guestfwd=tcp:{address}:443-cmd:socat - TCP:127.0.0.1:{port}"
        command = [
            *(str(TOOLS), *shared, "qemu-system-x86_64"),
            # The kernel's virtualisation of this computer may itself be emulated; TCG is everywhere.
            *("-accel", "tcg,thread=multi", "-machine", "q35", "-cpu", "max", "-smp", "2", "-m", "1024"),
            *("-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"),
            *("-drive", f"if=pflash,format=raw,file={firmware}"),
            *("-drive", f"file={disk},if=none,id=disk,format=raw,cache=writeback", "-device", "virtio-blk-pci,drive=disk"),
            *("-vga", "none", "-device", f"virtio-gpu-pci,xres={size[0]},yres={size[1]}", "-device", "virtio-tablet-pci"),
            *("-device", "i6300esb", "-watchdog-action", "reset", "-display", "none", "-monitor", "none"),
            *("-chardev", f"file,id=console,path={self.console},append=on", "-serial", "chardev:console"),
            *("-netdev", network, "-device", "virtio-net-pci,netdev=net"),
            *("-qmp", f"unix:{qmp},server=on,wait=off"),
        ]
        for at, port in enumerate(ports):
            command += ["-chardev", f"serial,id=port{at},path={os.path.realpath(port)}", "-serial", f"chardev:port{at}"]
        # The shell of this board's image, on the fourth serial port.
        for _ in range(2 - len(ports)):
            command += ["-serial", "null"]
        shell = self.folder / "shell"
        shell.unlink(missing_ok=True)
        command += ["-chardev", f"socket,id=shell,path={shell},server=on,wait=off", "-serial", "chardev:shell"]
        self.shell, self.commands = shell, 0
        self.began = time.monotonic()
        self.log = open(self.folder / "qemu.log", "ab")
        self.process = subprocess.Popen([*command, *extra], stdout=self.log, stderr=self.log)
        self.qmp = Qmp(qmp)

    def told(self):
        """What its console has told so far."""
        return self.console.read_text(errors="replace") if self.console.exists() else ""

    def wait(self, text, limit, after=0):
        """Seconds until the console says `text`, looking from character `after` on."""
        began = time.monotonic()
        while text not in self.told()[after:]:
            if time.monotonic() - began > limit:
                raise TimeoutError(f"the console did not say {text!r} within {limit} s")
            if self.process.poll() is not None:
                raise RuntimeError(f"QEMU ended, see {self.folder}/qemu.log")
            time.sleep(0.1)
        return time.monotonic() - self.began

    def run(self, command, limit=120):
        """What a command prints on the machine; an error where it fails."""
        self.commands += 1
        # The marks are put together there, so that the echo of the command is not taken for them.
        begin, end = (f"<{word}-{self.commands}" for word in ("begin", "end"))
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.shell))
            line.settimeout(5)
            marked = f"echo '<'{begin[1:]}'>'; ({command}) 2>&1; echo '<'{end[1:]}=$?'>'"
            line.sendall(f"\n{marked}\n".encode())
            told, until = "", time.monotonic() + limit
            while not re.search(rf"{end}=\d+>", told):
                if time.monotonic() > until:
                    raise TimeoutError(f"{command}: no answer within {limit} s, only {told[-500:]!r}")
                try:
                    told += line.recv(65536).decode(errors="replace")
                except TimeoutError:
                    continue
        before, _, status = told.rpartition(f"{end}=")
        body = before.partition(f"{begin}>")[2].replace("\r", "").strip("\n")
        if not status.startswith("0>"):
            raise RuntimeError(f"{command}: {status.split('>')[0]}: {body}")
        return body

    def picture(self, path):
        """A picture of its panel, as it lies: turned by 90° against what a person sees."""
        self.qmp.ask("screendump", filename=str(path), format="png")

    def still(self, pause=0.7, limit=30):
        """Waits until two pictures in a row are the same, or the limit: a carousel is never still."""
        path, before = self.folder / "still.png", None
        until = time.monotonic() + limit
        while time.monotonic() < until:
            self.picture(path)
            now = path.read_bytes()
            if now == before:
                return True
            before = now
            time.sleep(pause)
        return False

    def stroke(self, points, hold=0.06):
        """A finger's way over the pages, which stand upright on a panel that is built in lying (rotation 90)."""
        def at(point):
            across, down = point[0] / self.size[1], point[1] / self.size[0]
            return [
                {"type": "abs", "data": {"axis": axis, "value": round(max(0.0, min(1.0, value)) * 32767)}}
                for axis, value in (("x", 1 - down), ("y", across))
            ]

        def finger(down):
            return {"type": "btn", "data": {"button": "left", "down": down}}

        self.qmp.ask("input-send-event", events=[*at(points[0]), finger(True)])
        for point in points[1:]:
            time.sleep(0.02)
            self.qmp.ask("input-send-event", events=at(point))
        time.sleep(hold)
        self.qmp.ask("input-send-event", events=[finger(False)])

    def cut(self):
        """Pulls the plug."""
        self.process.kill()
        self.process.wait()

    def off(self):
        """The same, for the end of a test."""
        if self.process.poll() is None:
            self.cut()
