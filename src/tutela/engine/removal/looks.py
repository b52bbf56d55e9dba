"""What looks at one address mean. Pure.

Rules:

1. Nothing is said by one look alone. A *round* looks from every vantage point we have, as ourselves and as an ordinary
   browser would; together they give one finding.
2. Who cannot be reached has not removed anything. A time-out, a refused connection, an error of the server or a page
   that turns us away is never "gone", alone or together with others.
3. Gone here and there for others is *geo-blocked*; gone for us and there for an ordinary browser is *cloaked*. Both are
   there.
4. A look reads the status line and headers, never a body. So "answers, with something else than media where media
   stood" is all that can be said of a page that replaced it, and it counts as gone.
5. Led to another address, we do not follow: whether the material stands there is for a person.

>>> def look(vantage: str, status: int | None, agent: Agent = Agent.OURS) -> Look:
...     return Look(vantage, agent, sight_of(status))
>>> [finding_of(each).value for each in (
...     [look("nl", 404), look("ca", 410)], [look("nl", 404), look("ca", 200)], [look("nl", 404), look("ca", None)],
...     [look("nl", 404), look("nl", 200, Agent.PLAIN)])]
['gone', 'geo-blocked', 'unclear', 'cloaked']
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Agent(StrEnum):
    """As whom an address is asked."""

    OURS = "ours"  # says who we are
    PLAIN = "plain"  # an ordinary browser; only to notice cloaking


class Sight(StrEnum):
    """What one look saw."""

    THERE = "there"
    GONE = "gone"  # the host says so
    REPLACED = "replaced"  # it answers, and no longer with media where media stood
    ELSEWHERE = "elsewhere"  # it leads to another address
    BARRED = "barred"  # behind a sign-in or a payment
    TURNED_AWAY = "turned-away"  # refused to us, or told to come back later
    NO_NAME = "no-name"  # the name leads nowhere
    SILENT = "silent"  # no answer in time, no connection, or an error of the server


class Finding(StrEnum):
    """What a round of looks means."""

    UNSEEN = "unseen"  # nobody has looked yet
    THERE = "there"
    GEO_BLOCKED = "geo-blocked"
    CLOAKED = "cloaked"
    MOVED = "moved"
    RESTRICTED = "restricted"
    GONE = "gone"
    UNREACHABLE = "unreachable"
    UNCLEAR = "unclear"

    @property
    def is_there(self) -> bool:
        """Whether somebody can still see it."""
        return self in _THERE

    @property
    def says_nothing(self) -> bool:
        """Whether the round told us neither."""
        return self in _NOTHING


@dataclass(frozen=True, slots=True)
class Look:
    """One look: from where, as whom, and what was seen."""

    vantage: str
    agent: Agent
    sight: Sight


_GONE: Final = frozenset({Sight.GONE, Sight.REPLACED, Sight.NO_NAME})
_THERE: Final = frozenset({Finding.THERE, Finding.GEO_BLOCKED, Finding.CLOAKED})
_NOTHING: Final = frozenset({Finding.UNREACHABLE, Finding.UNCLEAR})
_SAYS_GONE: Final = frozenset({404, 410, 451})
_SAYS_BARRED: Final = frozenset({401, 402, 407})
_OTHER_THAN_MEDIA: Final = ("text/", "application/json", "application/xhtml")
_MEDIA: Final = ("image/", "video/", "audio/")


def sight_of(status: int | None, *, kind: str = "", kind_before: str = "") -> Sight:
    """Judge one answer by its status (None: no answer) and by its Content-Type now and when it was first seen.

    >>> sight_of(200, kind="text/html", kind_before="image/jpeg").value, sight_of(503).value, sight_of(302).value
    ('replaced', 'silent', 'elsewhere')
    """
    if status is None or status >= 500 or status < 200:
        return Sight.SILENT
    if status < 300:
        was_media = kind_before.startswith(_MEDIA)
        return Sight.REPLACED if was_media and kind.startswith(_OTHER_THAN_MEDIA) else Sight.THERE
    if status < 400:
        return Sight.ELSEWHERE if status != 304 else Sight.THERE
    if status in _SAYS_GONE:
        return Sight.GONE
    return Sight.BARRED if status in _SAYS_BARRED else Sight.TURNED_AWAY


def finding_of(looks: Sequence[Look]) -> Finding:
    """Weigh a round of looks."""
    sights = {look.sight for look in looks}
    if Sight.THERE in sights:
        return _there(looks)
    if Sight.ELSEWHERE in sights:
        return Finding.MOVED
    if Sight.BARRED in sights:
        return Finding.RESTRICTED
    if sights and sights <= _GONE:
        return Finding.GONE
    return Finding.UNREACHABLE if sights == {Sight.SILENT} else Finding.UNCLEAR


def vantages_of(looks: Collection[Look]) -> int:
    """Return from how many places a round was made."""
    return len({look.vantage for look in looks})


def _there(looks: Sequence[Look]) -> Finding:
    """Somebody sees it: find out whether somebody else is shown that it is gone."""
    hidden = [look for look in looks if look.sight in _GONE or look.sight is Sight.ELSEWHERE]
    seen_at = {look.vantage for look in looks if look.sight is Sight.THERE}
    if any(look.vantage in seen_at for look in hidden):
        return Finding.CLOAKED
    return Finding.GEO_BLOCKED if hidden else Finding.THERE
