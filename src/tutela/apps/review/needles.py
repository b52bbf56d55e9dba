r"""What somebody looks for: read from what they typed, never guessed further. Pure.

>>> [needle.kind.value for needle in needles("hxxps://files[.]example/a")]
['page']
>>> [needle.kind.value for needle in needles("4711 0815 1234 5678")]
['receipt']
>>> needles("Some.One", platform="Chat")[0].value
'chat\nsome.one'
>>> needles("anything else")
[]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from tutela.domain.addresses import read_address
from tutela.domain.reports import DIGEST_BYTES, Account, Clue, ClueKind, Media, Reported, clues, same_page

_RECEIPT: Final = re.compile(r"(?:\d[\s.-]?){16}", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-f]+")


class NeedleKind(StrEnum):
    """What kind of thing is looked for."""

    CASE = "case"
    RECEIPT = "receipt"
    PAGE = "page"
    ACCOUNT = "account"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Needle:
    """One thing that is looked for, in the one spelling in which it is kept."""

    kind: NeedleKind
    value: str

    @property
    def clue(self) -> Clue | None:
        """The clue by which reports with it meet; None where it is none."""
        return Clue(ClueKind(self.kind.value), self.value) if self.kind.value in set(ClueKind) else None


def needles(typed: str, *, platform: str = "") -> list[Needle]:
    """Return what somebody may mean by what they typed; nothing where it is nothing that can be found."""
    text = typed.strip()
    if platform.strip():
        account = Reported(accounts=(Account(platform.strip(), text),))
        return [Needle(NeedleKind.ACCOUNT, clue.value) for clue in clues(account, sender="")]
    if _RECEIPT.fullmatch(text):
        return [Needle(NeedleKind.RECEIPT, text)]
    if case_id := _uuid(text):
        return [Needle(NeedleKind.CASE, str(case_id)), *_digest(text)]
    if digest := _digest(text):
        return digest
    address = read_address(text) if "." in text or "[:]" in text else None
    return [Needle(NeedleKind.PAGE, same_page(address))] if address else []


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _digest(text: str) -> list[Needle]:
    plain = text.lower()
    if not _HEX.fullmatch(plain):
        return []
    names = [name for name, size in DIGEST_BYTES.items() if len(plain) == 2 * size]
    return [Needle(NeedleKind.FILE, Media({name: bytes.fromhex(plain)}).fold) for name in names]
