"""Published studies with known answers: the series from somebody's own copies, the counts of one official report here.

Set TUTELA_PUBLISHED_SERIES to a folder that holds these files, at any depth; nothing of them is in this repository:

| file | from | study |
|---|---|---|
| `california_prop99.csv` | github.com/synth-inference/synthdid, data/ | Abadie, Diamond, Hainmueller 2010 |
| `germany.csv` | github.com/sdfordham/pysyncon, data/ | Abadie, Diamond, Hainmueller 2015 |
| `ASEM_iData.rda`, `ASEM_iMeta.rda`, `UA_results.RDS` | github.com/bluefoxr/COINr, data/ and vignettes/ | its example |
| `Seatbelts.csv`, `Nile.csv` | github.com/vincentarelbundock/Rdatasets | Harvey, Durbin 1986; Cobb 1978 |

The overlap counts behind the United Kingdom's estimate of 2013 (Silverman, *Modern Slavery: an application of Multiple
Systems Estimation*, Home Office 2014) are facts of 18 numbers and stand here, in five lists as in R's SparseMSE.
"""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from tutela.engine.assessment.panel import Panel
from tutela.engine.assessment.populations import Overlaps
from tutela.engine.assessment.series import Frequency, Series
from tutela.engine.assessment.synthetic import Predictor

VARIABLE: Final = "TUTELA_PUBLISHED_SERIES"
_LISTS: Final = ("LA", "NG", "PF/NCA", "GO", "GP")
_ON: Final = (
    *(("LA", 54), ("NG", 463), ("PF/NCA", 995), ("GO", 695), ("GP", 316), ("LA NG", 15), ("LA PF/NCA", 19)),
    *(("LA GO", 3), ("NG PF/NCA", 62), ("NG GO", 19), ("NG GP", 1), ("PF/NCA GO", 76), ("PF/NCA GP", 11)),
    *(("GO GP", 8), ("LA NG PF/NCA", 1), ("LA NG GO", 1), ("NG PF/NCA GO", 4), ("LA NG PF/NCA GO", 1)),
)


def folder() -> Path | None:
    """The folder of copies; None where the variable is not set."""
    named = os.environ.get(VARIABLE, "")
    return Path(named) if named else None


def people() -> Overlaps:
    """The five lists of the United Kingdom, 2013: 2,744 people."""
    return Overlaps(_LISTS, {frozenset(lists.split()): count for lists, count in _ON})


def california(copies: Path) -> Panel:
    """Packs of cigarettes a head, 39 states, 1970 to 2000."""
    return _panel(_rows(copies, "california_prop99.csv", ";"), "State", "Year", "PacksPerCapita", "packs a head")


def germany(copies: Path) -> Panel:
    """Gross domestic product a head of 17 countries, 1960 to 2003."""
    return _panel(_rows(copies, "germany.csv"), "country", "year", "gdp", "USD a head")


def german_predictors(copies: Path, units: tuple[str, ...], *, first: int) -> tuple[Predictor, ...]:
    """The study's predictors, averaged over the ten years from `first` (1971 to choose weights, 1981 to estimate)."""
    rows = _rows(copies, "germany.csv")
    ten = range(first, first + 10)
    years: dict[str, range | tuple[int, ...]] = dict.fromkeys(("gdp", "trade", "infrate", "industry"), ten)
    years |= {"schooling": (first - 1, first + 4), "invest70" if first < 1981 else "invest80": (1980,)}
    return tuple(
        Predictor(name, tuple(_mean(rows, unit, name, span) for unit in units)) for name, span in years.items()
    )


def casualties(copies: Path, column: str) -> Series:
    """People killed or seriously injured each month in Great Britain, 1969 to 1984."""
    values = tuple(float(row[column]) for row in _rows(copies, "Seatbelts.csv"))
    return Series(column, "people", Frequency.MONTH, date(1969, 1, 1), values)


def nile(copies: Path) -> Series:
    """Yearly flow of the Nile at Aswan, 1871 to 1970."""
    values = tuple(float(row["value"]) for row in _rows(copies, "Nile.csv"))
    return Series("Nile", "100 million m3", Frequency.YEAR, date(1871, 1, 1), values)


def _panel(rows: list[dict[str, str]], unit: str, year: str, value: str, measured: str) -> Panel:
    points: dict[str, list[tuple[date, float]]] = {}
    for row in rows:
        points.setdefault(row[unit], []).append((date(int(row[year]), 1, 1), float(row[value])))
    return Panel.of(Series.of(name, measured, Frequency.YEAR, found) for name, found in points.items())


def _mean(rows: list[dict[str, str]], unit: str, column: str, years: range | tuple[int, ...]) -> float:
    """Over the years that have a value."""
    return float(np.mean([float(row[column]) for row in rows if _is_of(row, unit, years) and row[column]]))


def _is_of(row: dict[str, str], unit: str, years: range | tuple[int, ...]) -> bool:
    return row["country"] == unit and int(row["year"]) in years


def _rows(copies: Path, name: str, delimiter: str = ",") -> list[dict[str, str]]:
    """The first file of this name below the folder."""
    path = next(iter(sorted(copies.rglob(name))), None)
    if path is None:
        raise FileNotFoundError(f"{name} is not below {VARIABLE}")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))
