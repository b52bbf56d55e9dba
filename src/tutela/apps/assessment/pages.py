"""The page of indicators: what each app counted, period by period. A reported count is not a level of abuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tutela.apps.access.public import actor_of, require
from tutela.apps.assessment import services
from tutela.domain.actors import Actor, Permission
from tutela.domain.period import Period
from tutela.engine import clock

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise

PERIODS: Final = 12
_DAYS: Final = {
    "days": 1,
    "weeks": 7,
    "months": 28,
}  # a month of four whole weeks: months of a calendar differ in length
_LABELS: Final[dict[str, _StrPromise]] = {
    "reports-received": gettext_lazy("Reports received"),
    "cases-opened": gettext_lazy("Cases opened"),
    "items-known": gettext_lazy("Items that a list knew exactly"),
    "concerns-raised": gettext_lazy("Children in danger: raised"),
    "concerns-closed": gettext_lazy("Children in danger: answered"),
    "items-confirmed-without-viewing": gettext_lazy("Items confirmed without viewing"),
    "reports-filed": gettext_lazy("Reports filed with authorities"),
    "reports-said-useful": gettext_lazy("Of these, useful, as authorities say"),
    "reports-said-not-useful": gettext_lazy("Of these, of no use, as authorities say"),
    "reports-with-outcome": gettext_lazy("Of these, with an outcome that was told"),
    "notices-sent": gettext_lazy("Notices sent"),
    "addresses-gone": gettext_lazy("Addresses found gone"),
    "people-active": gettext_lazy("People who can sign in, at the end"),
    "people-invited": gettext_lazy("People invited"),
    "changes-recorded": gettext_lazy("Changes recorded"),
    "records-erased": gettext_lazy("Erasures"),
    "erasures-not-done": gettext_lazy("Erasures that could not be done"),
    "jobs-given-up": gettext_lazy("Work given up and still there"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator through all periods, oldest first."""

    label: str
    counts: tuple[int, ...]

    @property
    def spoken(self) -> str:
        """The line in words, for who does not see it."""
        return _("%(label)s, oldest first: %(counts)s") % {
            "label": self.label,
            "counts": ", ".join(map(str, self.counts)),
        }

    @property
    def newest(self) -> int:
        """The count of the newest period."""
        return self.counts[-1]

    @property
    def before(self) -> int:
        """The count of the period before it."""
        return self.counts[-2]


@require(Permission.ASSESSMENT_INDICATOR_READ)
@require_safe
def indicators(request: HttpRequest) -> HttpResponse:
    """Show the newest periods beside each other."""
    by = request.GET.get("by", "")
    by = by if by in _DAYS else "weeks"
    periods = _periods(clock.now(), _DAYS[by])
    context = {"by": by, "periods": periods, "rows": _rows(actor_of(request), periods)}
    return render(request, "assessment/indicators.html", context)


def _periods(moment: datetime, days: int) -> list[Period]:
    """Return whole periods, oldest first, the last of them ending tonight: what is counted today is not yet whole."""
    end = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    span = timedelta(days=days)
    return [Period(end - span * (number + 1), end - span * number) for number in reversed(range(PERIODS))]


def _rows(actor: Actor, periods: list[Period]) -> list[Row]:
    counted = [services.collect(actor, period) for period in periods]
    return [
        Row(str(_LABELS.get(name, name.replace("-", " "))), tuple(each[name] for each in counted))
        for name in counted[-1]
    ]


urlpatterns = [path("indicators/", indicators, name="indicators")]
