"""How everything stands, for the people who run it: what is well, since when, and what to do where it is not.

More than `health.checks`, which a load balancer asks every second: this looks at the work of the other processes, too.
What an operator has not set up is neither well nor unwell: it is said to be not configured, and what follows from that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tutela.apps.access.public import can
from tutela.apps.assessment import public as assessment
from tutela.apps.custody import public as custody
from tutela.apps.intake import public as intake
from tutela.apps.jobs import public as jobs
from tutela.apps.referral import public as referral
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.takedown import public as takedown
from tutela.apps.triage import public as triage
from tutela.domain.actors import Permission
from tutela.domain.waiting import Waiting
from tutela.engine import clock
from tutela.engine.matching import ListStore
from tutela.entry import health

if TYPE_CHECKING:
    from datetime import datetime

    from tutela.apps.tables import Table
    from tutela.domain.actors import Actor

_TABLES: Final = (
    intake.HELP,
    safeguarding.SERVICES,
    referral.AUTHORITIES,
    referral.DUTIES,
    triage.CLOCKS,
    triage.NETWORKS,
    triage.SEATS,
    takedown.CONTACTS,
    takedown.REGISTRIES,
    takedown.VANTAGES,
    takedown.CLASSES,
    custody.RETENTION,
)
WAIT_S_MAX: Final = 60  # work and entries are taken within a second where a worker runs
_ADVICE: Final = {
    "database": lambda: _("Start the database again, or look at its log. Nothing acknowledged is lost meanwhile."),
    "migrations": lambda: _("Run `tutela database prepare`, or start `tutela serve` once."),
    "disk": lambda: _("Make room on the disk that holds the state folder. Until then changes may be refused."),
}


class State(StrEnum):
    """How one part is."""

    WELL = "well"
    NOT_WELL = "not-well"
    NEEDS_A_PERSON = "needs-a-person"
    NOT_CONFIGURED = "not-configured"


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `since`: unwell from then on, where anybody can know. `address`: where a person mends it."""

    title: str
    state: State
    detail: str
    advice: str = ""
    since: datetime | None = None
    address: str = ""


def parts() -> list[Part]:
    """Look at everything."""
    near = [
        Part(each.title, State.WELL, each.detail)
        if each.well
        else Part(each.title, State.NOT_WELL, each.detail, _ADVICE[each.name]())
        for each in health.checks()
    ]
    if any(part.state is State.NOT_WELL for part in near[:2]):  # without tables there is nothing more to ask
        return near
    return [*near, _record(), _worker(), _given_up(), _lists(), _mail(), *_data_sets(), *map(_table, _TABLES)]


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this actor: parts that are not well."""
    if not can(actor, Permission.SYSTEM_STATUS_READ):
        return []
    unwell = [part for part in parts() if part.state is State.NOT_WELL]
    return [Waiting(_("Parts of the service that are not well"), len(unwell), reverse("status"), urgent=True)] * bool(
        unwell
    )


def moment_text(moment: datetime) -> str:
    """Return a time as pages show it."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _record() -> Part:
    found = custody.standing()
    detail = ngettext("%(size)s entry is signed", "%(size)s entries are signed", found.size) % {
        "size": number_format(found.size, force_grouping=True)
    }
    if found.waiting_since is None or (clock.now() - found.waiting_since).total_seconds() < WAIT_S_MAX:
        last = _("the newest at %(time)s") % {"time": moment_text(found.signed_at)} if found.signed_at else ""
        return Part(_("Record"), State.WELL, ", ".join(filter(None, (detail, last))))
    waiting = ngettext("%(count)d waits for its place", "%(count)d wait for their place", found.waiting)
    return Part(
        _("Record"),
        State.NOT_WELL,
        f"{detail}; {waiting % {'count': found.waiting}}",
        _("Nobody gives entries their place. Start `tutela worker`; if it stops at once, its last line says why."),
        found.waiting_since,
    )


def _worker() -> Part:
    backlog = jobs.backlog()
    detail = _("%(waiting)d wait, %(running)d run") % {"waiting": backlog.waiting, "running": backlog.running}
    since = jobs.overdue(WAIT_S_MAX)
    if since is None:
        return Part(_("Background work"), State.WELL, detail)
    return Part(
        _("Background work"),
        State.NOT_WELL,
        detail,
        _("Work is ready and nobody takes it. Start `tutela worker`, or another one beside it."),
        since,
    )


def _given_up() -> Part:
    dead = jobs.backlog().dead
    if not dead:
        return Part(_("Given-up work"), State.WELL, _("none"))
    detail = ngettext("%(count)d waits for a person", "%(count)d wait for a person", dead) % {"count": dead}
    return Part(
        _("Given-up work"),
        State.NEEDS_A_PERSON,
        detail,
        _("See why, then run it again or discard it."),
        address=reverse("jobs"),
    )


def _lists() -> Part:
    count = len(ListStore(settings.TUTELA.home / "lists").names())
    if count:
        detail = ngettext("%(count)d list in force", "%(count)d lists in force", count) % {"count": count}
        return Part(_("Hash lists"), State.WELL, detail)
    return Part(
        _("Hash lists"),
        State.NOT_CONFIGURED,
        _("no list"),
        _("Nothing can be known, so nothing can be confirmed without viewing. `tutela list import` brings one in."),
    )


def _mail() -> Part:
    if settings.TUTELA.mail_url:
        return Part(_("Mail server"), State.WELL, _("is set"))
    return Part(_("Mail server"), State.NOT_CONFIGURED, _("none"), _("No notice can be sent. Set TUTELA_MAIL_URL."))


def _data_sets() -> list[Part]:
    """What came in from outside, where anything did."""
    taken, overruled = assessment.taken_and_overruled()
    if not taken:
        return []
    detail = ngettext("%(count)d came in", "%(count)d came in", taken) % {"count": taken}
    if not overruled:
        return [Part(_("Data sets"), State.WELL, detail)]
    words = ngettext("what ships contradicts %(count)d", "what ships contradicts %(count)d", overruled)
    advice = _("Its page says which rows are not in force. Take in a data set that fits, or correct the value.")
    told = f"{detail}; {words % {'count': overruled}}"
    return [Part(_("Data sets"), State.NEEDS_A_PERSON, told, advice)]


def _table(table: Table[Any]) -> Part:
    found = table.content()
    rows = ngettext("%(count)d row", "%(count)d rows", len(found.rows)) % {"count": len(found.rows)}
    if found.faults:
        first = found.faults[0]
        faults = ngettext(
            "%(count)d line of %(name)s is left out", "%(count)d lines of %(name)s are left out", len(found.faults)
        ) % {"count": len(found.faults), "name": table.name}
        why = _("Line %(line)d: %(why)s") % {"line": first.line, "why": first.why} if first.line else first.why
        return Part(table.title(), State.NEEDS_A_PERSON, f"{rows}; {faults}", why)
    if found.rows:
        return Part(table.title(), State.WELL, rows)
    return Part(table.title(), State.NOT_CONFIGURED, _("no row"), table.without())
