"""The scales of the field as data, and which class of each follows from what was observed. Pure.

Rules:

1. A scheme is one file of `data`: its source, and its classes from the worst on, each with what must be observed.
   Schemes of a country are added as files; no label is invented, and no label of another scale is taken for one.
2. A class follows where everything it asks for was observed, and each class before it is ruled out. Where something is
   not observed yet, nothing follows: what may be is named, with the kinds that would decide it.
3. Of some values the source of a scheme says nothing. Then nothing follows, and that is said; it is not "no class".
4. Some schemes cannot be derived at all: a person is asked.
5. What follows is derived, never assessed, and alone it is never enough to file or to remove anything.

>>> derive(scheme("uk"), {"age": "pubescent", "act": "non-penetrative"}).code
'B'
>>> found = derive(scheme("industry"), {"act": "exhibition"})
>>> found.code, found.possible, found.missing
('', ('A2', 'B2'), ('age',))
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.errors import TutelaError
from tutela.engine.classing.observations import vocabulary

if TYPE_CHECKING:
    from tutela.engine.classing.observations import Values

_VOCABULARY: Final = "observations.toml"
Conditions = Mapping[str, frozenset[str]]


class SchemeError(TutelaError):
    """A scheme is not there, or its file cannot be used."""


@dataclass(frozen=True, slots=True)
class Class:
    """One class: its code on that scale, in words, and which values it asks for."""

    code: str
    label: str
    when: Conditions


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scale: its classes from the worst on. `is_asked`: nothing is derived, a person says which."""

    name: str
    title: str
    source: str
    classes: tuple[Class, ...]
    says_nothing_of: Conditions = field(default_factory=lambda: MappingProxyType({}))
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows. `code` is empty where nothing does: then see what may be, what is missing, or is not said."""

    scheme: str
    code: str = ""
    possible: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    not_said: tuple[str, ...] = ()  # kinds whose observed value the scheme's source does not mention


class _Holds(Enum):
    YES = 1
    NO = 2
    OPEN = 3


@cache
def schemes() -> tuple[Scheme, ...]:
    """Return every scheme that is shipped, by name."""
    folder = resources.files("tutela.engine.classing").joinpath("data")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(
        read(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8"))
        for file in files
        if file.name != _VOCABULARY
    )


def scheme(name: str) -> Scheme:
    """Return one scheme; `SchemeError` where there is none of that name."""
    for each in schemes():
        if each.name == name:
            return each
    raise SchemeError("there is no such scheme", hint=f"Schemes: {', '.join(each.name for each in schemes())}.")


def read(name: str, text: str) -> Scheme:
    """Read a scheme's file; `SchemeError` says what is wrong with it."""
    try:
        found: dict[str, Any] = tomllib.loads(text)
        read_classes = tuple(
            Class(row["code"], row["label"], _conditions(row.get("when", {}))) for row in found["classes"]
        )
        made = Scheme(
            name,
            found["title"],
            found["source"],
            read_classes,
            _conditions(found.get("says_nothing_of", {})),
            is_asked=found.get("is_asked", False),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise SchemeError(f"the scheme {name} cannot be read: {error}", hint="See data/uk.toml for one.") from error
    if not made.source:
        raise SchemeError(f"the scheme {name} names no source", hint="Say where its classes are written down.")
    if len({each.code for each in made.classes}) < len(made.classes):
        raise SchemeError(f"the scheme {name} has a class twice", hint="Give each class a code of its own.")
    if not made.is_asked and any(not each.when for each in made.classes):
        raise SchemeError(f"the scheme {name} has a class that asks for nothing", hint="Say what must be observed.")
    return made


def derive(of: Scheme, values: Values) -> Derived:
    """Return what follows from what was observed."""
    if of.is_asked:
        return Derived(of.name, possible=tuple(each.code for each in of.classes))
    not_said = tuple(kind for kind, unsaid in of.says_nothing_of.items() if values.get(kind) in unsaid)
    if not_said:
        return Derived(of.name, not_said=not_said)
    possible: list[Class] = []
    for each in of.classes:
        match _holds(each, values):
            case _Holds.YES if not possible:
                return Derived(of.name, each.code, (each.code,))
            case _Holds.YES | _Holds.OPEN:
                possible.append(each)
            case _Holds.NO:
                pass
    asked = {kind for each in possible for kind in each.when if kind not in values}
    missing = tuple(kind for kind in vocabulary() if kind in asked)
    return Derived(of.name, possible=tuple(each.code for each in possible), missing=missing)


def _holds(each: Class, values: Values) -> _Holds:
    if any(kind in values and values[kind] not in wanted for kind, wanted in each.when.items()):
        return _Holds.NO
    return _Holds.YES if all(kind in values for kind in each.when) else _Holds.OPEN


def _conditions(found: Mapping[str, list[str]]) -> Conditions:
    for kind, wanted in found.items():
        unknown = [value for value in wanted if value not in vocabulary().get(kind, {})]
        if unknown or kind not in vocabulary():
            raise SchemeError(f"nobody can observe {kind} {', '.join(unknown)}", hint="See data/observations.toml.")
    return MappingProxyType({kind: frozenset(wanted) for kind, wanted in found.items()})
