"""The registry as somebody may see it: what ships, what their organisation took in and corrected, what it counted.

Rules:

1. Definitions of what ships are never replaced: a data set may add indicators, sources and areas, under ids of its own.
2. A correction replaces a value from the moment it is made. Releases that were frozen before keep the value they had.
   Where another version of Tutela ships another value, it is not in force any more, and the indicator's page says so.
3. Our own counts are there for whoever may read them besides; they go into no release that leaves this organisation.
4. A data set that contradicts what a later version ships steps back, as a whole or for single values, and says so
   (`overruled`): on its page, and to who may take data in.
5. Putting it together takes a while, so it is kept, for a few organisations, until something of it changes.

    registry = data.registry(actor)
    registry.series("cybertipline-reports")
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tutela.apps.access.public import Target, authorise, can
from tutela.apps.assessment import own, packages, packing
from tutela.apps.assessment.models import Correction, DataSet, OwnCount, Release
from tutela.domain.actors import Actor, Permission
from tutela.engine import clock
from tutela.engine.assessment import releases
from tutela.engine.assessment.registry import Registry, load, of_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from tutela.engine.assessment.rows import RefusedRow

_KEPT: Final = 8
_Key = tuple[str, str, str]


def registry(actor: Actor) -> Registry:
    """Return everything that the actor may read: their organisation's own counts, where they may read these, too."""
    authorise(actor, Permission.ASSESSMENT_DATA_READ)
    organisation_id = actor.organisation_id
    if organisation_id is None:
        return load()
    with_own = can(actor, Permission.ASSESSMENT_INDICATOR_READ, Target(organisation_id))
    return _put_together(organisation_id, _state(organisation_id), with_own=with_own).registry


def public_registry(organisation_id: UUID) -> Registry:
    """Return what a release holds: everything but our own counts."""
    return _put_together(organisation_id, _state(organisation_id), with_own=False).registry


def whole_registry(organisation_id: UUID) -> Registry:
    """Return everything of an organisation, its own counts included, for background work."""
    return _put_together(organisation_id, _state(organisation_id), with_own=True).registry


def overruled(actor: Actor) -> Mapping[UUID, tuple[RefusedRow, ...]]:
    """Return which data sets came in and are not in force, or not whole, since Tutela ships otherwise; and why."""
    authorise(actor, Permission.ASSESSMENT_DATA_READ)
    mine = actor.organisation_id
    if mine is None or not DataSet.objects.filter(organisation_id=mine, was_taken=True).exists():
        return {}
    return _put_together(mine, _state(mine), with_own=False).overruled


def taken_and_overruled() -> tuple[int, int]:
    """Return how many data sets came in, and how many of them what ships contradicts by now: for the status page."""
    taken = DataSet.objects.filter(was_taken=True)
    owners = taken.order_by().values_list("organisation_id", flat=True).distinct()
    return taken.count(), sum(len(_put_together(each, _state(each), with_own=False).overruled) for each in owners)


def of_release(release: Release) -> Registry:
    """Return a registry as it was frozen."""
    return _frozen(release.id, release.digest)


@dataclass(frozen=True, slots=True)
class _Together:
    """What an organisation has, and what of its data sets is not in force any more, by the id of the data set."""

    registry: Registry
    overruled: Mapping[UUID, tuple[RefusedRow, ...]]


@lru_cache(maxsize=_KEPT)
def _put_together(organisation_id: UUID, _state: _Key, *, with_own: bool) -> _Together:
    """Put it together anew whenever `_state` is another one."""
    registry = load()
    overruled: dict[UUID, tuple[RefusedRow, ...]] = {}
    taken = DataSet.objects.filter(organisation_id=organisation_id, was_taken=True).order_by("imported_at", "id")
    for data_set in taken:
        files, day = packing.unpack(data_set.tables), data_set.imported_at.date()
        read = packages.read(registry, files, day, again=True)
        if rows := (*read.refused, *packages.overruled(registry, read)):
            overruled[data_set.id] = rows
        registry = packages.joined(registry, read)
    for each in corrections(organisation_id):
        with suppress(releases.CorrectionError):  # the value that it corrects is another one now: it is not in force
            registry = releases.correct(registry, [each])
    if with_own:
        own_counts = own.observations(organisation_id, registry.catalogue)
        registry = replace(registry, observations=(*registry.observations, *own_counts))
    return _Together(registry, overruled)


@lru_cache(maxsize=_KEPT)
def _frozen(release_id: UUID, _digest: str) -> Registry:
    row = Release.objects.get(id=release_id)
    return of_tables(packing.unpack(row.tables), clock.now().date())


def _state(organisation_id: UUID) -> _Key:
    """Return what changes whenever something of an organisation's data does."""
    newest: list[str] = []
    for rows in (DataSet.objects.filter(was_taken=True), Correction.objects.all(), OwnCount.objects.all()):
        last = rows.filter(organisation_id=organisation_id).order_by("-id").values_list("id", flat=True).first()
        newest.append(str(last or ""))
    return (newest[0], newest[1], newest[2])


def corrections(organisation_id: UUID, *, until: datetime | None = None) -> list[releases.Correction]:
    """Return what was corrected, all of it or until a moment, oldest first."""
    rows = Correction.objects.filter(organisation_id=organisation_id)
    if until:
        rows = rows.filter(corrected_at__lte=until)
    return [
        releases.Correction(
            (row.indicator, row.area, row.span, row.cell),
            row.was,
            row.becomes,
            row.reason,
            row.source,
            row.corrected_at.date(),
        )
        for row in rows
    ]
