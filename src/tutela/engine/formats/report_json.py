"""One report as JSON, and as whatever is turned into the same fields: the API, JSON lines, the columns of a CSV.

The first five fields are those of a short report; the others say the rest of `domain.reports.Reported`. Everything is
bounded, digests are hexadecimal, times carry a zone, and a field that is not known is refused, never passed over.

>>> given = ReportGiven.model_validate({"facts": ["live"], "jurisdictions": ["NL"]})
>>> given.reported().facts, given.reported().jurisdictions
(frozenset({<Fact.LIVE: 'live'>}), ('nl',))
"""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address  # noqa: TC003  - pydantic reads the annotations at run time
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from tutela.domain.lookups import Channel
from tutela.domain.reports import Account, AgeBand, Fact, Incident, IpCapture, Media, Reported

THINGS_MAX: Final = 1000  # of one kind in one report
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_END: Final = datetime(2100, 1, 1, tzinfo=UTC)


def _whole(text: str) -> str:
    """Refuse half a character (a lone surrogate): JSON can write one, and nothing can keep it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("string_unicode", "holds half a character") from None
    return text


Text = Annotated[str, AfterValidator(_whole)]
Digest256 = Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
Country = Annotated[str, Field(pattern="^[A-Za-z]{2}$")]
Name = Annotated[Text, Field(max_length=255)]
Moment = Annotated[AwareDatetime, Field(ge=_FIRST, lt=_END)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DigestsGiven(_Given):
    """Digests of one file, hexadecimal."""

    sha256: Digest256 | None = None
    sha1: Annotated[str, Field(pattern="^[0-9a-fA-F]{40}$")] | None = None
    md5: Annotated[str, Field(pattern="^[0-9a-fA-F]{32}$")] | None = None

    def media(self) -> Media:
        """Return what is known of a file by these alone."""
        return Media(self._raw())

    def _raw(self) -> dict[str, bytes]:
        given = {"sha256": self.sha256, "sha1": self.sha1, "md5": self.md5}
        return {name: bytes.fromhex(digest) for name, digest in given.items() if digest is not None}


class MediaGiven(DigestsGiven):
    """One file by its digests and how it looks; never the file itself."""

    pdq: Digest256 | None = None
    pdq_quality: Annotated[int, Field(ge=0, le=100)] = 0
    viewed_by_sender: Annotated[bool, Field(description="A person saw the entire file; never set by a machine.")] = (
        False
    )
    category: Annotated[Name, Field(description="Yours, as `scheme:category`.")] = ""

    def media(self) -> Media:
        """Return it as the domain says it."""
        return Media(
            self._raw(),
            pdq=bytes.fromhex(self.pdq or ""),
            pdq_quality=self.pdq_quality,
            viewed_by_sender=self.viewed_by_sender,
            category=self.category,
        )


class AccountGiven(_Given):
    """An account somewhere: the platform, and what it knows the account by."""

    platform: Name
    name: Annotated[Text, Field(min_length=1, max_length=255)]


class IpCaptureGiven(_Given):
    """An address on the Internet that did something. Without time and port few can be told from each other."""

    address: IPv4Address | IPv6Address
    at: Moment | None = None
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    event: Annotated[Text, Field(max_length=64)] = ""


class ReportGiven(_Given):
    """One report: where it stands, what it is by its digests, and what should be known about it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"address": "https://files.example/a", "text": "Seen today.", "child_in_danger": False},
                {
                    "incident": "material",
                    "facts": ["new-material"],
                    "addresses": ["https://files.example/a"],
                    "media": [{"sha256": "0" * 63 + "1", "viewed_by_sender": False}],
                    "accounts": [{"platform": "Chat", "name": "some-account"}],
                    "ip_captures": [{"address": "198.51.100.7", "at": "2026-11-22T12:00:00Z", "port": 49152}],
                    "jurisdictions": ["nl"],
                    "occurred_at": "2026-11-22T12:00:00Z",
                },
            ]
        }
    )

    address: Text = ""
    text: Text = ""
    digests: DigestsGiven = DigestsGiven()
    child_in_danger: bool = False
    channel: Annotated[Channel, Field(description="How what is reported was communicated.")] = Channel.PUBLIC
    jurisdiction: Annotated[Country, Field(description="Under whose law it may be looked up.")] | None = None
    incident: Incident = Incident.NOT_SAID
    facts: Annotated[list[Fact], Field(max_length=len(Fact))] = []
    age_band: AgeBand = AgeBand.UNKNOWN
    addresses: Annotated[list[Text], Field(max_length=THINGS_MAX)] = []
    media: Annotated[list[MediaGiven], Field(max_length=THINGS_MAX)] = []
    accounts: Annotated[list[AccountGiven], Field(max_length=THINGS_MAX)] = []
    ip_captures: Annotated[list[IpCaptureGiven], Field(max_length=THINGS_MAX)] = []
    jurisdictions: Annotated[list[Country], Field(max_length=THINGS_MAX)] = []
    incident_name: Annotated[Name, Field(description="Your own: reports of one name are one case.")] = ""
    occurred_at: Moment | None = None
    contact: Text = ""
    language: Annotated[str, Field(pattern="^([a-z]{2,3})?$", description="In which it was written, ISO 639.")] = ""

    def reported(self) -> Reported:
        """Return it as the domain says it."""
        media = [self.digests.media(), *(one.media() for one in self.media)]
        addresses = [self.address, *self.addresses]
        return Reported(
            incident=self.incident,
            facts=frozenset({*self.facts, *([Fact.DANGER_NOW] if self.child_in_danger else ())}),
            age_band=self.age_band,
            text=self.text,
            addresses=tuple(dict.fromkeys(filter(None, addresses))),
            media=tuple(one for one in media if one.fold or one.pdq),
            accounts=tuple(dict.fromkeys(Account(one.platform, one.name) for one in self.accounts)),
            ip_captures=tuple(IpCapture(str(one.address), one.at, one.port, one.event) for one in self.ip_captures),
            jurisdictions=tuple(dict.fromkeys(code.lower() for code in self.jurisdictions)),
            incident_name=self.incident_name,
            occurred_at=self.occurred_at,
            contact=self.contact,
            language=self.language,
        )


def wrong_fields(error: ValidationError) -> list[tuple[str, str]]:
    """Return which fields are wrong and in what way, as codes: never what stood in them, nor a name unknown here.

    >>> try:
    ...     ReportGiven.model_validate({"text": 7, "a secret": 1})
    ... except ValidationError as error:
    ...     wrong_fields(error)
    [('text', 'string_type'), ('?', 'extra_forbidden')]
    """
    found: list[tuple[str, str]] = []
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        place = (*each["loc"][:-1], "?") if each["type"] == "extra_forbidden" else each["loc"]
        found.append((".".join(map(str, place)), each["type"]))
    return found
