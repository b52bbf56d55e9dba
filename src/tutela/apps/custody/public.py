"""What other apps may ask of custody: to record a change, to keep a field sealed, to hold and to erase.

    with transaction.atomic():
        team = Team.objects.create(...)
        record(Action.TEAM_CREATED, kind=ObjectKind.TEAM, object_id=team.id, actor=actor)

Who may hold or erase what is decided by the app that owns the object, before it calls. Access records its changes here,
too, so nothing here asks what anybody may: `services` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tutela.apps.custody.batches import insert_together, read_together, update_together
from tutela.apps.custody.blinding import blind_index
from tutela.apps.custody.erasure import (
    RETENTION,
    Candidate,
    HoldNotFoundError,
    end_hold,
    erase,
    erased_with,
    is_held,
    place_hold,
    retained,
)
from tutela.apps.custody.fields import EncryptedText, open_together
from tutela.apps.custody.history import Event, history
from tutela.apps.custody.models import Checkpoint, Disposal, Leaf
from tutela.apps.custody.proving import Proved, prove_all
from tutela.apps.custody.recording import Change, NoTransactionError, pseudonym_of, record, record_all
from tutela.apps.custody.rules import Outcome
from tutela.apps.custody.sequencer import BehindError, run_sequencer, sequence, waiting_count
from tutela.apps.custody.vault import ErasedError, SealError, erased_among, is_erased
from tutela.engine.ledger import Action, ObjectKind
from tutela.engine.ledger import Reason as ReasonCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutela.domain.period import Period

__all__ = [
    "RETENTION",
    "Action",
    "BehindError",
    "Candidate",
    "Change",
    "EncryptedText",
    "ErasedError",
    "Event",
    "HoldNotFoundError",
    "NoTransactionError",
    "ObjectKind",
    "Outcome",
    "Proved",
    "ReasonCode",
    "SealError",
    "Standing",
    "blind_index",
    "end_hold",
    "erase",
    "erased_among",
    "erased_with",
    "history",
    "indicators",
    "insert_together",
    "is_erased",
    "is_held",
    "open_together",
    "place_hold",
    "prove_all",
    "pseudonym_of",
    "read_together",
    "record",
    "record_all",
    "retained",
    "run_sequencer",
    "sequence",
    "standing",
    "update_together",
    "waiting_count",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the record is: entries that have a place, when that was signed, and since when others wait for one."""

    size: int
    signed_at: datetime | None
    waiting: int
    waiting_since: datetime | None


def standing() -> Standing:
    """Return how far the record is, for the status page."""
    newest = Checkpoint.objects.first()
    waiting = Leaf.objects.filter(position=None).order_by("serial")
    first = waiting.values_list("time", flat=True).first()
    return Standing(
        size=newest.size if newest else 0,
        signed_at=newest.signed_at if newest else None,
        waiting=waiting.count(),
        waiting_since=datetime.fromisoformat(first) if first else None,
    )


def indicators(period: Period) -> Mapping[str, int]:
    """Return what custody can count: recorded changes, lawful erasures, and erasures that could not be done."""
    start, end = (f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z" for moment in (period.start, period.end))
    recorded = Leaf.objects.filter(time__gte=start, time__lt=end)
    undone = Disposal.objects.filter(at__gte=period.start, at__lt=period.end).exclude(outcome=Outcome.ERASED)
    return {
        "changes-recorded": recorded.count(),
        "records-erased": recorded.filter(action=Action.RECORD_ERASED).count(),
        "erasures-not-done": undone.count(),
    }
