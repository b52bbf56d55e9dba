"""Hits as keys with the scope for distance, list and entry are told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.client.words import HitPart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.domain.lists import Hit


def hit_parts(hits: Sequence[Hit]) -> tuple[HitPart, ...]:
    """Return them, in their order."""
    return tuple(
        HitPart(
            list=hit.list_name,
            list_version=hit.list_version,
            entry=hit.entry_id,
            classification=hit.classification,
            scheme=hit.scheme,
            owner=hit.owner,
            source=hit.source,
            kind=hit.kind.value,
            signal=hit.signal.value,
            distance=hit.distance,
            threshold=hit.threshold,
            query_share=hit.query_share,
            entry_share=hit.entry_share,
        )
        for hit in hits
    )
