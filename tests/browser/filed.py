"""Reports to a simulated authority, for the pages that show them: a draft, one that waits, one that is filed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from tests.browser.world import Cast

_AUTHORITIES = (
    "tip,us,Example authority,cybertipline,no,2026-01-01,,an example,a lawyer",
    "paper,nl,Example authority that takes packages,package,no,2026-01-01,,an example,a lawyer",
    "new,de,Another one,package,yes,2026-01-01,,an example,",
)
_DUTY = "d-1,us,tip,providers,as soon as it can be done,48,365,submission,2026-01-01,,an example,a lawyer"


def bring(cast: Cast, cases: Mapping[str, UUID]) -> dict[str, str]:
    """Write them, and let one be filed."""
    from tests.world import actor, fill
    from tutela.apps.referral import authorities, filing, services
    from tutela.apps.referral.words import Outcome, Said
    from tutela.entry.simulated.cybertipline import CyberTipline
    from tutela.entry.simulated.faults import Fault, Faults
    from tutela.entry.simulated.line import DirectLine

    settings.TUTELA = replace(settings.TUTELA, filing_email="desk@example.org", cybertip_url="http://127.0.0.1:9/x")
    fill(authorities.AUTHORITIES, *_AUTHORITIES)
    fill(authorities.DUTIES, _DUTY)
    me, case_id = actor(cast.supervisor), cases["case_called"]
    filed, package = (services.draft(me, case_id, name) for name in ("tip", "paper"))
    for each in (filed, package):
        services.approve(me, each.id)
    line = DirectLine(CyberTipline(), Faults([None, Fault.HALF_ANSWER]))
    while filing.go_on(filed.id, line) is not None:
        cast.calendar.forward(minutes=1)
    services.keep_feedback(me, filed.id, Said.USEFUL, Outcome.CHILD_FOUND, "They wrote a letter.")
    services.hand_over(me, package.id, "To the desk of the authority, by courier.")
    drafted = services.draft(me, cases["case_plain"], "tip")
    return {"filing_filed": str(filed.id), "filing_waits": str(package.id), "filing_draft": str(drafted.id)}
