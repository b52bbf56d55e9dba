"""From what a person observed to the classes of each scale, and who looks a second time. Pure.

`observations` holds what may be observed and what is settled; `schemes` the scales, as data, and what follows on each;
`reviewing` whose assessment another repeats. The words of the scales stand in `data` and nowhere else.
"""

from __future__ import annotations

from tutela.engine.classing.observations import Assessment, Basis, ObservationError, Settled, settle, vocabulary
from tutela.engine.classing.reviewing import Next, Policy, may_review, next_step
from tutela.engine.classing.schemes import Derived, Scheme, SchemeError, derive, read, scheme, schemes

__all__ = [
    "Assessment",
    "Basis",
    "Derived",
    "Next",
    "ObservationError",
    "Policy",
    "Scheme",
    "SchemeError",
    "Settled",
    "derive",
    "may_review",
    "next_step",
    "read",
    "scheme",
    "schemes",
    "settle",
    "vocabulary",
]
