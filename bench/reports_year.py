"""A synthetic year of reports, shaped like the public record and like nobody's reports. Anyone can seed it anew.

What is taken from the record (shared/research of this project, NCMEC's figures for 2023 unless said otherwise):

- 105.7 M files in 36.2 M reports: 2.9 files a report.
- 104.4 M pictures and videos, of which 50.0 M differ by digest and 33.6 M to the eye. A file is therefore one never
  seen before with probability 0.479, else a copy of an earlier *sighting*, so that what has gone round goes round more;
  and a file never seen before is an altered copy of an earlier one with probability 0.328.
- 0.73 % come from the public; 0.18 % are escalated as urgent.
- For about half nobody can act: little is said, no place, or it goes round among many.
- 3.8 % name no country.

How often the other facts are ticked is nobody's figure: those shares are ours, and stand in `_TICKED`. Digests are made
from numbers; there is no file behind any of them.

    for one in year(200_000, seed=7):
        one.reported, one.is_urgent

A year of another scale has the same shares: neither they nor how often the most popular is sighted, of all sightings,
depend on how many reports there are.
"""

from __future__ import annotations

import hashlib
import random
from array import array
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tutela.domain.reports import Account, AgeBand, Fact, Incident, IpCapture, Media, Reported

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES_A_REPORT: Final = 105.7 / 36.2
NEW_BY_DIGEST: Final = 50.0 / 104.4
NEW_TO_THE_EYE: Final = 33.6 / 50.0
URGENT: Final = 0.0018
PUBLIC: Final = 265_542 / 36_210_368
ACTIONABLE: Final = 0.5
NO_COUNTRY: Final = 0.038

_BEGIN: Final = datetime(2025, 1, 1, tzinfo=UTC)
_YEAR: Final = timedelta(days=365)
_COUNTRIES: Final = ("nl", "de", "ca", "in", "ph", "br", "fr", "us", "id", "gb")
_TICKED: Final = {  # in reports that are not urgent
    Fact.NEW_MATERIAL: 0.03,
    Fact.SENT_BY_MANY: 0.10,
    Fact.EXTORTION: 0.0005,
    Fact.ABUSE_GOES_ON: 0.0005,
    Fact.LIVE: 0.0002,
    Fact.SELF_HARM: 0.0002,
    Fact.REPORTER_IS_CHILD: 0.0005,
    Fact.CHILD_FINDABLE: 0.002,
}
_SOLICITATION: Final = 186_819 / 36_210_368
_AGES: Final = ((AgeBand.INFANT, 0.03), (AgeBand.TODDLER, 0.06), (AgeBand.PREPUBESCENT, 0.3), (AgeBand.PUBESCENT, 0.4))
_HARMS: Final = (Fact.ABUSE_GOES_ON, Fact.LIVE, Fact.EXTORTION, Fact.SELF_HARM)
_HARMS_OF_URGENT: Final = (2, 3)  # ticked together
_PLATFORMS: Final = tuple(f"platform-{number}" for number in range(40))


@dataclass(frozen=True, slots=True)
class Given:
    """One report of the year. `looks` names what each file looks like: the same number, the same to the eye."""

    number: int
    at: datetime
    sender: str
    reported: Reported
    looks: tuple[int, ...]
    is_urgent: bool


def year(reports: int, *, seed: int, urgent: float = URGENT) -> Iterator[Given]:
    """Yield a year, oldest first. The same seed gives the same year.

    Nobody ticks "in danger now" here: such a case leaves the queue for a person at once, so it shows nothing about the
    order of what waits. What is planted as urgent shows itself by other signals only, and its files are new.
    """
    rng = random.Random(seed)
    files = _Files(rng, seed)
    for number in range(reports):
        is_urgent = rng.random() < urgent
        count = 0 if rng.random() < PUBLIC else int(rng.expovariate(1 / FILES_A_REPORT) + 0.5)
        seen = [files.sighting(is_new=is_urgent) for _ in range(count)]
        yield Given(
            number,
            _BEGIN + _YEAR * (number / reports),
            rng.choice(_PLATFORMS),
            _reported(rng, seed, number, tuple(media for media, _ in seen), is_urgent=is_urgent),
            tuple(look for _, look in seen),
            is_urgent,
        )


def digest_of(seed: int, file: int) -> bytes:
    """Return the digest of a file of a year, by its number in the order in which files were first sighted."""
    return hashlib.sha256(b"%d file %d" % (seed, file)).digest()


class _Files:
    """Everything sighted so far. A copy is one of an earlier sighting, each alike, so the popular grow."""

    def __init__(self, rng: random.Random, seed: int) -> None:
        self._rng, self._seed = rng, seed
        self._sightings, self._looks = array("q"), array("q")

    def sighting(self, *, is_new: bool) -> tuple[Media, int]:
        """Return a file as it was sighted, and what it looks like."""
        rng = self._rng
        if self._sightings and not is_new and rng.random() >= NEW_BY_DIGEST:
            file = rng.choice(self._sightings)
        else:
            file = len(self._looks)
            is_altered = file and not is_new and rng.random() >= NEW_TO_THE_EYE
            self._looks.append(self._looks[rng.choice(self._sightings)] if is_altered else file)
        self._sightings.append(file)
        digests = {"sha256": digest_of(self._seed, file)}
        return Media(digests, pdq=self._pdq(file), pdq_quality=100), self._looks[file]

    def _pdq(self, file: int) -> bytes:
        """Return a picture hash: an altered copy is a few bits off what it looks like."""
        look = self._looks[file]
        plain = int.from_bytes(hashlib.sha256(b"%d look %d" % (self._seed, look)).digest(), "big")
        off = 0 if look == file else sum(1 << (file * step) % 256 for step in (7, 31, 101, 173))
        return (plain ^ off).to_bytes(32, "big")


def _reported(rng: random.Random, seed: int, number: int, media: tuple[Media, ...], *, is_urgent: bool) -> Reported:
    is_actionable = is_urgent or rng.random() < ACTIONABLE
    facts = {fact for fact, share in _TICKED.items() if rng.random() < share}
    incident = Incident.SOLICITATION if rng.random() < _SOLICITATION else Incident.MATERIAL
    if is_urgent:
        facts |= {*rng.sample(_HARMS, rng.choice(_HARMS_OF_URGENT)), Fact.CHILD_FINDABLE}
    account = Account(rng.choice(_PLATFORMS), f"account-{seed}-{number}")
    capture = IpCapture(f"192.0.2.{number % 250}", _BEGIN + _YEAR * rng.random(), port=rng.randrange(1024, 65_536))
    return Reported(
        incident=incident,
        facts=frozenset(facts),
        age_band=_age(rng, is_urgent=is_urgent),
        addresses=(f"https://files.example/{seed}/{number}",) if not media else (),
        media=media,
        accounts=(account,) if is_actionable and rng.random() < 0.8 else (),
        ip_captures=(capture,) if is_actionable and rng.random() < 0.8 else (),
        jurisdictions=() if not is_actionable or rng.random() < NO_COUNTRY else (rng.choice(_COUNTRIES),),
    )


def _age(rng: random.Random, *, is_urgent: bool) -> AgeBand:
    at = rng.random() * (0.79 if is_urgent else 1.0)  # of the urgent, somebody said how old
    for band, share in _AGES:
        at -= share
        if at < 0:
            return band
    return AgeBand.UNKNOWN
