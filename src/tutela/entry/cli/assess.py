"""`tutela assess`: figures in, editions, studies and profiles out. Files only: no database, no network."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutela.domain.errors import TutelaError
from tutela.domain.paths import for_display
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.home import utc_now
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.output import write_file
from tutela.entry.cli.words import plural, span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutela.engine.assessment.capability import Profile
    from tutela.engine.assessment.charts import Chart
    from tutela.engine.assessment.edition.plans import Plan
    from tutela.engine.assessment.registry import Registry
    from tutela.engine.assessment.rows import RefusedRow

_LABEL = 20
_REFUSED_SHOWN = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_DATA = click.option(
    "--data", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A data package in place of the figures that ship.",
)  # fmt: skip


class RefusedFiguresError(TutelaError):
    """Figures that cannot be taken."""


@click.group("assess")
def assess() -> None:
    """Import figures, build editions, estimate effects and costs.

    A count is never a level of abuse: each figure carries its period, unit,
    source and what it is not. Works on files, without a database.
    """


@assess.command(
    "import",
    epilog=examples(
        "tutela assess import own.csv --out figures",
        "tutela assess import own.csv --format sdmx --source iwf --out figures",
        "tutela assess build --edition 2026 --data figures --out edition",
    ),
)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--out", required=True, type=_FOLDER, help="Folder for the data package with the new figures in it.")
@click.option(
    "--format", "told", type=click.Choice(["csv", "sdmx", "package"]), default="csv", show_default=True,
    help="What FILE is; a package is a folder with datapackage.json.",
)  # fmt: skip
@click.option("--source", default="", help="Who published it, by the catalogue's id; SDMX does not say it.")
@_DATA
@click.option("--force", is_flag=True, help="Replace files that are there already.")
def import_figures(file: Path, *, out: Path, told: str, source: str, folder: Path | None, force: bool) -> ExitCode:
    """Take figures from FILE: all of them, or none and why.

    Malformed, doubled, mis-dated, mis-united and contradictory rows are
    refused with their line; then nothing is taken and the exit code is 4.
    """
    from tutela.engine.assessment import imports, registry  # noqa: PLC0415 - NumPy, only when needed

    known = _registry(folder)
    today = _today()
    if told == "sdmx":
        if source not in known.catalogue.sources:
            raise click.BadParameter("name a source of the catalogue", param_hint="--source")
        found = imports.read_sdmx_csv(
            file.name, file.read_bytes(), known.catalogue, today, source=source, known=known.observations
        )
    elif told == "package":
        found = imports.read_package(_files(file), known.catalogue, today, known.observations)
    else:
        found = imports.read_csv({file.name: file.read_bytes()}, known.catalogue, today, known.observations)
    if found.refused:
        _show_refused(found.refused, found.refused_count)
        return ExitCode.INCOMPLETE
    grown = registry.Registry(known.catalogue, (*known.observations, *found.observations))
    _write(out, registry.package(grown, "tutela-assessment"), replace=force)
    click.echo(f"{plural(len(found.observations), 'figure')} taken; {for_display(str(out))} holds {grown.digest[:16]}")
    return ExitCode.OK


@assess.command("check", epilog=examples("tutela assess check", "tutela assess check --data figures --edition 2026"))
@_DATA
@click.option("--edition", "name", default="2026", show_default=True, help="A plan that ships, or a file.")
def check(folder: Path | None, *, name: str) -> ExitCode:
    """Check figures and an edition against the rules, without building it."""
    from tutela.engine.assessment.edition import making  # noqa: PLC0415 - as above

    known = _registry(folder)
    document = making.edition(known, _plan(name))
    told = (
        ("indicators", f"{len(known.catalogue.indicators):,}"),
        ("figures", f"{len(known.observations):,}"),
        ("sources", f"{len(known.catalogue.sources):,}"),
        ("digest", known.digest),
        ("edition", f"{document.title}: {plural(len(document.chapters), 'chapter')}"),
    )
    for label, value in told:
        click.echo(f"  {label:<{_LABEL}}{for_display(value)}")
    click.echo("Everything has its source, period, unit and what it is not.")
    return ExitCode.OK


@assess.command(
    "build",
    epilog=examples(
        "tutela assess build --edition 2026 --out edition",
        "tutela assess build --edition my-plan.toml --data figures --out edition",
        "tutela assess build --corrections corrections.csv --out edition",
    ),
)
@click.option("--edition", "name", default="2026", show_default=True, help="A plan that ships, or a file.")
@click.option("--out", required=True, type=_FOLDER, help="Folder for the edition.")
@_DATA
@click.option(
    "--corrections", "wrong", type=_FILE,
    help="CSV of what was wrong: indicator, area, span, cell, before, after, reason, source, day.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.option("--quiet", is_flag=True, help="Do not name each file.")
def build(*, name: str, out: Path, folder: Path | None, wrong: Path | None, force: bool, quiet: bool) -> ExitCode:
    """Make a whole edition from data: report, briefs, data package.

    PDF and HTML say the same; the same figures and plan make the same bytes.
    Corrections are applied to the figures and listed in the edition.
    """
    from tutela.engine.assessment import correction_files, releases  # noqa: PLC0415 - as above
    from tutela.engine.assessment.edition import building  # noqa: PLC0415

    start_s = time.monotonic()
    known, plan = _registry(folder), _plan(name)
    found = correction_files.read(wrong.read_bytes()) if wrong else correction_files.Corrected((), ())
    if found.refused:
        _show_refused(found.refused, len(found.refused))
        return ExitCode.INCOMPLETE
    try:
        known = releases.correct(known, found.corrections)
    except releases.CorrectionError as error:
        raise RefusedFiguresError(f"A correction does not fit: {error}") from error
    count = building.count(known, plan)
    for number, (file, data) in enumerate(building.files(known, plan, found.corrections), 1):
        _write(out, {file: data}, replace=force)
        if not quiet:
            click.echo(f"  {number:>3} of {count}  {file}", err=True)
    took = span(time.monotonic() - start_s)
    click.echo(f"Edition {plan.name} of {plan.day.isoformat()}: {plural(count, 'file')} in {took}")
    return ExitCode.OK


@assess.command(
    "impact",
    epilog=examples(
        "tutela assess impact removals.csv --event 2023-07-01 --what 'the law' \\",
        "    --unit notices --source 'own records' --chart effect.svg",
    ),
)
@click.argument("file", type=_FILE)
@click.option("--event", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day from which it could act.")
@click.option("--what", required=True, help="What happened.")
@click.option("--unit", required=True, help="What one unit of the values is.")
@click.option("--source", required=True, help="Whose figures these are.")
@click.option("--control", "controls", multiple=True, help="A column that the event cannot have changed.")
@click.option("--ramp", is_flag=True, help="The effect grows each period, in place of a lasting step.")
@click.option("--logarithmic", is_flag=True, help="Effects multiply: answers in per cent.")
@click.option("--trend", is_flag=True, help="The series had a trend before.")
@click.option("-o", "--chart", "target", type=click.Path(dir_okay=False, path_type=Path), help="Draw it, as SVG.")
@click.option("--force", is_flag=True, help="Replace the chart if it is there.")
def impact(
    file: Path,
    *,
    event: datetime,
    what: str,
    unit: str,
    source: str,
    controls: tuple[str, ...],
    ramp: bool,
    logarithmic: bool,
    trend: bool,
    target: Path | None,
    force: bool,
) -> ExitCode:
    """Say whether a series changed at an event, how sure, and why not more.

    FILE has the columns period and the series; further columns are the same
    series elsewhere. Decide the options before looking at the answer.
    """
    from tutela.engine.assessment import impact as studies  # noqa: PLC0415 - SciPy, only when needed
    from tutela.engine.assessment import study_files, verdict  # noqa: PLC0415
    from tutela.engine.assessment.charts import Axis  # noqa: PLC0415
    from tutela.engine.assessment.indicators import Construct  # noqa: PLC0415
    from tutela.engine.assessment.interrupted import Design, Event, Scale, Shape  # noqa: PLC0415

    table = study_files.read(file.read_bytes(), unit=unit, controls=controls)
    design = Design(Shape.RAMP if ramp else Shape.STEP, Scale.LOGARITHMIC if logarithmic else Scale.LINEAR, trend=trend)
    found = studies.study(
        table.main, Event(event.date(), what), design, controls=table.controls, comparators=table.comparators
    )
    said = verdict.verdict(found)
    for sentence in said.sentences:
        click.echo(sentence.text)
    click.echo(f"  {'certainty':<{_LABEL}}{said.certainty.value}")
    for doubt in said.doubts:
        click.echo(f"  {'because':<{_LABEL}}{doubt.text}")
    for words in found.not_run:
        click.echo(f"  {'not run':<{_LABEL}}{words}")
    if target:
        limits = ("not proof that the event was the cause: whatever else happened at the time is in it",)
        drawn = study_files.draw(found, said, Axis(Construct.REPORT, unit), sources=(source,), not_this=limits)
        _draw(target, drawn, replace=force)
    return ExitCode.OK


@assess.command("cost", epilog=examples("tutela assess cost scenario.toml --chart drivers.svg"))
@click.argument("file", type=_FILE)
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
        _draw(target, scenario.chart(), replace=force)
    return ExitCode.OK


@assess.command(
    "mnr",
    epilog=examples("tutela assess mnr --template > mnr.csv", "tutela assess mnr mnr.csv --country KEN --edition 2026"),
)
@click.argument("file", type=_FILE, required=False)
@click.option("--country", default="", help="Whose assessment it is.")
@click.option("--edition", "name", default="", help="What edition it belongs to.")
@click.option("--template", is_flag=True, help="Print a file to fill in.")
def mnr(file: Path | None, *, country: str, name: str, template: bool) -> ExitCode:
    """Show a country's own assessment of its national response, and its gaps.

    There is no score, and no country is set beside another.
    """
    from tutela.engine.assessment import profile_files  # noqa: PLC0415 - NumPy, only when needed

    if template:
        click.echo(profile_files.template().decode(), nl=False)
        return ExitCode.OK
    if file is None:
        raise click.UsageError("Give the file of an assessment, or --template.")
    found = profile_files.read(file.read_bytes(), country, name)
    if found.refused:
        _show_refused(found.refused, len(found.refused))
        return ExitCode.INCOMPLETE
    _show_profile(found.profile)
    return ExitCode.OK


def _show_profile(profile: Profile) -> None:
    from tutela.engine.assessment import capability  # noqa: PLC0415 - as above
    from tutela.engine.assessment.edition.subjects import AREAS  # noqa: PLC0415

    area = None
    for each in capability.capabilities().values():
        if each.area is not area:
            area = each.area
            click.secho(AREAS[area], bold=True)
        answered = profile.of(each.no)
        click.echo(f"  {each.no:>2}  {each.name:<48}{answered.existence.value}, {answered.implementation.value}")
    click.secho("Gaps, in the model's order", bold=True)
    for gap in capability.gaps(profile):
        step = f" Next: {gap.next_step}." if gap.next_step else ""
        click.echo(f"  {gap.capability.no:>2}  {gap.capability.name}: {for_display(gap.words)}.{for_display(step)}")


def _registry(folder: Path | None) -> Registry:
    from tutela.engine.assessment import imports, registry  # noqa: PLC0415 - as above
    from tutela.engine.assessment.catalogue import CatalogueRefusedError  # noqa: PLC0415
    from tutela.engine.assessment.rows import RefusedError  # noqa: PLC0415

    if folder is None:
        return registry.load()
    try:
        return registry.of_tables(imports.package_tables(_files(folder)), _today())
    except (CatalogueRefusedError, RefusedError) as error:
        raise RefusedFiguresError(f"{for_display(str(folder))}: {error}") from error


def _plan(name: str) -> Plan:
    from tutela.engine.assessment.edition import plans  # noqa: PLC0415 - as above

    return plans.read(Path(name).read_bytes()) if name.endswith(".toml") else plans.load(name)


def _files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir()) if each.is_file()}


def _write(out: Path, files: Mapping[str, bytes], *, replace: bool) -> None:
    for name, data in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, (data,), replace=replace)


def _draw(target: Path, chart: Chart, *, replace: bool) -> None:
    from tutela.engine.assessment import rendering  # noqa: PLC0415 - 84 MB, only when needed

    write_file(target, (rendering.svg(chart).encode(),), replace=replace)
    click.echo(f"Drawn in {for_display(str(target))}")


def _show_refused(refused: Sequence[RefusedRow], count: int) -> None:
    click.echo(f"{plural(count, 'row')} refused; nothing was taken.")
    for row in refused[:_REFUSED_SHOWN]:
        click.echo(f"  line {row.line:<8}{row.reason}: {for_display(row.words)}", err=True)
    if count > _REFUSED_SHOWN:
        click.echo(f"  and {count - _REFUSED_SHOWN:,} more", err=True)


def _today() -> date:
    return date.fromisoformat(utc_now()[:10])
