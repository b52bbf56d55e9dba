"""One evidence record: what was claimed, what was measured, and whether the bar was reached.

Nobody types `met`: a figure is met when its bar holds for its value, a record when all figures that have a bar are met.
A figure that could not be measured has no value and is *not* met. The checksum over the whole record makes an edit by
hand visible; the tests recompute it.

Worked example:

>>> spec = FigureSpec("VGA", "pictures/s", Bar("ratio", ">=", 4.0), peer="threatexchange")
>>> figure = Figure(spec, value=900.0, peer_value=180.0)
>>> figure.ratio, figure.met
(5.0, True)
"""

from __future__ import annotations

import hashlib
import json
import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SCHEMA: Final = 1
_TESTS: Final = {">=": operator.ge, "<=": operator.le, "=": operator.eq, "<": operator.lt}
_HEADLINE: Final = ("value", "unit", "peer", "peer_value", "ratio", "bar")
_SURROUNDINGS: Final = ("machine", "versions", "date", "commit")
_FIELDS: Final = (
    *("schema", "id", "claim", "command"),
    *_HEADLINE,
    *("met", "figures"),
    *_SURROUNDINGS,
    *("details", "checksum"),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must reach: its own value, or its ratio to the peer's."""

    on: Literal["value", "ratio"]
    test: Literal[">=", "<=", "<", "="]
    amount: float

    def __str__(self) -> str:
        """As the table shows it."""
        return f"{'ratio ' if self.on == 'ratio' else ''}{self.test} {self.amount:g}"

    def holds(self, value: float | None, ratio: float | None) -> bool:
        """True where the measured side passes; never for a figure that is missing."""
        measured = value if self.on == "value" else ratio
        return measured is not None and bool(_TESTS[self.test](measured, self.amount))


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """One number of a claim. `less_is_better` turns the ratio round, so that above 1 is always better than the peer."""

    name: str
    unit: str
    bar: Bar | None = None
    peer: str = ""
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number beside the peer's, in the same unit."""

    spec: FigureSpec
    value: float | None
    peer_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """Times better than the peer; None where either side is missing or the divisor is zero."""
        if self.value is None or self.peer_value is None:
            return None
        top, bottom = (self.peer_value, self.value) if self.spec.less_is_better else (self.value, self.peer_value)
        return top / bottom if bottom else None

    @property
    def met(self) -> bool | None:
        """Whether the bar is reached by the numbers as recorded; None where there is no bar."""
        return None if self.spec.bar is None else self.spec.bar.holds(tidy(self.value), tidy(self.ratio))

    def as_json(self) -> dict[str, Any]:
        """The figure as it stands in a record."""
        return {
            "name": self.spec.name,
            "value": tidy(self.value),
            "unit": self.spec.unit,
            "peer": self.spec.peer,
            "peer_value": tidy(self.peer_value),
            "ratio": tidy(self.ratio),
            "bar": str(self.spec.bar) if self.spec.bar else "",
            "met": self.met,
        }


@dataclass(slots=True)
class Measurement:
    """What a claim's module returns: a value (or a pair with the peer's) a figure, tables and plain sentences."""

    values: dict[str, float | None] = field(default_factory=dict)
    peer_values: dict[str, float | None] = field(default_factory=dict)
    tables: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def put(self, name: str, value: float | None, peer_value: float | None = None) -> None:
        """Give one figure of the claim, by its name in the registry."""
        self.values[name] = value
        self.peer_values[name] = peer_value

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add one table of sub-figures."""
        cells = [[tidy(cell) for cell in row] for row in rows]
        self.tables.append({"title": title, "columns": list(columns), "rows": cells})


def tidy(value: Any) -> Any:
    """Round a float to five significant digits, keep everything else; NumPy numbers become Python's."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.5g}") if abs(value) < 100_000 else round(value)
    return value


def build(
    claim_id: str, claim: str, figures: Sequence[Figure], measurement: Measurement, surroundings: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the record. Its headline is the first figure that misses its bar, else the first figure."""
    if not figures:
        raise ValueError(f"{claim_id} has no figures")
    headline = next((figure for figure in figures if figure.met is False), figures[0]).as_json()
    record = {
        "schema": SCHEMA,
        "id": claim_id,
        "claim": claim,
        "command": f"make evidence ID={claim_id}",
        **{key: headline[key] for key in _HEADLINE},
        "met": all(figure.met is not False for figure in figures),
        "figures": [figure.as_json() for figure in figures],
        **surroundings,
        "details": {"tables": measurement.tables, "notes": measurement.notes},
    }
    return record | {"checksum": checksum(record)}


def checksum(record: Mapping[str, Any]) -> str:
    """SHA-256 of the record without its checksum, in canonical JSON."""
    bare = {key: value for key, value in record.items() if key != "checksum"}
    canonical = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def write(record: Mapping[str, Any], folder: Path) -> Path:
    """Write `ID.json` into `folder`."""
    path = folder / f"{record['id']}.json"
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_all(folder: Path) -> list[dict[str, Any]]:
    """Every record of the folder, by id."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def faults(record: Mapping[str, Any]) -> list[str]:
    """What is wrong with a record by itself: missing or strange fields, `met` that does not follow, edits by hand."""
    found = [f"field {name} is missing" for name in _FIELDS if name not in record]
    if found:
        return found
    found += [f"field {name} is unknown" for name in record if name not in _FIELDS]
    if record["schema"] != SCHEMA:
        found.append(f"schema {record['schema']} is stale: run {record['command']} again")
    if record["checksum"] != checksum(record):
        found.append("the checksum differs: the record was edited by hand")
    missed = [figure["name"] for figure in record["figures"] if figure["met"] is False]
    if record["met"] == bool(missed):
        found.append(f"met is {record['met']}, yet these figures are not: {missed}")
    return found
