r"""Studies from a table: the series of an impact study, read from CSV; its result as a chart.

The first column is the period (`2021`, `2021-Q3`, `2021-03`), the second the series; further columns are comparators,
or control series where they are named as such. A row that cannot be read refuses the table, with its line.

>>> table = read(b"period,here,there\n2020,4,5\n2021,6,5\n", unit="reports a year")
>>> table.main.name, [each.name for each in table.comparators]
('here', ['there'])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import rows
from tutela.engine.assessment.charts import Counterfactual, counterfactual
from tutela.engine.assessment.charts.chart import decimal_year
from tutela.engine.assessment.observed import FREQUENCIES
from tutela.engine.assessment.refusals import SeriesError
from tutela.engine.assessment.series import Frequency, Series
from tutela.engine.assessment.spans import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.assessment.charts import Axis, Chart
    from tutela.engine.assessment.impact import Study
    from tutela.engine.assessment.verdict import Verdict

PERIOD: Final = "period"


@dataclass(frozen=True, slots=True)
class StudyTable:
    """The series of a study."""

    main: Series
    comparators: tuple[Series, ...]
    controls: tuple[Series, ...]


def read(data: bytes, *, unit: str, controls: Sequence[str] = ()) -> StudyTable:
    """Read the table; `SeriesError` says which line is not right."""
    header = data.decode("utf-8-sig", "replace").split("\n", 1)[0].strip().split(",")
    columns = tuple(name.strip() for name in header)
    if len(columns) < 2 or columns[0] != PERIOD:
        raise SeriesError("the first column is the period, the second the series", hint="period,reports")
    if unknown := set(controls) - set(columns[1:]):
        raise SeriesError(f"there is no column {', '.join(sorted(unknown))}")
    found = rows.read("study", data, columns)
    for refused in found.refused:
        raise SeriesError(f"line {refused.line}: {refused.words}")
    spans = [_span(row) for row in found.taken]
    kinds = {each.kind for each in spans}
    if len(kinds) != 1 or (kind := kinds.pop()) not in FREQUENCIES:
        raise SeriesError("the periods are not all years, all quarters or all months")
    made = {
        name: Series.of(
            name,
            unit,
            FREQUENCIES[kind],
            [(span.first, _number(row, name)) for span, row in zip(spans, found.taken, strict=True)],
        )
        for name in columns[1:]
    }
    return StudyTable(
        made[columns[1]],
        tuple(made[name] for name in columns[2:] if name not in controls),
        tuple(made[name] for name in controls),
    )


def draw(study: Study, said: Verdict, axis: Axis, *, sources: tuple[str, ...], not_this: tuple[str, ...]) -> Chart:
    """Draw a study: against its mixture where it was compared, else against itself without the effect."""
    main = study.interrupted
    series = main.series
    days = [series.date_of(place) for place in range(len(series))]
    names = tuple(day.isoformat()[:7] if series.frequency is not Frequency.YEAR else str(day.year) for day in days)
    times = tuple(decimal_year(day) for day in days)
    event = decimal_year(main.event.on)
    event_name = f"{main.event.on.isoformat()}: {main.event.what}"
    title = f"{series.name} and {main.event.what}"
    words = " ".join(each.text for each in (*said.sentences, *said.doubts))
    if study.compared:
        gaps = study.compared.control.gaps
        made = Counterfactual(
            times,
            names,
            tuple(each.observed for each in gaps),
            tuple(each.synthetic for each in gaps),
            event,
            event_name,
            statistics=tuple(each.statistic for each in study.compared.control.pretences.pretended),
            real=study.compared.control.pretences.real,
            of="ratio of misfit after to before, in units where nothing happened",
        )
    else:
        before = series.values[: main.before]
        made = Counterfactual(
            times,
            names,
            series.values,
            before + tuple(each.without for each in main.expected),
            event,
            event_name,
            low=before + tuple(each.low for each in main.expected),
            high=before + tuple(each.high for each in main.expected),
            statistics=tuple(each.statistic for each in main.pretences.pretended),
            real=main.pretences.real,
            of="size of the effect in standard errors, at dates where nothing happened",
        )
    return counterfactual(title, axis, made, words, sources=sources, not_this=not_this)


def _span(row: rows.Row) -> Span:
    try:
        return Span.parse(row[PERIOD])
    except ValueError as error:
        raise SeriesError(f"line {row.line}: {error}") from None


def _number(row: rows.Row, column: str) -> float:
    try:
        value = row.number(column)
    except rows.RefusedError as error:
        raise SeriesError(f"line {row.line}: {error}") from None
    if value is None:
        raise SeriesError(f"line {row.line}: {column} is empty; a gap is not filled")
    return value
