"""What a report lacks for an authority to act, before it is sent on. Pure.

Rules:

1. Each gap is one thing that an authority needs and that the report does not say. It has a sentence, and the reason why
   it matters: a sender who reads it knows what to send next time.
2. Only what fits the incident can be missing: somebody who reports that a child was approached owes no file.
3. The score says how much of it is there, from 0 to 100, by `POINTS`. It is ours, not an authority's; it orders
   nothing, refuses nothing, and compares nobody with anybody.
4. A case lacks what all its reports lack.
5. The numbers of the gaps are kept with reports: a new gap gets the next number, and none is ever used again.

>>> from tutela.domain.reports import Account
>>> said = Reported(incident=Incident.SOLICITATION, accounts=(Account("chat", "someone"),), jurisdictions=("nl",))
>>> [gap.name for gap in gaps_of(said)]
['NO_TIME', 'NO_IP', 'NO_AGE']
>>> score(gaps_of(said)), score(Gap(0))
(70, 100)
"""

from __future__ import annotations

from enum import IntFlag
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Final

from tutela.domain.reports import AgeBand, Incident, Reported

if TYPE_CHECKING:
    from collections.abc import Iterable


class Gap(IntFlag):
    """One thing that is missing, or several."""

    NO_INCIDENT = 1 << 0  # what kind it is
    NO_TIME = 1 << 1  # when it happened
    NO_ACCOUNT = 1 << 2
    NO_PLATFORM = 1 << 3  # an account that is nowhere
    NO_IP = 1 << 4
    IP_WITHOUT_TIME = 1 << 5
    IP_WITHOUT_PORT = 1 << 6
    NO_JURISDICTION = 1 << 7
    NO_DIGEST = 1 << 8
    NO_PAGE = 1 << 9  # nor account: nowhere to remove it from
    NO_AGE = 1 << 10


POINTS: Final = {
    Gap.NO_INCIDENT: 10,
    Gap.NO_TIME: 15,
    Gap.NO_ACCOUNT: 15,
    Gap.NO_PLATFORM: 10,
    Gap.NO_IP: 10,
    Gap.IP_WITHOUT_TIME: 8,
    Gap.IP_WITHOUT_PORT: 4,
    Gap.NO_JURISDICTION: 15,
    Gap.NO_DIGEST: 10,
    Gap.NO_PAGE: 10,
    Gap.NO_AGE: 5,
}
_POINTS_MAX: Final = 100  # what can be missing at once stays below: no IP address has neither time nor port
_ABOUT_FILES: Final = frozenset({Incident.NOT_SAID, Incident.MATERIAL, Incident.ABUSE})
_ABOUT_A_PAGE: Final = frozenset({Incident.MISLEADING_NAME, Incident.MISLEADING_CONTENT})


def gaps_of(reported: Reported) -> Gap:
    """Return everything that a report lacks."""
    captures, accounts = reported.ip_captures, reported.accounts
    is_about_a_page = reported.incident in _ABOUT_A_PAGE
    is_a_page = is_about_a_page or (bool(reported.addresses) and not accounts)
    missing = (
        (Gap.NO_INCIDENT, reported.incident is Incident.NOT_SAID),
        (Gap.NO_TIME, reported.occurred_at is None and not any(each.at for each in captures)),
        (Gap.NO_ACCOUNT, not accounts and not is_a_page),
        (Gap.NO_PLATFORM, bool(accounts) and not any(each.platform for each in accounts)),
        (Gap.NO_IP, not captures and not is_a_page),
        (Gap.IP_WITHOUT_TIME, bool(captures) and not any(each.at for each in captures)),
        (Gap.IP_WITHOUT_PORT, bool(captures) and not any(each.port for each in captures)),
        (Gap.NO_JURISDICTION, not reported.jurisdictions),
        (Gap.NO_DIGEST, reported.incident in _ABOUT_FILES and not any(each.fold for each in reported.media)),
        (Gap.NO_PAGE, not reported.addresses and not accounts),
        (Gap.NO_AGE, reported.age_band is AgeBand.UNKNOWN and not is_about_a_page),
    )
    return together(gap for gap, is_missing in missing if is_missing)


def score(gaps: Gap) -> int:
    """Return how much is there, from 0 to 100."""
    return max(0, _POINTS_MAX - sum(POINTS[gap] for gap in gaps))


def together(gaps: Iterable[Gap]) -> Gap:
    """Return several gaps as one value."""
    return Gap(sum(gaps))


def lacked_by_all(gaps: Iterable[Gap]) -> Gap:
    """Return what every report of a case lacks; nothing where there is no report."""
    return reduce(and_, gaps, Gap(-1)) if (gaps := list(gaps)) else Gap(0)
