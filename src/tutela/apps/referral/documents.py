"""A draft as the documents and bytes of each call to the CyberTipline."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tutela.apps.referral import calling
from tutela.apps.referral.rules import Call
from tutela.domain.media_source import MediaSource, read_checked
from tutela.engine.formats import cybertip, xml_tree

if TYPE_CHECKING:
    from tutela.apps.referral.drafts import Draft
    from tutela.apps.referral.rules import Opened
    from tutela.domain.reports import Media

UPLOAD_BYTES_MAX: Final = 256 << 20  # held in memory while it is sent, and nowhere else
_REPORT: Final = "report"
_FILE: Final = "fileDetails"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call as it goes out, what of it is kept, and the digests of it that are proved."""

    request: calling.Request
    kept: str
    sha256: bytes
    md5: str = ""


def prepare(draft: Draft, call: Call, opened: Opened | None, source: MediaSource | None) -> Prepared | None:
    """Return a call ready to go out; None where the bytes of a file cannot be had any more."""
    if call is Call.SUBMIT:
        return _document(call, report(draft))
    assert opened is not None
    if call is Call.UPLOAD:
        fold = draft.media[len(opened.file_ids)].fold
        data = read_checked(source, fold, UPLOAD_BYTES_MAX) if source else None
        return _upload(opened.report_id, data) if data is not None else None
    if call is Call.FILE_INFO:
        media, file_id = draft.media[opened.described], opened.file_ids[opened.described]
        return _document(call, file_details(draft, media, opened.report_id, file_id))
    request = calling.about(call, opened.report_id)
    return Prepared(request, request.body.decode(), hashlib.sha256(request.body).digest())


def report(draft: Draft) -> bytes:
    """Write the report. `FormatError` where it lacks what the wire demands."""
    digests = [f"{name.upper()} {value.hex()}" for media in draft.only_digests for name, value in media.digests.items()]
    known = ["Digests of files whose bytes are not sent:", *digests] if digests else []
    text = "\n".join(filter(None, (draft.reported.text, *known, f"Reference of the sender: {draft.reference}")))
    said = replace(draft.reported, text=text, media=(), contact=draft.sender.email, besides=())
    return _part(cybertip.write(said).document, _REPORT)


def file_details(draft: Draft, media: Media, report_id: str, file_id: str) -> bytes:
    """Write what is said of one file."""
    alone = replace(draft.reported, media=(media,), besides=())
    root = xml_tree.read(_part(cybertip.write(alone).document, _FILE), cybertip.LIMITS)
    root.children[:0] = [xml_tree.Element("reportId", report_id), xml_tree.Element("fileId", file_id)]
    return xml_tree.write(root)


def _part(document: bytes, name: str) -> bytes:
    root = xml_tree.read(document, cybertip.LIMITS)
    return xml_tree.write(next(root.all(name)))


def _document(call: Call, text: bytes) -> Prepared:
    return Prepared(calling.document(call, text), text.decode(), hashlib.sha256(text).digest())


def _upload(report_id: str, data: bytes) -> Prepared:
    sha256, md5 = hashlib.sha256(data), hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Prepared(calling.upload(report_id, data), f"sha256:{sha256.hexdigest()}", sha256.digest(), md5)
