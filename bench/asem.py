"""COINr's example index (ASEM, 51 countries): the published scores, from the published data, by our own index.

Set TUTELA_PUBLISHED_SERIES to a folder that holds, at any depth, `ASEM_iData.rda`, `ASEM_iMeta.rda` (data/) and
`UA_results.RDS` (vignettes/) of github.com/bluefoxr/COINr (MIT); nothing of them is in this repository. The published
scores are the nominal ones of its analysis of uncertainty. The steps are those of its example: denominate, impute by
the mean of Europe or Asia, treat up to five outliers, min-max, weighted arithmetic means.

`python -m bench.asem` prints how far ours are off.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench import r_data
from tutela.engine.assessment import index
from tutela.engine.assessment.index import Choices, Framework, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

VARIABLE: Final = "TUTELA_PUBLISHED_SERIES"


@dataclass(frozen=True, slots=True)
class Compared:
    """Our scores beside the published ones."""

    units: int
    score_off_max: float
    ranks_off: int


def compare(copies: Path) -> Compared:
    """Build the index from the copies and compare it."""
    data = _frame(copies, "ASEM_iData.rda")["ASEM_iData"]
    meta = _frame(copies, "ASEM_iMeta.rda")["ASEM_iMeta"]
    published = _frame(copies, "UA_results.RDS")["Nominal"]
    parts = [dict(zip(meta, row, strict=True)) for row in zip(*meta.values(), strict=True)]
    indicators = [part for part in parts if part["Type"] == "Indicator"]
    table = np.column_stack([_numbers(data[part["iCode"]]) for part in indicators])
    by = [_numbers(data[part["Denominator"]]) if part["Denominator"] else np.ones(len(table)) for part in indicators]
    full = index.impute(index.denominate(table, np.column_stack(by)), data["EurAsia_group"])
    ours = index.scores(full, _framework(parts), Choices())
    theirs = dict(zip(published["uCode"], zip(published["Score"], published["Rank"], strict=True), strict=True))
    ranks = index.rank(ours)
    return Compared(
        units=len(ours),
        score_off_max=max(abs(ours[row] - theirs[unit][0]) for row, unit in enumerate(data["uCode"])),
        ranks_off=sum(int(ranks[row]) != theirs[unit][1] for row, unit in enumerate(data["uCode"])),
    )


def _framework(parts: Sequence[dict[str, Any]]) -> Framework:
    return Framework(
        tuple(
            Part(part["iCode"], part["Parent"], part["Weight"], part["Direction"])
            for part in parts
            if part["Type"] == "Indicator"
        ),
        tuple(
            Part(part["iCode"], "" if part["Parent"] == "Index" else part["Parent"], part["Weight"])
            for part in parts
            if part["Type"] == "Aggregate" and part["Parent"]
        ),
    )


def _numbers(column: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None or np.isnan(value) else float(value) for value in column])


def _frame(copies: Path, name: str) -> dict[str, Any]:
    (path,) = copies.rglob(name)
    return r_data.frames(path.read_bytes())


if __name__ == "__main__":
    found = compare(Path(os.environ[VARIABLE]))
    print(f"{found.units} countries; largest difference {found.score_off_max:.1e}; {found.ranks_off} ranks differ")
