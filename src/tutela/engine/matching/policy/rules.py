"""What an operator may say of lists beside what the lists say of themselves."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  - dataclass fields that tools read
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class ClassRules:
    """Of one classification of one list: in bits, in the place of the list's distance; and whether it counts."""

    distance_max: int | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ListRules:
    """Of one list.

    `disabled_until` turns it off until then. `share` of the uploads are matched against it, chosen by their hash, so
    that the same upload gets the same answer. What is on a `negative` list is known to be harmless.
    """

    distance_max: int | None = None
    enabled: bool = True
    disabled_until: datetime | None = None
    share: float = 1.0
    negative: bool = False
    classes: Mapping[str, ClassRules] = field(default_factory=dict[str, ClassRules])

    def is_on(self, now: datetime) -> bool:
        """Tell whether the list counts at this moment."""
        return self.enabled and (self.disabled_until is None or now >= self.disabled_until)


@dataclass(frozen=True, slots=True)
class Flood:
    """An entry that is hit more often than `hits_max` within `window_s` seconds is set apart for a person to look."""

    hits_max: int
    window_s: float


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that an operator said. `quarantined` are (list, entry id) that were set apart by hand."""

    lists: Mapping[str, ListRules] = field(default_factory=dict[str, ListRules])
    flood: Flood | None = None
    quarantined: frozenset[tuple[str, str]] = frozenset()

    def of(self, list_name: str) -> ListRules:
        """Return the rules of one list."""
        return self.lists.get(list_name, _NO_RULES)

    def threshold(self, list_name: str, classification: str, own: int) -> int:
        """Return the distance in bits that holds for one class of one list, whose `own` it is without rules."""
        rules = self.of(list_name)
        of_class = rules.classes.get(classification, _NO_CLASS_RULES).distance_max
        if of_class is not None:
            return of_class
        return own if rules.distance_max is None else rules.distance_max

    def reach(self, list_name: str, own: int) -> int:
        """Return the farthest distance in bits that holds for any class of one list."""
        rules = self.of(list_name)
        general = own if rules.distance_max is None else rules.distance_max
        return max([general, *(one.distance_max for one in rules.classes.values() if one.distance_max is not None)])


_NO_RULES: Final = ListRules()
_NO_CLASS_RULES: Final = ClassRules()
