"""One real Chromium and one real service, started and ended together; and a watch on what every page does.

The watch notes whatever no page of ours may do: speak to anybody but this machine, break the content security policy,
write an error to the console, or throw. Chromium is the system's; nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.browser.server import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
)
DESK = {"width": 1280, "height": 800}
_STOP_S_MAX = 10
_WATCH_POLICY = """document.addEventListener('securitypolicyviolation', (event) =>
    console.error(`policy: ${event.effectiveDirective} forbids ${event.blockedURI}`))"""


def missing() -> str:
    """Why there can be no browser here; empty where there can."""
    packages = [name for name in ("playwright", "axe_playwright_python") if find_spec(name) is None]
    if packages:
        return f"the Python packages of requirements/dev.in are not installed: {', '.join(packages)}"
    return "" if PROGRAM else "the program chromium is not on this machine"


@contextmanager
def service() -> Iterator[Facts]:
    """The service on a free loopback port, with a home of its own that is removed in the end.

    Its origin says `localhost` because browsers tie security keys to names, not to numbers.
    """
    home = Path(tempfile.mkdtemp(prefix="tutela-browser-"))
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA_")} | {
        "TUTELA_HOME": str(home / "home"),
        "TUTELA_ORIGIN": f"http://localhost:{port}",
        "TUTELA_LISTEN": f"127.0.0.1:{port}",
        "TUTELA_MAIL_URL": "smtp://127.0.0.1:9",  # nobody listens there, and nothing is sent
        "TUTELA_ORGANISATION": "Example Hotline",
        "TUTELA_ADMINISTRATOR_EMAIL": "first@hotline.example",
    }
    command = [sys.executable, "-m", "tests.browser.server", str(listening.fileno())]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=[listening.fileno()],
            text=True,
        )
    listening.close()
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the service did not start:\n{(home / 'log').read_text()}")
        yield Facts(**json.loads(line))
    finally:
        process.terminate()
        process.wait(_STOP_S_MAX)
        process.stdout.close()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=PROGRAM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def visitor(browser: Browser, facts: Facts, *, session: str = "", **more: Any) -> BrowserContext:
    """A fresh browser profile, signed in where the name of a session is given."""
    context = browser.new_context(**{"viewport": DESK, "base_url": facts.origin, "reduced_motion": "reduce"} | more)
    context.add_init_script(_WATCH_POLICY)
    if session:
        context.add_cookies([{"name": "session", "value": facts.sessions[session], "url": facts.origin}])
    return context


@dataclass(slots=True)
class Watch:
    """Notes what a page should not have done. `expected` holds statuses of 400 and above that a test asks for."""

    page: Page
    expected: set[int] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to listen."""
        self.page.on("request", lambda request: self._request(request.url))
        self.page.on("console", lambda message: self._console(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _request(self, address: str) -> None:
        self.requests.append(address)
        if urlsplit(address).hostname not in {"localhost", "127.0.0.1"}:
            self.complaints.append(f"request to {address}")

    def _console(self, kind: str, text: str) -> None:
        asked_for = any(f"status of {status} " in text for status in self.expected)
        if kind in {"error", "warning"} and not asked_for:
            self.complaints.append(f"{kind}: {text}")
