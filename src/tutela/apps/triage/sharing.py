"""Clues under the keys of agreements: what can be compared with another unit without showing it (`deconfliction`).

The key of an agreement inside is derived from the two organisations under the installation's own key, so that nobody
handles it; that of one with somebody outside is the secret that people exchanged.

>>> mark_under(bytes(32), Clue(ClueKind.PAGE, "https://files.example/a"))[:8]
'66672522'
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from tutela.apps.custody.public import blind_index, read_together
from tutela.apps.triage.agreements import Agreement, SharedMark
from tutela.domain import reports
from tutela.domain.reports import Clue, ClueKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.apps.triage.folding import Arrival, Placed

_ROWS_AT_ONCE: Final = 500


def mark_under(key: bytes, clue: Clue) -> str:
    """Return what a clue is called under a key: HMAC-SHA-256 over its kind and value, hexadecimal."""
    return hmac.digest(key, f"tutela deconfliction v1\n{clue.kind}\n{clue.value}".encode(), "sha256").hex()


def keep(arrivals: Sequence[Arrival], placed: Sequence[Placed]) -> None:
    """Keep the clues of reports under the key of each agreement, in the caller's transaction."""
    organisation_id = arrivals[0].organisation_id
    agreed = read_together(Agreement, organisation_id=organisation_id, ended_at=None)
    keys = [(agreement, _key(agreement)) for agreement in agreed]
    if not keys:
        return
    rows = [
        SharedMark(
            organisation_id=organisation_id, agreement=agreement, case_id=where.case_id, mark=mark_under(key, clue)
        )
        for arrival, where in zip(arrivals, placed, strict=True)
        for clue in reports.clues(arrival.reported, sender=arrival.sender)
        if clue.kind is not ClueKind.INCIDENT  # the sender's own name means nothing elsewhere
        for agreement, key in keys
    ]
    SharedMark.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_ROWS_AT_ONCE)


def _key(agreement: Agreement) -> bytes:
    if agreement.other_id is None:
        return bytes.fromhex(agreement.secret)
    both = sorted(map(str, (agreement.organisation_id, agreement.other_id)))
    return bytes.fromhex(blind_index("triage.deconfliction", "\n".join(both)))
