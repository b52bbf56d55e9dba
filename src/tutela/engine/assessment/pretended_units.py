"""An effect and its spread, found by pretending that each other unit was the treated one (placebo variance).

Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), algorithm 4, for one treated unit: the standard deviation of
the pretended effects stands for that of the real one. It holds if the treated unit is about as restless as the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from tutela.engine.assessment.estimate import LEVEL, Estimate
from tutela.engine.assessment.placebo import Pretence, Pretences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def among_units(
    names: Sequence[str], values: Floats, treated: int, place: int, method: Callable[[Floats, Floats, int], float]
) -> tuple[Estimate, Pretences]:
    """Run `method(treated, others, place)` for the treated unit, then for each other one among the others."""
    others = np.delete(values, treated, axis=0)
    other_names = [name for row, name in enumerate(names) if row != treated]
    effect = method(values[[treated]], others, place)
    pretended = [method(others[[row]], np.delete(others, row, axis=0), place) for row in range(len(others))]
    spread = max(float(np.std(pretended, ddof=1)), 1e-12)
    reach = float(stdtrit(len(pretended) - 1, (1 + LEVEL) / 2)) * spread
    return (
        Estimate(effect, effect - reach, effect + reach, spread),
        Pretences(effect, tuple(Pretence(*each) for each in zip(other_names, pretended, strict=True))),
    )
