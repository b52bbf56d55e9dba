"""A dossier as a Project VIC VICS 2.0 case (OData-flavoured JSON), for the tools of whoever investigates.

Rules:

1. A medium is what is known of it: digests and how it looks. Never a picture of it, a file name or a person's name;
   what we cannot know (victim identified, distributed, ...) is left out, not set to false.
2. A `Category` means what its national profile says. It is written only where the medium's category is of the very
   profile of the case; of another scheme, it is told in `Comments`, in words.
3. Readers go by MD5. How many media have none is said in the case's own metadata: nothing is passed over in silence.

>>> import json
>>> from uuid import UUID
>>> from tutela.domain.reports import Media
>>> dossier = Dossier(case_id=UUID(int=1), case_number="C-1", media=(Media({"md5": bytes(range(16))}),), version="0.1")
>>> case = json.loads(b"".join(write(dossier)))["value"][0]
>>> case["CaseNumber"], case["Media"][0]["MD5"]
('C-1', '000102030405060708090A0B0C0D0E0F')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    from tutela.domain.reports import Media

CONTEXT: Final = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/{profile}/$metadata#Cases"
_PROFILE: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_CATEGORY: Final = re.compile(r"\d{1,4}", re.ASCII)
_ENCODE: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What goes out about one case. `facts`: named texts about the whole case; `version`: of this software."""

    case_id: UUID
    case_number: str
    version: str
    media: tuple[Media, ...]
    facts: tuple[tuple[str, str], ...] = ()


def write(dossier: Dossier, *, profile: str = "Default") -> Iterator[bytes]:
    """Give the file piece by piece."""
    facts = [*dossier.facts, ("MediaWithoutMD5", str(sum("md5" not in one.digests for one in dossier.media)))]
    case = {
        "CaseID": str(dossier.case_id),
        "CaseNumber": dossier.case_number,
        "SourceApplicationName": "Tutela",
        "SourceApplicationVersion": dossier.version,
        "TotalMediaFiles": len(dossier.media),
        "TotalPrecategorized": sum(_category(one, profile) is not None for one in dossier.media),
        "CaseMetadata": [{"PropertyName": name, "PropertyValue": value} for name, value in facts],
    }
    return pieces(case, (_media(number, one, profile) for number, one in enumerate(dossier.media, 1)), profile=profile)


def pieces(case: Mapping[str, Any], media: Iterable[Mapping[str, Any]], *, profile: str) -> Iterator[bytes]:
    """Give a file of one case piece by piece; `ValueError` where the profile has no name that can be written."""
    if not _PROFILE.fullmatch(profile):
        raise ValueError(f"{profile!r} is no name of a national profile")
    return _pieces(case, media, profile)


def alternative_hashes(named: Iterable[tuple[str, str]], md5: str) -> list[dict[str, str]]:
    """Return digests that the format has no field for."""
    of = {"MD5": md5} if md5 else {}
    return [{"HashName": name, "HashValue": value, **of} for name, value in named]


def _pieces(case: Mapping[str, Any], media: Iterable[Mapping[str, Any]], profile: str) -> Iterator[bytes]:
    start = _ENCODE({"@odata.context": CONTEXT.format(profile=profile), "value": [case]})
    yield start.removesuffix(b"}]}") + b',"Media":[\n'
    separator = b""
    for each in media:
        yield separator + _ENCODE(each)
        separator = b",\n"
    yield b"\n]}]}\n"


def _media(number: int, media: Media, profile: str) -> dict[str, Any]:
    md5, sha1 = (media.digests.get(name, b"").hex().upper() for name in ("md5", "sha1"))
    category = _category(media, profile)
    others = [("SHA256", media.digests["sha256"].hex().upper())] if "sha256" in media.digests else []
    others += [("PDQ", media.pdq.hex())] if media.pdq else []
    made: dict[str, Any] = {"MediaID": number}
    made |= {"MD5": md5} if md5 else {}
    made |= {"SHA1": sha1} if sha1 else {}
    made |= {"Category": category, "IsPrecategorized": True} if category is not None else {}
    made |= {"AlternativeHashes": alternative_hashes(others, md5)} if others else {}
    if media.category and category is None:
        scheme, _, name = media.category.rpartition(":")
        made["Comments"] = f"category {name} of another scheme: {scheme or 'not named'}"
    return made


def _category(media: Media, profile: str) -> int | None:
    scheme, _, category = media.category.rpartition(":")
    is_of_profile = scheme.startswith("project-vic-") and scheme.partition("/")[2] == profile.lower()
    return int(category) if is_of_profile and _CATEGORY.fullmatch(category) else None
