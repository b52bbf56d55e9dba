"""Series and panels of which the truth is known, from fixed seeds."""

from __future__ import annotations

from datetime import date

import numpy as np

from tutela.engine.assessment.interrupted import Event
from tutela.engine.assessment.panel import Panel
from tutela.engine.assessment.series import Frequency, Series

STARTS = date(2010, 1, 1)


def monthly(values, name="Reports", breaks=(), unit="reports"):
    return Series(name, unit, Frequency.MONTH, STARTS, tuple(map(float, values)), tuple(breaks))


def month(place):
    return Frequency.MONTH.after(STARTS, place)


def event(place):
    return Event(month(place), "a new unit at work")


def noise(count, seed=1, lasting=0.5):
    shocks = np.random.default_rng(seed).standard_normal(count)
    found = np.zeros(count)
    for place in range(count):
        found[place] = lasting * found[place - 1] * (place > 0) + shocks[place]
    return found


def stepped(count=60, place=40, size=10.0, seed=1, base=50.0):
    return base + noise(count, seed) + size * (np.arange(count) >= place)


def panel(units=12, periods=30, seed=3):
    """Units x periods around two common movements."""
    random = np.random.default_rng(seed)
    common = np.cumsum(random.normal(0, 0.5, (2, periods)), axis=1)
    return 40 + random.uniform(0.5, 1.5, (units, 2)) @ common + random.normal(0, 0.2, (units, periods))


def as_panel(values):
    return Panel.of(monthly(row, name=str(unit)) for unit, row in enumerate(values))
