"""What may come in by a public door. Pure.

Rules:

1. No media: an attachment, a data URI or a long run of base 64 is refused, with the advice what to do instead.
2. A report says where (an address), or what (a digest), or that a child is in danger. Anything else reaches nobody.
3. Text is bounded; an address must be one.

>>> problem_of("https://files.example/a", "seen today", has_files=False, names_bytes=False, child_in_danger=False)
>>> problem_of("", "see data:image/png;base64,AAAA", has_files=False, names_bytes=True, child_in_danger=False)
<Problem.HAS_MEDIA: 'has-media'>
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from tutela.domain.addresses import read_address

TEXT_CHARACTERS_MAX: Final = 10_000
ANSWER_CHARACTERS_MAX: Final = 4_000
REPORTS_AN_HOUR_MAX: Final = 60  # from one address; many may share one, on purpose or not
DANGERS_AN_HOUR_MAX: Final = 6000  # of reports that say a child is in danger now: they have a count of their own
RECEIPTS_AN_HOUR_MAX: Final = 20
IDEMPOTENCY_KEY: Final = re.compile(r"[A-Za-z0-9._:-]{8,64}", re.ASCII)
_DATA_URI: Final = re.compile(r"data\s*:\s*[a-z]+/[\w.+-]+|data\s*:[^,\s]{0,100};\s*base64", re.IGNORECASE)
_BASE_64: Final = re.compile(r"[A-Za-z0-9+/_-]{1000}")


class Problem(StrEnum):
    """Why a report is not taken in."""

    HAS_MEDIA = "has-media"
    NO_ADDRESS = "no-address"
    NOT_AN_ADDRESS = "not-an-address"
    TOO_LONG = "too-long"


def problem_of(address: str, text: str, *, has_files: bool, names_bytes: bool, child_in_danger: bool) -> Problem | None:
    """Return why a report cannot be taken in; None where it can. `names_bytes`: it carries a digest."""
    if has_files or any(pattern.search(each) for each in (address, text) for pattern in (_DATA_URI, _BASE_64)):
        return Problem.HAS_MEDIA
    if len(text) > TEXT_CHARACTERS_MAX:
        return Problem.TOO_LONG
    if address and read_address(address) is None:
        return Problem.NOT_AN_ADDRESS
    return None if address or names_bytes or (child_in_danger and text) else Problem.NO_ADDRESS
