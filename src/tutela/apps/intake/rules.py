"""What may come in by a public door. Pure.

Rules:

1. No media: an attachment, a data URI or a long run of base 64 is refused, with the advice what to do instead.
2. A report says where (an address), what (a digest), who (an account), or that somebody needs help and something by
   which they can be helped: words or a way to reach them. Anything else reaches nobody. What is added to a report that
   is there needs only to say something.
3. Text is bounded; an address must be one.

>>> from tutela.domain.reports import Account, Reported
>>> problem_of(Reported(text="seen today", addresses=("https://files.example/a",)))
>>> problem_of(Reported(text="see data:image/png;base64,AAAA", accounts=(Account("chat", "a"),)))
<Problem.HAS_MEDIA: 'has-media'>
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.addresses import read_address
from tutela.domain.reports import Fact

if TYPE_CHECKING:
    from tutela.domain.reports import Reported

NOT_VALID: Final = "not-valid"  # the problem of what could not be read
TEXT_CHARACTERS_MAX: Final = 10_000
CONTACT_CHARACTERS_MAX: Final = 500
THINGS_MAX: Final = 1000  # files, pages, accounts, IP captures or other things said of one report
BATCH_REPORTS_MAX: Final = 1000
REPORTS_A_TOKEN: Final = 20  # of a key's rate: a batch costs by what it holds, not by how it is wrapped up
CYBERTIP_BYTES_MAX: Final = 4 * 1024 * 1024
ANSWER_CHARACTERS_MAX: Final = 4_000
REPORTS_AN_HOUR_MAX: Final = 60  # from one address; many may share one, on purpose or not
DANGERS_AN_HOUR_MAX: Final = 6000  # of reports that say a child is in danger now: they have a count of their own
RECEIPTS_AN_HOUR_MAX: Final = 20
IDEMPOTENCY_KEY: Final = re.compile(r"[A-Za-z0-9._:-]{8,64}", re.ASCII)
NEEDS_HELP: Final = frozenset(
    {Fact.DANGER_NOW, Fact.EXTORTION, Fact.SELF_HARM, Fact.REPORTER_IS_CHILD, Fact.REPORTER_IS_SHOWN}
)
_DATA_URI: Final = re.compile(r"data\s*:\s*[a-z]+/[\w.+-]+|data\s*:[^,\s]{0,100};\s*base64", re.IGNORECASE)
_BASE_64: Final = re.compile(r"[A-Za-z0-9+/_-]{1000}")


class Problem(StrEnum):
    """Why a report is not taken in."""

    HAS_MEDIA = "has-media"
    NO_ADDRESS = "no-address"
    NOT_AN_ADDRESS = "not-an-address"
    TOO_LONG = "too-long"
    TOO_MANY = "too-many"


def has_media(*written: str) -> bool:
    """Whether somebody pasted a file as text."""
    return any(pattern.search(each) for each in written for pattern in (_DATA_URI, _BASE_64))


def tokens_of(reports: int) -> int:
    """Return what so many reports cost beyond the one token that every request costs.

    >>> [tokens_of(reports) for reports in (1, 20, 21, 1000)]
    [0, 0, 1, 49]
    """
    return max(0, -(-reports // REPORTS_A_TOKEN) - 1)


def problem_of(reported: Reported, *, has_files: bool = False, continues: bool = False) -> Problem | None:
    """Return why a report cannot be taken in; None where it can. `continues`: it adds to one that is there."""
    written = (reported.text, reported.contact, *reported.addresses, *(said.value for said in reported.besides))
    if has_files or has_media(*written):
        return Problem.HAS_MEDIA
    if len(reported.text) > TEXT_CHARACTERS_MAX or len(reported.contact) > CONTACT_CHARACTERS_MAX:
        return Problem.TOO_LONG
    if any(len(each) > THINGS_MAX for each in (reported.addresses, reported.media, reported.accounts)):
        return Problem.TOO_MANY
    if len(reported.ip_captures) > THINGS_MAX or len(reported.besides) > THINGS_MAX:
        return Problem.TOO_MANY
    if any(read_address(address) is None for address in reported.addresses):
        return Problem.NOT_AN_ADDRESS
    says_where = reported.addresses or any(media.fold for media in reported.media) or reported.accounts
    says_how = reported.text or reported.contact
    return None if says_where or (says_how and (continues or reported.facts & NEEDS_HELP)) else Problem.NO_ADDRESS
