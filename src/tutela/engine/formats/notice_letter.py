"""A letter to whoever can act on material: plain words, in the reader's language, as text and as PDF.

Rules:

1. It says what stands where, by whose assessment, what is asked of this reader, and how to object. Nothing else: no
   digest, no description, no name of a person.
2. Every address is defanged (law 10): people read it. The exact one goes beside it, for machines (`xarf`).
3. It demands nothing in the name of a law: which law binds the reader is for whoever sends it to know.
4. The same letter makes the same text and the same PDF. Days are those of ISO 8601, the same in every language.

>>> from datetime import date
>>> letter = Letter(
...     reference="17",
...     asked_of=Role.HOST,
...     basis=Basis.KNOWN,
...     addresses=("https://files.example/a",),
...     sender="A hotline, desk@hotline.example",
...     written_on=date(2026, 11, 22),
...     seen_on=date(2026, 11, 21),
... )
>>> subject(letter, "de")
'Meldung von Darstellungen sexuellen Kindesmissbrauchs, Zeichen 17'
>>> "hxxps://files[.]example/a" in text(letter), "https:" in text(letter)
(True, False)
"""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tutela.domain.addresses import defang, read_address
from tutela.domain.errors import FormatError
from tutela.engine import typesetting
from tutela.engine.formats.notice_words import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

ADDRESSES_MAX: Final = 50
_LINE_CHARS_MAX: Final = 200
_WIDTH: Final = 76
_TEMPLATE: Final = Path(__file__).parent / "templates" / "notice_letter.typ"


class Role(StrEnum):
    """What the reader can do about it."""

    HOST = "host"
    NETWORK = "network"  # upstream of the host
    CDN = "cdn"  # delivers it for a host that it knows
    REGISTRAR = "registrar"
    AUTHORITY = "authority"  # can order


class Basis(StrEnum):
    """By whose assessment it is what it is."""

    KNOWN = "known"  # an exact digest on a list whose entry people assessed
    ASSESSED = "assessed"  # people of ours
    EXPLOITATION = "exploitation"  # of a child, assessed by people of ours


_CAN_KEEP: Final = frozenset({Role.HOST, Role.NETWORK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter. `sender`: who writes and how to answer. `first_sent_on`: of the letter that this one repeats."""

    reference: str
    asked_of: Role
    basis: Basis
    addresses: tuple[str, ...]
    sender: str
    written_on: date
    seen_on: date
    first_sent_on: date | None = None


def subject(letter: Letter, language: str = "en") -> str:
    """Return the line above it."""
    name = "subject_exploitation" if letter.basis is Basis.EXPLOITATION else "subject"
    return _filled(letter, words(language)[name])


def text(letter: Letter, language: str = "en") -> str:
    """Return it as plain text."""
    return "\n\n".join("\n".join(_wrapped(paragraph)) for paragraph in _paragraphs(letter, language)) + "\n"


def pdf(letter: Letter, language: str = "en") -> bytes:
    """Return it as PDF."""
    said = {
        "title": subject(letter, language),
        "language": language,
        "paragraphs": [list(paragraph) for paragraph in _paragraphs(letter, language)],
    }
    files = {"letter": json.dumps(said).encode()}
    return typesetting.pdf(_TEMPLATE, files, date=f"{letter.written_on.isoformat()}T00:00:00+00:00")


def _paragraphs(letter: Letter, language: str) -> Iterator[tuple[str, ...]]:
    """Yield the paragraphs, each of one line or more."""
    _check(letter)
    say = words(language)
    yield (say["greeting"],)
    yield (_filled(letter, say["again" if letter.first_sent_on else "seen"]),)
    yield (say[f"what.{letter.basis}"],)
    yield tuple(map(defang, letter.addresses))
    yield (say["read"],)
    yield (say[f"ask.{letter.asked_of}"], *([say["preserve"]] if letter.asked_of in _CAN_KEEP else []))
    yield (say["closed"], say["quiet"])
    yield (say["objection"],)
    yield (letter.sender, _filled(letter, say["written"]))


def _filled(letter: Letter, sentence: str) -> str:
    return sentence.format(
        reference=letter.reference,
        written_on=letter.written_on,
        seen_on=letter.seen_on,
        first_sent_on=letter.first_sent_on,
    )


def _check(letter: Letter) -> None:
    for name, line in (("reference", letter.reference), ("sender", letter.sender)):
        if not 0 < len(line) <= _LINE_CHARS_MAX or not line.isprintable() or "://" in line:
            raise FormatError(f"the {name} of a letter is one line of at most {_LINE_CHARS_MAX} characters")
    if not 0 < len(letter.addresses) <= ADDRESSES_MAX:
        raise FormatError(f"a letter is about one address at least, and {ADDRESSES_MAX} at most")
    if any(read_address(address) != address for address in letter.addresses):
        raise FormatError("a letter is about http(s) addresses")


def _wrapped(paragraph: tuple[str, ...]) -> Iterator[str]:
    for line in paragraph:
        yield from textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
