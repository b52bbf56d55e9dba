"""People and machines at work while something fails; every answer that they get is judged.

with Load(here, here.act("open-up")) as load:
    load.until_done(3)          # of each kind of work, three more are confirmed
    ...                         # something fails
    load.until_refused(2)       # two more are refused: 503, `Retry-After`, our own words
assert load.strange == []       # nothing was answered in any other way

A machine hands in reports, and repeats one under the same key until it is confirmed; a person adds teams, and gives a
refused one another name; both read. `reports` and `teams` are what was confirmed.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.service.installation import Installation

_TOKEN = "a" * 32  # of the form that the CSRF cookie has; cookie and field agree, as a browser's would
_ANSWER_S_MAX = 60  # above every patience of the service itself: a lock, a connection
_WAIT_S_MAX = 90
_WRITES = ("reports", "teams")


class Load:
    """Four threads, which end with the block."""

    def __init__(self, here: Installation, door: dict[str, str]) -> None:
        self._port = here.port
        self._key = {"Authorization": f"Bearer {door['key']}"}
        self._cookies = {"Cookie": f"session={door['session']}; csrf={_TOKEN}"}
        self.strange: list[tuple[object, ...]] = []
        self.reports: list[str] = []
        self.teams: list[str] = []
        self._done: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._over = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self._resting = threading.Semaphore(0)
        kinds = (self._report, self._add_team, self._read_key, self._read_page)
        self._threads = [threading.Thread(target=self._work, args=(kind,)) for kind in kinds]

    def until_done(self, times: int) -> None:
        """Wait until so many more of everything are confirmed."""
        self._until(self._done, times, ("reports", "teams", "key", "page"))

    def until_refused(self, times: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait until so many more of everything that writes are refused."""
        self._until(self._refused, times, _WRITES, meanwhile)

    def pause(self) -> None:
        """Let what was asked be answered, then ask nothing until `go_on`."""
        self._going.clear()
        for _ in self._threads:
            assert self._resting.acquire(timeout=_WAIT_S_MAX)

    def go_on(self) -> None:
        self._going.set()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._going.set()
        for thread in self._threads:
            thread.join()

    def _until(
        self, counts: Counter[str], times: int, kinds: tuple[str, ...], meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        wanted = {kind: counts[kind] + times for kind in kinds}
        end = time.monotonic() + _WAIT_S_MAX
        while any(counts[kind] < number for kind, number in wanted.items()):
            assert time.monotonic() < end, (wanted, self._done, self._refused, self.strange[:3])
            meanwhile()
            time.sleep(0.05)

    def _work(self, kind: Callable[[int], bool]) -> None:
        for number in count():
            while not (self._over.is_set() or kind(number)):
                time.sleep(0.1)
            if not self._going.is_set():
                self._resting.release()
                self._going.wait()
            if self._over.is_set():
                return
            time.sleep(0.02)

    def _report(self, number: int) -> bool:
        key = f"report-{number:06}"
        body = json.dumps({"digests": {"sha256": f"{number:064x}"}})
        headers = self._key | {"Content-Type": "application/json", "Idempotency-Key": key}
        done = self._ask("reports", 201, "POST /api/v1/reports", headers, body)
        if done:
            self.reports.append(key)
        return done

    def _add_team(self, _number: int) -> bool:
        name = f"Team {time.monotonic_ns()}"
        body = urlencode({"name": name, "csrfmiddlewaretoken": _TOKEN})
        headers = self._cookies | {"Content-Type": "application/x-www-form-urlencoded"}
        done = self._ask("teams", 302, "POST /teams/new/", headers, body)
        if done:
            self.teams.append(name)
        return done

    def _read_key(self, _number: int) -> bool:
        return self._ask("key", 200, "GET /api/v1/self", self._key)

    def _read_page(self, _number: int) -> bool:
        return self._ask("page", 200, "GET /teams/", self._cookies)

    def _ask(self, kind: str, well: int, asked: str, headers: dict[str, str], body: str = "") -> bool:
        method, path = asked.split(" ")
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_S_MAX)
        try:
            link.request(method, path, body, headers)
            response = link.getresponse()
            said = response.read().decode()
        except OSError as error:
            self.strange.append((kind, type(error).__qualname__, str(error)))
            return False
        finally:
            link.close()
        if response.status == well and "sign-in" not in (response.getheader("Location") or ""):
            self._done[kind] += 1
            return True
        self._refused[kind] += 1
        if not _is_refusal(path, response, said):
            self.strange.append((kind, response.status, response.getheaders(), said[:300]))
        return False


def _is_refusal(path: str, response: http.client.HTTPResponse, said: str) -> bool:
    """Whether an answer says in our own words, as a page or as an error of the API, that it cannot be done for now."""
    if response.status != 503 or response.getheader("Retry-After") != "10":
        return False
    if path.startswith("/api/"):
        error = json.loads(said)["error"]
        return error["code"] == "unavailable" and "same Idempotency-Key" in error["message"]
    return "Not possible just now" in said
