"""`tutela assess`: figures in, editions, studies and profiles out. Files only: no database, no network."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutela.domain.paths import for_display
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.figures import DATA, FILE, RefusedFiguresError, files_of, registry_of, today
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.output import write_file
from tutela.entry.cli.studies import cost, impact
from tutela.entry.cli.words import plural, span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutela.engine.assessment.capability import Profile
    from tutela.engine.assessment.edition.plans import Plan
    from tutela.engine.assessment.rows import RefusedRow

_LABEL = 20
_REFUSED_SHOWN = 20
_FOLDER = click.Path(file_okay=False, path_type=Path)


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
        "tutela assess import cards.csv --format evidence --out figures",
        "tutela assess build --edition 2026 --data figures --out edition",
    ),
)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--out", required=True, type=_FOLDER, help="Folder for the data package with the new figures in it.")
@click.option(
    "--format", "told", type=click.Choice(["csv", "sdmx", "package", "evidence"]), default="csv", show_default=True,
    help="What FILE is: figures, a folder with datapackage.json, or cards of evidence.",
)  # fmt: skip
@click.option("--source", default="", help="Who published it, by the catalogue's id; SDMX does not say it.")
@DATA
@click.option("--force", is_flag=True, help="Replace files that are there already.")
def import_figures(file: Path, *, out: Path, told: str, source: str, folder: Path | None, force: bool) -> ExitCode:
    """Take figures or cards from FILE: all of them, or none and why.

    Malformed, doubled, mis-dated, mis-united and contradictory rows are
    refused with their line; then nothing is taken and the exit code is 4.
    """
    from tutela.engine.assessment import cards, imports, registry  # noqa: PLC0415 - NumPy, only when needed

    known = registry_of(folder)
    day = today()
    tried = cards.Read(())
    found = imports.Imported(())
    if told == "evidence":
        tried = cards.read({file.name: file.read_bytes()}, known.catalogue, known.cards)
    elif told == "sdmx":
        if source not in known.catalogue.sources:
            raise click.BadParameter("name a source of the catalogue", param_hint="--source")
        found = imports.read_sdmx_csv(
            file.name, file.read_bytes(), known.catalogue, day, source=source, known=known.observations
        )
    elif told == "package":
        given = files_of(file)
        found = imports.read_package(given, known.catalogue, day, known.observations)
        tried = cards.read({name: given[name] for name in given if cards.holds(name)}, known.catalogue, known.cards)
    else:
        found = imports.read_csv({file.name: file.read_bytes()}, known.catalogue, day, known.observations)
    if found.refused or tried.refused:
        _show_refused((*found.refused, *tried.refused), found.refused_count + tried.refused_count)
        return ExitCode.INCOMPLETE
    grown = registry.Registry(known.catalogue, (*known.observations, *found.observations), (*known.cards, *tried.cards))
    _write(out, registry.package(grown, "tutela-assessment"), replace=force)
    taken = plural(len(tried.cards), "card") if told == "evidence" else plural(len(found.observations), "figure")
    click.echo(f"{taken} taken; {for_display(str(out))} holds {grown.digest[:16]}")
    return ExitCode.OK


@assess.command("check", epilog=examples("tutela assess check", "tutela assess check --data figures --edition 2026"))
@DATA
@click.option("--edition", "name", default="2026", show_default=True, help="A plan that ships, or a file.")
def check(folder: Path | None, *, name: str) -> ExitCode:
    """Check figures and an edition against the rules, without building it."""
    from tutela.engine.assessment.edition import making  # noqa: PLC0415 - as above

    known = registry_of(folder)
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
        "tutela assess build --scenario counselling.toml --out edition",
    ),
)
@click.option("--edition", "name", default="2026", show_default=True, help="A plan that ships, or a file.")
@click.option("--out", required=True, type=_FOLDER, help="Folder for the edition.")
@DATA
@click.option(
    "--corrections", "wrong", type=FILE,
    help="CSV of what was wrong: indicator, area, span, cell, before, after, reason, source, day.",
)  # fmt: skip
@click.option(
    "--scenario", "priced", type=FILE, multiple=True, help="A cost scenario to tell as a range; may be repeated."
)
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.option("--quiet", is_flag=True, help="Do not name each file.")
def build(
    *,
    name: str,
    out: Path,
    folder: Path | None,
    wrong: Path | None,
    priced: tuple[Path, ...],
    force: bool,
    quiet: bool,
) -> ExitCode:
    """Make a whole edition from data: report, briefs, data package.

    PDF and HTML say the same; the same figures and plan make the same bytes.
    Corrections are applied to the figures and listed in the edition.
    """
    from tutela.engine.assessment import correction_files, releases, scenario_files  # noqa: PLC0415 - as above
    from tutela.engine.assessment.edition import building, costs  # noqa: PLC0415
    from tutela.engine.assessment.edition.additions import Additions  # noqa: PLC0415

    start_s = time.monotonic()
    known, plan = registry_of(folder), _plan(name)
    found = correction_files.read(wrong.read_bytes()) if wrong else correction_files.Corrected((), ())
    if found.refused:
        _show_refused(found.refused, len(found.refused))
        return ExitCode.INCOMPLETE
    try:
        known = releases.correct(known, found.corrections)
    except releases.CorrectionError as error:
        raise RefusedFiguresError(f"A correction does not fit: {error}") from error
    count = building.count(known, plan)
    told = tuple(costs.of_file(scenario_files.read(each.read_bytes())) for each in priced)
    additions = Additions(corrections=found.corrections, costs=told)
    for number, (file, data) in enumerate(building.files(known, plan, additions), 1):
        _write(out, {file: data}, replace=force)
        if not quiet:
            click.echo(f"  {number:>3} of {count}  {file}", err=True)
    took = span(time.monotonic() - start_s)
    click.echo(f"Edition {plan.name} of {plan.day.isoformat()}: {plural(count, 'file')} in {took}")
    return ExitCode.OK


@assess.command(
    "mnr",
    epilog=examples("tutela assess mnr --template > mnr.csv", "tutela assess mnr mnr.csv --country KEN --edition 2026"),
)
@click.argument("file", type=FILE, required=False)
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


def _plan(name: str) -> Plan:
    from tutela.engine.assessment.edition import plans  # noqa: PLC0415 - as above

    return plans.read(Path(name).read_bytes()) if name.endswith(".toml") else plans.load(name)


def _write(out: Path, files: Mapping[str, bytes], *, replace: bool) -> None:
    for name, data in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, (data,), replace=replace)


def _show_refused(refused: Sequence[RefusedRow], count: int) -> None:
    click.echo(f"{plural(count, 'row')} refused; nothing was taken.")
    for row in refused[:_REFUSED_SHOWN]:
        click.echo(f"  line {row.line:<8}{row.reason}: {for_display(row.words)}", err=True)
    if count > _REFUSED_SHOWN:
        click.echo(f"  and {count - _REFUSED_SHOWN:,} more", err=True)


assess.add_command(impact)
assess.add_command(cost)
