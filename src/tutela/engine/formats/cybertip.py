"""A report as NCMEC's CyberTipline takes it, read and written: a `report`, and the `fileDetails` of its files.

Rules:

1. A document is a `report`, or a `cybertip` around one `report` and its `fileDetails`: there they come by requests of
   their own, here together, so that they are taken in together.
2. Elements have an order. A known element out of its order, a report without its incident and time, a digest or an
   address that is none: the document is refused with a sentence that says where, and never what stood there.
3. Whatever has no place in a `Reported` is kept with it, element by element, in `besides` (law 13): names of people,
   devices, messages, elements that are not known here. Nobody but a person reads those.
4. `fileViewedByEsp` is the sender's word about a person of theirs; it is never set for anybody else.
5. A report that names its victim says that a child can be found. A wish to be treated first says that a child is in
   danger now: a person looks, rather than a queue.
6. What is written reads back as it was. What the wire cannot say is named by `Written.left_out`: found by reading back.

>>> given = read(EXAMPLE.encode())
>>> given.incident, given.addresses, given.besides
(<Incident.MATERIAL: 'material'>, ('https://files.example/a',), ())
>>> read(write(given).document) == given, write(given).left_out
(True, ())
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.addresses import read_address
from tutela.domain.errors import FormatError, RowError
from tutela.domain.reports import Account, AgeBand, Fact, Incident, IpCapture, Media, Reported, Said
from tutela.domain.signals import SignalKind
from tutela.engine.formats import xml_tree
from tutela.engine.formats.cybertip_filing import files_of, report_of
from tutela.engine.formats.cybertip_report import LIMITS, ORDER
from tutela.engine.formats.cybertip_words import (
    CLASSES,
    ESCALATED,
    EVENTS,
    FILE_FACTS,
    INCIDENTS,
    INDUSTRY,
    INFANT,
    REPORT_FACTS,
    SENT_BY_MANY,
)
from tutela.engine.formats.fields import digest
from tutela.engine.formats.xml_forms import BOOLEAN, IP, MOMENT, Form, UnfitError, Whole
from tutela.engine.formats.xml_model import element_of
from tutela.engine.formats.xml_tree import Element, XmlLimits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOGETHER: Final = "cybertip"
_NAME_CHARS_MAX: Final = 64  # of an element that is told
_PORT: Final = Whole(1, 65535)
_HASHES: Final = {kind.value: kind for kind in (SignalKind.SHA256, SignalKind.SHA1, SignalKind.MD5, SignalKind.PDQ)}


@dataclass(frozen=True, slots=True)
class Written:
    """A document, and the names of the fields of which it cannot say all."""

    document: bytes
    left_out: tuple[str, ...]


def read(document: bytes, limits: XmlLimits = LIMITS) -> Reported:
    """Read one report; `FormatError` where it is none."""
    root = xml_tree.read(document, limits)
    _check_order(root)
    if root.name == "report":
        return _Reader(root, [], root).reported()
    if root.name == _TOGETHER:
        reports = list(root.all("report"))
        if len(reports) != 1:
            raise FormatError(f"{_TOGETHER} holds {len(reports)} elements named report, not one")
        return _Reader(reports[0], list(root.all("fileDetails")), root).reported()
    raise FormatError(f"the document is neither report nor {_TOGETHER}")


def write(reported: Reported) -> Written:
    """Write one report; `FormatError` where it lacks what the wire demands: the incident and its time.

    What is sent to the CyberTipline itself goes as documents of their own: `cybertip_filing`, `cybertip_report`.
    """
    root = Element(_TOGETHER)
    root.children.append(element_of(report_of(reported), "report"))
    root.children += [element_of(file, "fileDetails") for file in files_of(reported)]
    document = xml_tree.write(root)
    back = read(document)
    names = [each.name for each in fields(Reported)]
    return Written(document, tuple(name for name in names if getattr(back, name) != getattr(reported, name)))


#### Reading ####


class _Reader:
    """Reads one report. Each element that found its place is crossed off; the others are kept as they are."""

    def __init__(self, report: Element, files: Iterable[Element], root: Element) -> None:
        self._report, self._files, self._root = report, files, root
        self._placed: set[int] = {id(root), id(report)}
        self._placed_attributes: set[tuple[int, str]] = set()

    def reported(self) -> Reported:
        facts: set[Fact] = set()
        summary = self._one(self._report, "incidentSummary")
        incident = INCIDENTS.get(self._place(self._one(summary, "incidentType")))
        if incident is None:
            raise FormatError("incidentType is none of those of the CyberTipline")
        occurred_at = _said(self._place(self._one(summary, "incidentDateTime")), MOMENT, "incidentDateTime")
        urgent = " ".join(filter(None, map(self._place, summary.all("escalateToHighPriority"))))
        notes = [*self._texts(self._report, "additionalInfo"), urgent if urgent != ESCALATED else ""]
        facts |= {Fact.DANGER_NOW} if urgent else set()
        facts |= self._annotations(summary, "reportAnnotations", REPORT_FACTS)
        facts |= self._sent_by_many()
        facts |= {Fact.CHILD_FINDABLE} if any(True for victim in self._report.all("victim") if _says(victim)) else set()
        media = tuple(filter(None, map(self._media, self._files)))
        for file in self._files:
            facts |= self._annotations(file, "fileAnnotations", FILE_FACTS)
        addresses = [
            *self._addresses(self._report.all("internetDetails", "webPageIncident", "url")),
            *(address for file in self._files for address in self._addresses(file.all("locationOfFile"))),
        ]
        people = list(self._report.all("personOrUserReported"))
        reported = Reported(
            incident=incident,
            facts=frozenset(facts),
            age_band=self._age_band(media),
            text="\n\n".join(filter(None, notes)),
            addresses=tuple(dict.fromkeys(addresses)),
            media=media,
            accounts=tuple(dict.fromkeys(account for one in people for account in self._accounts(one))),
            ip_captures=tuple(self._ip_captures(people)),
            jurisdictions=tuple(dict.fromkeys(code for one in people for code in self._countries(one))),
            occurred_at=occurred_at,
            contact=next(self._texts(self._report, "reporter", "reportingPerson", "email"), ""),
        )
        return replace(reported, besides=tuple(self._besides(self._root, "")))

    def _one(self, parent: Element, name: str) -> Element:
        found = list(parent.all(name))
        if len(found) != 1:
            raise FormatError(f"{parent.name} holds {len(found)} elements named {name}, not one")
        self._placed.add(id(found[0]))
        return found[0]

    def _place(self, element: Element) -> str:
        """Cross an element off and return its text."""
        self._placed.add(id(element))
        return element.text

    def _texts(self, parent: Element, *names: str) -> Iterator[str]:
        """Yield the texts at the end of a path, crossing each off as it is taken."""
        for element in parent.all(*names):
            if element.text:
                yield self._place(element)

    def _annotations(self, parent: Element, name: str, words: Iterable[str]) -> set[Fact]:
        known = {**REPORT_FACTS, **FILE_FACTS}
        found = [each for annotations in parent.all(name) for each in annotations.children if each.name in words]
        for each in found:
            self._place(each)
        return {known[each.name] for each in found}

    def _sent_by_many(self) -> set[Fact]:
        for batched in self._report.all("batchedReport"):
            if batched.attributes.get("reason") == SENT_BY_MANY:
                self._place(batched)
                self._placed_attributes.add((id(batched), "reason"))
                return {Fact.SENT_BY_MANY}
        return set()

    def _media(self, file: Element) -> Media | None:
        hashes: dict[str, bytes] = {}
        for element in file.all("originalFileHash"):
            name = element.attributes.get("hashType", "").lower().replace("-", "")
            if name in _HASHES and name not in hashes:
                hashes[name] = _digest(element.text, _HASHES[name])
                self._place(element)
                self._placed_attributes.add((id(element), "hashType"))
        if not hashes:
            return None
        viewed = any(_said(self._place(each), BOOLEAN, each.name) for each in file.all("fileViewedByEsp"))
        classes = [element for element in file.all("industryClassification") if element.text in CLASSES]
        category = f"{INDUSTRY}:{self._place(classes[0])}" if classes else ""
        pdq = hashes.pop(SignalKind.PDQ.value, b"")
        return Media(hashes, pdq=pdq, viewed_by_sender=viewed, category=category)

    def _age_band(self, media: Iterable[Media]) -> AgeBand:
        infants = [one for file in self._files for one in file.all("fileAnnotations", INFANT)]
        for one in infants:
            self._place(one)
        if infants:
            return AgeBand.INFANT
        bands = {CLASSES[one.category.rpartition(":")[2]] for one in media if one.category}
        youngest_first = (AgeBand.PREPUBESCENT, AgeBand.PUBESCENT)
        return next((band for band in youngest_first if band in bands), AgeBand.UNKNOWN)

    def _addresses(self, elements: Iterable[Element]) -> Iterator[str]:
        for element in elements:
            if read_address(element.text) is not None:
                yield self._place(element)

    def _accounts(self, person: Element) -> Iterator[Account]:
        yield from self._account(person, (self._report, "incidentSummary", "platform"))
        for associated in person.all("associatedAccount"):
            yield from self._account(associated, (associated, "platform"))
        for where in (person.all("personOrUserReportedPerson"), person.all("associatedAccount")):
            for one in where:
                yield from (Account("email", text) for text in self._texts(one, "email"))
                yield from (Account("phone", text) for text in self._texts(one, "phone"))

    def _account(self, holder: Element, platform: tuple[Element, *tuple[str, ...]]) -> Iterator[Account]:
        """Yield the accounts of a holder. A service without an account is none, and finds no place."""
        names = [*self._texts(holder, "espIdentifier"), *self._texts(holder, "screenName")]
        if names:
            service = next(self._texts(holder, "espService"), "") or next(self._texts(*platform), "")
            yield from (Account(service, name) for name in names)

    def _ip_captures(self, people: Iterable[Element]) -> Iterator[IpCapture]:
        found = [event for one in people for event in one.all("ipCaptureEvent")]
        found += [event for one in people for event in one.all("associatedAccount", "ipCaptureEvent")]
        found += self._report.all("internetDetails", "peer2peerIncident", "ipCaptureEvent")
        found += [event for file in self._files for event in file.all("ipCaptureEvent")]
        return map(self._ip_capture, found)

    def _ip_capture(self, event: Element) -> IpCapture:
        self._place(event)
        address = _said(self._place(self._one(event, "ipAddress")), IP, "ipAddress")
        time, port = (next(self._texts(event, name), "") for name in ("dateTime", "port"))
        name = next((each for each in event.all("eventName") if each.text in EVENTS), None)
        return IpCapture(
            address,
            _said(time, MOMENT, "dateTime") if time else None,
            _said(port, _PORT, "port") if port else 0,
            self._place(name).lower() if name else "",
        )

    def _countries(self, person: Element) -> Iterator[str]:
        paths = (("personOrUserReportedPerson", "address", "country"), ("estimatedLocation", "countryCode"))
        for path in paths:
            for element in person.all(*path):
                if len(element.text) == 2 and element.text.isascii() and element.text.isalpha():
                    yield self._place(element).lower()

    def _besides(self, element: Element, above: str) -> Iterator[Said]:
        """Yield what found no place: texts, attributes, and elements that say something by being there."""
        name = f"{above}/{element.name[:_NAME_CHARS_MAX]}".lstrip("/")
        is_there = element.text or not (element.children or element.attributes or element.name in ORDER)
        if is_there and id(element) not in self._placed:
            yield Said(name, element.text)
        for attribute, value in element.attributes.items():
            if (id(element), attribute) not in self._placed_attributes:
                yield Said(f"{name}@{attribute[:_NAME_CHARS_MAX]}", value)
        for child in element.children:
            yield from self._besides(child, name)


def _check_order(element: Element) -> None:
    """Raise `FormatError` where known children stand out of their order."""
    order = ORDER.get(element.name, ())
    last = 0
    for child in element.children:
        if child.name in order:
            place = order.index(child.name)
            if place < last:
                raise FormatError(f"in {element.name}, {child.name} stands after {order[last]}, and belongs before it")
            last = place
        _check_order(child)


def _says(element: Element) -> bool:
    return bool(element.text) or any(map(_says, element.children))


def _digest(text: str, kind: SignalKind) -> bytes:
    try:
        found = digest(text, kind)
    except RowError as error:
        raise FormatError(f"originalFileHash: {error}") from None
    if found is None:
        raise FormatError(f"originalFileHash: there is no {kind}")
    return found


def _said(text: str, form: Form, name: str) -> Any:
    try:
        return form.read(text)
    except UnfitError as error:
        raise FormatError(f"{name} {error}") from None


EXAMPLE: Final = write(
    Reported(
        incident=Incident.MATERIAL,
        addresses=("https://files.example/a",),
        media=(Media({"md5": bytes(range(16))}, viewed_by_sender=True),),
        accounts=(Account("Chat", "some-account"),),
        ip_captures=(IpCapture("198.51.100.7", datetime(2026, 11, 22, 12, tzinfo=UTC), 49152, "upload"),),
        occurred_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        contact="desk@platform.example",
    )
).document.decode()
"""A document with every part that is written, of made-up names."""
