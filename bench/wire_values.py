"""Values for the wires, the same for the same seed: made-up names, reserved addresses, random digests of nothing.

`filings` takes the fields of the CyberTipline's documents as they are declared: a field that is added is filled too.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from tutela.domain.reports import AgeBand, Incident
from tutela.engine.formats import xml_forms
from tutela.engine.formats.cybertip_people import Email
from tutela.engine.formats.cybertip_report import FileDetails, InternetDetails, Report
from tutela.engine.formats.cybertip_words import SUPPLEMENTAL
from tutela.engine.formats.xarf_report import (
    Classification,
    Exploitation,
    Exploited,
    Found,
    Material,
    MediaType,
    Noticed,
    Organisation,
    Platform,
    Told,
    Verified,
    report_id_of,
)
from tutela.engine.formats.xarf_report import Report as Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

_START: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzäöüßéñçøπжش0123456789&<>'\"-_."
_PATTERNS: Final = {
    r"\+[0-9]{1,3}": ("+1", "+31", "+351"),
    "[0-9]*": ("1", "0042"),
    "[A-Z]{2}": ("NL", "DE", "US"),
    "[!-~]+": ("b0754af766b426f2928a02c651ed4b99", "0a"),
    r"-?[0-9]{1,3}(\.[0-9]{1,20})?": ("52.37", "-0.1", "180"),
}
_PIECES: Final = ("a", "b7", "/", "-", "_", "~", ".", "%20", "%C3%BC", "?q=", "&", "0123456789abcdef" * 4)
_ORGANISATIONS: Final = (
    Organisation(name="A hotline", email="desk@hotline.example", domain="hotline.example"),
    Organisation(name="Meldestelle für Beispiele", email="a.b+c@meldestelle.example", domain="xn--bcher-kva.example"),
)


#### Notices ####


def notices(random: Random) -> Iterator[Notice]:
    """Yield notices for ever."""
    while True:
        host = random.choice(("files.example", "xn--bcher-kva.example", "198.51.100.7", "[2001:db8::1]"))
        path = "".join(random.choices(_PIECES, k=random.randint(0, 40)))
        yield Notice(
            report_id=report_id_of(UUID(int=random.getrandbits(128))),
            seen_at=_moment(random),
            reporter=random.choice(_ORGANISATIONS),
            sender=random.choice(_ORGANISATIONS),
            source=host.strip("[]"),
            address=f"{random.choice(('http', 'https'))}://{host}{random.choice(('', ':8443'))}/{path}",
            about=random.choice((_material, _exploited))(random),
            source_port=random.choice((0, 443, 65535)),
            asn=random.choice((0, 64496, 2**32 - 1)),
            country=random.choice(("", "nl", "de")),
            hosting_provider=random.choice(("", "Example Hosting B.V.")),
            verified_at=random.choice((None, _moment(random))),
            verified_by=random.choice((None, *Verified)),
        )


def _material(random: Random) -> Material:
    return Material(
        classification=random.choice(list(Classification)),
        found=random.choice(list(Found)),
        media_type=random.choice((None, *MediaType)),
        sha256=random.choice((b"", random.randbytes(32))),
        ncmec_report_id=random.choice(("", "12345678")),
        is_removed=random.choice((None, True, False)),
    )


def _exploited(random: Random) -> Exploited:
    return Exploited(
        exploitation=random.choice(list(Exploitation)),
        noticed=random.choice(list(Noticed)),
        age_band=random.choice((None, *AgeBand)),
        platform=random.choice((None, *Platform)),
        told=tuple(random.sample(list(Told), random.randint(0, len(Told)))),
    )


#### Filings ####


def filings(random: Random, incident: Incident) -> Iterator[Report | FileDetails]:
    """Yield a report of this kind of incident, then the details of a file, and so on for ever."""
    kinds = fields(InternetDetails)
    while True:
        report: Report = _value(random, Report)
        where = [replace(_value(random, InternetDetails), **{each.name: None for each in kinds}) for _ in range(2)]
        told = [random.choice(kinds) for _ in where]
        details = tuple(
            replace(one, **{each.name: _value(random, each.metadata["wire"].form)})
            for one, each in zip(where, told, strict=True)
        )
        person = replace(report.reporter.person, emails=(Email(address="desk@platform.example"),))
        yield replace(
            report,
            summary=replace(report.summary, incident=incident),
            internet_details=details,
            reporter=replace(report.reporter, person=person),
        )
        file: FileDetails = _value(random, FileDetails)
        is_more = file.relevance == SUPPLEMENTAL
        yield replace(file, annotations=None, industry_classification=None) if is_more else file


def _value(random: Random, form: Any) -> Any:
    """Return any value of a form of the wire, or of a class of such fields."""
    if isinstance(form, type):
        return form(**dict(_fields(random, form)))
    if isinstance(form, xml_forms.Word):
        return random.choice(list(form.meanings.values()))
    if isinstance(form, xml_forms.Whole):
        return random.randint(form.least, form.most)
    if isinstance(form, xml_forms.Text):
        count = random.choice((1, 12, min(form.chars_max, 400)))
        return random.choice(_PATTERNS[form.pattern]) if form.pattern else "".join(random.choices(_LETTERS, k=count))
    return _PLAIN[form](random)


def _fields(random: Random, model: Any) -> Iterator[tuple[str, Any]]:
    for each in fields(model):
        part = each.metadata["wire"]
        if part.form is None:
            yield each.name, random.random() < 0.5
        elif part.most > 1:
            count = max(part.least, random.choice((0, 0, 1, 2)))
            yield each.name, tuple(_value(random, part.form) for _ in range(count))
        elif part.least or random.random() < 0.4:
            yield each.name, _value(random, part.form)


def _moment(random: Random) -> datetime:
    return _START + timedelta(seconds=random.randint(0, 800_000_000))


_PLAIN: Final[dict[xml_forms.Form, Callable[[Random], Any]]] = {
    xml_forms.BOOLEAN: lambda random: random.random() < 0.5,
    xml_forms.MOMENT: _moment,
    xml_forms.DAY: lambda random: date(2000, 1, 1) + timedelta(days=random.randint(0, 9000)),
    xml_forms.IP: lambda random: random.choice(("198.51.100.7", "2001:db8::1")),
}
