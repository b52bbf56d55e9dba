"""Small tables that ship beside the code, read strictly. What is wrong in one of them is a fault of ours.

An empty table is an answer: "not configured". No row is made up to fill one.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from tutela.engine.assessment import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.assessment.rows import Row


class NotConfiguredError(LookupError):
    """A table that this needs holds no row for it."""


def shipped(name: str, columns: Sequence[str]) -> list[Row]:
    """Return the rows of a table that ships."""
    found = rows.read(name, resources.files("tutela.engine.assessment").joinpath("data", name).read_bytes(), columns)
    if found.refused:
        raise ValueError(f"{name} line {found.refused[0].line}: {found.refused[0].words}")
    return found.taken
