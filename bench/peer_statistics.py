"""The statistical peers, in the peers' process: statsmodels and pysyncon. Imported when first asked: they are large."""

# ruff: noqa: PLC0415  - a peer that hashes pictures must not carry pandas in its memory
from __future__ import annotations

import time
from typing import Any


def structural_step(values: list[float], place: int, seasonal: int) -> dict[str, Any]:
    """Effect and z of a step in a local level model with seasonal, by statsmodels' UnobservedComponents."""
    import numpy as np
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    step = (np.arange(len(values)) >= place).astype(float)
    start_s = time.process_time()
    model = UnobservedComponents(np.array(values), "llevel", exog=step, seasonal=seasonal or None, mle_regression=False)
    found = model.fit(disp=False, maxiter=200)
    effect, variance = found.smoothed_state[-1, -1], found.smoothed_state_cov[-1, -1, -1]  # the regressor is last
    return {
        "effect": float(effect),
        "z": float(effect / np.sqrt(variance)),
        "cpu_s": time.process_time() - start_s,
    }


def false_alarms(series: list[list[float]], place: int) -> dict[str, Any]:
    """How many of the series each peer says a step is in: segmented regression (plain, Newey-West), local level."""
    import warnings

    import numpy as np
    from statsmodels.regression.linear_model import OLS

    warnings.simplefilter("ignore")
    found = {"regression": 0, "newey_west": 0, "local_level": 0}
    for values in series:
        at = np.arange(len(values))
        columns = np.column_stack([np.ones(len(values)), at, at >= place]).astype(float)
        model = OLS(np.array(values), columns)
        found["regression"] += bool(model.fit().pvalues[2] < 0.05)
        found["newey_west"] += bool(model.fit(cov_type="HAC", cov_kwds={"maxlags": 12}).pvalues[2] < 0.05)
        found["local_level"] += bool(abs(structural_step(values, place, 0)["z"]) > 1.96)
    return found


def synthetic_control(
    outcomes: list[list[float]], place: int, predictors: list[list[float]], importances: list[float]
) -> dict[str, Any]:
    """Mean gap and weights by pysyncon: the first row is the treated unit; predictors x units."""
    import numpy as np
    import pandas as pd
    from pysyncon import Synth

    values, table = pd.DataFrame(outcomes).T, pd.DataFrame(predictors)
    start_s = time.process_time()
    found = Synth()
    found.fit(
        X0=table.iloc[:, 1:],
        X1=table.iloc[:, 0],
        Z0=values.iloc[:place, 1:],
        Z1=values.iloc[:place, 0],
        custom_V=np.array(importances),
    )
    weights = np.asarray(found.W).ravel()
    gap = values.iloc[place:, 0].to_numpy() - values.iloc[place:, 1:].to_numpy() @ weights
    return {"effect": float(gap.mean()), "weights": weights.tolist(), "cpu_s": time.process_time() - start_s}
