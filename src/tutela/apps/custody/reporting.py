"""The custody report of one case, for a court: what was done, when, under which pseudonym, and how to check it.

    made = report(actor, case_id, outside=[kept_checkpoint])
    made.json()         everything, for machines
    made.pdf()          the same, typeset, with the export and the verifier attached

Rules:

1. Both forms say the same: the PDF is typeset from the JSON and from nothing else, so the same report makes the same
   bytes. Its only date is the report's own.
2. A record that does not hold is reported as such, on the first page. Nothing is left out for being inconvenient.
3. It holds what the log holds: ids, pseudonyms, times, codes, salted digests. Never content, names or a written reason.
4. The verdict is not this software's own word: the stand-alone verifier reads the very bytes that are attached.
5. Making one is itself recorded.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from tutela.apps.access.public import authorise
from tutela.apps.custody import exporting, keyring, verifying
from tutela.apps.custody.recording import pseudonym_of, record
from tutela.domain.actors import Actor, Permission
from tutela.engine import clock, ledger, typesetting
from tutela.engine.ledger import Action, ObjectKind, verifier
from tutela.engine.ledger.note import decode_base64

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

FORMAT: Final = "tutela-custody-report/1"
ENTRIES_MAX: Final = 5000  # some 700 pages; a longer case is exported and verified, not printed
TEMPLATE: Final = Path(__file__).parent / "templates" / "custody" / "court_report.typ"
EXPORT_NAME: Final = "case.jsonl"
VERIFIER_NAME: Final = "verifier.py"
NOT_SHOWN: Final = (
    "That the clock was right. The order of the entries is proved; their times are what the machine's clock said.",
    "Which person bears a pseudonym. Only the operator's own register can say so.",
    "That everything which happened was entered. The log proves what it holds, not what was kept from it.",
    "That the case has no later entries. The export of the whole log shows that.",
    "What the entries are about. They hold salted digests; who is shown the thing and its salt can recompute them.",
    "Anything entered after the newest checkpoint that somebody outside kept, beyond the log's own word.",
)
_LETTERS: Final = {"person": "P", "machine": "M", "system": "S"}


class TooLongError(exporting.NothingToExportError):
    """The case has more entries than a report can print."""


@dataclass(frozen=True, slots=True)
class CourtReport:
    """A report as made. `export` and `verifier_source` are the attached files; `content` is the JSON report."""

    content: Mapping[str, Any]
    export: bytes
    verifier_source: bytes

    @property
    def holds(self) -> bool:
        """Whether nothing contradicts the record."""
        return bool(self.content["holds"])

    def json(self) -> bytes:
        """Return the report as JSON, UTF-8, ended by a newline."""
        return json.dumps(self.content, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"

    def pdf(self) -> bytes:
        """Return the report as PDF/A-3, with both files attached."""
        files = {"report": self.json(), "export": self.export, "verifier": self.verifier_source}
        return typesetting.pdf(TEMPLATE, files, date=str(self.content["made_at"]))


@transaction.atomic
def report(actor: Actor, case_id: UUID, *, outside: Iterable[bytes] = ()) -> CourtReport:
    """Make the report of one case or object, and record that it was made. `outside`: checkpoints kept elsewhere.

    Raises `Http404` without the permission, `NothingToExportError` while no entry has a place, and `TooLongError`.
    """
    authorise(actor, Permission.CUSTODY_LEDGER_EXPORT)
    record(Action.EXPORT_MADE, kind=ObjectKind.EXPORT, object_id=clock.new_id(), actor=actor)
    outside = tuple(outside)
    tips, unreadable = _opened(outside)
    export = b"".join(exporting.case_lines(case_id, including=[tip.size for tip in tips]))
    header, *lines = (json.loads(line) for line in export.splitlines())
    if len(lines) > ENTRIES_MAX:
        raise TooLongError(
            f"The case has {len(lines)} entries; a report prints up to {ENTRIES_MAX}", hint="Export and verify it."
        )
    said, refusal = _by_the_verifier(export, outside)
    verified = verifying.verify_case(case_id, outside)
    faults = [*dict.fromkeys([*unreadable, *([refusal] if refusal else []), *verified.faults])]
    labels = _labels(lines)
    source = Path(verifier.__file__).read_bytes()
    content = {
        "format": FORMAT,
        "case": str(case_id),
        "made_at": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "made_by": pseudonym_of(actor),
        "holds": not faults,
        "faults": faults,
        "remarks": list(verified.remarks),
        "waiting": verified.waiting,
        "entries": [_entry(number, line, labels) for number, line in enumerate(lines, 1)],
        "actors": _actors(lines, labels),
        "proof_hashes_max": max(len(line["proof"]) for line in lines),
        "log": _log(header),
        "outside": [{"size": tip.size, "root": tip.root.hex()} for tip in tips],
        "export": _file(EXPORT_NAME, export),
        "verifier": _file(VERIFIER_NAME, source) | {"said": said},
        "not_shown": list(NOT_SHOWN),
    }
    return CourtReport(content, export, source)


def _opened(outside: Iterable[bytes]) -> tuple[list[ledger.Tip], list[str]]:
    """What the outside checkpoints sign, and what is wrong with those that cannot be believed."""
    tips: list[ledger.Tip] = []
    unreadable: list[str] = []
    for note in outside:
        try:
            tips.append(ledger.open_checkpoint(note, keys=(keyring.log_key().verifier,)).tip)
        except ledger.LedgerError as error:
            unreadable.append(str(error))
    return tips, unreadable


def _by_the_verifier(export: bytes, outside: tuple[bytes, ...]) -> tuple[list[str], str]:
    """What the stand-alone verifier says about the bytes, and its refusal if it refuses."""
    key = verifier.parse_key(str(keyring.log_key().verifier), verifier.LOG)
    try:
        accepted = verifier.verify(io.BytesIO(export), [key], [], list(outside))
    except verifier.Refused as verdict:
        return [f"REFUSED    {verdict}"], f"The stand-alone verifier refused: {verdict}"
    return list(verifier.sentences(accepted, len(outside))), ""


def _labels(lines: list[dict[str, Any]]) -> dict[str, str]:
    """Short names for the pseudonyms, in the order in which they first acted: P1, P2, M1, S1."""
    labels: dict[str, str] = {}
    for line in lines:
        actor = line["entry"]["actor"]
        letter = _LETTERS[actor.partition("-")[0]]
        labels.setdefault(actor, f"{letter}{1 + sum(label[0] == letter for label in labels.values())}")
    return labels


def _entry(number: int, line: dict[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    entry = line["entry"]
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode("ascii")
    return entry | {
        "number": number,
        "place": line["index"],
        "by": labels[entry["actor"]],
        "leaf": ledger.leaf_hash(canonical).hex(),
        "proof": line["proof"],
    }


def _actors(lines: list[dict[str, Any]], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for pseudonym, label in labels.items():
        times = [line["entry"]["time"] for line in lines if line["entry"]["actor"] == pseudonym]
        rows.append(
            {"by": label, "pseudonym": pseudonym, "entries": len(times), "first": min(times), "last": max(times)}
        )
    return rows


def _log(header: dict[str, Any]) -> dict[str, Any]:
    origin, size, root = header["checkpoint"].split("\n")[:3]
    sizes = [int(each["checkpoint"].split("\n")[1]) for each in header["history"]]
    return {
        "origin": origin,
        "vkey": str(keyring.log_key().verifier),
        "size": int(size),
        "root": decode_base64(root).hex(),
        "checkpoint": header["checkpoint"],
        "history": [each for each in sizes if each],
    }


def _file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
