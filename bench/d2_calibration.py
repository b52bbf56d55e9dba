"""D2: how often a change is seen where there is none, and how often an interval holds what is true. From one seed.

A step or ramp is linear in the model, so on the linear scale false alarms and intervals are two sides of one thing;
intervals are therefore measured on the logarithmic scale with an effect of 20 % and with ramps. The kinds of series
include two that the model does not contain (AR(2)) or can hardly tell apart (slow wandering). Series without memory
are covered more often than 95 %: the price of doubting what 120 values cannot show; the table says so.
"""

from __future__ import annotations

import math
import time
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from bench import simulated
from bench.peers import Peer
from bench.record import Measurement
from tutela.engine.assessment.impact import study
from tutela.engine.assessment.interrupted import Design, Scale, Shape, change
from tutela.engine.assessment.nowcast import nowcast
from tutela.engine.assessment.panel import Panel
from tutela.engine.assessment.populations import Overlaps, estimate
from tutela.engine.assessment.sdid import synthetic_difference
from tutela.engine.assessment.series import Frequency, Series
from tutela.engine.assessment.staggered import staggered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutela.engine.assessment.estimate import Estimate
    from tutela.engine.assessment.structural import Mixture

_SEED: Final = 2018
_SERIES: Final = 1_000
_WITH_EFFECT: Final = 300
_PEER_SERIES: Final = 200
_PANELS: Final = 100
_TRIANGLES: Final = 200
_POPULATIONS: Final = 60
_STUDIES: Final = 5
_LATEST: Final = 11  # months of a triangle of twelve delays that are not complete
_STEP: Final = math.log(1.2)
_RAMP: Final = 0.05
_PEOPLE: Final = 6_000
_LISTS: Final = "ABCD"


def measure() -> Measurement:
    """Run every simulation."""
    found = Measurement()
    _alarms(found)
    _intervals(found)
    _panels(found)
    _nowcasts(found)
    _populations(found)
    _speed(found)
    return found


def _alarms(found: Measurement) -> None:
    """No effect at all."""
    rates: dict[str, float] = {}
    with Peer() as peer:
        for kind, noise in simulated.NOISES.items():
            random = np.random.default_rng(_SEED)
            made = [noise(random) for _ in range(_SERIES)]
            design = Design(seasonal=False)
            seen = [not _covers(change(simulated.monthly(each), simulated.EVENT, design), 0) for each in made]
            rates[kind] = 100 * float(np.mean(seen))
            if kind == "AR(1) 0.7":
                few = [each.tolist() for each in made[:_PEER_SERIES]]
                theirs = peer.ask("false_alarms", series=few, place=simulated.BEFORE)
                share = {name: 100 * count / _PEER_SERIES for name, count in theirs.items()}
                found.put("false alarms, AR(1) 0.7", rates[kind], share["newey_west"])
                found.put("false alarms, AR(1) 0.7 again", rates[kind], share["local_level"])
                found.notes.append(f"plain segmented regression on the same series: {share['regression']:.1f} %")
    found.put("false alarms, all kinds of series", float(np.mean(list(rates.values()))))
    found.put("false alarms, the worst kind", max(rates.values()))
    found.table(f"False alarms in {_SERIES} series of each kind, nominal 5 %", ("kind", "%"), list(rates.items()))


def _intervals(found: Measurement) -> None:
    """A known effect: a step of 20 % on the logarithmic scale, a ramp on the linear one."""
    rows: list[tuple[str, float, float]] = []
    since = np.clip(np.arange(simulated.PERIODS) - simulated.BEFORE + 1, 0, None)
    for kind, noise in simulated.NOISES.items():
        random = np.random.default_rng(_SEED + 1)
        held = [0, 0]
        for _ in range(_WITH_EFFECT):
            logs = 5 + 0.05 * noise(random) + _STEP * (since > 0)
            series = Series("Simulated", "units", Frequency.MONTH, simulated.STARTS, tuple(np.exp(logs).tolist()))
            held[0] += _covers(change(series, simulated.EVENT, Design(scale=Scale.LOGARITHMIC, seasonal=False)), _STEP)
            ramp = simulated.monthly(noise(random) + _RAMP * since)
            held[1] += _covers(change(ramp, simulated.EVENT, Design(Shape.RAMP, seasonal=False)), _RAMP)
        rows.append((kind, *(100 * count / _WITH_EFFECT for count in held)))
    steps = [row[1] for row in rows]
    found.put("a step of 20 % is inside the interval, least of the kinds", min(steps))
    found.put("the same, all kinds, at least", float(np.mean(steps)))
    found.put("the same, all kinds, at most", float(np.mean(steps)))
    found.put("a ramp is inside the interval", float(np.mean([row[2] for row in rows])))
    found.table("Intervals that hold the truth, nominal 95 %", ("kind", "step, %", "ramp, %"), rows)


def _panels(found: Measurement) -> None:
    """Units that share two common movements; one, or several at different times, has an effect of 2."""
    random = np.random.default_rng(_SEED + 2)
    single, many = 0, 0
    for place in range(_PANELS):
        values = simulated.panel(random, units=24, periods=40)
        values[0, 30:] += 2
        single += _holds(synthetic_difference(_panel(values), "0", simulated.month(30)).effect, 2)
        values = simulated.panel(random, units=24, periods=40)
        starts = {str(unit): 20 + 5 * (unit % 2) for unit in range(10)}
        for unit, start in starts.items():
            values[int(unit), start:] += 2
        dates = {unit: simulated.month(start).on for unit, start in starts.items()}
        many += _holds(staggered(_panel(values), dates, seed=place, resamples=199).effect, 2)
    found.put("an effect is inside the interval of the synthetic difference", 100 * single / _PANELS)
    found.put("an effect is inside the interval of staggered starts", 100 * many / _PANELS)


def _nowcasts(found: Measurement) -> None:
    random = np.random.default_rng(_SEED + 3)
    off: list[float] = []
    raw: list[float] = []
    held: list[bool] = []
    for _ in range(_TRIANGLES):
        seen, totals = simulated.triangle(random)
        latest = list(zip(nowcast(seen, unit="reports"), totals.tolist(), strict=True))[-_LATEST:]
        held += [_holds(each.total, total) for each, total in latest if each.total]
        if latest[-1][0].total:
            off.append(latest[-1][0].total.value / latest[-1][1] - 1)
            raw.append(latest[-1][0].reported / latest[-1][1] - 1)
    share = 100 * float(np.mean(held))
    found.put("nowcast of the latest month, off on average", 100 * abs(float(np.mean(off))))
    found.put("the latest months raw, off on average", 100 * abs(float(np.mean(raw))))
    found.put("the total is inside the nowcast's interval, at least", share)
    found.put("the total is inside the nowcast's interval, at most", share)
    found.notes.append(f"nowcast of the latest month, mean absolute error: {100 * float(np.mean(np.abs(off))):.1f} %")


def _populations(found: Measurement) -> None:
    """Four lists, two of which depend on each other."""
    random = np.random.default_rng(_SEED + 4)
    again, given = 0, 0
    for place in range(_POPULATIONS):
        on = random.random((_PEOPLE, len(_LISTS))) < (0.12, 0.1, 0.08, 0.1)
        on[:, 1] |= on[:, 0] & (random.random(_PEOPLE) < 0.2)
        people = {
            frozenset(which): int((on == [name in which for name in _LISTS]).all(axis=1).sum())
            for which in chain.from_iterable(combinations(_LISTS, size) for size in range(1, 5))
        }
        uk = estimate(Overlaps(tuple(_LISTS), people), seed=place, resamples=199)
        again += uk.redrawn_low <= _PEOPLE <= uk.redrawn_high
        given += _holds(uk.selected.total, _PEOPLE)
    found.put("people on no list are inside the interval, model chosen again", 100 * again / _POPULATIONS)
    found.put("the same, model taken as given", 100 * given / _POPULATIONS)


def _speed(found: Measurement) -> None:
    """120 months of 21 units with a season, all pretences; the median of five, the first one included."""
    random = np.random.default_rng(_SEED + 5)
    taken_s: list[float] = []
    for _ in range(_STUDIES):
        values = 100 + simulated.panel(random, units=21, periods=simulated.PERIODS)
        units = _panel(values).series
        start_s = time.process_time()
        study(units[0], simulated.EVENT, Design(), controls=units[1:3], comparators=units[1:])
        taken_s.append(time.process_time() - start_s)
    found.put("a study of 120 months with all pretences", float(np.median(taken_s)))
    found.notes.append(f"the first study, with what is prepared once: {taken_s[0]:.2f} s CPU")


def _panel(values: NDArray[np.float64]) -> Panel:
    """Rows as monthly series named 0, 1, 2 and so on."""
    return Panel.of(
        Series(str(unit), "units", Frequency.MONTH, simulated.STARTS, tuple(row.tolist()))
        for unit, row in enumerate(values)
    )


def _covers(found: Mixture, truth: float) -> bool:
    """As `_holds` of its estimate, without working the interval out."""
    return 0.025 <= found.below(truth) <= 0.975


def _holds(found: Estimate, truth: float) -> bool:
    return found.low <= truth <= found.high
