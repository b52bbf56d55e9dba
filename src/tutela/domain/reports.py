r"""What is reported: one shape, by whichever door it came.

Rules:

1. Everything in a `Reported` is *claimed* by whoever reports. What we verified ourselves stands elsewhere, beside it.
2. Facts are ticked by people or set by fields of a format; nothing here is read out of what somebody wrote.
3. A report has *clues*: what makes two reports about the same thing. From the strongest to the weakest: the sender's
   own name for the incident, an account, a page, a file by its digest. IP addresses are no clue: strangers share them.
4. Two spellings of one clue are one: accounts in small letters, pages as `same_page` writes them.

>>> given = Reported(addresses=("https://Files.example/a#top",), accounts=(Account("Chat", "Some.One"),))
>>> [(clue.kind.value, clue.value) for clue in clues(given, sender="key-1")]
[('account', 'chat\nsome.one'), ('page', 'https://files.example/a')]
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - whoever keeps a report reads these types at run time
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - as above
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGEST_BYTES: Final = {"sha256": 32, "sha1": 20, "md5": 16}  # by strength
_STANDARD_PORTS: Final = {"http": 80, "https": 443}


class Incident(StrEnum):
    """What kind of incident is reported. The kinds are those of the CyberTipline; the words are ours."""

    NOT_SAID = "not-said"
    MATERIAL = "material"  # child sexual abuse material: possession, making, distribution
    ABUSE = "abuse"  # sexual abuse of a child
    SOLICITATION = "solicitation"  # of a child for sexual purposes
    TRAFFICKING = "trafficking"  # of a child for sexual exploitation
    TRAVEL = "travel"  # sexual exploitation of children in travel and tourism
    UNSOLICITED = "unsolicited"  # sexual material sent to a child
    MISLEADING_NAME = "misleading-name"  # of a domain
    MISLEADING_CONTENT = "misleading-content"  # words or pictures that lead to harmful material


class Fact(StrEnum):
    """What a reporter ticks, or a format says in a field of its own."""

    DANGER_NOW = "danger-now"  # a child is in danger now
    ABUSE_GOES_ON = "abuse-goes-on"  # sexual abuse by contact, now or lately
    LIVE = "live"  # as it happens
    EXTORTION = "extortion"  # sexual extortion of a child
    SELF_HARM = "self-harm"  # a child may harm itself
    NEW_MATERIAL = "new-material"  # as far as the reporter knows, not seen before
    CHILD_FINDABLE = "child-findable"  # a child is named or can be found
    REPORTER_IS_CHILD = "reporter-is-child"
    REPORTER_IS_SHOWN = "reporter-is-shown"  # a survivor reports about pictures of themselves
    SENT_BY_MANY = "sent-by-many"  # it spreads without intent to harm, as far as the sender knows


class AgeBand(StrEnum):
    """How old the youngest child seems, in the bands of XARF."""

    UNKNOWN = "unknown"
    INFANT = "infant"
    TODDLER = "toddler"
    PREPUBESCENT = "prepubescent"
    PUBESCENT = "pubescent"


class LegalBasis(StrEnum):
    """On what basis somebody hands in what was found by other means than a report; the words of the record."""

    NOT_SAID = ""
    LEGAL_DUTY = "legal-duty"
    LEGAL_ORDER = "legal-order"
    PARTNER_REQUEST = "partner-request"
    SUBJECT_REQUEST = "subject-request"  # the person concerned asked for it


@dataclass(frozen=True, slots=True)
class Account:
    """An account somewhere. `name` is what the platform knows it by."""

    platform: str
    name: str


@dataclass(frozen=True, slots=True)
class IpCapture:
    """An address on the Internet that did something. Without time and port few can be told from each other."""

    address: str
    at: datetime | None = None
    port: int = 0
    event: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """One file, known by its digests (raw, by the names of `DIGEST_BYTES`) and how it looks; never by itself."""

    digests: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    pdq: bytes = b""
    pdq_quality: int = 0
    viewed_by_sender: bool = False  # a person at the sender's saw the entire file; never set by a machine
    category: str = ""  # the sender's, as `scheme:category`: it means nothing without its scheme

    @property
    def fold(self) -> str:
        """The name under which reports of these bytes meet: the strongest digest; empty without one.

        >>> Media({"md5": bytes(16), "sha1": bytes(20)}).fold[:9]
        'sha1:0000'
        """
        name = next((name for name in DIGEST_BYTES if name in self.digests), "")
        return f"{name}:{self.digests[name].hex()}" if name else ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a format said that has no place of its own in `Reported`: kept, so that nothing is dropped in silence."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Reported:
    """What one report claims. `jurisdictions`: countries named, ISO 3166-1 in small letters. Times carry a zone."""

    incident: Incident = Incident.NOT_SAID
    facts: frozenset[Fact] = frozenset()
    age_band: AgeBand = AgeBand.UNKNOWN
    text: str = ""
    addresses: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    accounts: tuple[Account, ...] = ()
    ip_captures: tuple[IpCapture, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    incident_name: str = ""  # the sender's own
    occurred_at: datetime | None = None
    contact: str = ""  # how to reach the reporter
    legal_basis: LegalBasis = LegalBasis.NOT_SAID
    besides: tuple[Said, ...] = ()
    language: str = ""  # in which somebody wrote, ISO 639 in small letters

    @property
    def child_in_danger(self) -> bool:
        """Whether a child is said to be in danger now."""
        return Fact.DANGER_NOW in self.facts


class ClueKind(StrEnum):
    """What kind of clue, the strongest first."""

    INCIDENT = "incident"
    ACCOUNT = "account"
    PAGE = "page"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Clue:
    """One reason why two reports are about the same thing. `said` is how the report says a page."""

    kind: ClueKind
    value: str
    said: str = field(default="", compare=False)


def clues(reported: Reported, *, sender: str) -> Iterator[Clue]:
    """Yield each clue once, the strongest first. `sender` is who names the incident."""
    given = [
        *([Clue(ClueKind.INCIDENT, f"{sender}\n{reported.incident_name}")] if reported.incident_name else ()),
        *(Clue(ClueKind.ACCOUNT, f"{one.platform}\n{one.name}".casefold()) for one in reported.accounts if one.name),
        *(Clue(ClueKind.PAGE, same_page(one), one) for one in reported.addresses),
        *(Clue(ClueKind.FILE, one.fold) for one in reported.media if one.fold),
    ]
    yield from dict.fromkeys(given)


def same_page(address: str) -> str:
    """Return an address as every spelling of it is compared: host in small letters, no fragment, no standard port.

    >>> same_page("HTTPS://Files.Example:443/A?b=1#c")
    'https://files.example/A?b=1'
    """
    parts = urlsplit(address)
    host, scheme = parts.hostname or "", parts.scheme.lower()
    host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port and parts.port != _STANDARD_PORTS.get(scheme) else ""
    return urlunsplit((scheme, host + port, parts.path or "/", parts.query, ""))
