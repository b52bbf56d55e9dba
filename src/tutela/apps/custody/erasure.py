"""Holds, erasure and retention: what must be kept, what must go, and the proof of both.

Erasing a subject destroys its key: everything sealed under it, and what its digests in the record mean are gone at
once; rows may be removed by their apps afterwards. The record keeps that the subject existed, what was done and that it
was lawfully erased. A hold in force stops erasure, and that refusal is recorded too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from tutela.apps.custody import rules, vault
from tutela.apps.custody.models import DataKey, Disposal, Hold
from tutela.apps.custody.recording import record
from tutela.apps.custody.rules import Outcome, RetentionRule, Verdict
from tutela.apps.tables import Row, Table, dates
from tutela.domain.errors import TutelaError
from tutela.engine import clock
from tutela.engine.ledger import Action, ObjectKind
from tutela.engine.ledger import Reason as ReasonCode

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from tutela.domain.actors import Actor


class HoldNotFoundError(TutelaError):
    """There is no such hold in force."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject that was closed on a day. `closed_on` in UTC."""

    subject_id: UUID
    closed_on: date


Source = Callable[[], Iterator[Candidate]]
_sources: dict[ObjectKind, Source] = {}
Follower = Callable[["Actor", "UUID", ReasonCode], None]
_followers: dict[ObjectKind, list[Follower]] = {}


#### Holds ####


@transaction.atomic
def place_hold(
    actor: Actor, subject_id: UUID, *, reason: ReasonCode, note: str = "", until: datetime | None = None
) -> UUID:
    """Forbid the erasure of a subject, until the hold is ended or its own end has come; return the hold's id."""
    DataKey.objects.select_for_update().filter(subject_id=subject_id).first()  # after an erasure, or before it
    placed = Hold.objects.create(subject_id=subject_id, reason=reason, until=until)
    record(
        Action.HOLD_PLACED,
        kind=ObjectKind.HOLD,
        object_id=placed.id,
        case_id=subject_id,
        actor=actor,
        reason=reason,
        note=note,
    )
    return placed.id


@transaction.atomic
def end_hold(actor: Actor, hold_id: UUID, *, reason: ReasonCode, note: str = "") -> None:
    """End one hold now. Others on the same subject stay."""
    ended = Hold.objects.select_for_update().filter(id=hold_id, ended_at=None).first()
    if ended is None:
        raise HoldNotFoundError("There is no such hold in force")
    ended.ended_at = clock.now()
    ended.save(update_fields=["ended_at"])
    record(
        Action.HOLD_ENDED,
        kind=ObjectKind.HOLD,
        object_id=ended.id,
        case_id=ended.subject_id,
        actor=actor,
        reason=reason,
        note=note,
    )


def is_held(subject_id: UUID) -> bool:
    """Whether a hold on the subject is in force."""
    moment = clock.now()
    placed = Hold.objects.filter(subject_id=subject_id, ended_at=None)
    return any(rules.holds(each.until, each.ended_at, moment) for each in placed)


#### Erasure ####


@transaction.atomic
def erase(actor: Actor, subject_id: UUID, *, kind: ObjectKind, reason: ReasonCode) -> Outcome:
    """Destroy the key of a subject, unless it is held. Both answers are recorded; asking twice changes nothing."""
    row = DataKey.objects.select_for_update().filter(subject_id=subject_id).first()
    if row is None or row.destroyed_at is not None:
        return Outcome.NOTHING
    held = is_held(subject_id)
    action = Action.ERASURE_REFUSED if held else Action.RECORD_ERASED
    record(action, kind=kind, object_id=subject_id, actor=actor, reason=reason)
    if held:
        return Outcome.HELD
    for follow in _followers.get(kind, ()):
        follow(actor, subject_id, reason)
    vault.destroy(subject_id)
    return Outcome.ERASED


def erased_with(kind: ObjectKind) -> Callable[[Follower], Follower]:
    """Register what an app removes when a subject of one kind is erased, in the same transaction."""

    def register(follower: Follower) -> Follower:
        _followers.setdefault(kind, []).append(follower)
        return follower

    return register


#### Retention ####


def retained(kind: ObjectKind) -> Callable[[Source], Source]:
    """Register the function that yields an app's closed subjects of one kind."""

    def register(source: Source) -> Source:
        _sources[kind] = source
        return source

    return register


def apply_retention(actor: Actor, today: date, retention: tuple[RetentionRule, ...] | None = None) -> list[Disposal]:
    """Erase what is due, one transaction a subject; list what was done and what could not be done."""
    retention = RETENTION.rows() if retention is None else retention
    return [
        disposal
        for kind, source in _sources.items()
        for candidate in source()
        if (disposal := _dispose(actor, kind, candidate, today, retention)) is not None
    ]


@transaction.atomic
def _dispose(
    actor: Actor, kind: ObjectKind, candidate: Candidate, today: date, retention: tuple[RetentionRule, ...]
) -> Disposal | None:
    answer = rules.due(retention, kind, closed_on=candidate.closed_on, today=today)
    if answer.verdict is Verdict.KEPT:
        return None
    if answer.verdict is Verdict.DUE:
        outcome = erase(actor, candidate.subject_id, kind=kind, reason=ReasonCode.RETENTION_ENDED)
    else:
        outcome = Outcome(answer.verdict.value)
    if outcome is Outcome.NOTHING or _is_known(candidate.subject_id, outcome):
        return None
    name = answer.rule.name if answer.rule else ""
    return Disposal.objects.create(subject_id=candidate.subject_id, kind=kind, outcome=outcome, rule=name)


def _is_known(subject_id: UUID, outcome: Outcome) -> bool:
    """Whether the last line about a subject says the same: a standing refusal is listed once, not every day."""
    last = Disposal.objects.filter(subject_id=subject_id).first()
    return last is not None and last.outcome == outcome


def _rule(row: Row) -> RetentionRule:
    return RetentionRule(ObjectKind(row["kind"]), int(row["days"]), **dates(row))


RETENTION: Final = Table(
    "retention.csv",
    Path(__file__).parent / "data" / "retention.csv",
    _rule,
    title=lambda: _("Retention"),
    without=lambda: _("Nothing is erased by itself. A lawyer's rules belong into the table of retention."),
)
