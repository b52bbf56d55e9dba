"""On what ground known material is looked up (law 7): by which channel it came to us, under whose law.

Rules:

1. Each look-up says its channel and its jurisdiction. A jurisdiction is two letters of ISO 3166-1, or empty where
   nobody said one.
2. What the operator has not enabled is refused. Nothing is enabled by default, and an empty jurisdiction never is.

>>> enabled = read_grounds("public:NL, private:DE")
>>> [Ground(Channel.PUBLIC, code) in enabled for code in ("nl", "de", "")]
[True, False, False]
>>> str(Ground(Channel.ENCRYPTED, "nl"))
'end-to-end-encrypted:NL'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

JURISDICTION: Final = re.compile(r"[A-Za-z]{2}", re.ASCII)


class Channel(StrEnum):
    """How what is looked up was communicated, before anybody told us of it."""

    PUBLIC = "public"  # anybody could see it
    PRIVATE = "private"  # between some people
    ENCRYPTED = "end-to-end-encrypted"


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground; the jurisdiction in small letters."""

    channel: Channel
    jurisdiction: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.jurisdiction.upper() or '?'}"


def read_grounds(text: str) -> frozenset[Ground]:
    """Read `channel:jurisdiction` with commas between. `ValueError` names the first that is not one."""
    return frozenset(_ground(part.strip()) for part in text.split(",") if part.strip())


def _ground(text: str) -> Ground:
    channel, _, jurisdiction = text.partition(":")
    if channel not in set(Channel) or not JURISDICTION.fullmatch(jurisdiction):
        raise ValueError(text)
    return Ground(Channel(channel), jurisdiction.lower())
