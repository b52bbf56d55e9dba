"""A scan report as one self-contained HTML page: counts, charts and a list of matches, without any picture.

* No script, no request: its own content security policy allows its style and nothing else.
* File and folder names are covered until asked for, one by one or all at once, by keyboard too; on paper always.
* Whatever the evidence calls itself is escaped, its invisible characters are shown, and its reading direction is kept
  apart from ours.

Worked example: of a scan without hits, `page(header, rows, finished_at="2026-11-22T12:00:00Z")` says "No match" and
lists what was not examined.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined

from tutela.domain.lists import PDQ_DISTANCE_MAX_DEFAULT
from tutela.domain.paths import MEMBER_SEPARATOR, as_text, for_display
from tutela.domain.scan import BY_DESIGN, ListTally, ListUse, RowNote, ScanHeader, ScanRow, utc_text
from tutela.engine.formats.scan_charts import HEIGHT, distance_chart, time_chart
from tutela.engine.formats.scan_facts import FOLDERS_SHOWN_MAX, HITS_SHOWN_MAX, ScanFacts
from tutela.engine.formats.scan_words import NOTES, REASONS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jinja2 import Template

    from tutela.domain.media import Reason

_TEMPLATES: Final = files("tutela.engine.formats") / "templates"
_SIZES: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def page(header: ScanHeader, rows: Iterable[ScanRow], *, finished_at: str = "") -> bytes:
    """Make the page. An empty `finished_at` says that the scan did not finish."""
    facts = ScanFacts(rows)
    style = (_TEMPLATES / "scan_page.css").read_text(encoding="utf-8")
    style_digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    distance_max = max((used.pdq_distance_max for used in header.lists), default=0) or PDQ_DISTANCE_MAX_DEFAULT
    times = facts.months + facts.hit_months
    text = _template().render(
        header=header,
        finished_at=finished_at,
        facts=facts,
        tally=facts.tally,
        lists=[_list_row(used, facts) for used in header.lists],
        reasons=_reasons(facts),
        by_design=_by_design(facts),
        notes=_notes(facts),
        verdicts=[(verdict, VERDICTS[verdict], count) for verdict, count in facts.partly_examined.most_common()],
        media_types=sorted(facts.media_types.items(), key=lambda item: (-item[1].rows, item[0])),
        folders=facts.top_folders(),
        folders_shown_max=FOLDERS_SHOWN_MAX,
        hits=facts.hits,
        hits_shown_max=HITS_SHOWN_MAX,
        distances=distance_chart(facts.distances, distance_max),
        all_times=time_chart(facts.months, times),
        hit_times=time_chart(facts.hit_months, times),
        chart_height=HEIGHT,
        style=style,
        style_digest=style_digest,
    )
    return text.encode("utf-8", "backslashreplace")


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Callable[..., str]] = {
        "count": "{:,}".format,
        "size": _size,
        "shown": for_display,
        "path": _path,
        "row_path": _row_path,
        "time": _time,
    }
    environment.filters.update(filters)  # pyright: ignore[reportUnknownMemberType]  - jinja2 leaves it untyped
    return environment.from_string((_TEMPLATES / "scan_page.html").read_text(encoding="utf-8"))


def _path(path: bytes) -> str:
    return for_display(as_text(path))


def _time(ns: int) -> str:
    return utc_text(ns).removesuffix("Z").replace("T", " ")


def _row_path(row: ScanRow) -> str:
    path = as_text(row.path)
    return for_display(path + MEMBER_SEPARATOR + as_text(row.member) if row.member else path)


def _size(size_bytes: float) -> str:
    unit = 0
    while size_bytes >= 1024 and unit + 1 < len(_SIZES):
        size_bytes, unit = size_bytes / 1024, unit + 1
    return f"{size_bytes:,.0f} {_SIZES[unit]}" if unit == 0 or size_bytes >= 100 else f"{size_bytes:.1f} {_SIZES[unit]}"


def _list_row(used: ListUse, facts: ScanFacts) -> tuple[ListUse, ListTally]:
    return used, facts.tally.lists.get(used.name, ListTally())


def _reasons(facts: ScanFacts) -> list[tuple[Reason, str, int]]:
    counted = ((reason, count) for reason, count in facts.tally.reasons.most_common() if reason not in BY_DESIGN)
    return [(reason, REASONS[reason], count) for reason, count in counted]


def _by_design(facts: ScanFacts) -> list[tuple[Reason, str, int]]:
    counted = ((reason, count) for reason, count in facts.tally.reasons.most_common() if reason in BY_DESIGN)
    return [(reason, REASONS[reason], count) for reason, count in counted]


def _notes(facts: ScanFacts) -> list[tuple[RowNote, str, int]]:
    return [(note, NOTES[note], count) for note, count in facts.tally.notes.most_common()]
