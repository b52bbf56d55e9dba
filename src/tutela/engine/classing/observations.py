"""What people observed of an item, one fact at a time, and what is settled when several have looked. Pure.

Scales cannot be turned into each other: one knows age and act, another the act alone, a third whether the child is
real. So what is kept is what a person observed; `schemes` derives a class of each scale from it. Rules:

1. An observation is a kind and a value of `data/observations.toml`. Whatever was not observed is not there: silence
   is no value, and never counts as "none of these".
2. Who assessed, and on what basis, belongs to it. Without viewing is a basis too: it repeats what a list said of
   exactly this file, and is never an independent assessment (law 4).
3. A fact is settled where everybody who observed it said the same. What two said differently is disputed, whoever they
   are: a third person looks. Then the value that most of them chose is settled, if there is one.
4. Independent are assessments of different people who viewed; somebody's second look is no second assessment.

>>> first = Assessment("p-1", Basis.VIEWED, {"age": "pubescent", "reality": "real"})
>>> other = Assessment("p-2", Basis.VIEWED, {"age": "prepubescent"})
>>> settle([first, other])
Settled(values={'reality': 'real'}, disputed=('age',), independent=2)
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Values = Mapping[str, str]


class ObservationError(TutelaError):
    """That cannot be observed here."""


class Basis(StrEnum):
    """What an assessment rests on."""

    VIEWED = "viewed"  # a person saw it, in whatever form
    DESCRIBED = "described"  # a person heard or read of it
    WITHOUT_VIEWING = "without-viewing"  # a list knows exactly this file


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one person observed at one time. `person` is a pseudonym."""

    person: str
    basis: Basis
    values: Values

    def __post_init__(self) -> None:
        """Refuse what no row of the vocabulary knows."""
        for kind, value in self.values.items():
            if value not in vocabulary().get(kind, {}):
                raise ObservationError("that is nothing one can observe here", hint="See data/observations.toml.")


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known after some assessments: values, the kinds in dispute, and how many assessed independently."""

    values: Values
    disputed: tuple[str, ...]
    independent: int


@cache
def vocabulary() -> Mapping[str, Mapping[str, str]]:
    """Return each kind with its values and their labels, in the order of the file."""
    text = resources.files("tutela.engine.classing").joinpath("data/observations.toml").read_text(encoding="utf-8")
    return MappingProxyType({kind: MappingProxyType(values) for kind, values in tomllib.loads(text).items()})


def settle(assessments: Iterable[Assessment]) -> Settled:
    """Bring assessments together; of one person only the last counts."""
    last = {each.person: each for each in assessments}
    viewed = [each for each in last.values() if each.basis is Basis.VIEWED]
    counted = viewed or list(last.values())
    said = {kind: _said(kind, counted) for kind in vocabulary()}
    values = {kind: value for kind, found in said.items() if (value := _settled(found)) is not None}
    disputed = tuple(kind for kind, found in said.items() if found and kind not in values)
    return Settled(values, disputed, len(viewed))


def _said(kind: str, assessments: Sequence[Assessment]) -> Counter[str]:
    return Counter(each.values[kind] for each in assessments if kind in each.values)


def _settled(found: Counter[str]) -> str | None:
    """The value that everybody chose, or most of three and more; None where there is none."""
    ranked = found.most_common(2)
    if not ranked:
        return None
    (value, times), rest = ranked[0], found.total() - ranked[0][1]
    return value if not rest or times > rest else None
