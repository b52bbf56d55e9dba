"""G2: what goes out is what the wire takes, and never more.

XARF is judged by the official schema, which the XARF project's own package carries, and by a second validator that is
strict about formats. Its samples are the examples in the official schema; where `TUTELA_XARF_SAMPLES` names a folder of
the specification's samples, these too. CyberTipline XML is judged by its structural rules, and by the XSD too where
`TUTELA_CYBERTIP_XSD` names the one that a deployment was given. Values are random, the same in every run.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs
import xarf as official

from bench.record import Measurement
from bench.wire_values import filings, notices
from tests.checks.terminology import complaints, our_files
from tutela.domain.errors import FormatError
from tutela.engine.formats import cybertip_report, xarf, xarf_mail
from tutela.engine.formats.cybertip_schema import PinnedSchema
from tutela.engine.formats.cybertip_words import INCIDENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

NOTICES: Final = 10_000
DOCUMENTS_A_TYPE: Final = 1_300
SPOILT: Final = 2_000
_SEED: Final = 2258
_TYPES: Final = ("csam", "csem")
_NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
_LETTER: Final = "A letter without an address.\n"


def measure() -> Measurement:
    """Write, judge, read back, spoil and judge again."""
    found = Measurement()
    _xarf(found)
    _samples(found)
    _leaks(found)
    _filings(found)
    files = our_files()
    found.put("files that are linted", len(files))
    found.put("deprecated words outside of their adapter", sum(len(complaints(path)) for path in files))
    return found


#### XARF ####


def _xarf(found: Measurement) -> None:
    strict = _strict()
    refused = refused_strictly = lost = 0
    cpu_s = 0.0
    for number, notice in enumerate(islice(notices(Random(_SEED)), NOTICES), 1):
        start_s = time.process_time()
        document = xarf.write(notice)
        back = xarf.read(document)
        cpu_s += time.process_time() - start_s
        mail = xarf_mail.write(notice, _LETTER, to="abuse@host.example", subject="Reference", sent_at=_NOON)
        lost += back != notice or xarf_mail.read(mail) != notice
        plain = json.loads(document)
        refused += bool(official.schema_validator.validate(plain))
        refused_strictly += not strict[plain["type"]](plain)
        if number % 2_000 == 0:
            print(f"{number:,} reports", file=sys.stderr)
    found.notes.append(f"official schema: that of the package xarf {version('xarf')}, version {official.SPEC_VERSION}")
    found.put("XARF reports written", NOTICES)
    found.put("that the official schema does not take", refused)
    found.put("that a second validator, strict about formats, does not take", refused_strictly)
    found.put("that do not read back as they were, as JSON or as mail", lost)
    found.put("CPU of a XARF report: written, guarded, read back", cpu_s / NOTICES * 1000)


def _strict() -> Mapping[str, Callable[[Any], bool]]:
    """Return a validator a type that holds every format the schema names."""
    schemas = [json.loads(path.read_text("utf-8")) for path in _schema_files()]
    registry = jsonschema_rs.Registry([(schema["$id"], schema) for schema in schemas])
    judges = {
        kind: jsonschema_rs.Draft202012Validator(_schema(kind), registry=registry, validate_formats=True).is_valid
        for kind in _TYPES
    }
    for kind, judge in judges.items():  # one that takes everything would prove nothing
        (sound, *_) = _schema(kind)["examples"]
        for change in ({"url": "no address"}, {"report_id": "1"}, {"detection_method": "guess"}, {"reporter": {}}):
            assert judge(sound) and not judge(sound | change)  # noqa: PT018 - both sides of one question
    return judges


def _schema_files() -> Iterable[Any]:
    folder = resources.files(official).joinpath("schemas")
    inner = [*folder.iterdir(), *folder.joinpath("types").iterdir()]
    return (path for path in inner if path.name.endswith(".json"))


def _schema(kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(
        resources.files(official).joinpath(f"schemas/types/content-{kind}.json").read_text("utf-8")
    )
    return schema


def _samples(found: Measurement) -> None:
    samples = [example for kind in _TYPES for example in _schema(kind)["examples"]]
    folder = os.environ.get("TUTELA_XARF_SAMPLES", "")
    given = [Path(folder, f"content-{kind}.json") for kind in _TYPES] if folder else []
    samples += [json.loads(path.read_text("utf-8")) for path in given]
    unread = lost = 0
    for sample in samples:
        try:
            report = xarf.read(json.dumps(sample).encode())
            said = json.loads(xarf.write(replace(report, besides=())))
        except FormatError as error:
            unread += 1
            found.notes.append(f"a sample is not read: {error}")
            continue
        kept = {each.name.split("/")[0] for each in report.besides}
        lost += sum(name not in kept and said.get(name) != value for name, value in sample.items())
    found.put("official samples and examples of both types", len(samples))
    found.put("of these, not read", unread)
    found.put("values of these that are neither read nor kept", lost)
    told = "were read too" if given else "were not given (TUTELA_XARF_SAMPLES)"
    found.notes.append(
        f"{len(samples) - len(given)} examples of the official schema; the samples of its repository {told}"
    )


def _leaks(found: Measurement) -> None:
    random = Random(_SEED)
    taken = passed = 0
    for notice in islice(notices(random), SPOILT):
        plain = json.loads(xarf.write(notice)) | random.choice(_LEAKS)(random)
        taken += not official.schema_validator.validate(plain)
        passed += not xarf.guard(plain)
    found.put("documents with what must never leave", SPOILT)
    found.put("that the official schema takes", taken)
    found.put("that the guard lets pass", passed)


def _evidence(random: Random) -> dict[str, Any]:
    kind = random.choice(("image/png", "video/mp4", "application/zip", "application/octet-stream", "text/plain"))
    return {"evidence": [{"content_type": kind, "payload": "AAAA"}]}


_LEAKS: Final[tuple[Callable[[Random], dict[str, Any]], ...]] = (
    _evidence,
    lambda _: {"screenshot_url": "https://hotline.example/a.png"},
    lambda random: {"hash_values": {"sha256": random.randbytes(32).hex(), "md5": random.randbytes(16).hex()}},
    lambda random: {"hash_values": {"pdq": random.randbytes(32).hex()}},
    lambda random: {"hash_values": {"photodna": random.randbytes(72).hex()}},
    lambda random: {"pdq": random.randbytes(32).hex()},
    lambda random: {"hosting_provider": random.randbytes(32).hex()},
    lambda _: {"hosting_provider": "data:image/png;base64,AAAA"},
    lambda _: {"_internal": {"analyst": "somebody"}},
    lambda _: {"perpetrator_indicators": {"account_id": "somebody"}},
)


#### The CyberTipline ####


@dataclass(slots=True)
class _Judged:
    written: int = 0
    wrong: int = 0
    lost: int = 0
    spoilt: int = 0
    passed: int = 0
    cpu_s: float = 0.0


def _filings(found: Measurement) -> None:
    path = os.environ.get("TUTELA_CYBERTIP_XSD", "")
    pinned = PinnedSchema(Path(path).read_bytes()) if path else None
    rows: list[list[object]] = []
    judged: list[_Judged] = []
    for incident in sorted(set(INCIDENTS.values())):
        one = _judged(pinned, incident)
        judged.append(one)
        rows.append([incident.value, one.written, one.wrong, one.lost, one.spoilt, one.passed])
        print(f"{incident}: {one.written:,} documents", file=sys.stderr)
    written = sum(one.written for one in judged)
    found.put("incident types of the CyberTipline", len(judged))
    found.put("XML documents written", written)
    found.put("that break a structural rule or the schema that is given", sum(one.wrong for one in judged))
    found.put("that do not read back as they were", sum(one.lost for one in judged))
    found.put("XML documents with one fault", sum(one.spoilt for one in judged))
    found.put("that are let pass", sum(one.passed for one in judged))
    found.put("CPU of an XML document: written, checked, read back", sum(one.cpu_s for one in judged) / written * 1000)
    columns = ("incident", "written", "wrong", "not read back", "with one fault", "let pass")
    found.table("Documents by type of incident", columns, rows)
    found.notes.append("held against a pinned XSD too" if pinned else "no XSD was given: the structural rules alone")


def _judged(pinned: PinnedSchema | None, incident: Any) -> _Judged:
    random, one = Random(f"{_SEED} {incident}"), _Judged()
    for value in islice(filings(random, incident), DOCUMENTS_A_TYPE):
        start_s = time.process_time()
        document = cybertip_report.write(value)
        wrong = cybertip_report.faults(document)
        back: object = cybertip_report.read(document, type(value))
        one.cpu_s += time.process_time() - start_s
        one.written += 1
        one.wrong += bool(wrong or (pinned and pinned.faults(document)))
        one.lost += back != value
        for old, new in _FAULTS:
            if old in document and random.random() < 0.2:
                one.spoilt += 1
                one.passed += not cybertip_report.faults(document.replace(old, new, 1))
    return one


_FAULTS: Final = (
    (b"<incidentType>", b"<incidentType>x"),
    (b"<incidentSummary>", b"<incidentSummary><futureElement/>"),
    (b"<report>", b"<report since='2027'>"),
    (b"</report>", b"<batchedReport/></report>"),
    (b"</reporter>", b"</reporter><lawEnforcement><agencyName>x</agencyName></lawEnforcement>"),
    (b"<email>desk@platform.example</email>", b""),
    (b"Z</incidentDateTime>", b"</incidentDateTime>"),
    (b"<reportId>", b"<reportId>x"),
    (b"</fileId>", b"</fileId><fileId>0a</fileId>"),
    (b"</fileDetails>", b"<reportId>1</reportId></fileDetails>"),
    (b"<fileViewedByEsp>", b"<fileViewedByEsp>maybe"),
    (b"<port>", b"<port>99999"),
    (b"<ipAddress>", b"<ipAddress>x"),
)
