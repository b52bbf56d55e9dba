"""How much each signal counts. Pure, and versioned: whoever changes weights adopts a new version.

Rules:

1. A score has two visible parts, harm now and actionability, and is their sum. Each is the sum of its reasons.
2. A child in danger now counts `DANGER_POINTS`, more than everything else together could. No version can change that.
3. Points lie between 0 and `POINTS_MAX`: a signal can be ignored, it can never push a case down.
4. Version 0 is ours and in force until somebody adopts another.

>>> found = (Signal(Code.LIVE), Signal(Code.SEVERAL_REPORTS, 3, 4), Signal(Code.HAS_ACCOUNT))
>>> priority = prioritise(found, DEFAULT)
>>> priority.harm, priority.actionability, priority.score
(91, 20, 111)
>>> [(reason.code.value, reason.points) for reason in priority.reasons]
[('live', 85), ('has-account', 20), ('several-reports', 6)]
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tutela.apps.triage.rules import Code, Part, Signal
from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DANGER_POINTS: Final = 20_000
POINTS_MAX: Final = 100
TUNABLE: Final = tuple(code for code in Code if code is not Code.CHILD_IN_DANGER)
_OURS: Final[Mapping[Code, int]] = MappingProxyType(
    {
        Code.SELF_HARM: 90,
        Code.ABUSE_GOES_ON: 85,
        Code.LIVE: 85,
        Code.EXTORTION: 75,
        Code.EXPLOITED: 70,
        Code.SOLICITED: 50,
        Code.CHILD_ASKS: 50,
        Code.SHOWN_ASKS: 40,
        Code.AGE_YOUNGEST: 45,
        Code.AGE_CHILD: 30,
        Code.AGE_PUBESCENT: 15,
        Code.NEW: 35,
        Code.UNIDENTIFIED: 20,
        Code.LOOKS_ALIKE: 10,
        Code.SEVERAL_REPORTS: 2,
        Code.CHILD_FINDABLE: 60,
        Code.HAS_PLACE: 15,
        Code.HAS_ACCOUNT: 20,
        Code.HAS_IP: 20,
        Code.KNOWN: 15,
        Code.ASSESSED: 5,
        Code.SEVERAL_LISTS: 2,
        Code.HAS_ADDRESS: 10,
    }
)


class WeightsError(TutelaError):
    """Points that nobody may give."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One version: points for each unit of each signal."""

    number: int = 0
    points: Mapping[Code, int] = field(default_factory=lambda: _OURS)

    def __post_init__(self) -> None:
        if set(self.points) != set(TUNABLE):
            raise WeightsError("Every signal has its points, and a child in danger has always the same")
        if not all(0 <= points <= POINTS_MAX for points in self.points.values()):
            raise WeightsError(f"Points lie between 0 and {POINTS_MAX}")

    def of(self, signal: Signal) -> int:
        """Return what a signal adds."""
        each = DANGER_POINTS if signal.code is Code.CHILD_IN_DANGER else self.points[signal.code]
        return each * signal.units

    def score(self, signals: Iterable[Signal]) -> int:
        """Return the sum, for whoever needs no reasons."""
        return sum(map(self.of, signals))

    def plain(self) -> dict[str, int]:
        """Return the points as JSON can say them."""
        return {code.value: self.points[code] for code in TUNABLE}

    @classmethod
    def read(cls, number: int, plain: Mapping[str, Any]) -> Weights:
        """Read what `plain` wrote. A signal that this version does not know yet counts as in ours."""
        return cls(number, {code: int(plain.get(code.value, _OURS[code])) for code in TUNABLE})


DEFAULT: Final = Weights()


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its points, and the number in its sentence."""

    code: Code
    points: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class Priority:
    """A place in the queue and every reason for it, the weightiest first."""

    reasons: tuple[Reason, ...]

    @property
    def harm(self) -> int:
        """Harm now."""
        return self._sum(Part.HARM)

    @property
    def actionability(self) -> int:
        """What makes it possible to act."""
        return self._sum(Part.ACTION)

    @property
    def score(self) -> int:
        """The sum of both."""
        return self.harm + self.actionability

    def _sum(self, part: Part) -> int:
        return sum(reason.points for reason in self.reasons if reason.code.part is part)


def prioritise(signals: Iterable[Signal], weights: Weights) -> Priority:
    """Weigh a case."""
    reasons = [Reason(signal.code, points, signal.count) for signal in signals if (points := weights.of(signal))]
    return Priority(tuple(sorted(reasons, key=lambda reason: -reason.points)))
