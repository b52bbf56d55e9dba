"""`ListInfo` as JSON, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from tutela.domain.errors import ListCorruptError
from tutela.domain.lists import ListInfo, MatchPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping


def info_to_json(info: ListInfo) -> dict[str, object]:
    """Return plain values in a fixed order, counts sorted by kind: equal infos are equal bytes."""
    plain = asdict(info)
    plain["counts"] = dict(sorted(info.counts.items()))
    return plain


def info_from_json(plain: Mapping[str, object]) -> ListInfo:
    """Read what `info_to_json` wrote; `ListCorruptError` where it is something else."""
    try:
        counts = {str(kind): int(count) for kind, count in cast("dict[str, int]", plain["counts"]).items()}
        return ListInfo(
            name=str(plain["name"]),
            owner=str(plain["owner"]),
            label=str(plain["label"]),
            scheme=str(plain["scheme"]),
            version=str(plain["version"]),
            entries=_whole(plain["entries"]),
            counts=counts,
            unmatchable=_whole(plain["unmatchable"]),
            degenerate_pdq=_whole(plain["degenerate_pdq"]),
            rows_rejected=_whole(plain["rows_rejected"]),
            imported_at=str(plain["imported_at"]),
            policy=_policy(cast("Mapping[str, object]", plain["policy"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ListCorruptError("the packed list's info cannot be read", hint="Import the list again.") from None


def _policy(plain: Mapping[str, object]) -> MatchPolicy:
    return MatchPolicy(
        pdq_distance_max=_whole(plain["pdq_distance_max"]),
        pdq_quality_min=_whole(plain["pdq_quality_min"]),
        video_query_share_min=_share(plain["video_query_share_min"]),
        video_entry_share_min=_share(plain["video_entry_share_min"]),
    )


def _whole(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError("not a count")
    return value


def _share(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("not a share")
    return float(value)
