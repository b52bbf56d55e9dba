"""The documents of a filing with the CyberTipline: the `report`, and the `fileDetails` of each of its files.

Fields stand in the order of the wire.

Rules, always checked before anything is sent, and beside them the deployment's pinned schema (`cybertip_schema`):

1. Elements stand in their order, as often as they may, of their length, of their words; nothing else stands there.
2. A report says what happened and when, and that is not in the future; its reporter can be written to.
3. Each `internetDetails` is about exactly one kind of incident.
4. A file that only supplements the report is neither called a meme nor classified.
5. `fileViewedByEsp` is written only where it is said, and a machine never says it (law 5).

`write` refuses what breaks one of them. `faults` says the same of a document that came, and so is also what a simulator
of the other side answers with.

>>> from datetime import UTC, datetime
>>> from tutela.domain.reports import Incident
>>> report = Report(
...     summary=Summary(incident=Incident.TRAVEL, occurred_at=datetime(2026, 11, 22, 12, tzinfo=UTC)),
...     reporter=Reporter(person=Person(emails=(Email(address="desk@platform.example"),))),
... )
>>> read(write(report), Report) == report
True
>>> faults(write(report).replace(b"<email>desk@platform.example</email>", b""))
('report/reporter: nobody at the reporter can be written to',)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tutela.domain.errors import FormatError
from tutela.engine.formats import cybertip_words as words
from tutela.engine.formats import xml_model, xml_tree
from tutela.engine.formats.cybertip_people import (
    ANY,
    Address,
    ContactPerson,
    DeviceId,
    Email,
    IntendedRecipient,
    IpCaptureEvent,
    Person,
    Phone,
    ReportedUser,
    Victim,
)
from tutela.engine.formats.cybertip_people import words as plain
from tutela.engine.formats.xml_forms import BOOLEAN, MOMENT, Text, Whole, Word
from tutela.engine.formats.xml_model import attribute, many, mark, maybe, one, text
from tutela.engine.formats.xml_tree import XmlLimits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tutela.domain.reports import Incident

LIMITS: Final = XmlLimits()
_LABEL: Final = Text(255)
_LONG: Final = Text(3000)
_ADDRESS: Final = Text(2083)
_DEGREES: Final = Text(32, r"-?[0-9]{1,3}(\.[0-9]{1,20})?")


#### What happened ####


@dataclass(frozen=True, slots=True, kw_only=True)
class Batched:
    """Why many reports are one."""

    reason: str = attribute(plain(words.SENT_BY_MANY), least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnnotations:
    """What else is so of the incident."""

    extortion: bool = mark(words.EXTORTION)
    material_asked_for: bool = mark(words.MATERIAL_ASKED_FOR)
    between_children: bool = mark(words.BETWEEN_CHILDREN)
    spam: bool = mark()
    sadistic_online_exploitation: bool = mark()
    informational: bool = mark()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What happened, and when. `escalate`: why it cannot wait; any word of it makes it urgent."""

    incident: Incident = one(Word(words.INCIDENTS), "incidentType")
    platform: str = maybe(Text(256))
    escalate: str = maybe(_LONG, "escalateToHighPriority")
    annotations: ReportAnnotations | None = maybe(ReportAnnotations, "reportAnnotations")
    occurred_at: datetime = one(MOMENT, "incidentDateTime")
    occurred_at_description: str = maybe(_LONG, "incidentDateTimeDescription")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """On pages."""

    third_party_hosted_content: bool | None = attribute(BOOLEAN)
    urls: tuple[str, ...] = many(_ADDRESS, "url")
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByEmail:
    """By mail."""

    addresses: tuple[Email, ...] = many(Email, "emailAddress")
    content: str = maybe(ANY)
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsgroup:
    """In a newsgroup."""

    name: str = maybe(_LABEL)
    addresses: tuple[Email, ...] = many(Email, "emailAddress")
    content: str = maybe(ANY)
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """In a chat."""

    chat_client: str = maybe(_LABEL)
    chat_room_name: str = maybe(_LABEL)
    content: str = maybe(ANY)
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineGame:
    """In a game."""

    game_name: str = maybe(_LABEL)
    console: str = maybe(_LABEL)
    content: str = maybe(ANY)
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPhone:
    """By telephone."""

    number: Phone | None = maybe(Phone, "phoneNumber")
    latitude: str = maybe(_DEGREES)
    longitude: str = maybe(_DEGREES)
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class NonInternet:
    """Not on the Internet."""

    location_name: str = maybe(_LABEL)
    addresses: tuple[Address, ...] = many(Address, "incidentAddress")
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerToPeer:
    """Between peers."""

    client: str = maybe(_LABEL)
    ip_captures: tuple[IpCaptureEvent, ...] = many(IpCaptureEvent, "ipCaptureEvent")
    file_names: str = maybe(ANY)
    additional_info: str = maybe(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class InternetDetails:
    """Where it happened: exactly one of these."""

    web_page: WebPage | None = maybe(WebPage, "webPageIncident")
    by_email: ByEmail | None = maybe(ByEmail, "emailIncident")
    newsgroup: Newsgroup | None = maybe(Newsgroup, "newsgroupIncident")
    chat: Chat | None = maybe(Chat, "chatImIncident")
    online_game: OnlineGame | None = maybe(OnlineGame, "onlineGamingIncident")
    cell_phone: CellPhone | None = maybe(CellPhone, "cellPhoneIncident")
    non_internet: NonInternet | None = maybe(NonInternet, "nonInternetIncident")
    peer_to_peer: PeerToPeer | None = maybe(PeerToPeer, "peer2peerIncident")

    def faults(self) -> Iterator[str]:
        """Yield what is wrong."""
        if sum(getattr(self, name) is not None for name in self.__slots__) != 1:
            yield "it is about exactly one kind of incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class LawEnforcement:
    """Who was told. `fleaCountry` is not written: its readers place it differently."""

    agency_name: str = one(_LABEL)
    case_number: str = maybe(Text(100))
    officer_contact: ContactPerson | None = maybe(ContactPerson)
    reported_to_le: bool | None = maybe(BOOLEAN)
    served_legal_process_domestic: bool | None = maybe(BOOLEAN)
    served_legal_process_international: bool | None = maybe(BOOLEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Who reports. `contact`: whom the police may ask, if it is somebody else."""

    person: Person = one(Person, "reportingPerson")
    contact: ContactPerson | None = maybe(ContactPerson, "contactPerson")
    company_template: str = maybe(ANY)
    terms_of_service: str = maybe(_LONG)
    legal_address: str = maybe(_ADDRESS, "legalURL")

    def faults(self) -> Iterator[str]:
        """Yield what is wrong."""
        if not self.person.emails:
            yield "nobody at the reporter can be written to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report."""

    batched: Batched | None = maybe(Batched, "batchedReport")
    summary: Summary = one(Summary, "incidentSummary")
    internet_details: tuple[InternetDetails, ...] = many(InternetDetails)
    law_enforcement: LawEnforcement | None = maybe(LawEnforcement)
    reporter: Reporter = one(Reporter)
    reported: ReportedUser | None = maybe(ReportedUser, "personOrUserReported")
    intended_recipients: tuple[IntendedRecipient, ...] = many(IntendedRecipient, "intendedRecipient")
    victims: tuple[Victim, ...] = many(Victim, "victim")
    additional_info: str = maybe(ANY)


#### Its files ####


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnnotations:
    """What else is so of a file."""

    drawn: bool = mark(words.DRAWN)
    meme: bool = mark(words.MEME)
    viral: bool = mark()
    first_person: bool = mark(words.FIRST_PERSON)
    physical_harm: bool = mark()
    violence_gore: bool = mark()
    bestiality: bool = mark()
    live: bool = mark("liveStreaming")
    infant: bool = mark(words.INFANT)
    generative_ai: bool = mark()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHash:
    """A digest of the file as it was, before anybody changed it."""

    hash_type: str = attribute(Text(64), least=1)
    value: str = text(_LABEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedValue:
    """Something that a file says of itself."""

    type: str | None = attribute(plain("EXIF", "HASH"))
    name: str = one(Text(64))
    value: str = one(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Several of them."""

    values: tuple[NamedValue, ...] = many(NamedValue, "nameValuePair", least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDetails:
    """What is said of one file that was uploaded."""

    report_id: int | None = one(Whole(1, 2**63 - 1))
    file_id: str = one(Text(128, "[!-~]+"))
    original_file_name: str = maybe(Text(2056))
    uploaded_to_esp_timestamp: datetime | None = maybe(MOMENT)
    location: str = maybe(_ADDRESS, "locationOfFile")
    viewed: bool | None = maybe(BOOLEAN, "fileViewedByEsp")
    exif_viewed: bool | None = maybe(BOOLEAN, "exifViewedByEsp")
    publicly_available: bool | None = maybe(BOOLEAN)
    relevance: str | None = maybe(plain(words.RELEVANT, words.SUPPLEMENTAL), "fileRelevance")
    annotations: FileAnnotations | None = maybe(FileAnnotations, "fileAnnotations")
    industry_classification: str | None = maybe(plain(*words.CLASSES))
    hashes: tuple[FileHash, ...] = many(FileHash, "originalFileHash")
    ip_captures: tuple[IpCaptureEvent, ...] = many(IpCaptureEvent, "ipCaptureEvent")
    device_ids: tuple[DeviceId, ...] = many(DeviceId, "deviceId")
    details: tuple[Details, ...] = many(Details)
    additional_info: tuple[str, ...] = many(ANY)

    def faults(self) -> Iterator[str]:
        """Yield what is wrong."""
        if self.relevance == words.SUPPLEMENTAL:
            if self.annotations is not None and self.annotations.meme:
                yield "a file that only supplements the report is called a meme"
            if self.industry_classification is not None:
                yield "a file that only supplements the report is classified"


#### As documents ####

_ROOTS: Final[dict[str, type[Report | FileDetails]]] = {"report": Report, "fileDetails": FileDetails}
_Made = TypeVar("_Made", Report, FileDetails)
ORDER: Final = xml_model.orders(*_ROOTS.items())


def write(value: Report | FileDetails) -> bytes:
    """Write a document; `FormatError`, with every sentence, where it breaks a rule."""
    name = next(name for name, model in _ROOTS.items() if isinstance(value, model))
    root = xml_model.element_of(value, name)
    wrong: list[str] = []
    xml_model.value_of(root, type(value), wrong)
    if wrong:
        raise FormatError("; ".join(wrong))
    return xml_tree.write(root)


def read(document: bytes, model: type[_Made], limits: XmlLimits = LIMITS) -> _Made:
    """Read a document strictly; `FormatError` where it breaks a rule."""
    root = xml_tree.read(document, limits)
    if _ROOTS.get(root.name) is not model:
        raise FormatError("the document is not of the kind that was asked for")
    wrong: list[str] = []
    made = xml_model.value_of(root, model, wrong)
    if made is None:
        raise FormatError("; ".join(wrong))
    return made


def faults(document: bytes, *, now: datetime | None = None, limits: XmlLimits = LIMITS) -> tuple[str, ...]:
    """Return what is wrong with a document, a sentence each. With `now`, also whether it is of the future."""
    try:
        root = xml_tree.read(document, limits)
    except FormatError as error:
        return (str(error),)
    model: Any = _ROOTS.get(root.name)
    if model is None:
        return ("the document is neither report nor fileDetails",)
    wrong: list[str] = []
    made = xml_model.value_of(root, model, wrong)
    if now is not None and isinstance(made, Report) and made.summary.occurred_at > now:
        wrong.append("report/incidentSummary/incidentDateTime is in the future")
    return tuple(wrong)
