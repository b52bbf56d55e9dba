"""What would be filed: the claims of a case's reports put together, so that a person can read and change them.

Rules:

1. A draft says what was reported, and what of it nobody verified stays a claim. Contradictions are not resolved: the
   kind of incident is the one that most reports name, the time the earliest, the age the youngest.
2. How to reach a reporter was told to us and goes to nobody. Nor does whether somebody at a sender's viewed a file:
   `viewed` is about a person of ours who saw the entire file, and no machine ever sets it.
3. A time that lies ahead is not a time: it becomes the last second (authorities refuse a future one).
4. `uploads` are the folds of the files whose bytes go along, because somebody lawfully hands them over. The digests of
   the others go as text.

>>> from datetime import UTC
>>> one = Reported(incident=Incident.MATERIAL, addresses=("https://a.example/",), contact="me@b.example")
>>> made = together([one, one], now=datetime(2026, 11, 22, tzinfo=UTC))
>>> made.incident.value, made.addresses, made.contact
('material', ('https://a.example/',), '')
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tutela.domain.reports import AgeBand, Fact, Incident, Media, Reported

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TEXT_CHARACTERS_MAX: Final = 20_000
_YOUNGEST_FIRST: Final = (AgeBand.INFANT, AgeBand.TODDLER, AgeBand.PREPUBESCENT, AgeBand.PUBESCENT)
_A_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who files: the organisation, and the address at which an authority reaches it."""

    organisation: str
    email: str


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is filed. `reference` is our name for it, so that an authority can ask about it."""

    reference: str
    sender: Sender
    reported: Reported
    uploads: tuple[str, ...] = ()

    @property
    def media(self) -> tuple[Media, ...]:
        """The files whose bytes go along, in their order."""
        known = {media.fold: media for media in self.reported.media}
        return tuple(known[fold] for fold in self.uploads if fold in known)

    @property
    def only_digests(self) -> tuple[Media, ...]:
        """The files of which only the digests go."""
        return tuple(media for media in self.reported.media if media.fold not in self.uploads)


def together(claims: Sequence[Reported], *, now: datetime) -> Reported:
    """Put the claims of several reports together."""
    named = Counter(each.incident for each in claims if each.incident is not Incident.NOT_SAID)
    times = [not_ahead(each.occurred_at, now) for each in claims if each.occurred_at]
    bands = {each.age_band for each in claims}
    return Reported(
        incident=named.most_common(1)[0][0] if named else Incident.NOT_SAID,
        facts=frozenset[Fact]().union(*(each.facts for each in claims)),
        age_band=next((band for band in _YOUNGEST_FIRST if band in bands), AgeBand.UNKNOWN),
        text="\n\n".join(_once(each.text for each in claims if each.text))[:TEXT_CHARACTERS_MAX],
        addresses=_once(one for each in claims for one in each.addresses),
        media=tuple(_media(each.media for each in claims)),
        accounts=_once(one for each in claims for one in each.accounts),
        ip_captures=_once(one for each in claims for one in each.ip_captures),
        jurisdictions=_once(one for each in claims for one in each.jurisdictions),
        occurred_at=min(times, default=None),
    )


def not_ahead(moment: datetime, now: datetime) -> datetime:
    """Return a time, or the last second where it lies ahead."""
    return min(moment, now - _A_SECOND)


def _media(given: Iterable[Iterable[Media]]) -> Iterable[Media]:
    seen: set[str] = set()
    for media in (one for each in given for one in each):
        if media.fold and media.fold not in seen:
            seen.add(media.fold)
            yield replace(media, viewed_by_sender=False)


def _once(values: Iterable) -> tuple:
    return tuple(dict.fromkeys(values))
