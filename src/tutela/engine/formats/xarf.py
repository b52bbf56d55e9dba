"""XARF version 4, `content/csam` and `content/csem`: one report about what stands at one address.

Rules:

1. Never a picture, a sample or evidence of any kind; at most one SHA-256 and no other digest: never PDQ, by which
   others could look for what resembles it. `guard` holds what is written against a list of what may stand there.
2. Words are those of the schema, closed. It demands a classification of material: where no person and no list whose
   word counts gave one, there is no report (law 6).
3. The address is exact: a machine acts on it. Characters that a URI cannot hold are written as a URI writes them.
4. What is read and has no place here is kept in `besides`, name by name; but no payload of evidence is ever kept.
5. Its id has the form that the schema asks for (UUID 4), made of ours and always the same, so that a repeat is known.

>>> report = read(EXAMPLE)
>>> report.about.classification, report.address, report.besides
(<Classification.A1: 'A1'>, 'https://files.example/a', ())
>>> read(write(report)) == report
True
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

from tutela.domain.addresses import read_address
from tutela.domain.errors import FormatError
from tutela.domain.reports import AgeBand, Said
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
    Report,
    Told,
    Verified,
    report_id_of,
)
from tutela.engine.formats.xml_forms import MOMENT, UnfitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from enum import StrEnum

VERSION: Final = "4.2.0"
BYTES_MAX: Final = 15 * 1024 * 1024
_WRITTEN_BYTES_MAX: Final = 16 * 1024
_ORGANISATION_CHARS_MAX: Final = 200
_BESIDES_MAX: Final = 1000
_PORT_MAX: Final = 65535
_ASN_MAX: Final = 2**32 - 1
_DEPTH_MAX: Final = 8
EMAIL: Final = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[A-Za-z0-9.-]{1,253}")
_HOST: Final = re.compile(r"(?=.{1,253}\Z)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}")
_DOMAIN: Final = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}")  # what the schema takes for one; no punycode
_VERSION: Final = re.compile(r"4\.[0-9]+\.[0-9]+")
_COUNTRY: Final = re.compile(r"[a-z]{2}")
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_LIKE_A_DIGEST: Final = re.compile(r"[0-9a-fA-F]{32,}|[A-Za-z0-9+/]{43,}={0,2}")
_ALLOWED: Final = frozenset(
    {
        *("xarf_version", "report_id", "timestamp", "reporter", "sender", "source_identifier", "source_port"),
        *("category", "type", "url", "domain", "asn", "country_code", "hosting_provider", "verified_at"),
        *("verification_method", "classification", "detection_method", "media_type", "hash_values"),
        *("ncmec_report_id", "content_removed", "exploitation_type", "victim_age_range", "platform"),
        *("reporting_obligations",),
    }
)
_EXACT: Final = frozenset({"url", "domain", "source_identifier", "report_id"})  # long words may stand in these


def write(report: Report) -> bytes:
    """Write a report as JSON, UTF-8; `FormatError` where it breaks a rule. What stands in `besides` is not sent."""
    if wrong := list(_unfit(report)):
        raise FormatError("; ".join(wrong))
    document = _document(report)
    if wrong := guard(document):
        raise FormatError("; ".join(wrong))
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def guard(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what must never leave in a report, a sentence each: whoever made the document."""
    wrong = [f"{name[:64]} is never sent" for name in document if name not in _ALLOWED]
    hashes = document.get("hash_values", {})
    if not isinstance(hashes, dict) or set(cast("dict[str, Any]", hashes)) - {"sha256"}:
        wrong.append("a digest other than one SHA-256 is never sent")
    for name, value in _texts({key: value for key, value in document.items() if key not in _EXACT}, ""):
        if name != "hash_values/sha256" and _LIKE_A_DIGEST.search(value):
            wrong.append(f"{name[:64]} holds what looks like a digest or a file")
        if "data:" in value.lower():
            wrong.append(f"{name[:64]} holds a data address")
    if str(document.get("url", "")).lower().startswith("data:"):
        wrong.append("url holds a data address")
    if len(json.dumps(document)) > _WRITTEN_BYTES_MAX:
        wrong.append(f"the report has more than {_WRITTEN_BYTES_MAX} bytes")
    return tuple(wrong)


def read(document: bytes) -> Report:
    """Read a report; `FormatError` where it is none of these two types, or lacks what the schema demands."""
    if len(document) > BYTES_MAX:
        raise FormatError(f"the report has more than {BYTES_MAX} bytes")
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        raise FormatError("the report is no JSON") from None
    if not isinstance(found, dict):
        raise FormatError("the report is no JSON object")
    return _Reader(cast("dict[str, Any]", found)).report()


#### Writing ####


def _document(report: Report) -> dict[str, Any]:
    uri = _uri(report.address)
    host = urlsplit(uri).hostname or ""
    document: dict[str, Any] = {
        "xarf_version": VERSION,
        "report_id": str(report.report_id),
        "timestamp": MOMENT.write(report.seen_at),
        "reporter": _organisation(report.reporter),
        "sender": _organisation(report.sender),
        "source_identifier": report.source,
        "source_port": report.source_port or None,
        "category": "content",
        "type": "csam" if isinstance(report.about, Material) else "csem",
        "url": uri,
        "domain": host if _DOMAIN.fullmatch(host) else None,
        "asn": report.asn or None,
        "country_code": report.country.upper() or None,
        "hosting_provider": report.hosting_provider or None,
        "verified_at": MOMENT.write(report.verified_at) if report.verified_at else None,
        "verification_method": report.verified_by,
        **(_material(report.about) if isinstance(report.about, Material) else _exploited(report.about)),
    }
    return {name: value for name, value in document.items() if value is not None}


def _organisation(organisation: Organisation) -> dict[str, str]:
    return {"org": organisation.name, "contact": organisation.email, "domain": organisation.domain}


def _material(about: Material) -> dict[str, Any]:
    return {
        "classification": about.classification,
        "detection_method": about.found,
        "media_type": about.media_type,
        "hash_values": {"sha256": about.sha256.hex()} if about.sha256 else None,
        "ncmec_report_id": about.ncmec_report_id or None,
        "content_removed": about.is_removed,
    }


def _exploited(about: Exploited) -> dict[str, Any]:
    return {
        "exploitation_type": about.exploitation,
        "detection_method": about.noticed,
        "victim_age_range": about.age_band,
        "platform": about.platform,
        "reporting_obligations": list(about.told) or None,
    }


def _unfit(report: Report) -> Iterator[str]:
    """Yield what the schema would not take, or a reader could not act on."""
    yield from _unfit_organisation("reporter", report.reporter)
    yield from _unfit_organisation("sender", report.sender)
    checks = {
        "url is no http(s) address": read_address(report.address) == report.address,
        "source_identifier is neither an address on the Internet nor a host": _is_source(report.source),
        "source_port is no port": 0 <= report.source_port <= _PORT_MAX,
        "asn is none": 0 <= report.asn <= _ASN_MAX,
        "country_code is none": not report.country or _COUNTRY.fullmatch(report.country),
        "a time has no zone": report.seen_at.tzinfo and (report.verified_at is None or report.verified_at.tzinfo),
        "hash_values.sha256 has not 32 bytes": isinstance(report.about, Exploited)
        or len(report.about.sha256) in {0, 32},
    }
    yield from (sentence for sentence, is_fit in checks.items() if not is_fit)


def _unfit_organisation(name: str, one: Organisation) -> Iterator[str]:
    if not 0 < len(one.name) <= _ORGANISATION_CHARS_MAX or not one.name.isprintable():
        yield f"{name}.org is no name of at most {_ORGANISATION_CHARS_MAX} characters"
    if not EMAIL.fullmatch(one.email):
        yield f"{name}.contact is no address for mail"
    if not _HOST.fullmatch(one.domain):
        yield f"{name}.domain is no domain"


def _is_source(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return bool(_HOST.fullmatch(text))


def _uri(address: str) -> str:
    """Return the same address in the characters of a URI."""
    if address.isascii():
        return address
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (UnicodeError, ValueError):
        raise FormatError("url has a host that no URI can hold") from None
    rest = (quote(each, safe="%/:=&?~#+!$,;'@()*[]") for each in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host + port, *rest))


def _texts(value: object, above: str) -> Iterator[tuple[str, str]]:
    """Yield every text in a value, with the names on the way to it."""
    if isinstance(value, dict):
        for name, each in cast("dict[str, Any]", value).items():
            yield from _texts(each, f"{above}/{name}".lstrip("/"))
    elif isinstance(value, list | tuple):
        for number, each in enumerate(cast("list[Any]", value)):
            yield from _texts(each, f"{above}/{number}")
    elif value is not None:
        yield above, value if isinstance(value, str) else json.dumps(value)


#### Reading ####

_Word = TypeVar("_Word", bound="StrEnum")


class _Reader:
    """Reads one report. What found its place is crossed off; the rest is kept as it is."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._rest = dict(document)

    def report(self) -> Report:
        if not _VERSION.fullmatch(self._text("xarf_version")):
            raise FormatError("xarf_version is not 4")
        category, kind = self._text("category"), self._text("type")
        if category != "content" or kind not in {"csam", "csem"}:
            raise FormatError("the report is neither content/csam nor content/csem")
        try:
            report_id = UUID(self._text("report_id"))
        except ValueError:
            raise FormatError("report_id is no UUID") from None
        address = self._text("url")
        if read_address(address) != address:
            raise FormatError("url is no http(s) address")
        seen_at = self._moment("timestamp")
        if seen_at is None:
            raise FormatError("timestamp is missing")
        domain = self._rest.get("domain")
        if isinstance(domain, str) and domain == urlsplit(address).hostname:
            del self._rest["domain"]
        return Report(
            report_id=report_id,
            seen_at=seen_at,
            reporter=self._organisation("reporter"),
            sender=self._organisation("sender"),
            source=self._text("source_identifier"),
            address=address,
            about=self._material() if kind == "csam" else self._exploited(),
            source_port=self._whole("source_port", _PORT_MAX),
            asn=self._whole("asn", _ASN_MAX),
            country=self._maybe("country_code").lower(),
            hosting_provider=self._maybe("hosting_provider"),
            verified_at=self._moment("verified_at"),
            verified_by=self._word("verification_method", Verified),
            besides=tuple(self._besides()),
        )

    def _material(self) -> Material:
        return Material(
            classification=self._demanded("classification", Classification),
            found=self._demanded("detection_method", Found),
            media_type=self._word("media_type", MediaType),
            sha256=self._sha256(),
            ncmec_report_id=self._maybe("ncmec_report_id"),
            is_removed=self._flag("content_removed"),
        )

    def _exploited(self) -> Exploited:
        told: object = self._rest.get("reporting_obligations", [])
        known = cast("list[Any]", told) if isinstance(told, list) else []
        if known and all(each in set(Told) for each in known):
            del self._rest["reporting_obligations"]
        else:
            known = []
        return Exploited(
            exploitation=self._demanded("exploitation_type", Exploitation),
            noticed=self._demanded("detection_method", Noticed),
            age_band=self._word("victim_age_range", AgeBand),
            platform=self._word("platform", Platform),
            told=tuple(map(Told, known)),
        )

    def _organisation(self, name: str) -> Organisation:
        found: Any = self._rest.pop(name, None)
        told = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
        texts = [told.get(key) for key in ("org", "contact", "domain")]
        if not all(isinstance(text, str) and text for text in texts):
            raise FormatError(f"{name} does not say who it is")
        return Organisation(name=str(texts[0]), email=str(texts[1]), domain=str(texts[2]))

    def _sha256(self) -> bytes:
        found = self._rest.get("hash_values")
        hashes = dict(cast("dict[str, Any]", found)) if isinstance(found, dict) else {}
        given = hashes.pop("sha256", None)
        if not (isinstance(given, str) and _SHA256.fullmatch(given)):
            return b""
        self._rest["hash_values"] = hashes
        return bytes.fromhex(given)

    def _text(self, name: str) -> str:
        found = self._maybe(name)
        if not found:
            raise FormatError(f"{name} is missing")
        return found

    def _maybe(self, name: str) -> str:
        return str(self._rest.pop(name)) if isinstance(self._rest.get(name), str) else ""

    def _whole(self, name: str, most: int) -> int:
        found = self._rest.get(name)
        if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= most:
            return 0
        return int(self._rest.pop(name))

    def _flag(self, name: str) -> bool | None:
        return bool(self._rest.pop(name)) if isinstance(self._rest.get(name), bool) else None

    def _moment(self, name: str) -> datetime | None:
        text = self._maybe(name)
        if not text:
            return None
        try:
            return MOMENT.read(text)
        except UnfitError as error:
            raise FormatError(f"{name} {error}") from None

    def _word(self, name: str, words: type[_Word]) -> _Word | None:
        found = self._rest.get(name)
        if not isinstance(found, str) or found not in set(words):
            return None
        return words(self._rest.pop(name))

    def _demanded(self, name: str, words: type[_Word]) -> _Word:
        found = self._word(name, words)
        if found is None:
            raise FormatError(f"{name} is none of its words")
        return found

    def _besides(self) -> Iterator[Said]:
        """Yield what found no place, without any payload of evidence."""
        _check_depth(self._rest, _DEPTH_MAX)
        for number, (name, text) in enumerate(_texts(self._rest, "")):
            if number == _BESIDES_MAX:
                raise FormatError(f"the report says more than {_BESIDES_MAX} things that have no place here")
            if not name.endswith("/payload"):
                yield Said(name, text)


def _check_depth(value: object, left: int) -> None:
    if not left:
        raise FormatError(f"the report is nested deeper than {_DEPTH_MAX}")
    inner = cast("dict[str, Any]", value).values() if isinstance(value, dict) else value
    for each in cast("list[Any]", inner) if isinstance(value, dict | list) else []:
        _check_depth(each, left - 1)


_DESK: Final = Organisation(name="A hotline", email="desk@hotline.example", domain="hotline.example")
EXAMPLE: Final = write(
    Report(
        report_id=report_id_of(UUID(int=1)),
        seen_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        reporter=_DESK,
        sender=_DESK,
        source="198.51.100.7",
        address="https://files.example/a",
        about=Material(
            classification=Classification.A1,
            found=Found.HASH_MATCH,
            media_type=MediaType.IMAGE,
            sha256=bytes(range(32)),
        ),
    )
)
"""A report of made-up names."""
