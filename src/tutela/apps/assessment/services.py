"""Figures: what each app can count in a period, put together. A reported count is not a level of abuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.apps.access import public as access
from tutela.apps.access.public import Reach, authorise, reach_of
from tutela.apps.custody import public as custody
from tutela.apps.intake import public as intake
from tutela.apps.jobs import public as jobs
from tutela.apps.referral import public as referral
from tutela.apps.review import public as review
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.takedown import public as takedown
from tutela.apps.triage import public as triage
from tutela.domain.actors import Actor, Permission

if TYPE_CHECKING:
    from tutela.domain.ids import OrganisationId
    from tutela.domain.period import Period

_OF_AN_ORGANISATION: Final = (intake, triage, safeguarding, review, referral, takedown)
_OF_THE_INSTALLATION: Final = (access, custody, jobs)


def collect(actor: Actor, period: Period) -> dict[str, int]:
    """Return every indicator within the actor's reach: those of their organisation, or of all."""
    authorise(actor, Permission.ASSESSMENT_INDICATOR_READ)
    everything = reach_of(actor, Permission.ASSESSMENT_INDICATOR_READ) is Reach.EVERYTHING
    organisation_id = None if everything else actor.organisation_id
    figures = of_organisation(period, organisation_id)
    if everything:
        for app in _OF_THE_INSTALLATION:
            figures |= app.indicators(period)
    return figures


def of_organisation(period: Period, organisation_id: OrganisationId | None) -> dict[str, int]:
    """Return what the apps count for one organisation, or for all."""
    figures: dict[str, int] = {}
    for app in _OF_AN_ORGANISATION:
        figures |= app.indicators(period, organisation_id)
    return figures
