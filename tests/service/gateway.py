"""A gateway in processes of its own, on a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.entry.gateway.world import fill
from tests.service.installation import ROOT
from tutela.entry.gateway.keys import FileKeys, Scope


class RunningGateway:
    """Its processes end with the test. `hashes`: what is on its list."""

    def __init__(self, home, *, processes=2, lookups="public:NL", retro="", **options):
        self.home, self.keys = home, FileKeys(home)
        fill(home, **options)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA_")} | {
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "TUTELA_HOME": str(home),
            "TUTELA_LOOKUPS": lookups,
            "TUTELA_RETRO": retro,
            "TUTELA_GATEWAY_LISTEN": f"127.0.0.1:{self.port}",
            "TUTELA_GATEWAY_PROCESSES": str(processes),
            "TUTELA_LOG_LEVEL": "error",
        }
        self.said = Path(tempfile.mkdtemp(prefix="tutela-gateway-")) / "said"
        self.process = None

    def key(self, *, details=False, per_minute=100_000_000):
        scopes = [Scope.LOOKUP, Scope.DETAIL] if details else [Scope.LOOKUP]
        return self.keys.add("Example", days=1, requests_per_minute_max=per_minute, scopes=scopes).shown

    def start(self):
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tutela", "gateway", "run"], env=self.environment, stdout=said, stderr=said
            )
        until(self._answers)
        return self

    def pids(self):
        """The serving processes."""
        return [pid for pid in self.children() if "tutela.entry.gateway" in _words_of(pid)]

    def children(self):
        """The serving processes, and those beside them: upkeep, keys of the service, what joins."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in found]

    def keeper(self):
        """The process that keeps the index in order; None where it is not there."""
        return self.child("upkeep")

    def child(self, word):
        """The child that was started with this word; None where it is not there."""
        return next((pid for pid in self.children() if word in _words_of(pid)), None)

    def stop(self):
        """Ask it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _answers(self):
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            assert self.process.poll() is None, self.said.read_text()
            return False


def until(true, wait_s=60):
    """Wait for something to become true."""
    end_s = time.monotonic() + wait_s
    while not (found := true()):
        assert time.monotonic() < end_s, "it never came true"
        time.sleep(0.05)
    return found


def _words_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:  # it is gone
        return []
