"""`tutela assess impact` and `tutela assess cost`: what changed at an event, and what something costs, as ranges."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutela.engine.assessment.indicators import Construct
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.figures import DATA, FILE, draw, registry_of
from tutela.entry.cli.lazy import examples

if TYPE_CHECKING:
    from datetime import datetime

    from tutela.engine.assessment.charts import Axis
    from tutela.engine.assessment.series import Series

_LABEL = 20
_NOT_PROOF = "not proof that the event was the cause: whatever else happened at the time is in it"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The series of a study, and what its chart has to say. Without an axis it is not drawn."""

    main: Series
    controls: tuple[Series, ...]
    comparators: tuple[Series, ...]
    axis: Axis | None
    sources: tuple[str, ...]
    not_this: tuple[str, ...]
    left_out: tuple[str, ...] = ()


@click.command(
    "impact",
    epilog=examples(
        "tutela assess impact removals.csv --event 2023-07-01 --what 'the law' \\",
        "    --measures removal --unit notices --source 'own records' -o effect.svg",
        "tutela assess impact --indicator cybertipline-reports --event 2018-01-01 \\",
        "    --what 'an event' --chart effect.svg",
    ),
)
@click.argument("file", type=FILE, required=False)
@click.option("--indicator", default="", help="A series of the registry in place of FILE, by the indicator's id.")
@click.option("--area", default="WLD", show_default=True, help="With --indicator: where.")
@click.option("--cell", default="", help="With --indicator: which part, where the indicator has parts.")
@click.option("--beside", multiple=True, help="With --indicator: another place to compare with; may be repeated.")
@DATA
@click.option("--event", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day from which it could act.")
@click.option("--what", required=True, help="What happened.")
@click.option("--unit", default="", help="With FILE: what one unit of the values is.")
@click.option("--source", default="", help="With FILE: whose figures these are.")
@click.option(
    "--measures", metavar="KIND", type=click.Choice([each.value for each in Construct]),
    help="With FILE: what the values are (report, removal, victimisation, ...); it names the axis.",
)  # fmt: skip
@click.option("--control", "controls", multiple=True, help="A column that the event cannot have changed.")
@click.option("--ramp", is_flag=True, help="The effect grows each period, in place of a lasting step.")
@click.option("--logarithmic", is_flag=True, help="Effects multiply: answers in per cent.")
@click.option("--trend", is_flag=True, help="The series had a trend before.")
@click.option("-o", "--chart", "target", type=click.Path(dir_okay=False, path_type=Path), help="Draw it, as SVG.")
@click.option("--force", is_flag=True, help="Replace the chart if it is there.")
def impact(
    file: Path | None,
    *,
    indicator: str,
    area: str,
    cell: str,
    beside: tuple[str, ...],
    folder: Path | None,
    event: datetime,
    what: str,
    unit: str,
    source: str,
    measures: str | None,
    controls: tuple[str, ...],
    ramp: bool,
    logarithmic: bool,
    trend: bool,
    target: Path | None,
    force: bool,
) -> ExitCode:
    """Say whether a series changed at an event, how sure, and why not more.

    FILE has the columns period and the series; further columns are the same
    series elsewhere. --indicator takes a series of the registry instead, which
    knows its unit, source and what it measures. Decide the options before
    looking at the answer.
    """
    from tutela.engine.assessment import impact as studies  # noqa: PLC0415 - SciPy, only when needed
    from tutela.engine.assessment import study_files, verdict  # noqa: PLC0415
    from tutela.engine.assessment.interrupted import Design, Event, Scale, Shape  # noqa: PLC0415

    if bool(file) == bool(indicator):
        raise click.UsageError("Give a FILE, or --indicator.")
    if indicator and (controls or unit or source or measures):
        raise click.UsageError("--control, --unit, --source and --measures are for a FILE; the registry knows its own.")
    if file and not (unit and source and (measures or not target)):
        raise click.UsageError("A FILE needs --unit and --source, and --measures where it is drawn.")
    asked = (
        _of_file(file, unit=unit, source=source, measures=measures, controls=controls)
        if file
        else _of_registry(folder, indicator, area, cell, beside)
    )
    design = Design(Shape.RAMP if ramp else Shape.STEP, Scale.LOGARITHMIC if logarithmic else Scale.LINEAR, trend=trend)
    found = studies.study(
        asked.main, Event(event.date(), what), design, controls=asked.controls, comparators=asked.comparators
    )
    said = verdict.verdict(found)
    for sentence in said.sentences:
        click.echo(sentence.text)
    click.echo(f"  {'certainty':<{_LABEL}}{said.certainty.value}")
    for doubt in said.doubts:
        click.echo(f"  {'because':<{_LABEL}}{doubt.text}")
    for words in (*found.not_run, *asked.left_out):
        click.echo(f"  {'not run':<{_LABEL}}{words}")
    if target and asked.axis:
        limits = (*asked.not_this, _NOT_PROOF)
        draw(
            target,
            study_files.draw(found, said, asked.axis, sources=asked.sources, not_this=limits),
            replace=force,
        )
    return ExitCode.OK


@click.command("cost", epilog=examples("tutela assess cost scenario.toml --chart drivers.svg"))
@click.argument("file", type=FILE)
@click.option("-o", "--chart", "target", type=click.Path(dir_okay=False, path_type=Path), help="Draw it, as SVG.")
@click.option("--force", is_flag=True, help="Replace the chart if it is there.")
def cost(file: Path, *, target: Path | None, force: bool) -> ExitCode:
    """Compute a scenario of costs: a range, and what drives it."""
    from tutela.engine.assessment import scenario_files  # noqa: PLC0415 - NumPy, only when needed

    scenario = scenario_files.read(file.read_bytes())
    click.echo(f"{scenario.title}: {scenario.answer().words}, prices of {scenario.price_year}")
    for limit in scenario.not_this:
        click.echo(f"  {'this is':<{_LABEL}}{limit}")
    for name, share in sorted(scenario.drivers().items(), key=lambda each: -each[1]):
        click.echo(f"  {name:<{_LABEL}}drives {share:.0%} of the spread")
    for each in scenario.inputs:
        click.echo(f"  {'source':<{_LABEL}}{each.name}: {each.source}")
    if target:
        draw(target, scenario.chart(), replace=force)
    return ExitCode.OK


def _of_file(file: Path, *, unit: str, source: str, measures: str | None, controls: tuple[str, ...]) -> _Asked:
    from tutela.engine.assessment import study_files  # noqa: PLC0415 - as above
    from tutela.engine.assessment.charts import Axis  # noqa: PLC0415

    table = study_files.read(file.read_bytes(), unit=unit, controls=controls)
    axis = Axis(Construct(measures), unit) if measures else None
    return _Asked(table.main, table.controls, table.comparators, axis, (source,), ())


def _of_registry(folder: Path | None, indicator: str, area: str, cell: str, beside: tuple[str, ...]) -> _Asked:
    from tutela.engine.assessment import charts, observed  # noqa: PLC0415 - as above
    from tutela.engine.assessment.charts.chart import cited  # noqa: PLC0415

    known = registry_of(folder)
    if unknown := set(beside) - known.catalogue.areas.keys():
        raise click.BadParameter(f"there is no place {', '.join(sorted(unknown))}", param_hint="--beside")
    main = observed.series(known, indicator, area, cell)
    others, left_out = observed.beside(known, indicator, cell, beside)
    shown = known.indicator(indicator)
    return _Asked(
        main,
        (),
        tuple(others),
        charts.axis_of(shown),
        cited(known, known.series(indicator, area, cell)),
        shown.not_this,
        tuple(left_out),
    )
