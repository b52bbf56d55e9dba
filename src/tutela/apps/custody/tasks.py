"""Background work of custody: retention, once a day."""

from __future__ import annotations

from tutela.apps.custody import erasure
from tutela.apps.jobs.public import Finish, periodic
from tutela.domain.actors import SYSTEM
from tutela.engine import clock

_DAY_S = 24 * 3600


@periodic("custody.retention", every_s=_DAY_S, lease_s=600, own_transaction=True)
def retention(*, finish: Finish) -> None:
    """Erase what is due, subject by subject; what was done before a crash stays done."""
    erasure.apply_retention(SYSTEM, clock.now().date())
    with finish():
        pass
