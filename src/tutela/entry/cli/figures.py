"""Where the commands of the assessment take figures from, and how they draw them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutela.domain.errors import TutelaError
from tutela.domain.paths import for_display
from tutela.entry.cli.home import utc_now
from tutela.entry.cli.output import write_file

if TYPE_CHECKING:
    from tutela.engine.assessment.charts import Chart
    from tutela.engine.assessment.registry import Registry

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DATA = click.option(
    "--data", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A data package in place of the figures that ship.",
)  # fmt: skip


class RefusedFiguresError(TutelaError):
    """Figures that cannot be taken."""


def registry_of(folder: Path | None) -> Registry:
    """Return the figures of a data package, or those that ship."""
    from tutela.engine.assessment import imports, registry  # noqa: PLC0415 - NumPy, only when needed
    from tutela.engine.assessment.catalogue import CatalogueRefusedError  # noqa: PLC0415
    from tutela.engine.assessment.rows import RefusedError  # noqa: PLC0415

    if folder is None:
        return registry.load()
    try:
        return registry.of_tables(imports.package_tables(files_of(folder)), today())
    except (CatalogueRefusedError, RefusedError) as error:
        raise RefusedFiguresError(f"{for_display(str(folder))}: {error}") from error


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by name."""
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir()) if each.is_file()}


def draw(target: Path, chart: Chart, *, replace: bool) -> None:
    """Draw a chart into a file."""
    from tutela.engine.assessment import rendering  # noqa: PLC0415 - 84 MB, only when needed

    write_file(target, (rendering.svg(chart).encode(),), replace=replace)
    click.echo(f"Drawn in {for_display(str(target))}")


def today() -> date:
    """Return the day, in UTC."""
    return date.fromisoformat(utc_now()[:10])
