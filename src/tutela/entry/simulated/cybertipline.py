"""The CyberTipline's reporting API, simulated: what it does with each request, without a network.

Rules, after the published documentation:

1. `submit` opens a report. Files are uploaded to it and described. `finish` files it, for good. `retract` ends one that
   is not finished.
2. A report that is not finished is deleted 24 h after it was opened or 1 h after its last change, whichever is later.
   From then on it does not exist.
3. A finished report answers every later request that it is finished already; a retracted one, that it is retracted.
4. A document that breaks a rule of the wire is answered 4100, one that is no XML 4110.
5. The schema is not ours to publish: `xsd` is not found here.

>>> there = CyberTipline(lambda: datetime(2026, 11, 22, tzinfo=UTC))
>>> number = there.submit(EXAMPLE).report_id
>>> [int(answer.code) for answer in (there.finish(number), there.finish(number), there.retract(number))]
[0, 5102, 5102]
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import FormatError
from tutela.domain.reports import Incident
from tutela.engine import clock
from tutela.engine.formats import cybertip_report, xml_tree
from tutela.engine.formats.cybertip_answer import Answer, Code
from tutela.engine.formats.cybertip_people import Email, Person
from tutela.engine.formats.cybertip_report import Report, Reporter, Summary

if TYPE_CHECKING:
    from collections.abc import Callable

FROM_OPENING: Final = timedelta(hours=24)
FROM_CHANGE: Final = timedelta(hours=1)
_FIRST_NUMBER: Final = 100_001


@dataclass(slots=True)
class Held:
    """One report as the authority has it. `files`: the MD5 of each; `described`: what was said of each."""

    report_id: str
    document: bytes
    opened_at: datetime
    changed_at: datetime
    files: dict[str, str] = field(default_factory=dict[str, str])
    described: dict[str, bytes] = field(default_factory=dict[str, bytes])
    is_finished: bool = False
    is_retracted: bool = False


class CyberTipline:
    """The authority. Safe to be asked by several at once."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._held: dict[str, Held] = {}
        self._last = _FIRST_NUMBER - 1

    @property
    def filed(self) -> list[Held]:
        """Every report that was finished, in the order of their numbers."""
        with self._lock:
            return [held for held in self._held.values() if held.is_finished]

    @property
    def open(self) -> list[Held]:
        """Every report that may still be finished."""
        with self._lock:
            return [held for held in self._held.values() if self._is_there(held) and not _ending(held)]

    def submit(self, document: bytes) -> Answer:
        """Open a report."""
        if answer := _refusal(document, "report", self._now()):
            return answer
        with self._lock:
            self._last += 1
            moment = self._now()
            held = Held(str(self._last), document, moment, moment)
            self._held[held.report_id] = held
        return _said(Code.SUCCESS, report_id=held.report_id)

    def upload(self, report_id: str, data: bytes) -> Answer:
        """Take the bytes of a file: nothing of them is kept but their digest."""
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        with self._lock:
            held = self._held_as(report_id)
            if isinstance(held, Answer):
                return held
            number = f"{report_id}/{len(held.files)}".encode()
            file_id = hashlib.blake2b(number, digest_size=16).hexdigest()
            held.files[file_id], held.changed_at = md5, self._now()
        return Answer(Code.SUCCESS, "Success", report_id, file_id, md5)

    def file_info(self, document: bytes) -> Answer:
        """Take what is said of a file."""
        if answer := _refusal(document, "fileDetails", self._now()):
            return answer
        root = xml_tree.read(document, cybertip_report.LIMITS)
        report_id, file_id = ("".join(each.text for each in root.all(name)) for name in ("reportId", "fileId"))
        with self._lock:
            held = self._held_as(report_id)
            if isinstance(held, Answer):
                return held
            if file_id not in held.files:
                return _said(Code.NO_SUCH_FILE)
            held.described[file_id], held.changed_at = document, self._now()
        return _said(Code.SUCCESS, report_id=report_id)

    def finish(self, report_id: str) -> Answer:
        """File a report."""
        with self._lock:
            held = self._held_as(report_id)
            if isinstance(held, Answer):
                return held
            held.is_finished = True
        return Answer(Code.SUCCESS, report_id=report_id, file_ids=tuple(held.files), is_receipt=True)

    def retract(self, report_id: str) -> Answer:
        """End a report that is not finished."""
        with self._lock:
            held = self._held_as(report_id)
            if isinstance(held, Answer):
                return held
            held.is_retracted = True
        return _said(Code.SUCCESS, report_id=report_id)

    def _held_as(self, report_id: str) -> Held | Answer:
        """Return a report that may still change, or why there is none."""
        held = self._held.get(report_id)
        if held is None or not self._is_there(held):
            return _said(Code.NO_SUCH_REPORT)
        ending = _ending(held)
        return held if ending is None else _said(ending, report_id=report_id)

    def _is_there(self, held: Held) -> bool:
        lapses_at = max(held.opened_at + FROM_OPENING, held.changed_at + FROM_CHANGE)
        return _ending(held) is not None or self._now() < lapses_at


def _ending(held: Held) -> Code | None:
    if held.is_finished:
        return Code.ALREADY_FINISHED
    return Code.ALREADY_RETRACTED if held.is_retracted else None


def _refusal(document: bytes, name: str, moment: datetime) -> Answer | None:
    try:
        root = xml_tree.read(document, cybertip_report.LIMITS)
    except FormatError as error:
        return _said(Code.MALFORMED_XML, str(error))
    if root.name != name:
        return _said(Code.VALIDATION_FAILED, f"the document is no {name}")
    wrong = cybertip_report.faults(document, now=moment)
    return _said(Code.VALIDATION_FAILED, "; ".join(wrong)) if wrong else None


def _said(code: Code, description: str = "", *, report_id: str = "") -> Answer:
    return Answer(code, description or code.name.replace("_", " ").capitalize(), report_id)


EXAMPLE: Final = cybertip_report.write(
    Report(
        summary=Summary(incident=Incident.MATERIAL, occurred_at=datetime(2026, 11, 20, tzinfo=UTC)),
        reporter=Reporter(person=Person(emails=(Email(address="desk@platform.example"),))),
    )
)
"""A report that says no more than it must, of made-up names."""
