"""Rules as a file that people edit.

    [list.national]
    distance = 24                                  # bits, in the place of the list's own
    share = 0.5                                    # of the uploads
    disabled-until = 2026-12-01T00:00:00Z
    [list.national.class."2"]
    distance = 16
    [list.own-campaigns]
    negative = true                                # known to be harmless
    [flood]
    hits = 1000
    seconds = 3600
    [[quarantined]]
    list = "national"
    entry = "x-17"

What is not understood is refused, with its place: a rule that is misspelled must not be one that does nothing.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from tutela.domain.errors import RulesError
from tutela.engine.matching.policy.rules import ClassRules, Flood, ListRules, Rules

if TYPE_CHECKING:
    from collections.abc import Collection

_BITS_MAX = 255


def read_rules(raw: bytes) -> Rules:
    """Read and check a file of rules; `RulesError` where it is none."""
    try:
        plain = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulesError(f"the rules are no TOML: {error}", hint="Mend the file; the rules in force stay.") from None
    root = _Table("", plain, {"list", "flood", "quarantined"})
    return Rules(
        lists={name: _list(f"list.{name}", told) for name, told in root.table("list").items()},
        flood=_flood(root.table("flood")) if "flood" in plain else None,
        quarantined=frozenset(_entry(told) for told in root.tables("quarantined")),
    )


def _list(place: str, plain: object) -> ListRules:
    told = _Table(place, plain, {"distance", "enabled", "disabled-until", "share", "negative", "class"})
    return ListRules(
        distance_max=told.whole("distance", _BITS_MAX),
        enabled=told.flag("enabled", default=True),
        disabled_until=told.moment("disabled-until"),
        share=told.share("share"),
        negative=told.flag("negative", default=False),
        classes={name: _class(f"{place}.class.{name}", one) for name, one in told.table("class").items()},
    )


def _class(place: str, plain: object) -> ClassRules:
    told = _Table(place, plain, {"distance", "enabled"})
    return ClassRules(told.whole("distance", _BITS_MAX), told.flag("enabled", default=True))


def _flood(plain: object) -> Flood:
    told = _Table("flood", plain, {"hits", "seconds"})
    hits, seconds = told.whole("hits", 1 << 31), told.whole("seconds", 1 << 31)
    if not hits or not seconds:
        raise told.fault("needs hits and seconds, both more than nothing")
    return Flood(hits, seconds)


def _entry(plain: object) -> tuple[str, str]:
    told = _Table("quarantined", plain, {"list", "entry"})
    return told.text("list"), told.text("entry")


class _Table:
    """One table of the file, whose keys are known."""

    def __init__(self, place: str, plain: object, keys: Collection[str]) -> None:
        self._place = place
        if not isinstance(plain, dict):
            raise self.fault("is no table")
        self._plain = cast("dict[str, Any]", plain)
        for key in self._plain:
            if key not in keys:
                raise self.fault(f"has a key that is not known: {key}")

    def fault(self, words: str) -> RulesError:
        return RulesError(
            f"the rules cannot be used: {self._place or 'the file'} {words}",
            hint="Mend the file; the rules in force stay. docs/guide/index.md has them all.",
        )

    def table(self, key: str) -> dict[str, Any]:
        value = self._plain.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(f"has a {key} that is no table")
        return cast("dict[str, Any]", value)

    def tables(self, key: str) -> list[Any]:
        value = self._plain.get(key, [])
        if not isinstance(value, list):
            raise self.fault(f"has a {key} that is no list of tables")
        return cast("list[Any]", value)

    def whole(self, key: str, most: int) -> int | None:
        value = self._plain.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise self.fault(f"has a {key} that is no whole number from 0 to {most}")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._plain.get(key, default)
        if not isinstance(value, bool):
            raise self.fault(f"has a {key} that is neither true nor false")
        return value

    def share(self, key: str) -> float:
        value = self._plain.get(key, 1.0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.fault(f"has a {key} that is no share from 0 to 1")
        return float(value)

    def moment(self, key: str) -> datetime | None:
        value = self._plain.get(key)
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self.fault(f"has a {key} that is no time with its zone, such as 2026-12-01T00:00:00Z")
        return value

    def text(self, key: str) -> str:
        value = self._plain.get(key)
        if not isinstance(value, str) or not value:
            raise self.fault(f"lacks: {key}")
        return value
