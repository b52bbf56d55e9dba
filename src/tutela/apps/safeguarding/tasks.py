"""Background work of safeguarding: ask those on call, again and again. No transaction is open while mail is sent."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from tutela.apps.jobs.public import Finish, job
from tutela.apps.safeguarding import alerting
from tutela.apps.safeguarding.models import Concern

_ATTEMPTS_MAX: Final = 10_000  # nobody gives up on a child because workers died
_LEASE_S: Final = 180
_BEFORE_ALL_ELSE: Final = -10


@job(
    "safeguarding.alert", attempts_max=_ATTEMPTS_MAX, lease_s=_LEASE_S, priority=_BEFORE_ALL_ELSE, own_transaction=True
)
def alert(concern_id: str, *, finish: Finish) -> None:
    """Ask whoever is next, unless somebody has taken the question."""
    concern = Concern.objects.get(id=UUID(concern_id))
    if alerting.is_wanted(concern):
        asked = alerting.ask(concern)
        with finish():
            alerting.keep(concern, asked)
