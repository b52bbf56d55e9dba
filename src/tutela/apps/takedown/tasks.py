"""Background work: find who can act, look, hand notices over. No transaction is open while others are asked."""

from __future__ import annotations

from contextlib import suppress
from typing import Final
from uuid import UUID

from django.db import transaction

from tutela.apps import mailing
from tutela.apps.custody.public import open_together
from tutela.apps.jobs.public import Finish, job, periodic
from tutela.apps.takedown import finding, looking, mail, services, telling
from tutela.apps.takedown.models import Notice, Takedown
from tutela.engine import clock

_LEASE_S: Final = 300
_MINUTE_S: Final = 60
_ROUNDS_MAX: Final = 200  # at once


@job("takedown.find", lease_s=_LEASE_S, own_transaction=True)
def find(takedown_id: str, *, finish: Finish) -> None:
    """Find who can act on one address, and look at it for the first time."""
    takedown = Takedown.objects.select_related("location").get(id=UUID(takedown_id))
    address = takedown.location.address
    if not address or takedown.ended_at:
        return
    found, seen = finding.find(address), looking.look(address)
    with finish():
        services.keep_found(takedown.id, found)
        services.keep_round(takedown.id, seen)


@periodic("takedown.probe", every_s=_MINUTE_S, lease_s=_LEASE_S, own_transaction=True)
def probe(*, finish: Finish) -> None:
    """Look at whatever is due, many at once; each result is kept by itself. An erased case has no address left."""
    due = list(
        Takedown.objects.filter(due_at__lte=clock.now()).order_by("due_at").select_related("location")[:_ROUNDS_MAX]
    )
    open_together([takedown.location for takedown in due])
    asked = [looking.Asked(each.id, each.location.address, each.kind) for each in due if each.location.address]
    for takedown_id, seen in looking.look_at_all(asked).items():
        with transaction.atomic():
            services.keep_round(takedown_id, seen)
    with finish():
        erased = {takedown.id for takedown in due} - {each.id for each in asked}
        Takedown.objects.filter(id__in=erased).update(due_at=None)


@periodic("takedown.notify", every_s=_MINUTE_S, lease_s=_LEASE_S, own_transaction=True)
def notify(*, finish: Finish) -> None:
    """Hand over what waits, over one connection. Where the mail server is away it all waits, and one try was made."""
    waiting = telling.waiting(clock.now()) if mailing.is_configured() else []
    open_together(waiting)
    if waiting:
        try:
            with mailing.post() as hand_over:
                for notice in waiting:
                    _hand_over(notice, hand_over)
        except mailing.REFUSALS as error:
            mailing.log_away(error)
    with finish():
        pass


def _hand_over(notice: Notice, hand_over: mailing.HandOver) -> None:
    if not telling.is_wanted(notice):
        return
    letter, *copies = mail.letters(notice)
    try:
        hand_over(letter)
    except mailing.REFUSED_MESSAGE as error:
        with transaction.atomic():
            (telling.keep_bounced if mailing.is_final(error) else telling.keep_put_off)(notice)
        return
    with transaction.atomic():
        telling.keep_sent(notice, mailing.written(letter), letter.name)
    for copy in copies:
        with suppress(*mailing.REFUSED_MESSAGE):  # the desk may refuse its own copy
            hand_over(copy)
