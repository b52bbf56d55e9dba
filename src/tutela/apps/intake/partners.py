"""Pages: how good the reports of each sender are, one sender a page. There is no ranking, on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tutela.apps.access.public import actor_of, machines, require
from tutela.apps.intake import labels
from tutela.apps.intake.feedback import Feedback, feedback
from tutela.domain.actors import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@require(Permission.INTAKE_PARTNER_READ)
@require_safe
def partners(request: HttpRequest) -> HttpResponse:
    """List the machines that may hand in reports, by name."""
    found = machines(actor_of(request), Permission.INTAKE_PARTNER_READ)
    senders = [one for one in found if Permission.INTAKE_REPORT_CREATE in (one.actor.scopes or ())]
    return render(request, "intake/partners.html", {"senders": senders})


@require(Permission.INTAKE_PARTNER_READ)
@require_safe
def partner(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Show what one sender's reports lacked, were refused for, and said again."""
    found = machines(actor_of(request), Permission.INTAKE_PARTNER_READ)
    sender = next((one for one in found if one.key_id == key_id), None)
    if sender is None:
        raise Http404
    told = feedback(sender.actor)
    context = {
        "sender": sender,
        "told": told,
        "lacking": [(each, told.whole.share(gap)) for gap, each in _lacking(told)],
        "refused": [(labels.problem_of(code), count) for code, count in told.whole.refused.most_common()],
        "scores": [week.score for week in told.weeks],
        "counts": [week.reports for week in told.weeks],
        "spoken": _("Score, oldest week first: %(scores)s")
        % {"scores": ", ".join(str(week.score) for week in told.weeks)},
    }
    return render(request, "intake/partner.html", context)


def _lacking(told: Feedback) -> list[tuple[labels.Gap, labels.Missing]]:
    return [(gap, labels.missing(gap)[0]) for gap, _count in told.whole.lacking.most_common()]


urlpatterns = [
    path("partners/", partners, name="partners"),
    path("partners/<uuid:key_id>/", partner, name="partner"),
]
