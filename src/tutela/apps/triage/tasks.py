"""Background work of triage: ask every list about what waits, compare how it looks, rank by new weights."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings

from tutela.apps.jobs.public import Finish, enqueue, job, periodic
from tutela.apps.triage import likeness, ranking, series, services, sharing
from tutela.apps.triage.arriving import ask_lists
from tutela.domain.media import MediaKind
from tutela.domain.reports import DIGEST_BYTES
from tutela.domain.signals import Digests
from tutela.engine.matching import ListStore, Matcher, PackedList

if TYPE_CHECKING:
    from collections.abc import Mapping

_RANKING_S_MAX: Final = 900
_HOUR_S: Final = 3600
_opened: dict[tuple[str, str], PackedList] = {}


_LOOKUPS_AT_ONCE: Final = 500


@job("triage.match", own_transaction=True)
def match(organisation_id: str, *, finish: Finish) -> None:
    """Do look-ups that wait, where they are enabled. No transaction is open while lists are read."""
    waiting = services.waiting_lookups(UUID(organisation_id), _LOOKUPS_AT_ONCE)
    enabled = settings.TUTELA.grounds
    matcher = Matcher(_lists()) if any(lookup.ground in enabled for lookup in waiting) else None
    answers = [
        (lookup, matcher.match(_digests(lookup.item.digests), (), MediaKind.OTHER))
        if matcher is not None and lookup.ground in enabled
        else (lookup, None)
        for lookup in waiting
    ]
    with finish():
        services.keep_answers(answers)
        series.join([lookup.item_id for lookup, hits in answers if hits])
        if len(waiting) == _LOOKUPS_AT_ONCE:
            ask_lists(UUID(organisation_id))
        likeness.ask_alike(UUID(organisation_id))


@job("triage.liken", own_transaction=True)
def liken(organisation_id: str, *, finish: Finish) -> None:
    """Compare how new items look with how all before them do. No transaction is open while files are read."""
    likeness.compare(UUID(organisation_id), finish)


@job("triage.rank", own_transaction=True, lease_s=_RANKING_S_MAX)
def rank(weighting_id: str, *, finish: Finish) -> None:
    """Weigh every waiting case by a version that was adopted, then let it order the queue."""
    version = UUID(weighting_id)
    to_do = ranking.to_rank(version)
    if to_do:
        ranking.rank(*to_do)
    with finish():
        if to_do:
            ranking.take_over(version)


@periodic("triage.share", every_s=_HOUR_S)
def share() -> None:
    """Keep the clues of reports that came before an agreement, some hundreds at once."""
    go_on_at = sharing.keep_earlier()
    if go_on_at is not None:
        enqueue("triage.share", {}, run_at=go_on_at)


def _lists() -> list[PackedList]:
    """Return the lists in force; each version is opened and checked once a process."""
    store = ListStore(settings.TUTELA.home / "lists")
    current = [(name, store.info(name).version) for name in store.names()]
    for gone in set(_opened) - set(current):
        _opened.pop(gone, None)
    for name, version in current:
        if (name, version) not in _opened:
            _opened[name, version] = store.open(name)
    return [_opened[each] for each in current]


def _digests(known: Mapping[str, bytes]) -> Digests:
    """Fill in what a report left out with bytes that agree with nothing: a weaker digest alone stays a question."""
    return Digests(**{name: known.get(name) or os.urandom(size) for name, size in DIGEST_BYTES.items()})
