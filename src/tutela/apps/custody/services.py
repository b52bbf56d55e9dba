"""The verbs of the record for people: look, prove, export, verify. Each asks for the actor's permission first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import authorise, can
from tutela.apps.custody import exporting, recording, vault, verifying
from tutela.apps.custody.models import Checkpoint, Disposal, Leaf
from tutela.apps.custody.rules import Outcome
from tutela.domain.actors import Actor, Permission
from tutela.domain.waiting import Waiting
from tutela.engine import clock
from tutela.engine.ledger import Action, ObjectKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from uuid import UUID

    from django.db.models import QuerySet

_RECENT: Final = timedelta(days=7)


def entries(actor: Actor, *, chain_id: UUID | None = None) -> QuerySet[Leaf]:
    """Return entries, the newest place first; those that have no place yet come on top."""
    authorise(actor, Permission.CUSTODY_LEDGER_READ)
    found = Leaf.objects.order_by("-serial").defer("sealed")
    return found if chain_id is None else found.filter(chain_id=chain_id)


def entry(actor: Actor, event: UUID) -> Leaf:
    """Return one entry; `Http404` where there is none."""
    authorise(actor, Permission.CUSTODY_LEDGER_READ)
    try:
        return Leaf.objects.get(event=str(event))
    except Leaf.DoesNotExist:
        raise Http404 from None


def checkpoints(actor: Actor) -> QuerySet[Checkpoint]:
    """Return every signed checkpoint, newest first."""
    authorise(actor, Permission.CUSTODY_LEDGER_READ)
    return Checkpoint.objects.all()


def disposals(actor: Actor) -> QuerySet[Disposal]:
    """Return what retention did and what it could not do, newest first."""
    authorise(actor, Permission.CUSTODY_LEDGER_READ)
    return Disposal.objects.all()


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this actor: erasures that retention could not do in the last week."""
    if not can(actor, Permission.CUSTODY_LEDGER_READ):
        return []
    count = disposals(actor).filter(at__gte=clock.now() - _RECENT).exclude(outcome=Outcome.ERASED).count()
    return [Waiting(_("Erasures that could not be done this week"), count, "/retention/")] if count else []


def prove(actor: Actor, event: UUID) -> exporting.Inclusion:
    """Prove that one entry stands in the log."""
    authorise(actor, Permission.CUSTODY_LEDGER_READ)
    return exporting.inclusion(event)


def prove_continues(actor: Actor, old_size: int, new_size: int | None = None) -> tuple[bytes, ...]:
    """Prove that the log only grew from one size to another."""
    authorise(actor, Permission.CUSTODY_LEDGER_READ)
    return exporting.consistency(old_size, new_size)


def export_log(actor: Actor, *, including: Collection[int] = ()) -> Iterator[bytes]:
    """Return the lines of an export of the whole log. That it was made is recorded, after what it holds."""
    _record_export(actor)
    return exporting.log_lines(including=including)


def export_case(actor: Actor, chain_id: UUID, *, including: Collection[int] = ()) -> Iterator[bytes]:
    """Return the lines of an export of one case. That it was made is recorded."""
    _record_export(actor)
    return exporting.case_lines(chain_id, including=including)


def verify_log(actor: Actor, outside: Iterable[bytes] = ()) -> verifying.Report:
    """Verify the whole log, also against checkpoints that were kept outside."""
    authorise(actor, Permission.CUSTODY_LEDGER_READ)
    return verifying.verify_log(outside)


def verify_case(actor: Actor, chain_id: UUID, outside: Iterable[bytes] = ()) -> verifying.Report:
    """Verify one case."""
    authorise(actor, Permission.CUSTODY_LEDGER_READ)
    return verifying.verify_case(chain_id, outside)


def note(actor: Actor, event: UUID) -> str | None:
    """Return what a person wrote with an entry; None once erased. The caller shows it to who may see the case."""
    try:
        return recording.note_of(entry(actor, event))
    except vault.ErasedError:
        return None


@transaction.atomic
def _record_export(actor: Actor) -> None:
    authorise(actor, Permission.CUSTODY_LEDGER_EXPORT)
    recording.record(Action.EXPORT_MADE, kind=ObjectKind.EXPORT, object_id=clock.new_id(), actor=actor)
