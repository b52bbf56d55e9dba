"""What goes when a case is erased: everything that would lead back to it. The record keeps the proof, months a number.

With the key of a case go its texts and addresses. Here go the rows that say what it shared with others: mentions,
sightings and pages, the marks of clues that led nowhere else, and those that another unit could ask for. A page about
which a notice was sent keeps its row, without the mark. Sightings of a series become a number in their month before
they go.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import F, ProtectedError

from tutela.apps.custody.public import ObjectKind, erased_with
from tutela.apps.triage.models import Clue, Erased, Location, Mention, SeriesItem, SharedMark, Sighting

if TYPE_CHECKING:
    from uuid import UUID

    from tutela.apps.custody.public import ReasonCode
    from tutela.domain.actors import Actor


@erased_with(ObjectKind.CASE)
def erase_links(_actor: Actor, case_id: UUID, _reason: ReasonCode) -> None:
    """Remove what links an erased case to anything, in the transaction of the erasure."""
    _count(case_id)
    Mention.objects.filter(case_id=case_id).delete()
    Clue.objects.filter(home_id=case_id).update(mark=None)
    SharedMark.objects.filter(case_id=case_id).delete()
    for location in Location.objects.filter(case_id=case_id):
        try:
            location.delete()
        except ProtectedError:  # a notice was sent about it
            Location.objects.filter(id=location.id).update(mark=location.id.hex)
    Sighting.objects.filter(case_id=case_id).delete()


def _count(case_id: UUID) -> None:
    """Turn the sightings of series into numbers."""
    members = SeriesItem.objects.filter(item__sightings__case_id=case_id)
    seen = members.values_list("series_id", "item__sightings__seen_at", "item__sightings__case_id")
    months = Counter(
        (series_id, seen_at.date().replace(day=1)) for series_id, seen_at, sighted in seen if sighted == case_id
    )
    for (series_id, month), count in months.items():
        row, _ = Erased.objects.get_or_create(series_id=series_id, month=month)
        Erased.objects.filter(id=row.id).update(sightings=F("sightings") + count)
