"""What stands around the emulated machine: a reader, a printer and a platform, the project's own simulators."""

import os
import pathlib
import socket
import subprocess
import time

from machine import TOOLS

# Where the machine finds them; addresses that exist only for it.
PLATFORM, UPDATES = "10.0.2.100", "10.0.2.101"
UPDATE_TOKEN = "made-up-token-of-the-emulated-machine"


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
    """Simulators of `kiosk`, a build with the feature `sim`. TLS is in front of platform and update server, with a certificate by an
    authority that the machine is given."""

    def __init__(self, kiosk, folder, cards):
        self.kiosk, self.cards = str(kiosk), pathlib.Path(cards)
        self.folder = pathlib.Path(folder)
        self.paper, self.db = self.folder / "paper", self.folder / "platform.db"
        self.servers = {PLATFORM: free_port(), UPDATES: free_port()}
        self.running = []
        self.log = open(self.folder / "world.log", "ab")
        self.reader_port, self.printer_port = self.folder / "reader", self.folder / "printer"
        self.reader = self.start(self.kiosk, "sim", "reader", "--link", self.reader_port)
        self.printer = self.start(self.kiosk, "sim", "printer", "--link", self.printer_port, "--out", self.paper)
        for port in (self.reader_port, self.printer_port):
            wait_for(port.exists, f"{port} did not appear")

    def start(self, *command, stdout=None):
        words = [str(part) for part in command]
        it = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=stdout or self.log, stderr=self.log)
        self.running.append(it)
        return it

    def keys(self, data):
        """Makes an authority and a certificate for both servers; puts what the machine must know of them into `data`."""
        keys = self.folder / "tls"
        keys.mkdir(exist_ok=True)

        def openssl(*words):
            subprocess.run(["openssl", *map(str, words)], check=True, cwd=keys, stderr=self.log, stdout=self.log)

        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Test authority",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
        openssl("req", *new, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=Test servers")
        (keys / "leaf.ext").write_text("basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                                       f"extendedKeyUsage=serverAuth\nsubjectAltName=IP:{PLATFORM},IP:{UPDATES}\n")
        openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
                "-extfile", "leaf.ext", "-out", "leaf.pem")
        self.server_key = keys / "both.pem"
        self.server_key.write_text((keys / "leaf.key").read_text() + (keys / "leaf.pem").read_text())
        (data / "authority.pem").write_bytes((keys / "ca.pem").read_bytes())
        for name, token, user in (("platform", "demo-token-not-real", 470), ("updates", UPDATE_TOKEN, 471)):
            path = data / f"{name}.token"
            path.write_text(token)
            os.chmod(path, 0o600)
            os.chown(path, user, user)

    def use_keys(self):
        """Those of an earlier world in the same folder."""
        self.server_key = self.folder / "tls" / "both.pem"

    def secured(self, address, plain):
        """TLS in front of a simulator."""
        front = f"OPENSSL-LISTEN:{self.servers[address]},bind=127.0.0.1,fork,reuseaddr,cert={self.server_key},verify=0"
        return self.start(TOOLS, "--shared", self.folder, "socat", front, f"TCP:127.0.0.1:{plain}")

    def platform(self):
        """Starts the platform; gives what ends it, as if the line to it went down."""
        plain = free_port()
        both = (self.start(self.kiosk, "sim", "platform", "--port", plain, "--db", self.db), self.secured(PLATFORM, plain))

        def end():
            for it in both:
                it.kill()
                it.wait()

        return end

    def hawkbit(self, machine):
        """Starts the update server, which knows `machine`."""
        plain = free_port()
        self.updates = self.start(self.kiosk, "sim", "hawkbit", "--port", plain, "--sleep", "10", "--address", f"https://{UPDATES}",
                                  stdout=subprocess.PIPE)
        self.secured(UPDATES, plain)
        self.ask(f"target {machine} {UPDATE_TOKEN}")

    def ask(self, line):
        """What the update server answers, line by line."""
        # A word it does not know is answered with how to use it: by that the end of the answer is seen.
        self.say(self.updates, f"{line}\nend")
        told = []
        while not (row := self.updates.stdout.readline().decode()).startswith("target ID"):
            if not row:
                raise RuntimeError("the update server ended")
            told.append(row.strip())
        return told

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
