"""Parsed JSON, told apart by type."""

from __future__ import annotations

from typing import cast

from tutela.domain.errors import RowError


def as_object(value: object) -> dict[str, object] | None:
    """Return an object as one, None for anything else."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object] | None:
    """Return a list as one, None for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else None


def as_text(value: object) -> str:
    """Return text, a whole number or a truth value as text; `RowError` for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise RowError("has a list, an object or a fraction where text should stand")
