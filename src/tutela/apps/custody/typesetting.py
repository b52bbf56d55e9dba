"""Typst, and nothing else: a template of this app and some files make a PDF, always the same from the same.

No font of the system, no clock and no file beyond the templates is within reach: what may be said is passed in.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typst

_TEMPLATES: Final = Path(__file__).parent / "templates" / "custody"
_STANDARD: Final = "a-3b"  # an archive's form of PDF that may carry attachments


def pdf(template: str, files: Mapping[str, bytes], *, date: str, folder: Path = _TEMPLATES) -> bytes:
    """Typeset a template. `files` are UTF-8; the template finds them in `sys.inputs`. `date`: ISO 8601 with zone."""
    (document,) = _compiled(folder, template, files, date, "pdf")
    return document


def pages(template: str, files: Mapping[str, bytes], *, date: str) -> list[bytes]:
    """Typeset a template into one PNG a page, to look at."""
    return _compiled(_TEMPLATES, template, files, date, "png")


def _compiled(
    folder: Path, template: str, files: Mapping[str, bytes], date: str, form: Literal["pdf", "png"]
) -> list[bytes]:
    import typst  # noqa: PLC0415 - 80 MB that only a process which prints should load

    made = typst.compile(
        folder / template,
        root=folder,
        font_paths=_fonts(),
        sys_inputs={name: data.decode() for name, data in files.items()},
        format=form,
        pdf_standards=[_STANDARD] if form == "pdf" else [],
        timestamp=datetime.fromisoformat(date),
    )
    assert made is not None
    return made if isinstance(made, list) else [made]


@cache
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415 - as above

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
