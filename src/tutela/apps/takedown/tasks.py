"""Background work: send a notice, look whether it is gone. No transaction is open while others are asked."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from tutela.apps.jobs.public import Finish, job
from tutela.apps.takedown import mail, services
from tutela.apps.takedown.models import Notice
from tutela.engine.probing import probe as ask

_LEASE_S = 120


@job("takedown.notify", attempts_max=12, lease_s=_LEASE_S, own_transaction=True)
def notify(notice_id: str, *, finish: Finish) -> None:
    """Send one notice."""
    notice = Notice.objects.get(id=UUID(notice_id))
    if notice.sent_at is None:
        mail.send(notice)
        with finish():
            services.keep_sent(notice)


@job("takedown.probe", lease_s=_LEASE_S, own_transaction=True)
def probe(notice_id: str, *, finish: Finish) -> None:
    """Look once. An erased case has no address left to look at."""
    notice = Notice.objects.get(id=UUID(notice_id))
    if notice.gone_at is None and notice.address:
        answer = ask(notice.address, allow_private=settings.TUTELA.probe_private)
        with finish():
            services.keep_probe(notice, answer)
