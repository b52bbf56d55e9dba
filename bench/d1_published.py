"""D1: published answers, from the published data, beside statsmodels and pysyncon.

What is published: California's programme (Abadie, Diamond and Hainmueller 2010; Arkhangelsky and others 2021), West
Germany (Abadie, Diamond and Hainmueller 2015; the figure is that of pysyncon's own test), the seat-belt law of Great
Britain (Harvey and Durbin 1986; about 21 % by the local level model of Durbin and Koopman 2012), the Nile (a fall of
about 247 from 1899 on), people in modern slavery in the United Kingdom (Silverman 2014: 10 to 13 thousand), COINr's
example index of the 51 countries of the Asia-Europe Meeting (`asem.py`), and two rows of GTA 2018: reports to the
CyberTipline in 2014 and in 2017.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from bench import asem, published
from bench.peers import Peer
from bench.record import Measurement
from tutela.engine.assessment import registry
from tutela.engine.assessment.did import difference_in_differences
from tutela.engine.assessment.interrupted import Design, Event, Scale, interrupted
from tutela.engine.assessment.populations import estimate
from tutela.engine.assessment.sdid import synthetic_difference
from tutela.engine.assessment.synthetic import importance, synthetic_control

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAMME: Final = Event(date(1989, 1, 1), "the programme")
_UNIFICATION: Final = Event(date(1990, 1, 1), "unification")
_LAW: Final = Event(date(1983, 2, 1), "the law")
_DAM: Final = Event(date(1899, 1, 1), "the dam")
_RANGE: Final = (10_000, 13_000)
_SERIES: Final = (
    "California, synthetic control, off -19.5",
    "California, synthetic difference, off -15.6",
    "California, difference in differences, off -27.3",
    "West Germany, synthetic control, off -1,554",
    "seat belts, drivers, off -21",
    "seat belts, place of the real date among pretended ones",
    "Nile, off -247",
    "ASEM index, countries",
    "ASEM index, scores, largest difference",
    "ASEM index, ranks that differ",
)
_TIPLINE: Final = (("2014", 1_106_071), ("2017", 10_214_753))


def measure() -> Measurement:
    """Run every study."""
    found = Measurement()
    rows: list[tuple[object, ...]] = []
    _people(found, rows)
    _tipline(found, rows)
    copies = published.folder()
    if copies is None:
        found.notes.append(f"{published.VARIABLE} is not set: the studies that need published series were not run")
        for name in _SERIES:
            found.put(name, None)
    else:
        with Peer() as peer:
            _california(found, rows, copies)
            _germany(found, rows, copies, peer)
            _belts(found, rows, copies, peer)
            _nile(found, rows, copies, peer)
        _asem(found, rows, copies)
    found.table(
        "Ours, what was published, and a peer on the same data", ("study", "unit", "ours", "published", "peer"), rows
    )
    return found


def _people(found: Measurement, rows: list[tuple[object, ...]]) -> None:
    uk = estimate(published.people(), seed=2013, resamples=1_000)
    total = uk.selected.total
    found.put(
        "United Kingdom, people outside 10 to 13 thousand", max(_RANGE[0] - total.value, total.value - _RANGE[1], 0)
    )
    found.put("the same, interval when the model is chosen again, over the plain one", uk.fragility)
    plain = f"{total.value:,.0f} ({total.low:,.0f} to {total.high:,.0f})"
    rows.append(("people in modern slavery, United Kingdom", "people", plain, "10 to 13 thousand; 11,304", ""))
    rows.append(("the same, model chosen again", "people", f"{uk.redrawn_low:,.0f} to {uk.redrawn_high:,.0f}", "", ""))
    rows += [
        (f"the same, a model worse by {model.worse_by:.2f}", "people", round(model.total.value), "", "")
        for model in uk.as_good[1:]
    ]


def _tipline(found: Measurement, rows: list[tuple[object, ...]]) -> None:
    seen = registry.load()
    for year, printed in _TIPLINE:
        ours = seen.one("cybertipline-reports", year).value
        found.put(f"CyberTipline, {year}, off {printed:,}", None if ours is None else abs(ours - printed))
        rows.append((f"reports to the CyberTipline, {year}", "reports", ours, f"{printed:,}", ""))


def _california(found: Measurement, rows: list[tuple[object, ...]], copies: Path) -> None:
    panel = published.california(copies)
    control = synthetic_control(panel, "California", _PROGRAMME)
    synthetic = synthetic_difference(panel, "California", _PROGRAMME)
    plain = difference_in_differences(panel, "California", _PROGRAMME)
    found.put(_SERIES[0], abs(control.effect + 19.5))
    found.put(_SERIES[1], abs(synthetic.effect.value + 15.6))
    found.put(_SERIES[2], abs(plain.effect.value + 27.3))
    last = control.gaps[-1]
    rows += [
        ("California, synthetic control", "packs a head", control.effect, "-19.6", ""),
        ("the same, in 2000", "packs a head", last.observed - last.synthetic, "about -26", ""),
        (
            "the same, place of its misfit",
            f"of {control.pretences.of}",
            control.pretences.place,
            "3 by outcome alone",
            "",
        ),
        ("California, synthetic difference", "packs a head", synthetic.effect.value, "-15.6", ""),
        ("California, difference in differences", "packs a head", plain.effect.value, "-27.3", ""),
    ]


def _germany(found: Measurement, rows: list[tuple[object, ...]], copies: Path, peer: Peer) -> None:
    panel, unit = published.germany(copies), "West Germany"
    before = published.german_predictors(copies, panel.names, first=1971)
    weights = importance(panel, unit, before, 21, 31)
    predictors = published.german_predictors(copies, panel.names, first=1981)
    ours = synthetic_control(panel, unit, _UNIFICATION, predictors, weights)
    order = [panel.row(unit), *(row for row, name in enumerate(panel.names) if name != unit)]
    theirs = peer.ask(
        "synthetic_control",
        outcomes=panel.values[order].tolist(),
        place=panel.first_whole(_UNIFICATION.on),
        predictors=[[each.values[row] for row in order] for each in predictors],
        importances=list(weights),
    )
    found.put(_SERIES[3], abs(ours.effect + 1_554))
    rows.append(
        ("West Germany, synthetic control", "USD a head", ours.effect, "-1,555", f"{theirs['effect']:.1f} (pysyncon)")
    )
    rows += [(f"the same, weight of {each.unit}", "share", each.share, "", "") for each in ours.weights]


def _belts(found: Measurement, rows: list[tuple[object, ...]], copies: Path, peer: Peer) -> None:
    design = Design(scale=Scale.LOGARITHMIC)
    for column, said in (("drivers", "about -21"), ("front", "about -28.7"), ("rear", "none: the control series")):
        series = published.casualties(copies, column)
        ours = interrupted(series, _LAW, design)
        logs = np.log(series.values).tolist()
        theirs = peer.ask("structural_step", values=logs, place=series.first_whole(_LAW.on), seasonal=12)
        change = ours.percent.value if ours.percent else None
        rows.append(
            (f"seat belts, {column}", "%", change, said, f"{100 * np.expm1(theirs['effect']):.1f} (statsmodels)")
        )
        if column == "drivers":
            found.put(_SERIES[4], abs(change + 21) if change is not None else None)
            found.put(_SERIES[5], ours.pretences.place)


def _nile(found: Measurement, rows: list[tuple[object, ...]], copies: Path, peer: Peer) -> None:
    series = published.nile(copies)
    ours = interrupted(series, _DAM)
    theirs = peer.ask("structural_step", values=list(series.values), place=series.first_whole(_DAM.on), seasonal=0)
    found.put(_SERIES[6], 100 * abs(ours.effect.value / 247 + 1))
    rows.append(("Nile", series.unit, ours.effect.value, "about -247", f"{theirs['effect']:.1f} (statsmodels)"))


def _asem(found: Measurement, rows: list[tuple[object, ...]], copies: Path) -> None:
    compared = asem.compare(copies)
    found.put(_SERIES[7], compared.units)
    found.put(_SERIES[8], compared.score_off_max)
    found.put(_SERIES[9], compared.ranks_off)
    same = f"{compared.units - compared.ranks_off} ranks the same"
    rows.append(("ASEM index, 51 countries", "countries", compared.units, "51 (COINr)", same))
