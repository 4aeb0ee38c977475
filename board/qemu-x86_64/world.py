"""What stands around the emulated machine: a reader, a printer and a platform, the project's own simulators."""

import os
import pathlib
import socket
import subprocess
import time

from machine import TOOLS


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def wait_for(what, told, limit=30):
    until = time.monotonic() + limit
    while not what():
        if time.monotonic() > until:
            raise TimeoutError(told)
        time.sleep(0.1)


class World:
    """Simulators of `kiosk`, a build with the feature `sim`. TLS is in front of the platform, with a certificate for
    10.0.2.100 by an authority that the machine is given."""

    def __init__(self, kiosk, folder, cards):
        self.kiosk, self.cards = str(kiosk), pathlib.Path(cards)
        self.folder = pathlib.Path(folder)
        self.paper = self.folder / "paper"
        self.running = []
        self.log = open(self.folder / "world.log", "ab")
        self.reader_port, self.printer_port = self.folder / "reader", self.folder / "printer"
        self.reader = self.start(self.kiosk, "sim", "reader", "--link", self.reader_port)
        self.printer = self.start(self.kiosk, "sim", "printer", "--link", self.printer_port, "--out", self.paper)
        for port in (self.reader_port, self.printer_port):
            wait_for(port.exists, f"{port} did not appear")

    def start(self, *command):
        it = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=self.log, stderr=self.log)
        self.running.append(it)
        return it

    def platform(self, data):
        """Starts the platform; puts what the machine must know of it into the folder `data`. Returns its port."""
        plain, self.port = free_port(), free_port()
        keys = self.folder / "tls"
        keys.mkdir(exist_ok=True)

        def openssl(*words):
            subprocess.run(["openssl", *map(str, words)], check=True, cwd=keys, stderr=self.log, stdout=self.log)

        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Test authority",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
        openssl("req", *new, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=Test platform")
        (keys / "leaf.ext").write_text("basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                                       "extendedKeyUsage=serverAuth\nsubjectAltName=IP:10.0.2.100\n")
        openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
                "-extfile", "leaf.ext", "-out", "leaf.pem")
        (keys / "both.pem").write_text((keys / "leaf.key").read_text() + (keys / "leaf.pem").read_text())
        (data / "platform-ca.pem").write_bytes((keys / "ca.pem").read_bytes())
        token = data / "platform.token"
        token.write_text("demo-token-not-real")
        os.chmod(token, 0o600)
        os.chown(token, 470, 470)
        self.db = self.folder / "platform.db"
        self.start(self.kiosk, "sim", "platform", "--port", plain, "--db", self.db)
        self.start(TOOLS, "--shared", self.folder, "socat", f"OPENSSL-LISTEN:{self.port},bind=127.0.0.1,fork,reuseaddr,cert={keys / 'both.pem'},verify=0",
                   f"TCP:127.0.0.1:{plain}")
        return self.port

    def say(self, simulator, line):
        simulator.stdin.write((line + "\n").encode())
        simulator.stdin.flush()

    def lay(self, card):
        self.say(self.reader, f"lay {self.cards / card}.toml")

    def take(self):
        self.say(self.reader, "take")

    def receipts(self):
        return sorted(self.paper.glob("receipt-*.bin")) if self.paper.exists() else []

    def end(self):
        for it in self.running:
            it.kill()
            it.wait()
