"""Series, panels and triangles made from a seed, of which the truth is known. Synthetic numbers, no subject."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.engine.assessment.interrupted import Event
from tutela.engine.assessment.series import Frequency, Series

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


PERIODS: Final = 120
BEFORE: Final = 90
STARTS: Final = date(2010, 1, 1)
EVENT: Final = Event(Frequency.MONTH.after(STARTS, BEFORE), "nothing")
_WARM_UP: Final = 200


def autoregressive(lasting: float, count: int = PERIODS) -> Callable[[np.random.Generator], NDArray[np.float64]]:
    """Noise of which `lasting` stays from one period to the next; 1 is a random walk."""

    def noise(random: np.random.Generator) -> NDArray[np.float64]:
        shocks = random.standard_normal(count + _WARM_UP)
        found = np.zeros(count + _WARM_UP)
        for place in range(1, count + _WARM_UP):
            found[place] = lasting * found[place - 1] + shocks[place]
        return found[_WARM_UP:] - (found[_WARM_UP] if lasting == 1 else 0)

    return noise


def wandering(step: float, count: int = PERIODS) -> Callable[[np.random.Generator], NDArray[np.float64]]:
    """A level that takes random steps, and noise of size 1 on it: the local level model."""
    return lambda random: step * np.cumsum(random.standard_normal(count)) + random.standard_normal(count)


def second_order(random: np.random.Generator) -> NDArray[np.float64]:
    """Noise that remembers two periods, which the model does not contain."""
    shocks = random.standard_normal(PERIODS + _WARM_UP)
    found = np.zeros(PERIODS + _WARM_UP)
    for place in range(2, PERIODS + _WARM_UP):
        found[place] = 0.5 * found[place - 1] + 0.3 * found[place - 2] + shocks[place]
    return found[_WARM_UP:]


NOISES: Final[dict[str, Callable[[np.random.Generator], NDArray[np.float64]]]] = {
    "no memory": autoregressive(0.0),
    "AR(1) 0.4": autoregressive(0.4),
    "AR(1) 0.7": autoregressive(0.7),
    "AR(1) 0.9": autoregressive(0.9),
    "AR(2)": second_order,
    "random walk": autoregressive(1.0),
    "wandering level, steps 0.1": wandering(0.1),
    "wandering level, steps 0.3": wandering(0.3),
}


def monthly(values: NDArray[np.float64]) -> Series:
    """A monthly series of these values, high enough to be a count."""
    return Series("Simulated", "units", Frequency.MONTH, STARTS, tuple(float(value) for value in values + 100))


def month(place: int) -> Event:
    """An event on the first day of the month at this place."""
    return Event(Frequency.MONTH.after(STARTS, place), "an event")


def panel(random: np.random.Generator, *, units: int, periods: int) -> NDArray[np.float64]:
    """Units x periods: two common movements that each unit follows more or less, and noise that lasts a little."""
    common = np.cumsum(random.normal(0, 0.5, (2, periods)), axis=1)
    noise = np.array([0.5 * autoregressive(0.4, periods)(random) for _ in range(units)])
    return random.uniform(0.5, 1.5, (units, 2)) @ common + random.normal(0, 3, (units, 1)) + noise


def triangle(
    random: np.random.Generator, periods: int = 36, delays: int = 12
) -> tuple[list[list[float | None]], NDArray[np.float64]]:
    """A run-off triangle of Poisson counts with a growing level, and the true total of each period."""
    level = 400 * np.exp(np.cumsum(random.normal(0.01, 0.08, periods)))
    shares = 0.65 ** np.arange(delays)
    counts = random.poisson(np.outer(level, shares / shares.sum())).astype(np.float64)
    seen: list[list[float | None]] = [
        [float(cell) if period + delay < periods else None for delay, cell in enumerate(row)]
        for period, row in enumerate(counts)
    ]
    return seen, counts.sum(axis=1)
