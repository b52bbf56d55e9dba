"""What was found about who can act: by whom, how sure, and who is told first. Pure.

>>> found = [Party("host", "Registry's", "abuse@host.example", Source.RDAP, Confidence.MEDIUM),
...          Party("host", "Ours", "https://host.example/report", Source.TABLE, Confidence.HIGH)]
>>> [(party.name, party.is_form) for party in in_order(found)]
[('Ours', True), ("Registry's", False)]
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Source(StrEnum):
    """Who said so."""

    PERSON = "person"  # of this desk
    TABLE = "table"  # the operator's own
    RDAP = "rdap"
    SECURITY_TXT = "security-txt"


class Confidence(StrEnum):
    """How sure that makes us."""

    HIGH = "high"  # written for this purpose by somebody we trust
    MEDIUM = "medium"  # published for this purpose by a registry
    LOW = "low"  # published for another purpose, or by the party itself


_ORDER: Final = (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who can act. `rung` is one of the ladder's; `reach` a mailbox, or the address of a form."""

    rung: str
    name: str
    reach: str
    source: Source
    confidence: Confidence
    fronts: bool = False  # a delivery network: asked where the origin is, removes nothing itself
    language: str = ""  # of letters to them; empty: not known

    @property
    def is_form(self) -> bool:
        """Whether a person fills in a form, instead of a mail that goes by itself."""
        return self.reach.startswith("https://")


def in_order(parties: Iterable[Party]) -> list[Party]:
    """Return each way of reaching somebody once, the surest first."""
    once = {(party.rung, party.reach): party for party in sorted(parties, key=_unsure, reverse=True)}
    return sorted(once.values(), key=_unsure)


def _unsure(party: Party) -> int:
    return _ORDER.index(party.confidence)
