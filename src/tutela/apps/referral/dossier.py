"""From a case to a draft: what would be filed, with whom, how good it is, and what it lacks.

The score and the gaps are intake's (`intake.quality`): here they are asked of the draft, so that a person sees, before
anything is sent, what an authority would miss. Nothing is refused for a low score; what the wire cannot do without is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from tutela.apps.access.public import incident_names
from tutela.apps.intake import public as intake
from tutela.apps.referral import documents, drafts, labels
from tutela.apps.referral.words import Channel
from tutela.domain.addresses import defang
from tutela.domain.reports import Incident
from tutela.engine import clock

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tutela.apps.referral.drafts import Draft
    from tutela.domain.media_source import MediaSource


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that would be sent, in plain words: as often as it is there. Addresses are defanged."""

    what: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Appraisal:
    """How good a draft is: the score, what an authority would miss, and what hinders it from being filed at all."""

    score: int
    missing: tuple[intake.Missing, ...]
    hindrances: tuple[str, ...]


def compose(case_id: UUID, reference: UUID, organisation: str, source: MediaSource | None) -> Draft:
    """Put together what is known of a case. The caller has asked for the case."""
    reported = drafts.together(list(intake.claims_of(case_id).values()), now=clock.now())
    folds = [media.fold for media in reported.media]
    uploads = tuple(fold for fold in folds if source is not None and source.holds(fold))
    sender = drafts.Sender(organisation, settings.TUTELA.filing_email)
    return drafts.Draft(str(reference), sender, reported, uploads)


def appraise(draft: Draft, channel: str) -> Appraisal:
    """Judge a draft."""
    gaps = intake.gaps_of(draft.reported)
    hindrances: list[str] = []
    if not draft.sender.email:
        hindrances.append(_("It does not say how to reach us. An administrator sets filing_email."))
    if channel == Channel.CYBERTIPLINE:
        if draft.reported.incident is Incident.NOT_SAID:
            hindrances.append(_("It does not say what kind of incident it is. The CyberTipline takes none without."))
        if draft.reported.occurred_at is None:
            hindrances.append(_("It does not say when it happened. The CyberTipline takes none without."))
        if not hindrances:
            hindrances += [
                _("The CyberTipline would not take it: %(why)s") % {"why": why} for why in documents.faults(draft)
            ]
        if not settings.TUTELA.cybertip_url:
            hindrances.append(_("No address of the CyberTipline is configured. An administrator sets cybertip_url."))
    return Appraisal(intake.score(gaps), tuple(intake.missing(gaps)), tuple(hindrances))


def preview(draft: Draft) -> list[Line]:
    """Say in plain words exactly what would be sent."""
    said = draft.reported
    lines = [
        Line(
            _("What kind of incident"),
            (str(incident_names()[said.incident]),) if said.incident in incident_names() else (),
        ),
        Line(_("When"), (_moment(said.occurred_at),) if said.occurred_at else ()),
        Line(_("Facts that were ticked"), tuple(str(labels.FACTS[each]) for each in sorted(said.facts))),
        Line(_("Age of the youngest child, as it seems"), (str(labels.AGES[said.age_band]),)),
        Line(_("Countries"), tuple(each.upper() for each in said.jurisdictions)),
        Line(_("Addresses"), tuple(defang(each) for each in said.addresses)),
        Line(_("Accounts"), tuple(f"{each.platform}: {each.name}" for each in said.accounts)),
        Line(_("IP addresses"), tuple(_capture(each.address, each.port) for each in said.ip_captures)),
        Line(_("Files sent, by their digest"), tuple(each.fold for each in draft.media)),
        Line(_("Files of which only the digest is sent"), tuple(each.fold for each in draft.only_digests)),
        Line(_("What was written"), (said.text,) if said.text else ()),
        Line(_("From"), (draft.sender.organisation, draft.sender.email)),
        Line(_("Our reference"), (draft.reference,)),
    ]
    return [line for line in lines if line.values]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _capture(address: str, port: int) -> str:
    return f"{address}, {_('port')} {port}" if port else address
