"""A draft as the documents and bytes of each call to the CyberTipline.

What is sent holds against the structural rules always, and against the deployment's own schema where an operator has
put it into TUTELA_HOME as `cybertip.xsd` (`GET /xsd` gives it to whoever has an account). A document that breaks one of
them is not sent: a person looks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.conf import settings

from tutela.apps.referral import calling
from tutela.apps.referral.rules import Call, Why
from tutela.domain.errors import FormatError
from tutela.domain.media_source import MediaSource, read_checked
from tutela.domain.reports import AgeBand
from tutela.engine.formats import cybertip_filing, cybertip_report
from tutela.engine.formats.cybertip_people import Email, Person
from tutela.engine.formats.cybertip_report import Reporter
from tutela.engine.formats.cybertip_schema import PinnedSchema

if TYPE_CHECKING:
    from pathlib import Path

    from tutela.apps.referral.drafts import Draft
    from tutela.apps.referral.rules import Opened

SCHEMA: Final = "cybertip.xsd"
UPLOAD_BYTES_MAX: Final = 256 << 20  # held in memory while it is sent, and nowhere else


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call as it goes out, what of it is kept, and the digests of it that are proved."""

    request: calling.Request
    kept: str
    sha256: bytes
    md5: str = ""


def prepare(draft: Draft, call: Call, opened: Opened | None, source: MediaSource | None) -> Prepared | Why:
    """Return a call ready to go out, or why it cannot be made."""
    try:
        return _prepared(draft, call, opened, source)
    except FormatError:
        return Why.NOT_TAKEN


def faults(draft: Draft) -> tuple[str, ...]:
    """Return why the CyberTipline would not take the report, a sentence each."""
    try:
        _document(Call.SUBMIT, report(draft))
    except FormatError as error:
        return (str(error),)
    return ()


def report(draft: Draft) -> bytes:
    """Write the report. `FormatError` where it lacks what the wire demands."""
    said = replace(draft.reported, text=_text(draft), media=(), contact="", besides=())
    desk = Reporter(person=Person(emails=(Email(address=draft.sender.email),)))
    return cybertip_report.write(cybertip_filing.report_of(said, desk))


def file_details(draft: Draft, number: int, opened: Opened) -> bytes:
    """Write what is said of the file of a number, after it was uploaded."""
    file = cybertip_filing.files_of(replace(draft.reported, media=draft.media))[number]
    return cybertip_report.write(replace(file, report_id=int(opened.report_id), file_id=opened.file_ids[number]))


def _text(draft: Draft) -> str:
    digests = [f"{name.upper()} {value.hex()}" for media in draft.only_digests for name, value in media.digests.items()]
    known = ("Digests of files whose bytes are not sent:", *digests) if digests else ()
    said = draft.reported
    ticked = f"Ticked by whoever reported: {', '.join(sorted(said.facts))}" if said.facts else ""
    age = f"Youngest child, as it seems: {said.age_band}" if said.age_band is not AgeBand.UNKNOWN else ""
    signed = (f"Filed by: {draft.sender.organisation}", f"Reference of the sender: {draft.reference}")
    return "\n".join(filter(None, (said.text, ticked, age, *known, *signed)))


def _prepared(draft: Draft, call: Call, opened: Opened | None, source: MediaSource | None) -> Prepared | Why:
    if call is Call.SUBMIT:
        return _document(call, report(draft))
    assert opened is not None
    if call is Call.UPLOAD:
        fold = draft.media[len(opened.file_ids)].fold
        data = read_checked(source, fold, UPLOAD_BYTES_MAX) if source else None
        return _upload(opened.report_id, data) if data is not None else Why.NO_BYTES
    if call is Call.FILE_INFO:
        return _document(call, file_details(draft, opened.described, opened))
    request = calling.about(call, opened.report_id)
    return Prepared(request, request.body.decode(), hashlib.sha256(request.body).digest())


def _document(call: Call, text: bytes) -> Prepared:
    path = settings.TUTELA.home / SCHEMA
    if path.exists():
        _refuse(_pinned(path, path.stat().st_mtime_ns).faults(text))
    return Prepared(calling.document(call, text), text.decode(), hashlib.sha256(text).digest())


def _upload(report_id: str, data: bytes) -> Prepared:
    sha256, md5 = hashlib.sha256(data), hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Prepared(calling.upload(report_id, data), f"sha256:{sha256.hexdigest()}", sha256.digest(), md5)


def _refuse(wrong: tuple[str, ...]) -> None:
    if wrong:
        raise FormatError("; ".join(wrong))


@lru_cache(maxsize=1)
def _pinned(path: Path, _changed: int) -> PinnedSchema:
    return PinnedSchema(path.read_bytes())
