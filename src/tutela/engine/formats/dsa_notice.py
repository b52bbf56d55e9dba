"""A notice to a hosting service under Article 16 of Regulation (EU) 2022/2065: the elements of its paragraph 2.

Rules:

1. All four are there, or there is no notice: (a) why the content is illegal, (b) exactly where it stands, (c) the name
   and the address for mail of whoever submits it, (d) that they believe in good faith that it is accurate and complete.
2. (c) alone may be missing, and only where the notice concerns an offence of Articles 3 to 7 of Directive 2011/93/EU:
   the regulation says so itself.
3. (d) is a person's statement; nothing here sets it.
4. JSON is for machines and has the exact addresses. People read the text, and there they are defanged (law 10).

>>> notice = DsaNotice(
...     reasons="People assessed it as child sexual abuse material.",
...     addresses=("https://files.example/a",),
...     is_of_listed_offence=True,
...     is_in_good_faith=True,
... )
>>> read(write(notice)) == notice
True
>>> DsaNotice(reasons="x", addresses=("https://files.example/a",), is_of_listed_offence=False, is_in_good_faith=True)
Traceback (most recent call last):
tutela.domain.errors.FormatError: the notice does not say who submits it
"""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from tutela.domain.addresses import defang, read_address
from tutela.domain.errors import FormatError
from tutela.engine.formats.notice_words import words
from tutela.engine.formats.xarf import EMAIL

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT: Final = "tutela-dsa-notice/1"
BYTES_MAX: Final = 1024 * 1024
_TEXT_CHARS_MAX: Final = 5000
_NAME_CHARS_MAX: Final = 200
_ADDRESSES_MAX: Final = 1000
_WIDTH: Final = 76
_LINKED: Final = re.compile(r"https?://|data:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who submits it."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DsaNotice:
    """One notice. `identifying`: what else tells the content from other content at the same address."""

    reasons: str
    addresses: tuple[str, ...]
    is_of_listed_offence: bool  # Directive 2011/93/EU, Articles 3 to 7
    is_in_good_faith: bool
    submitter: Submitter | None = None
    identifying: str = ""

    def __post_init__(self) -> None:
        for fault in _faults(self):
            raise FormatError(fault)


def write(notice: DsaNotice) -> bytes:
    """Write it as JSON, UTF-8, with the exact addresses."""
    who = notice.submitter
    said = {
        "format": FORMAT,
        "reasons": notice.reasons,
        "addresses": list(notice.addresses),
        "identifying": notice.identifying,
        "is_of_listed_offence": notice.is_of_listed_offence,
        "submitter": {"name": who.name, "email": who.email} if who else None,
        "is_in_good_faith": notice.is_in_good_faith,
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def read(document: bytes) -> DsaNotice:
    """Read it; `FormatError` where it is none."""
    if len(document) > BYTES_MAX:
        raise FormatError(f"the notice has more than {BYTES_MAX} bytes")
    try:
        said: Any = json.loads(document)
    except (ValueError, RecursionError):
        raise FormatError("the notice is no JSON") from None
    if not isinstance(said, dict) or cast("dict[str, Any]", said).get("format") != FORMAT:
        raise FormatError(f"the notice is not of the format {FORMAT}")
    found = cast("dict[str, Any]", said)
    who = found.get("submitter")
    told = cast("dict[str, Any]", who) if isinstance(who, dict) else {}
    addresses = found.get("addresses")
    return DsaNotice(
        reasons=_text(found, "reasons"),
        addresses=tuple(map(str, cast("list[Any]", addresses))) if isinstance(addresses, list) else (),
        identifying=_text(found, "identifying"),
        is_of_listed_offence=found.get("is_of_listed_offence") is True,
        is_in_good_faith=found.get("is_in_good_faith") is True,
        submitter=Submitter(_text(told, "name"), _text(told, "email")) if told else None,
    )


def text(notice: DsaNotice, language: str = "en") -> str:
    """Return it as plain text, with the addresses defanged."""
    say = words(language)
    who = notice.submitter
    parts = [
        (say["dsa.title"],),
        (say["dsa.reasons"], notice.reasons),
        (say["dsa.addresses"], *map(defang, notice.addresses)),
        *([(say["dsa.identifying"], notice.identifying)] if notice.identifying else []),
        (say["read"],),
        (say["dsa.submitter"], f"{who.name}, {who.email}" if who else say["dsa.nobody"]),
        (say["dsa.good_faith"],),
    ]
    return "\n\n".join("\n".join(line for each in part for line in _wrapped(each)) for part in parts) + "\n"


def _faults(notice: DsaNotice) -> Iterator[str]:
    if not notice.reasons.strip():
        yield "the notice does not say why the content is illegal"
    if max(len(notice.reasons), len(notice.identifying)) > _TEXT_CHARS_MAX:
        yield f"the notice has a text of more than {_TEXT_CHARS_MAX} characters"
    if _LINKED.search(notice.reasons) or _LINKED.search(notice.identifying):
        yield "the notice has an address in a text: it belongs to the addresses"
    if not 0 < len(notice.addresses) <= _ADDRESSES_MAX:
        yield f"the notice is about one address at least, and {_ADDRESSES_MAX} at most"
    if any(read_address(address) != address for address in notice.addresses):
        yield "the notice is about http(s) addresses"
    if notice.submitter is None and not notice.is_of_listed_offence:
        yield "the notice does not say who submits it"
    if notice.submitter is not None and not _is_fit(notice.submitter):
        yield "whoever submits the notice has a name and an address for mail"
    if not notice.is_in_good_faith:
        yield "nobody states that the notice is made in good faith"


def _is_fit(who: Submitter) -> bool:
    is_name = 0 < len(who.name) <= _NAME_CHARS_MAX and who.name.isprintable() and bool(who.name.strip())
    return is_name and bool(EMAIL.fullmatch(who.email))


def _text(said: dict[str, Any], name: str) -> str:
    found = said.get(name)
    return found if isinstance(found, str) else ""


def _wrapped(paragraph: str) -> Iterator[str]:
    for line in paragraph.splitlines():
        yield from textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
