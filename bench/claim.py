"""What a claim is, and the bars that its figures have to reach."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.record import Bar, FigureSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.record import Measurement

__all__ = ["Claim", "FigureSpec", "at_least", "at_most", "below", "times"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of the plan that has to be shown."""

    claim_id: str
    title: str
    text: str
    module: str
    figures: tuple[FigureSpec, ...]

    def command(self) -> Callable[[], Measurement]:
        """The measuring function; imported only when it is to run."""
        measure: Callable[[], Measurement] = importlib.import_module(self.module).measure
        return measure


def at_least(amount: float) -> Bar:
    """The value itself."""
    return Bar("value", ">=", amount)


def at_most(amount: float) -> Bar:
    """The value itself."""
    return Bar("value", "<=", amount)


def below(amount: float) -> Bar:
    """The value itself."""
    return Bar("value", "<", amount)


def times(amount: float) -> Bar:
    """How many times better than the peer."""
    return Bar("ratio", ">=", amount)
