"""What the CyberTipline answers: `reportResponse` to each request, `reportDoneResponse` when a report is filed.

Rules:

1. The code alone says what may be done next (`kind_of`). The published list is not complete: a code that is not known
   here is kept as it is, and means that a person looks.
2. A `reportId` is digits, a `fileId` a word without spaces: both go back into requests. An answer that gives anything
   else is none, and neither is one without its code.
3. Whoever asked keeps the bytes of the answer as they came: they are the receipt. What is read here is a copy.

>>> answer = read(write(Answer(0, "Success", report_id="17")))
>>> answer.kind, answer.report_id
(<Kind.DONE: 'done'>, '17')
>>> kind_of(5102), kind_of(1100), kind_of(9999)
(<Kind.ALREADY_FILED: 'already-filed'>, <Kind.TRY_AGAIN: 'try-again'>, <Kind.UNKNOWN: 'unknown'>)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import FormatError
from tutela.engine.formats import xml_tree
from tutela.engine.formats.xml_tree import Element, XmlLimits

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMITS: Final = XmlLimits(elements_max=10_000, depth_max=4)
_ONE: Final = "reportResponse"
_FILED: Final = "reportDoneResponse"
_REPORT_ID: Final = re.compile(r"[0-9]{1,19}")
_FILE_ID: Final = re.compile(r"[!-~]{1,128}")
_CODE: Final = re.compile(r"[0-9]{1,9}")


class Code(IntEnum):
    """The codes that are published."""

    SUCCESS = 0
    SERVER_ERROR = 1000
    SAVE_FAILED = 1100
    UPLOAD_FAILED = 1110
    FILE_UPLOAD_FAILED = 1111
    NOT_FOUND = 1210
    UPDATE_FAILED = 1300
    NO_SIGN_IN = 2000
    NOT_AUTHORISED = 3000
    NOT_AUTHORISED_TO_SUBMIT = 3100
    NOT_AUTHORISED_TO_UPDATE = 3300
    INVALID_REQUEST = 4000
    VALIDATION_FAILED = 4100
    MALFORMED_XML = 4110
    MALFORMED_FILE = 4200
    NO_SUCH_REPORT = 5001
    NO_SUCH_FILE = 5002
    ALREADY_RETRACTED = 5101
    ALREADY_FINISHED = 5102


class Kind(StrEnum):
    """What a code means for whoever asked."""

    DONE = "done"
    TRY_AGAIN = "try-again"  # nothing was kept; the same request may be sent again later
    NOT_ALLOWED = "not-allowed"  # the account may not; an operator mends it
    OUR_FAULT = "our-fault"  # the same request will never be taken; a person mends it
    NO_REPORT = "no-report"  # it expired or never was: starting over is safe
    NO_FILE = "no-file"
    ALREADY_RETRACTED = "already-retracted"  # starting over is safe
    ALREADY_FILED = "already-filed"  # an earlier attempt came through: never file again
    UNKNOWN = "unknown"  # a person decides


_KINDS: Final[Mapping[int, Kind]] = MappingProxyType(
    {
        Code.SUCCESS: Kind.DONE,
        Code.SERVER_ERROR: Kind.TRY_AGAIN,
        Code.SAVE_FAILED: Kind.TRY_AGAIN,
        Code.UPLOAD_FAILED: Kind.TRY_AGAIN,
        Code.FILE_UPLOAD_FAILED: Kind.TRY_AGAIN,
        Code.NOT_FOUND: Kind.OUR_FAULT,
        Code.UPDATE_FAILED: Kind.TRY_AGAIN,
        Code.NO_SIGN_IN: Kind.NOT_ALLOWED,
        Code.NOT_AUTHORISED: Kind.NOT_ALLOWED,
        Code.NOT_AUTHORISED_TO_SUBMIT: Kind.NOT_ALLOWED,
        Code.NOT_AUTHORISED_TO_UPDATE: Kind.NOT_ALLOWED,
        Code.INVALID_REQUEST: Kind.OUR_FAULT,
        Code.VALIDATION_FAILED: Kind.OUR_FAULT,
        Code.MALFORMED_XML: Kind.OUR_FAULT,
        Code.MALFORMED_FILE: Kind.OUR_FAULT,
        Code.NO_SUCH_REPORT: Kind.NO_REPORT,
        Code.NO_SUCH_FILE: Kind.NO_FILE,
        Code.ALREADY_RETRACTED: Kind.ALREADY_RETRACTED,
        Code.ALREADY_FINISHED: Kind.ALREADY_FILED,
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `file_hash`: the MD5 of the bytes that were received. `file_ids`: the files of a report now filed."""

    code: int
    description: str = ""
    report_id: str = ""
    file_id: str = ""
    file_hash: str = ""
    file_ids: tuple[str, ...] = ()
    is_receipt: bool = False  # a report was filed, and this says so

    @property
    def kind(self) -> Kind:
        """What it means."""
        return kind_of(self.code)


def kind_of(code: int) -> Kind:
    """Return what a code means."""
    return _KINDS.get(code, Kind.UNKNOWN)


def read(document: bytes) -> Answer:
    """Read an answer; `FormatError` where it is none."""
    root = xml_tree.read(document, LIMITS)
    if root.name not in {_ONE, _FILED}:
        raise FormatError(f"the answer is neither {_ONE} nor {_FILED}")
    code = _text(root, "responseCode")
    if not _CODE.fullmatch(code):
        raise FormatError("the answer has no response code")
    return Answer(
        int(code),
        _text(root, "responseDescription"),
        _word(_text(root, "reportId"), _REPORT_ID, "reportId"),
        _word(_text(root, "fileId"), _FILE_ID, "fileId"),
        _text(root, "hash").lower(),
        tuple(_word(each.text, _FILE_ID, "fileId") for each in root.all("files", "fileId")),
        is_receipt=root.name == _FILED,
    )


def write(answer: Answer) -> bytes:
    """Write an answer as the CyberTipline would: for a simulator of it."""
    root = Element(_FILED if answer.is_receipt else _ONE)
    root.add("responseCode", str(answer.code))
    for name, text in (
        ("responseDescription", answer.description),
        ("reportId", answer.report_id),
        ("fileId", answer.file_id),
        ("hash", answer.file_hash),
    ):
        if text:
            root.add(name, text)
    if answer.file_ids:
        files = root.add("files")
        for file_id in answer.file_ids:
            files.add("fileId", file_id)
    return xml_tree.write(root)


def _text(root: Element, name: str) -> str:
    found = list(root.all(name))
    if len(found) > 1:
        raise FormatError(f"the answer says {name} more than once")
    return found[0].text if found else ""


def _word(text: str, form: re.Pattern[str], name: str) -> str:
    if text and not form.fullmatch(text):
        raise FormatError(f"the answer's {name} is none")
    return text
