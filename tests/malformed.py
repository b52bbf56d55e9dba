"""Malformed input for every door of intake: what is sent, and what must be true of each answer.

    tally = knock(door, World.make(), examples=200)        # always the same input for the same number and part
    tally.server_errors, tally.unclear, tally.half_stored

Each input is a sound one that was spoilt: a value of another kind, a key that nobody knows, cut off, bytes exchanged; or
noise. Some stay sound by chance: those are taken in whole, and counted apart. No input holds anything but made-up words.
The rows of all tables are counted after each input, in one statement; nothing else writes, so what was counted after
one is what there was before the next. Many inputs are made in parts, each from its number, because whoever makes them
remembers all of a part.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.world import Desk, make_desk, make_key
from tutela.apps.access import services as access
from tutela.apps.access.public import acting_as
from tutela.apps.custody.models import Leaf
from tutela.apps.intake import importing
from tutela.apps.intake.models import Import, ImportRow, Report
from tutela.apps.triage.models import Case, Item, Location, Mention, Sighting
from tutela.domain.actors import SYSTEM, Permission
from tutela.domain.errors import TutelaError
from tutela.engine.formats import cybertip
from tutela.engine.formats.reports import open_reports

if TYPE_CHECKING:
    from collections.abc import Callable

TABLES = (Report, Case, Item, Location, Mention, Sighting, ImportRow, Leaf)
PART = 1000  # inputs made together
MD5 = bytes(range(16)).hex()
SOUND = {
    "text": "Seen today.",
    "incident": "material",
    "facts": ["live"],
    "addresses": ["https://files.example/a"],
    "media": [{"md5": MD5, "pdq_quality": 1}],
    "accounts": [{"platform": "Chat", "name": "A"}],
    "ip_captures": [{"address": "192.0.2.1", "at": "2026-11-22T12:00:00Z", "port": 1}],
    "jurisdictions": ["nl"],
    "occurred_at": "2026-11-22T12:00:00Z",
    "jurisdiction": "nl",
}
FILES = (
    f"id,address,md5,occurred_at\n1,https://files.example/a,{MD5},2026-11-22T12:00:00Z\n2,,{MD5},\n".encode(),
    (json.dumps({"id": 1, **SOUND}) + "\n" + json.dumps({"address": "https://files.example/b"}) + "\n").encode(),
    json.dumps({"@odata.context": "x", "value": [{"MediaID": 1, "MD5": MD5, "Category": 1}]}).encode(),
)
WILD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**30, 10**31)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["\ud800", "\x00", "9999-12-31T23:59:59-23:59", "data:image/png;base64,AAAA", "https://[", "a" * 70]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


@dataclass
class Tally:
    """What was sent, and what was wrong with the answers."""

    sent: int = 0
    taken: int = 0
    refused: int = 0
    server_errors: int = 0
    unclear: int = 0  # refusals that say nothing
    half_stored: int = 0  # refusals that left something behind
    faults: list[str] = field(default_factory=list)

    def add(self, *, status: int, is_clear: bool, changed: bool, what: object) -> None:
        """Count one answer."""
        is_taken = 200 <= status < 300
        self.sent += 1
        self.taken += is_taken
        self.refused += 400 <= status < 500
        self.server_errors += status >= 500
        self.unclear += not is_taken and not is_clear
        self.half_stored += not is_taken and changed
        if status >= 500 or (not is_taken and (changed or not is_clear)):
            self.faults.append(f"{status} {what!r}"[:400])


@dataclass
class World:
    """A desk that takes reports, a key, and somebody who sends."""

    desk: Desk
    secret: str
    client: Client
    sent: int = 0
    rows: list[int] = field(default_factory=list)

    @classmethod
    def make(cls) -> World:
        desk = make_desk()
        access.set_desk(SYSTEM, desk.organisation.id, desk.team.id)
        _, secret = make_key(desk.organisation, [Permission.INTAKE_REPORT_CREATE], requests_per_minute_max=10**8)
        return cls(desk, secret, Client(raise_request_exception=False), rows=_counts())

    def changes(self) -> list[int]:
        """How many rows of each table came, or went, since this was last asked."""
        before, self.rows = self.rows, _counts()
        return [now - then for now, then in zip(self.rows, before, strict=True)]

    def post(self, path: str, body: bytes, kind: str) -> Any:
        """Send by the key, under a key of its own."""
        self.sent += 1
        headers = {"authorization": f"Bearer {self.secret}", "idempotency-key": f"malformed-{self.sent:07}"}
        return self.client.generic("POST", f"/api/v1/{path}", body, content_type=kind, headers=headers)


#### What is sent ####


@st.composite
def spoilt(draw: Any, sound: dict[str, Any]) -> dict[str, Any]:
    """A report in which some fields are of another kind, or one is not known."""
    report = dict(sound)
    for name in draw(st.lists(st.sampled_from(sorted(sound)), min_size=1, max_size=3)):
        report[name] = draw(WILD)
    if draw(st.booleans()):
        report[draw(st.text(max_size=10))] = draw(WILD)
    return report


@st.composite
def damaged(draw: Any, sound: bytes) -> bytes:
    """Bytes cut off, or some of them exchanged."""
    start, length = draw(st.integers(0, len(sound))), draw(st.integers(0, 12))
    return draw(
        st.sampled_from([sound[:start], sound[:start] + draw(st.binary(max_size=12)) + sound[start + length :]])
    )


def _batch(report: object) -> dict[str, object]:
    return {"reports": [{"key": "malformed-row", "report": report}, report, {"key": report, "report": {}}]}


def _bytes(value: object) -> bytes:
    return json.dumps(value).encode()


_SINGLE = spoilt(SOUND).map(_bytes) | WILD.map(_bytes) | damaged(_bytes(SOUND)) | st.binary(max_size=60)
_BATCH = (
    spoilt(SOUND).map(lambda report: _bytes(_batch(report)))
    | WILD.map(lambda value: _bytes({"reports": value}))
    | damaged(_bytes(_batch(SOUND)))
    | st.binary(max_size=60)
)
_XML = damaged(cybertip.EXAMPLE.encode()) | st.binary(max_size=60)
_FORM = st.fixed_dictionaries(
    {
        name: st.text(max_size=40) | st.just("\x00") | st.just("data:image/png;base64,AAAA")
        for name in ("address", "text")
    },
    optional={"child_in_danger": st.text(max_size=3), "token": st.text(max_size=70), "more": st.text(max_size=5)},
)
_FILES = st.one_of(*map(damaged, FILES)) | spoilt({"id": 1, **SOUND}).map(_bytes) | st.binary(max_size=80)


#### The doors ####


def _counts() -> list[int]:
    counts = ", ".join(f"(SELECT count(*) FROM {table._meta.db_table})" for table in TABLES)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return list(cursor.fetchone())


def _api(world: World, path: str, kind: str, body: bytes, tally: Tally) -> None:
    response = world.post(path, body, kind)
    is_clear = response["Content-Type"].startswith("application/json") and bool(
        response.json().get("error", {}).get("message") if response.status_code >= 400 else True
    )
    changed = any(world.changes())
    if response.status_code == 200 and path.endswith("batch"):  # taken in where a row was, and nowhere else
        tally.half_stored += changed and not response.json()["taken"]
    tally.add(status=response.status_code, is_clear=is_clear, changed=changed, what=body)


def _form(world: World, given: dict[str, str], tally: Tally) -> None:
    world.sent += 1
    address = f"10.{world.sent >> 16 & 255}.{world.sent >> 8 & 255}.{world.sent & 255}"
    response = world.client.post(reverse("report"), given, REMOTE_ADDR=address)
    tally.add(status=response.status_code, is_clear=bool(response.content), changed=any(world.changes()), what=given)


def _file(world: World, content: bytes, tally: Tally) -> None:
    """A file is refused whole, or each of its rows has an outcome."""
    status, is_clear = 200, True
    world.sent += 1
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        brought = importing.Brought(world.desk.organisation.id, "partner", f"{world.sent:064x}", "csv")
        try:
            with open_reports(Path(file.name)) as rows, acting_as(SYSTEM):
                list(importing.take_in(SYSTEM, brought, rows))
        except TutelaError as error:
            status, is_clear = 422, bool(str(error))
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            status, is_clear = 500, False
            content = f"{error!r} {content!r}".encode()
    run = Import.objects.filter(digest=brought.digest).first()
    changes = world.changes()
    changes[-1] -= run is not None and run.finished_at is None  # that a file was brought is recorded before it is read
    tally.add(status=status, is_clear=is_clear, changed=any(changes), what=content)


DOORS: dict[str, tuple[st.SearchStrategy[Any], Callable[..., None]]] = {
    "single": (_SINGLE, partial(_api, path="reports", kind="application/json")),
    "batch": (_BATCH, partial(_api, path="reports/batch", kind="application/json")),
    "xml": (_XML, partial(_api, path="reports/cybertip", kind="application/xml")),
    "form": (_FORM, _form),
    "file": (_FILES, _file),
}


def knock(door: str, world: World, examples: int, *, first_part: int = 0) -> Tally:
    """Send so many malformed inputs to a door. Other parts are other inputs."""
    tally = Tally()
    part = first_part
    while tally.sent < examples:  # a part may hold fewer than asked for: it repeats nothing
        _knock(door, world, tally, min(examples - tally.sent, PART), part)
        part += 1
    return tally


def _knock(door: str, world: World, tally: Tally, examples: int, part: int) -> None:
    strategy, ask = DOORS[door]
    name = {"form": "given", "file": "content"}.get(door, "body")

    @seed(part)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def each(what: Any) -> None:
        ask(world=world, tally=tally, **{name: what})

    each()
