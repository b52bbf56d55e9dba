"""What was reported, as the documents of a filing with the CyberTipline.

Rules:

1. Only what the wire has a place for is said; `cybertip.write` tells what it has none for.
2. Nothing is said for anybody: `fileViewedByEsp` repeats what a `Media` says, and whoever files puts their own record
   of viewing there (`dataclasses.replace`). So it is with the reporter, the ids, and all that a `Reported` lacks.

>>> from datetime import UTC, datetime
>>> from tutela.engine.formats import cybertip_report
>>> from tutela.engine.formats.cybertip_people import Email, Person
>>> given = Reported(
...     incident=Incident.MATERIAL,
...     occurred_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
...     media=(Media({"md5": bytes(range(16))}),),
... )
>>> desk = Reporter(person=Person(emails=(Email(address="desk@platform.example"),)))
>>> cybertip_report.faults(cybertip_report.write(report_of(given, desk)))
()
>>> file = replace(files_of(given)[0], report_id=17, file_id="0123abcd", viewed=None)
>>> cybertip_report.write(file).count(b"fileViewedByEsp")
0
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import FormatError
from tutela.domain.reports import DIGEST_BYTES, AgeBand, Fact, Incident, IpCapture, Media, Reported
from tutela.domain.signals import SignalKind
from tutela.engine.formats.cybertip_people import (
    Address,
    AssociatedAccount,
    Email,
    IpCaptureEvent,
    Person,
    ReportedUser,
)
from tutela.engine.formats.cybertip_report import (
    Batched,
    FileAnnotations,
    FileDetails,
    FileHash,
    InternetDetails,
    Report,
    ReportAnnotations,
    Reporter,
    Summary,
    WebPage,
)
from tutela.engine.formats.cybertip_words import CLASSES, ESCALATED, EVENTS, INDUSTRY, SENT_BY_MANY

if TYPE_CHECKING:
    from collections.abc import Sequence

_EVENTS: Final = frozenset(map(str.lower, EVENTS))


def report_of(reported: Reported, reporter: Reporter | None = None) -> Report:
    """Return the report; `FormatError` where it lacks what the wire demands: the incident and its time.

    Without a `reporter`, the contact that the report names is the only one.
    """
    if reported.incident is Incident.NOT_SAID or reported.occurred_at is None:
        raise FormatError("a report to the CyberTipline says what happened and when")
    emails = (Email(address=reported.contact),) if reported.contact else ()
    page = WebPage(urls=reported.addresses)
    return Report(
        batched=Batched(reason=SENT_BY_MANY) if Fact.SENT_BY_MANY in reported.facts else None,
        summary=Summary(
            incident=reported.incident,
            escalate=ESCALATED if reported.child_in_danger else "",
            annotations=ReportAnnotations(extortion=True) if Fact.EXTORTION in reported.facts else None,
            occurred_at=reported.occurred_at,
        ),
        internet_details=(InternetDetails(web_page=page),) if reported.addresses else (),
        reporter=reporter or Reporter(person=Person(emails=emails)),
        reported=_user(reported),
        additional_info=reported.text,
    )


def files_of(reported: Reported) -> tuple[FileDetails, ...]:
    """Return what is said of each file; whoever sends it puts in the ids that it was given on the way."""
    files = tuple(map(_file, reported.media))
    annotations = FileAnnotations(live=Fact.LIVE in reported.facts, infant=reported.age_band is AgeBand.INFANT)
    if not files or annotations == FileAnnotations():
        return files
    return (replace(files[0], annotations=annotations), *files[1:])


def _user(reported: Reported) -> ReportedUser | None:
    if not (reported.accounts or reported.ip_captures or reported.jurisdictions):
        return None
    countries = tuple(Address(country=code.upper()) for code in reported.jurisdictions)
    first, others = reported.accounts[:1], reported.accounts[1:]
    return ReportedUser(
        person=Person(addresses=countries) if countries else None,
        esp_identifier=first[0].name if first else "",
        esp_service=first[0].platform if first else "",
        ip_captures=tuple(map(_capture, reported.ip_captures)),
        associated_accounts=tuple(
            AssociatedAccount(esp_service=one.platform, esp_identifier=one.name) for one in others
        ),
    )


def _capture(capture: IpCapture) -> IpCaptureEvent:
    return IpCaptureEvent(
        ip_address=capture.address,
        event_name=capture.event if capture.event in _EVENTS else None,
        date_time=capture.at,
        port=capture.port or None,
    )


def _file(media: Media) -> FileDetails:
    scheme, _, category = media.category.partition(":")
    return FileDetails(
        report_id=None,
        file_id="",
        viewed=media.viewed_by_sender,
        industry_classification=category if scheme == INDUSTRY and category in CLASSES else None,
        hashes=tuple(_hashes(media)),
    )


def _hashes(media: Media) -> Sequence[FileHash]:
    found = [(name.upper(), media.digests[name]) for name in DIGEST_BYTES if name in media.digests]
    found += [(SignalKind.PDQ.name, media.pdq)] if media.pdq else []
    return [FileHash(hash_type=name, value=value.hex()) for name, value in found]
