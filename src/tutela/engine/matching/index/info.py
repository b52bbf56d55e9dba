"""What an index says about itself, as a value and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from tutela.engine.matching.index.layout import INDEX

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class IndexedList:
    """One list version that an index covers, and how many hashes of it."""

    name: str
    version: str
    pictures: int
    frames: int


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index covers. `hashes` counts distinct ones, `owners` all; `version` names the file's content."""

    version: str
    lists: tuple[IndexedList, ...]
    hashes: int
    owners: int
    digests: int


def info_to_json(info: IndexInfo) -> dict[str, object]:
    """Return plain values in a fixed order."""
    return asdict(info)


def info_from_json(plain: Mapping[str, object]) -> IndexInfo:
    """Read what `info_to_json` wrote; `IndexCorruptError` where it is something else."""
    try:
        lists = tuple(
            IndexedList(str(one["name"]), str(one["version"]), int(one["pictures"]), int(one["frames"]))
            for one in cast("list[dict[str, Any]]", plain["lists"])
        )
        hashes, owners, digests = (int(cast("int", plain[key])) for key in ("hashes", "owners", "digests"))
        return IndexInfo(str(plain["version"]), lists, hashes, owners, digests)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise INDEX.fault("the {noun}'s info cannot be read") from None
