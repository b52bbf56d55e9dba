"""Background work: file. No transaction is open while an authority is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings

from tutela.apps.jobs.public import Finish, enqueue, job
from tutela.apps.referral import filing, sources
from tutela.apps.referral.calling import HttpLine
from tutela.engine import clock

if TYPE_CHECKING:
    from tutela.apps.referral.calling import Line

_ATTEMPTS_MAX: Final = 10_000  # a filing counts its own failures, and waits for a person after some
_LEASE_S: Final = 300


@job("referral.file", attempts_max=_ATTEMPTS_MAX, lease_s=_LEASE_S, own_transaction=True)
def file(filing_id: str, *, finish: Finish) -> None:
    """Go on with one filing until it ends, waits for a person, or an authority is to be asked again later."""
    wait_s = filing.go_on(UUID(filing_id), line(), sources.in_place())
    with finish():
        if wait_s is not None:
            later = clock.now() + timedelta(seconds=wait_s)
            enqueue("referral.file", {"filing_id": filing_id}, run_at=later)


def line() -> Line | None:
    """Return the way to the CyberTipline; None where none is configured."""
    given = settings.TUTELA
    return HttpLine(given.cybertip_url, given.cybertip_user, given.cybertip_password) if given.cybertip_url else None
