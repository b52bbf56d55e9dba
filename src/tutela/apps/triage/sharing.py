"""Clues under the keys of agreements: what can be compared with another unit without showing it (`deconfliction`).

Those of a report are kept when it comes. Those of reports that came before an agreement are kept by a job, some
hundreds of reports at once; how far it came stands with the agreement, so it goes on where it stopped. It begins when
every report that was under way has been committed, with or without its marks; keeping one twice changes nothing.

The key of an agreement inside is derived from the two organisations under the installation's own key, so that nobody
handles it; that of one with somebody outside is the secret that people exchanged.

>>> mark_under(bytes(32), Clue(ClueKind.PAGE, "https://files.example/a"))[:8]
'66672522'
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tutela.apps.custody.public import blind_index, read_together
from tutela.apps.jobs.public import enqueue
from tutela.apps.triage.agreements import Agreement, SharedMark
from tutela.domain import reports
from tutela.domain.reports import Clue, ClueKind, Reported
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from uuid import UUID

    from tutela.apps.triage.folding import Arrival, Placed
    from tutela.apps.triage.models import Case

    Teller = Callable[[UUID, UUID | None, int], Sequence["Told"]]

_ROWS_AT_ONCE: Final = 500
REPORTS_AT_ONCE: Final = 500
SETTLED: Final = timedelta(minutes=1)  # longer than a transaction that takes reports in


@dataclass(frozen=True, slots=True)
class Told:
    """One report that came earlier, and its case."""

    report_id: UUID
    case_id: UUID
    reported: Reported


_tellers: list[Teller] = []


def tells_reports(teller: Teller) -> Teller:
    """Name the function that tells the reports of an organisation after one of them, in the order of their ids."""
    _tellers[:] = [teller]
    return teller


def mark_under(key: bytes, clue: Clue) -> str:
    """Return what a clue is called under a key: HMAC-SHA-256 over its kind and value, hexadecimal."""
    return hmac.digest(key, f"tutela deconfliction v1\n{clue.kind}\n{clue.value}".encode(), "sha256").hex()


def check_of(key: bytes) -> str:
    """Return what a key makes of a word that both sides know: it says whether two have the same."""
    return hmac.digest(key, b"tutela deconfliction v1\ncheck\n", "sha256").hex()


def keep(arrivals: Sequence[Arrival], placed: Sequence[Placed]) -> None:
    """Keep the clues of reports under the key of each agreement, in the caller's transaction."""
    organisation_id = arrivals[0].organisation_id
    agreed = read_together(Agreement, organisation_id=organisation_id, ended_at=None)
    keys = [(agreement, key_of(agreement)) for agreement in agreed]
    if not keys:
        return
    _keep(
        SharedMark(organisation_id=organisation_id, agreement=agreement, case_id=where.case_id, mark=mark)
        for arrival, where in zip(arrivals, placed, strict=True)
        for agreement, key in keys
        for mark in _marks(key, arrival.reported)
    )


def move(between: tuple[Case, Case], moved: Collection[Reported], staying: Collection[Reported]) -> None:
    """Let what reports can be found by lead to the case to which they move; what others have that stay, to both."""
    source, target = between
    for agreement in Agreement.objects.filter(organisation_id=source.organisation_id, ended_at=None):
        key = key_of(agreement)
        gone, kept = ({mark for each in some for mark in _marks(key, each)} for some in (moved, staying))
        SharedMark.objects.filter(agreement=agreement, case=source, mark__in=gone - kept).delete()
        _keep(
            SharedMark(organisation_id=source.organisation_id, agreement=agreement, case=target, mark=mark)
            for mark in sorted(gone)
        )


def ask_earlier() -> None:
    """Have the clues of earlier reports kept, in the caller's transaction."""
    enqueue("triage.share", {}, key="share", run_at=clock.now() + SETTLED)


def keep_earlier() -> datetime | None:
    """Keep the clues of some earlier reports, in the caller's transaction. Return when to go on; None: all are kept."""
    waiting = Agreement.objects.select_for_update().filter(ended_at=None, read_all_at=None)
    agreement, moment = waiting.order_by("agreed_at", "id").first(), clock.now()
    if agreement is None:
        return None
    if moment < agreement.agreed_at + SETTLED:
        return agreement.agreed_at + SETTLED
    told = [each for tell in _tellers for each in tell(agreement.organisation_id, agreement.read_upto, REPORTS_AT_ONCE)]
    key = key_of(agreement)
    _keep(
        SharedMark(organisation_id=agreement.organisation_id, agreement=agreement, case_id=each.case_id, mark=mark)
        for each in told
        for mark in _marks(key, each.reported)
    )
    agreement.read_upto = told[-1].report_id if told else agreement.read_upto
    agreement.read_all_at = moment if len(told) < REPORTS_AT_ONCE else None
    agreement.save(update_fields=["read_upto", "read_all_at"])
    return moment


def key_of(agreement: Agreement) -> bytes:
    """Return the key of an agreement."""
    if agreement.other_id is None:
        return bytes.fromhex(agreement.secret)
    both = sorted(map(str, (agreement.organisation_id, agreement.other_id)))
    return bytes.fromhex(blind_index("triage.deconfliction", "\n".join(both)))


def _marks(key: bytes, reported: Reported) -> Iterator[str]:
    """Yield what a report can be found by. The sender's own name for an incident means nothing elsewhere."""
    given = reports.clues(reported, sender="")
    yield from (mark_under(key, clue) for clue in given if clue.kind is not ClueKind.INCIDENT)


def _keep(rows: Iterable[SharedMark]) -> None:
    SharedMark.objects.bulk_create(list(rows), ignore_conflicts=True, batch_size=_ROWS_AT_ONCE)
